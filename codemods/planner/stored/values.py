"""What is known of the values in a database call: defined or not, literal or not, and whose id they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.ir.table import Field, Schema
from codemods.ir.validator import Kind, Shape
from codemods.planner.checking.shapes import TypedFields
from codemods.planner.running.runtimes import GLOBALS, VALUE_METHODS
from codemods.source import Binding, BindingKind, SourceFile, Span, member, span_of, unwrap
from codemods.source.tree import operator_of

_LITERALS = frozenset({"string", "number", "true", "false", "null", "regex"})
_DEFINED = _LITERALS | {
    "template_string",
    "new_expression",
    "object",
    "array",
    "arrow_function",
    "function_expression",
    "unary_expression",
}
_MAY_MISS = frozenset({"find", "findLast", "pop", "shift", "at", "get", "findOne"})
_CASTS = frozenset({"Number", "String", "Boolean", "parseInt", "parseFloat", "BigInt", "Date"})
_DEPTH = 8
_ROWS = frozenset({Op.FIND_UNIQUE, Op.FIND_FIRST, Op.CREATE, Op.UPDATE, Op.UPSERT, Op.DELETE})


PartShape = Callable[[SgNode], "Shape | None"]
"""The validated shape of `req.body.x` and its like, for handlers; None when nothing is known."""


_THIS = re.compile(r"\bthis\b")


class Values:
    """Implements the writers' ValueFacts over one source file."""

    def __init__(
        self,
        file: SourceFile,
        schema: Schema,
        queries: list[Query],
        part_shape: PartShape | None = None,
        typed: TypedFields | None = None,
        receiver: str = "",
        reaching: Collection[tuple[str, int]] = (),
        awaited: Collection[Span] = (),
    ) -> None:
        """`receiver` is the name of what was `this`; `awaited` are calls that only the migration waits for."""
        self.reaching, self._awaited = reaching, awaited
        self._file, self._schema, self._typed, self._receiver = file, schema, typed, receiver
        self._calls = {query.call: query for query in queries}
        self._part_shape = part_shape

    def text(self, value: Span) -> str:
        text = self._file.slice(value)
        return _THIS.sub(self._receiver, text) if self._receiver else text

    def turns_async(self, value: Span) -> bool:
        """Is something in it awaited that the source did not wait for?"""
        return any(value.holds(call) for call in self._awaited)

    def is_null(self, value: Span) -> bool:
        return self.text(value).strip() == "null"

    def literal(self, value: Span) -> str | None:
        node = node_covering(self._file, value)
        return node.text() if node is not None and node.kind() in _LITERALS else None

    def may_be_undefined(self, value: Span) -> bool:
        node = node_covering(self._file, value)
        return node is None or self._undefined(node, 0)

    def may_be_null(self, value: Span) -> bool:
        node = node_covering(self._file, value)
        return node is None or not self._filled(node, 0)

    def id_table(self, value: Span) -> str | None:
        node = node_covering(self._file, value)
        parts = member(unwrap(node)) if node is not None else None
        if parts is None:
            return None
        base = unwrap(parts[0])
        binding = self._file.bindings.resolve(base) if base.kind() == "identifier" else None
        query = self._row_query(binding, parts[1])
        table = self._schema.table(query.table) if query is not None and query.table is not None else None
        if table is None:
            return None
        if parts[1] == table.id_field:
            return table.name
        field = table.field(parts[1])
        return self._schema.id_target(field) if field is not None else None

    def _row_query(self, binding: Binding | None, column: str) -> Query | None:
        """The query whose single row a variable holds, with that column."""
        if binding is None or binding.value is None or binding.reassigned:
            return None
        query = self._calls.get(span_of(unwrap(binding.value, awaited=True)))
        if query is None or query.op not in _ROWS:
            return None
        return query if query.select is None or column in query.select else None

    def _filled(self, node: SgNode, depth: int) -> bool:
        """True for a value that is never null or undefined. A written type is no proof: requests do not keep to it."""
        node = unwrap(node, awaited=True)
        if node.kind() in _DEFINED:
            return node.kind() != "null" and not node.text().startswith("void ")
        right = node.field("right")
        if node.kind() == "binary_expression" and right is not None:
            return re.search(r"\?\?|\|\|", operator_of(node)) is not None and self._filled(right, depth)
        if node.kind() == "call_expression":
            callee = node.field("function")
            return callee is not None and callee.text() in _CASTS
        shape = self._part_shape(node) if self._part_shape is not None else None
        if shape is not None:
            return not _admits_null(shape)
        binding = self._file.bindings.resolve(node) if node.kind().endswith("identifier") else None
        if binding is not None and not binding.reassigned and binding.value is not None and depth < _DEPTH:
            return self._filled(binding.value, depth + 1)
        column = self._column(node, binding)
        return column is not None and not column.nullable

    def _column(self, node: SgNode, binding: Binding | None) -> Field | None:
        """The column of `user.email`, or of the name that `const { email } = user` declares."""
        parts = member(node)
        if parts is not None and "?." not in node.text():
            base, name = unwrap(parts[0]), parts[1]
        elif binding is not None and binding.source is not None and len(binding.path) == 1:
            base, name = unwrap(binding.source, awaited=True), binding.path[0]
        else:
            return None
        origin = self._file.bindings.resolve(base) if base.kind() == "identifier" else None
        query = self._row_query(origin, name)
        table = self._schema.table(query.table) if query is not None and query.table is not None else None
        return table.field(name) if table is not None else None

    def _undefined(self, node: SgNode, depth: int) -> bool:
        node = unwrap(node, awaited=True)
        if depth > _DEPTH:
            return True
        match node.kind():
            case kind if kind in _DEFINED:
                return node.text().startswith("void ")
            case "binary_expression":
                return self._binary(node, depth)
            case "ternary_expression":
                branches = (node.field("consequence"), node.field("alternative"))
                return any(branch is None or self._undefined(branch, depth + 1) for branch in branches)
            case "call_expression":
                return self._call(node)
            case "member_expression" | "subscript_expression":
                return self._member(node, depth)
            case "identifier" | "shorthand_property_identifier":
                return self._identifier(node, depth)
            case _:
                return True

    def _binary(self, node: SgNode, depth: int) -> bool:
        left, right = node.field("left"), node.field("right")
        text = operator_of(node)
        if text in ("??", "||"):
            return right is None or self._undefined(right, depth + 1)
        if text == "&&":
            return any(side is None or self._undefined(side, depth + 1) for side in (left, right))
        return False

    def _call(self, node: SgNode) -> bool:
        callee = node.field("function")
        if callee is None or "?." in callee.text():
            return True
        parts = member(callee)
        if parts is None:
            return callee.text() not in _CASTS
        base = unwrap(parts[0])
        is_global = base.kind() == "identifier" and self._file.bindings.resolve(base) is None
        return parts[1] in _MAY_MISS or not (parts[1] in VALUE_METHODS or (is_global and base.text() in GLOBALS))

    def _member(self, node: SgNode, depth: int) -> bool:
        if "?." in node.text():
            return True
        shape = self._part_shape(node) if self._part_shape is not None else None
        if shape is not None:
            return shape.optional
        parts = member(node)
        base = unwrap(parts[0]) if parts is not None else None
        binding = self._file.bindings.resolve(base) if base is not None and base.kind() == "identifier" else None
        if self._typed and binding and parts and self._typed.is_present(self._file, binding, parts[1]):
            return False
        query = self._row_query(binding, parts[1]) if parts is not None else None
        table = self._schema.table(query.table) if query is not None and query.table is not None else None
        return table is None or parts is None or table.field(parts[1]) is None

    def _identifier(self, node: SgNode, depth: int) -> bool:
        if node.text() == "undefined":
            return True
        binding = self._file.bindings.resolve(node)
        if binding is None or binding.reassigned:
            return True
        if binding.default is not None:
            return self._undefined(binding.default, depth + 1)
        if binding.kind is BindingKind.PARAMETER:
            return self._parameter(binding)
        if binding.value is not None:
            return self._undefined(binding.value, depth + 1)
        if binding.source is not None and len(binding.path) == 1:
            return self._destructured(binding, binding.source, binding.path[0])
        return True

    def _parameter(self, binding: Binding) -> bool:
        if binding.path:
            return self._typed is None or not self._typed.is_taken(self._file, binding)
        if binding.type_annotation is None or binding.declaration.kind() == "optional_parameter":
            return True
        text = binding.type_annotation.text()
        return "undefined" in text or text.strip(": ") in ("any", "unknown") or "?" in text

    def _destructured(self, binding: Binding, source: SgNode, key: str) -> bool:
        plain = unwrap(source, awaited=True)
        shape = self._part_shape(binding.node) if self._part_shape is not None else None
        if shape is not None:
            return shape.optional
        origin = self._file.bindings.resolve(plain) if plain.kind() == "identifier" else None
        if self._typed and origin is not None and self._typed.is_present(self._file, origin, key):
            return False
        query = self._row_query(origin, key)
        table = self._schema.table(query.table) if query is not None and query.table is not None else None
        return table is None or table.field(key) is None


def _admits_null(shape: Shape) -> bool:
    loose = (
        shape.nullable
        or shape.coerced
        or (shape.optional and shape.default is None)
        or shape.kind in (Kind.ANY, Kind.NULL)
    )
    return loose or (shape.kind is Kind.UNION and any(_admits_null(child) for child in shape.children))


def node_covering(file: SourceFile, span: Span) -> SgNode | None:
    """The outermost node with exactly this span."""
    node = file.root
    while True:
        if span_of(node) == span:
            return node
        inner = next((child for child in node.children() if span_of(child).holds(span)), None)
        if inner is None:
            return None
        node = inner
