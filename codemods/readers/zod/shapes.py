"""Reads a Zod expression into a shape, through references to other schemas and across files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.ir.validator import RECURSION, Kind, Shape
from codemods.readers.literals import Computed, Property, Spread, entries
from codemods.readers.zod.constants import Constants
from codemods.readers.zod.constructors import COERCED, CONSTRUCTORS
from codemods.readers.zod.methods import METHODS
from codemods.readers.zod.names import ZodNames
from codemods.readers.zod.outcomes import outcome_of
from codemods.readers.zod.reading import ANY, ANYTHING, Call, checked, fields_of
from codemods.readers.zod.references import follow, returned
from codemods.source.file import SourceFile
from codemods.source.tree import (
    FUNCTION_KINDS,
    arguments,
    find_all,
    key,
    member,
    named,
    parameters,
    property_name,
    shortened,
    unwrap,
)
from codemods.workspace import Declared, FunctionRef, Workspace

NodeKey = tuple[str, str, int, int]


@dataclass(slots=True)
class Progress:
    """What all readers of one schema share: the reasons so far, and the references being followed."""

    reasons: list[str] = field(default_factory=list)
    active: set[NodeKey] = field(default_factory=set)


class ShapeReader:
    """Reads the schemas of one file; a reference into another file is read by a reader of that file."""

    def __init__(
        self,
        workspace: Workspace,
        file: SourceFile,
        tables: Schema,
        progress: Progress | None = None,
        bound: Mapping[str, tuple[ShapeReader, SgNode]] | None = None,
    ) -> None:
        """`bound` says what the parameters of a function stand for whose result is read."""
        self.bound = bound or {}
        self.workspace = workspace
        self.file = file
        self.tables = tables
        self.names = ZodNames(workspace, file)
        self.major = self.names.major
        self.progress = progress or Progress()

    def at(self, path: str) -> ShapeReader:
        """The reader for another file."""
        if path == self.file.path:
            return self
        return ShapeReader(self.workspace, self.workspace.source(path), self.tables, self.progress)

    def reject(self, reason: str) -> None:
        if reason not in self.progress.reasons:
            self.progress.reasons.append(reason)

    def applied(self, method: str, shape: Shape, call: Call) -> Shape:
        return METHODS[method](shape, replace(call, arguments=call.arguments[1:]), self)

    def outcome(self, function: SgNode, taken: Shape) -> Shape:
        return outcome_of(self._function(function), taken)

    def _function(self, node: SgNode) -> SgNode:
        target = follow(self.workspace, self.file, node)
        if target is not None:
            return target[1]
        meaning = self.workspace.meaning_of(self.file.path, node) if node.kind() == "identifier" else None
        return meaning.node if isinstance(meaning, Declared) and meaning.node.kind() in FUNCTION_KINDS else node

    def text(self, node: SgNode) -> str:
        return node.text()

    def read(self, node: SgNode) -> Shape:
        node = unwrap(node)
        mark = (self.file.path, *key(node))
        if mark in self.progress.active:
            return Shape(Kind.ANY, residual=RECURSION)
        self.progress.active.add(mark)
        try:
            return self._call(node) if node.kind() == "call_expression" else self._reference(node)
        finally:
            self.progress.active.discard(mark)

    def _call(self, node: SgNode) -> Shape:
        name = self.names.constructor(node)
        if name is not None:
            return self._constructed(node, name)
        function = node.field("function")
        found = member(function) if function is not None else None
        if found is None or found[1] not in METHODS:
            result = self._returned(node)
            if result is not None:
                return result[0].read(result[1])
            return self._unread(f"schema made by `{shortened(function or node)}`")
        shape = self.read(found[0])
        return METHODS[found[1]](shape, self._described(node, found[1], found[0]), self)

    def _returned(self, call: SgNode) -> tuple[ShapeReader, SgNode] | None:
        """What a function of the repository returns, read where its parameters stand for what it is given."""
        target = self.workspace.callee(self.file.path, call)
        result = returned(target.node) if isinstance(target, FunctionRef) else None
        if not isinstance(target, FunctionRef) or result is None:
            return None
        passed = arguments(call)
        bound = {}
        for index, parameter in enumerate(parameters(target.node)):
            given = passed[index] if index < len(passed) else parameter.default
            if given is not None and parameter.name is not None:
                bound[parameter.name] = (self, given)
        within = ShapeReader(self.workspace, self.workspace.source(target.file), self.tables, self.progress, bound)
        return within, result

    def _constructed(self, node: SgNode, name: str) -> Shape:
        space, _, last = name.rpartition(".")
        call = self._described(node, last, None)
        if space == "coerce":
            return Shape(COERCED[last], residual=(call.source,), coerced=True, wire=ANYTHING)
        if space == "iso":
            return checked(Shape(Kind.STRING), call.source)
        return CONSTRUCTORS[name](call, self)

    def _described(self, node: SgNode, name: str, target: SgNode | None) -> Call:
        function, end = node.field("function"), node.range().end.index
        method = function.field("property") if function is not None and target is not None else None
        start = self.file.text.rfind(".", 0, method.range().start.index) if method is not None else None
        source = self.file.text[node.range().start.index if start is None else start : end]
        return Call(node, name, tuple(unwrap(argument) for argument in arguments(node)), source)

    def _reference(self, node: SgNode) -> Shape:
        if node.text() in self.bound:
            reader, given = self.bound[node.text()]
            return reader.read(given)
        found = member(node)
        inner = member(found[0]) if found is not None else None
        if found is not None and inner is not None and inner[1] == "shape":
            child = self.read(inner[0]).child(found[1])
            return child if child is not None else self._unread(f"`{shortened(node)}` was not found")
        if found is not None and found[1] == "element":
            shape = self.read(found[0])
            return shape.children[0] if shape.kind is Kind.ARRAY else self._unread(f"`{shortened(node)}` was not found")
        target = follow(self.workspace, self.file, node)
        if target is None:
            return self._unread(f"`{shortened(node)}` could not be followed")
        return self.at(target[0]).read(target[1])

    def _unread(self, reason: str) -> Shape:
        self.reject(reason)
        return ANY

    # what constructors and methods ask for

    def fields(self, node: SgNode) -> dict[str, Shape]:
        node = unwrap(node)
        found = member(node)
        if node.text() in self.bound:
            reader, given = self.bound[node.text()]
            return reader.fields(given)
        if found is not None and found[1] == "shape":
            return fields_of(self.read(found[0]))
        if node.kind() != "object":
            target = follow(self.workspace, self.file, node)
            if target is None or target[1].kind() not in ("object", "member_expression"):
                self.reject(f"fields `{shortened(node)}` are built elsewhere")
                return {}
            return self.at(target[0]).fields(target[1])
        fields: dict[str, Shape] = {}
        for entry in entries(node):
            match entry:
                case Property(name, value):
                    fields[name] = self.read(value)
                case Spread(value):
                    fields.update(self.fields(value))
                case Computed(inner):
                    fields.update(self._getter(inner))
        return fields

    def _getter(self, node: SgNode) -> dict[str, Shape]:
        """`get parent() { return Person; }`: how Zod 4 writes recursive fields."""
        name, body = property_name(node.field("name")), node.field("body")
        returned = find_all(body, "return_statement") if body is not None else []
        if name is None or len(returned) != 1 or not named(returned[0]):
            self.reject("computed key")
            return {}
        return {name: self.read(named(returned[0])[0])}

    def keys(self, node: SgNode) -> tuple[str, ...]:
        node = unwrap(node)
        if node.kind() != "object":
            self.reject(f"keys `{shortened(node)}` are built elsewhere")
            return ()
        return tuple(entry.key for entry in entries(node) if isinstance(entry, Property))

    def items(self, node: SgNode) -> list[SgNode] | None:
        node = unwrap(node)
        if node.kind() == "array":
            listed = named(node)
            return None if any(item.kind() == "spread_element" for item in listed) else listed
        target = follow(self.workspace, self.file, node)
        same_file = target is not None and target[0] == self.file.path
        return self.items(target[1]) if target is not None and same_file and target[1].kind() == "array" else None

    def literals(self, node: SgNode) -> tuple[str, ...] | None:
        return Constants(self.workspace, self.tables).of(self.file, node)
