"""Reads a chain of calls into a shape, through references to other schemas and across files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.ir.validator import Kind, Shape, Unknown, Validator
from codemods.readers.chains.joi import JOI
from codemods.readers.chains.words import Call, Library, Values, alternatives, checked
from codemods.readers.chains.yup import YUP
from codemods.readers.literals import Property, Spread, entries
from codemods.readers.zod.constants import Constants
from codemods.readers.zod.references import follow
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, find_all, key, member, named, parameters, shortened, unwrap
from codemods.workspace import External, FunctionRef, Workspace

LIBRARIES = {package: library for library in (JOI, YUP) for package in library.packages}
_LITERALS = frozenset({"string", "number", "true", "false", "null", "template_string", "unary_expression"})
_FIELDS = Shape(Kind.OBJECT, optional=True, unknown=Unknown.REJECT)
_UNKNOWN = Shape(Kind.ANY, optional=True)


def chain_shape(workspace: Workspace, file: str, node: SgNode, tables: Schema | None = None) -> Validator | None:
    """The validator of a schema expression; None for one that no library of chains makes."""
    source = workspace.source(file)
    reader = _Reader(workspace, source, tables or Schema())
    shape = reader.read(node)
    library = reader.progress.library
    if library is None:
        return None
    return Validator(None, source.place(node), shape, library, tuple(reader.progress.reasons))


@dataclass(slots=True)
class _Progress:
    """What all readers of one schema share."""

    reasons: list[str] = field(default_factory=list)
    active: set[tuple[str, str, int, int]] = field(default_factory=set)
    library: str | None = None


class _Reader:
    """Reads the schemas of one file; a reference into another file is read by a reader of that file."""

    def __init__(
        self, workspace: Workspace, file: SourceFile, tables: Schema, progress: _Progress | None = None
    ) -> None:
        self.workspace, self.file, self.tables = workspace, file, tables
        self.progress = progress or _Progress()

    def reject(self, reason: str) -> None:
        if reason not in self.progress.reasons:
            self.progress.reasons.append(reason)

    def read(self, node: SgNode) -> Shape:
        node = unwrap(node)
        mark = (self.file.path, *key(node))
        if mark in self.progress.active:
            self.reject("a schema that holds itself")
            return _UNKNOWN
        self.progress.active.add(mark)
        try:
            return self._any(node)
        finally:
            self.progress.active.discard(mark)

    def _any(self, node: SgNode) -> Shape:
        match node.kind():
            case "call_expression":
                return self._call(node)
            case "object":
                return self._fields(node)
            case "array":
                return alternatives(tuple(self.read(item) for item in named(node)), node.text())
            case kind if kind in _LITERALS:
                return Shape(Kind.NULL) if kind == "null" else Shape(Kind.LITERAL, literal=node.text())
            case _:
                return self._followed(follow(self.workspace, self.file, node), node)

    def _followed(self, target: tuple[str, SgNode] | None, node: SgNode) -> Shape:
        if target is None:
            self.reject(f"`{shortened(node)}` could not be followed")
            return _UNKNOWN
        path, value = target
        if path == self.file.path:
            return self.read(value)
        return _Reader(self.workspace, self.workspace.source(path), self.tables, self.progress).read(value)

    def _fields(self, node: SgNode) -> Shape:
        """`{ email: Joi.string() }`, as the fields of an object."""
        fields: dict[str, Shape] = {}
        for entry in entries(node):
            match entry:
                case Property(name, value):
                    fields[name] = self.read(value)
                case Spread(value):
                    spread = self.read(value)
                    fields |= dict(zip(spread.keys, spread.children, strict=True))
                case _:
                    self.reject("computed key")
        return replace(_FIELDS, children=tuple(fields.values()), keys=tuple(fields))

    def _call(self, node: SgNode) -> Shape:
        target = self.workspace.callee(self.file.path, node)
        if isinstance(target, External) and target.module in LIBRARIES:
            library = LIBRARIES[target.module]
            names = [step for step in target.path if step not in ("default", "Joi")]
            if len(names) == 1:
                return self._constructed(node, library, target.module, names[0])
        callee = node.field("function")
        parts = member(callee) if callee is not None else None
        if isinstance(target, FunctionRef) and parts is None:
            return self._made(target, node)
        return self._method(node, *parts) if parts is not None else self._followed(None, node)

    def _constructed(self, node: SgNode, library: Library, module: str, name: str) -> Shape:
        call = self._described(node, name)
        if name in library.constructors:
            self.progress.library = module
            return library.constructors[name](call, self)
        if name in library.methods or name in library.checks:
            self.progress.library = module
            return self._applied(library.constructors["any"](call, self), call, library)
        self.reject(f"schema made by `{name}`")
        return _UNKNOWN

    def _method(self, node: SgNode, target: SgNode, name: str) -> Shape:
        shape = self.read(target)
        library = LIBRARIES.get(self.progress.library or "")
        if library is None:
            return self._followed(None, node)
        return self._applied(shape, self._described(node, name), library)

    def _applied(self, shape: Shape, call: Call, library: Library) -> Shape:
        if call.name in library.methods:
            return library.methods[call.name](shape, call, self)
        if call.name not in library.checks:
            self.reject(f"method `{call.name}`")
        return checked(shape, call.source)

    def _made(self, function: FunctionRef, node: SgNode) -> Shape:
        """`password()`: a function that does nothing but return a schema."""
        body = function.node.field("body")
        returns = find_all(body, "return_statement") if body is not None and body.kind() == "statement_block" else []
        made = body if body is not None and body.kind() != "statement_block" else None
        if len(returns) == 1 and body is not None and named(body) == returns and named(returns[0]):
            made = named(returns[0])[0]
        return self._followed((function.file, made) if made is not None else None, node)

    def _described(self, node: SgNode, name: str) -> Call:
        given = tuple(unwrap(argument) for argument in arguments(node))
        return Call(name, given, f"{name}({', '.join(each.text() for each in given)})")

    # what constructors and methods ask for

    def literals(self, nodes: Iterable[SgNode]) -> Values:
        constants, found = Constants(self.workspace, self.tables), list[str]()
        for node in nodes:
            inner = named(node)[0] if node.kind() == "spread_element" else node
            values = ("null",) if inner.kind() == "null" else constants.of(self.file, inner)
            if values is None:
                return None
            found += values
        return tuple(dict.fromkeys(found))

    def keeps_value(self, function: SgNode) -> bool:
        target = self.workspace.function_of(self.file.path, function)
        node = target.node if isinstance(target, FunctionRef) else function
        given, body = parameters(node), node.field("body")
        if not given or given[0].name is None or body is None:
            return False
        value, helpers = given[0].name, given[1].name if len(given) > 1 else None
        if any(
            left is not None and left.text() == value
            for each in find_all(body, "assignment_expression", "augmented_assignment_expression")
            if (left := each.field("left")) is not None
        ):
            return False
        results = [named(each)[0] for each in find_all(body, "return_statement") if named(each)]
        results += [body] if body.kind() != "statement_block" else []
        return bool(results) and all(_keeps(unwrap(result), value, helpers) for result in results)


def _keeps(result: SgNode, value: str, helpers: str | None) -> bool:
    """`value`, `helpers.message("…")`, or one of them by a condition."""
    if result.kind() == "ternary_expression":
        sides = [result.field(name) for name in ("consequence", "alternative")]
        return all(side is not None and _keeps(unwrap(side), value, helpers) for side in sides)
    if result.kind() == "call_expression":
        parts = member(result.field("function") or result)
        return parts is not None and parts[0].text() == helpers and parts[1] in ("error", "message")
    return result.text() == value
