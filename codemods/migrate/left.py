"""What a migration leaves to its owner, each thing with the code that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ast_grep_py import SgNode

from codemods.changes import Options, settle
from codemods.migrate.begin import plan
from codemods.outcome import LEFT, Item, ItemKind, Place, Target
from codemods.source import SourceFile, arguments, find_all, span_of
from codemods.source.tree import member_path
from codemods.workspace import Declared, FunctionRef, Workspace

_OF_A_ROUTE = "its route is not carried over"
_KINDS = frozenset(ItemKind) - {ItemKind.FILE}
_MOST_LINES = 120
_MOST_SNIPPETS = 6
_STATEMENTS = frozenset(
    {"expression_statement", "lexical_declaration", "variable_declaration", "function_declaration",
     "class_declaration", "export_statement"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of code with its place; `text` is cut off where it gets too long."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that is left to do: what was found, the code it is about, and what stands in its place."""

    item: Item
    original: tuple[Snippet, ...]
    generated: Snippet | None

    @property
    def code(self) -> str:
        return (self.item.reason or "").partition(" ")[0]

    @property
    def reason(self) -> str:
        return (self.item.reason or "").partition(" ")[2]


def left_over(root: Path, options: Options | None = None) -> tuple[Leftover, ...]:
    """What is left of the repository at `root`, as it is now, in order of place. Writes nothing."""
    settled = settle(plan(root, options or Options()))
    workspace = Workspace.open(root)
    written = {change.path: change.after.decode("utf-8", "replace") for change in settled.files if change.after}
    return tuple(
        Leftover(item, tuple(_original(workspace, item.source)), _generated(root, written, item.target))
        for item in sorted(settled.items, key=lambda item: item.source)
        if item.outcome in LEFT and item.kind in _KINDS and _OF_A_ROUTE not in (item.reason or "")
    )


def _original(workspace: Workspace, place: Place) -> Iterator[Snippet]:
    """The statement at a place, and the functions that it names, theirs included."""
    if place.file not in workspace.files:
        return
    file = workspace.source(place.file)
    statement = _statement_at(file, file.offset(place.line, place.column))
    if statement is None:
        return
    yield _snippet(file, statement)
    waiting, seen = [(file, statement)], {(file.path, span_of(statement).start)}
    count = 1
    while waiting and count < _MOST_SNIPPETS:
        here, node = waiting.pop(0)
        for found in _named(workspace, here, node):
            source = workspace.source(found.file)
            outer = _statement_at(source, span_of(found.node).start)
            key = (found.file, span_of(outer).start if outer is not None else -1)
            if outer is None or key in seen or count >= _MOST_SNIPPETS:
                continue
            seen.add(key)
            count += 1
            yield _snippet(source, outer)
            waiting.append((source, found.node))


def _named(workspace: Workspace, file: SourceFile, node: SgNode) -> Iterator[FunctionRef | Declared]:
    """The functions of the repository that a piece of code names or calls, and what it is given by name."""
    for call in find_all(node, "call_expression"):
        for expression in (call.field("function"), *arguments(call)):
            if expression is None or expression.kind() not in ("identifier", "member_expression"):
                continue
            found = workspace.function_of(file.path, expression)
            if isinstance(found, FunctionRef):
                yield found
                continue
            meaning = workspace.meaning_of(file.path, member_path(expression)[0])
            if isinstance(meaning, Declared) and expression != call.field("function"):
                yield meaning


def _statement_at(file: SourceFile, offset: int) -> SgNode | None:
    """The top-level statement, or class member, around an offset."""
    around = [
        node
        for node in find_all(file.root, *sorted(_STATEMENTS), "method_definition")
        if span_of(node).start <= offset < span_of(node).end
    ]
    members = [node for node in around if node.kind() == "method_definition"]
    return next(iter(members or around), None)


def _snippet(file: SourceFile, node: SgNode) -> Snippet:
    lines = file.slice(span_of(node)).splitlines()
    cut = ["// …"] if len(lines) > _MOST_LINES else []
    return Snippet(file.path, file.place(node).line, "\n".join([*lines[:_MOST_LINES], *cut]))


def _generated(root: Path, written: Mapping[str, str], target: Target | None) -> Snippet | None:
    """The declaration that stands in the place of the original, as written or as it would be."""
    if target is None:
        return None
    text = written.get(target.file)
    path = root / target.file
    if text is None and path.is_file():
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    if text is None:
        return None
    file = SourceFile(target.file, text)
    for statement in file.root.children():
        names = (node.field("name") for node in find_all(statement, "variable_declarator", "function_declaration"))
        if any(name is not None and name.text() == target.export for name in names):
            return _snippet(file, statement)
    return None
