"""Where Drizzle's own names come from, whatever a file calls them, and the links of its chains."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.calls import CallSite, call_site
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, member, unwrap
from codemods.workspace import External, Workspace

PACKAGE = "drizzle-orm"


@dataclass(frozen=True, slots=True)
class Built:
    """`start(…).link(…).link(…)`: the first call, and those behind it in their order."""

    start: CallSite
    links: tuple[CallSite, ...]

    def link(self, *names: str) -> CallSite | None:
        """The first link of one of these names."""
        return next((link for link in self.links if link.method in names), None)


def built(node: SgNode) -> Built | None:
    """The chain that an expression is, None for what is no call."""
    links: list[CallSite] = []
    node = unwrap(node)
    while node.kind() == "call_expression":
        site = call_site(node)
        if site is None:
            return None
        inner = unwrap(site.target) if site.target is not None else None
        if inner is None or inner.kind() != "call_expression":
            return Built(site, tuple(reversed(links)))
        links.append(site)
        node = inner
    return None


def exported(workspace: Workspace, file: SourceFile, call: SgNode) -> str | None:
    """The name of the function of Drizzle that a call runs: `eq`, `pgTable`, `uuid` of `(t) => t.uuid()`."""
    callee = workspace.callee(file.path, call)
    return _last(callee) if isinstance(callee, External) else None


def _last(found: External) -> str | None:
    steps = [step for step in found.path if step != "default"]
    is_own = found.module == PACKAGE or found.module.startswith(f"{PACKAGE}/")
    return steps[-1] if is_own and steps and is_name(steps[-1]) else None


def is_name(step: str) -> bool:
    """Is a step of a path a name, and not the result of a call or the like?"""
    return step.replace("$", "").replace("_", "").isalnum()


@dataclass(frozen=True, slots=True)
class Fragment:
    """`` sql<T>`text` `` with the methods behind it, as in `` sql`count(*)`.mapWith(Number) ``."""

    template: SgNode
    methods: tuple[tuple[str, str], ...]
    """Their names, and the texts of what they are given."""


def fragment_of(workspace: Workspace, file: SourceFile, node: SgNode) -> Fragment | None:
    """The fragment of SQL that an expression is. With a type, the grammar takes it for two comparisons."""
    inner = unwrap(node)
    tag: SgNode | None = None
    if inner.kind() == "binary_expression":
        less = inner.field("left")
        tag = less.field("left") if less is not None and less.kind() == "binary_expression" else None
        inner = inner.field("right") or inner
    methods: list[tuple[str, str]] = []
    while inner.kind() == "call_expression":
        template = inner.field("arguments")
        if template is not None and template.kind() == "template_string":
            site = call_site(inner)
            tag, inner = (site.function if site is not None else None), template
            break
        parts = member(inner.field("function") or inner)
        if parts is None:
            return None
        methods.append((parts[1], ", ".join(each.text() for each in arguments(inner))))
        inner = unwrap(parts[0])
    if tag is None or inner.kind() != "template_string":
        return None
    meaning = workspace.meaning_of(file.path, tag)
    is_own = (isinstance(meaning, External) and _last(meaning) == "sql") or tag.text() == "sql"
    return Fragment(inner, tuple(reversed(methods))) if is_own else None
