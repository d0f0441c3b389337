"""What merging one module into an existing file came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from codemods.changes import Addition, Conflict, Fragment, ImportSpec, NewModule
from codemods.changes.merged import fragment_key
from codemods.outcome import CODES, Diagnostic, Place, Severity
from codemods.source import Edit


@dataclass(slots=True)
class Merging:
    """Edits of the existing file, groups that it keeps from being written, and what else its owner should know."""

    additions: list[Addition] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, edit: Edit, groups: tuple[str, ...], imports: Iterable[ImportSpec] = ()) -> None:
        self.additions.append(Addition(edit, groups, tuple(imports)))

    def conflict(self, groups: Iterable[str], code: str, reason: str, place: Place) -> None:
        self.conflicts += [Conflict(group, code, reason, place) for group in groups]

    def report(self, code: str, message: str, place: Place) -> None:
        self.diagnostics.append(Diagnostic(code, Severity.WARNING, message, CODES[code].help, place))


def joined(module: NewModule) -> list[Fragment]:
    """The fragments in order, equal ones of several groups once; parts of the frame belong to all groups."""
    everyone = tuple(dict.fromkeys(name for fragment in module.fragments for name in fragment.groups))
    found: dict[tuple[object, str], Fragment] = {}
    for fragment in module.fragments:
        key = (fragment.order, fragment.text)
        known = found.get(key)
        groups = tuple(dict.fromkeys([*(known.groups if known else ()), *(fragment.groups or everyone)]))
        imports = tuple(dict.fromkeys([*(known.imports if known else ()), *fragment.imports]))
        found[key] = Fragment(groups, fragment.order, fragment.text, imports, fragment.tight)
    return sorted(found.values(), key=fragment_key)
