"""Finds every Zod schema of a file, once each: the outermost expression that makes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.ir.validator import Validator
from codemods.outcome import Place
from codemods.readers.zod.methods import METHODS, PARSERS
from codemods.readers.zod.names import ZodNames
from codemods.readers.zod.references import follow
from codemods.readers.zod.shapes import ShapeReader
from codemods.source.file import SourceFile
from codemods.source.tree import key, member, unwrap, wrapped_up
from codemods.workspace import Workspace

OBJECTS = frozenset({"object", "strictObject", "looseObject", "interface"})
COMBINING = frozenset(
    {"extend", "merge", "and", "or", "augment", "safeExtend", "catchall", "pipe", "pick", "omit", "partial", "required"}
)
"""Methods that make another schema from one that is named elsewhere."""

_TELLING = OBJECTS | COMBINING
_ZOD = re.compile(r"z(?:od|(?<!\wz)(?!\w))")
_COMBINED = re.compile(rf"\.\s*(?:{'|'.join(sorted(COMBINING))})\b")

_WALLS = frozenset({"statement_block", "program", "class_body"})
_NAMING = {"variable_declarator": "name", "pair": "key", "assignment_expression": "left"}
_DEPTH = 6


@dataclass(frozen=True)
class ZodSchema:
    """A schema with the expression that makes it; its shape is read when the `validator` is first asked for.

    `name` is the variable or property that holds it, if any.
    """

    workspace: Workspace
    file: str
    node: SgNode
    tables: Schema | None
    name: str | None

    @property
    def place(self) -> Place:
        return self.workspace.source(self.file).place(self.node)

    @cached_property
    def validator(self) -> Validator:
        return shape_of(self.workspace, self.file, self.node, self.tables)


def shape_of(workspace: Workspace, file: str, node: SgNode, tables: Schema | None = None) -> Validator:
    """The validator of a schema expression. `tables` supplies the enums that come from the database client."""
    source = workspace.source(file)
    reader = ShapeReader(workspace, source, tables or Schema())
    shape = reader.read(node)
    return Validator(name_of(node), source.place(node), shape, "zod", tuple(reader.progress.reasons))


def find_schemas(workspace: Workspace, path: str, tables: Schema | None = None) -> list[ZodSchema]:
    """The schemas of a file in source order: those that hold an object, are named, combine others or parse input."""
    text = workspace.text(path)
    if not _ZOD.search(text) and not _COMBINED.search(text):
        return []
    file = workspace.source(path)
    finder = _Finder(workspace, file)
    return [ZodSchema(workspace, path, node, tables, name_of(node)) for node in finder.outermost()]


def name_of(node: SgNode) -> str | None:
    """The variable, property or target that an expression is assigned to."""
    parent = node.parent()
    label = _NAMING.get(parent.kind()) if parent is not None else None
    holder = parent.field(label) if parent is not None and label is not None else None
    return holder.text().strip("\"'") if holder is not None else None


class _Finder:
    def __init__(self, workspace: Workspace, file: SourceFile) -> None:
        self._workspace = workspace
        self._file = file
        self._names = ZodNames(workspace, file)
        self._known: dict[tuple[str, int, int], bool] = {}

    def outermost(self) -> list[SgNode]:
        """The largest schema expressions, in source order."""
        found: dict[tuple[str, int, int], SgNode] = {}
        for call in self._file.calls:
            if not _may_matter(call) or not self._makes_schema(call) or not self._matters(call):
                continue
            top = self._largest(call)
            found.setdefault(key(top), top)
        return sorted(found.values(), key=lambda node: node.range().start.index)

    def _matters(self, call: SgNode) -> bool:
        name = self._names.constructor(call)
        if name in OBJECTS:
            return True
        function = call.field("function")
        found = member(function) if function is not None else None
        if name is None and found is not None and found[1] in COMBINING:
            return True
        return _is_declared(call) or _is_parsed(call)

    def _makes_schema(self, node: SgNode, depth: int = 0) -> bool:
        mark = key(node)
        if mark not in self._known:
            self._known[mark] = False
            self._known[mark] = self._is_schema(node, depth)
        return self._known[mark]

    def _is_schema(self, node: SgNode, depth: int) -> bool:
        if node.kind() != "call_expression":
            return self._names_schema(node, depth)
        if self._names.constructor(node) is not None:
            return True
        function = node.field("function")
        found = member(function) if function is not None else None
        if found is None or found[1] not in METHODS:
            return False
        return self._makes_schema(unwrap(found[0]), depth)

    def _names_schema(self, node: SgNode, depth: int) -> bool:
        if depth > _DEPTH or node.kind() not in ("identifier", "member_expression"):
            return False
        target = follow(self._workspace, self._file, node)
        if target is None or target[1].kind() not in ("call_expression", "identifier", "member_expression"):
            return False
        if target[0] == self._file.path:
            return self._makes_schema(target[1], depth + 1)
        other = _Finder(self._workspace, self._workspace.source(target[0]))
        return other._makes_schema(target[1], depth + 1)

    def _largest(self, call: SgNode) -> SgNode:
        """The largest schema expression around a call; a schema within a nested function body stands alone."""
        top = call
        for around in call.ancestors():
            if around.kind() in _WALLS:
                break
            if around.kind() == "call_expression" and self._holds(around):
                top = around
        return top

    def _holds(self, call: SgNode) -> bool:
        function = call.field("function")
        found = member(function) if function is not None else None
        if found is not None and found[1] in PARSERS:
            return False
        return (found is not None and found[1] in COMBINING) or self._makes_schema(call)


def _may_matter(call: SgNode) -> bool:
    """By what can be seen without following any name."""
    function = call.field("function")
    found = member(function) if function is not None else None
    return found is None or found[1] in _TELLING or _is_declared(call) or _is_parsed(call)


def _is_declared(call: SgNode) -> bool:
    parent = wrapped_up(call).parent()
    return parent is not None and parent.kind() in (
        "variable_declarator",
        "export_statement",
        "public_field_definition",
    )


def _is_parsed(call: SgNode) -> bool:
    """`z.string().parse(value)`: a schema that is used in place."""
    access = call.parent()
    found = member(access) if access is not None and access.kind() == "member_expression" else None
    return found is not None and found[1] in PARSERS
