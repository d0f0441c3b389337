"""A change set as data: groups of primitive changes, and the files as a function of the accepted groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from codemods.changes.base import Base, MemoryBase
from codemods.outcome import Diagnostic, Group, Place

if TYPE_CHECKING:
    from codemods.source.edits import Edit

Action = Literal["create", "modify", "rename", "delete"]


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """One imported name: `name` is "default", "*" (namespace), an exported name, or "" for its side effect."""

    module: str
    name: str
    local: str = ""
    type_only: bool = False

    @property
    def binds(self) -> str:
        """The local name, which is the exported name unless it was given another."""
        return self.local or self.name


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a new module with the imports it needs.

    It is present when any of its groups is accepted; one without a group (a closing brace, a default export) is
    present when any other fragment of its module is. Fragments are sorted by `order` and separated by a blank line,
    or by a line end alone when `tight`.
    """

    group: str | tuple[str, ...]
    order: tuple[int | str, ...]
    text: str
    imports: tuple[ImportSpec, ...] = ()
    tight: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that bring this fragment, none for a part of the module's frame."""
        if isinstance(self.group, tuple):
            return self.group
        return (self.group,) if self.group else ()


@dataclass(frozen=True, slots=True)
class NewModule:
    """A file merged from fragments. `from_path` names the source file that it is a rename of, once that one goes."""

    path: str
    fragments: tuple[Fragment, ...]
    header: str = ""
    from_path: str | None = None
    newline: str = "\n"
    quote: str = '"'


@dataclass(frozen=True, slots=True)
class Joint:
    """An edit that is made only when all the groups that it needs are accepted (an import nobody uses any more)."""

    edit: Edit
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addition:
    """An edit that is made when any of its groups is accepted, with the imports that it needs.

    It is to an existing file what a fragment is to a new one.
    """

    edit: Edit
    groups: tuple[str, ...]
    imports: tuple[ImportSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class FileEdit:
    """Edits of an existing file; each edit names its group, joint ones and additions name several."""

    path: str
    edits: tuple[Edit, ...] = ()
    joint: tuple[Joint, ...] = ()
    additions: tuple[Addition, ...] = ()


@dataclass(frozen=True, slots=True)
class Deletion:
    """The file goes when all the groups that it needs are accepted."""

    path: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after. `mode` holds the permission bits of the result."""

    action: Action
    path: str
    from_path: str | None = None
    before: bytes | None = None
    after: bytes | None = None
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Dropped:
    """A group that could not be written although it was accepted, and the code and words that say why."""

    group: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A group that cannot be written because of what stands at a place of an existing file."""

    group: str
    code: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Result:
    """The files that the accepted groups make, sorted by path, and what had to be left out."""

    files: tuple[FileChange, ...] = ()
    accepted: frozenset[str] = frozenset()
    dropped: tuple[Dropped, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def _no_files() -> Base:
    return MemoryBase({})


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All proposed changes of a migration. Each file is the subject of at most one NewModule or one FileEdit."""

    groups: tuple[Group, ...] = ()
    modules: tuple[NewModule, ...] = ()
    edits: tuple[FileEdit, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    base: Base = field(default_factory=_no_files)
    conflicts: tuple[Conflict, ...] = ()

    def group(self, name: str) -> Group:
        """The group of that id; KeyError when there is none."""
        for group in self.groups:
            if group.id == name:
                return group
        raise KeyError(name)

    def render(self, accepted: frozenset[str] | None = None) -> Result:
        """The files that result when these groups are accepted (None: all of them)."""
        from codemods.changes.compose import Composer

        return Composer(self).render(accepted)


def closure(groups: Iterable[Group], accepted: frozenset[str]) -> frozenset[str]:
    """The accepted groups all of whose needs, transitively, are accepted too."""
    needs = {group.id: group.needs for group in groups if group.id in accepted}
    kept = set(needs)
    while True:
        lost = {name for name in kept if not kept.issuperset(needs[name])}
        if not lost:
            return frozenset(kept)
        kept -= lost


def with_needs(groups: Iterable[Group], wanted: Iterable[str]) -> frozenset[str]:
    """The wanted groups and everything that they need, transitively."""
    needs = {group.id: group.needs for group in groups}
    found: set[str] = set()
    open_ = list(wanted)
    while open_:
        name = open_.pop()
        if name in found or name not in needs:
            continue
        found.add(name)
        open_.extend(needs[name])
    return frozenset(found)


def dependents(groups: Iterable[Group], names: Iterable[str]) -> frozenset[str]:
    """The groups that need one of the named ones, transitively; the named ones are not among them."""
    start = set(names)
    found: set[str] = set()
    groups = tuple(groups)
    grown = True
    while grown:
        more = {g.id for g in groups if g.id not in found and (start | found).intersection(g.needs)}
        grown = bool(more)
        found |= more
    return frozenset(found - start)
