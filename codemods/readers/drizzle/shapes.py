"""Reads what a query shows of its rows: the argument of `select` and `returning`, `columns` and `with`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import Column, Computed, Function, Shape, Shown, Whole
from codemods.ir.sql import Dialect
from codemods.ir.table import FieldType
from codemods.readers.assembled import Object, Value
from codemods.readers.assembled.reading import shortened
from codemods.readers.drizzle.fragments import parts_of
from codemods.readers.drizzle.scope import Scope
from codemods.readers.drizzle.source import Fragment
from codemods.readers.literals import Computed as ComputedKey
from codemods.readers.literals import Property, Spread, binding_of, entries
from codemods.source.tree import arguments, member, unwrap

_FUNCTIONS: Mapping[str, tuple[Function, bool]] = {
    "count": (Function.COUNT, False),
    "countDistinct": (Function.COUNT, True),
    "sum": (Function.SUM, False),
    "sumDistinct": (Function.SUM, True),
    "avg": (Function.AVG, False),
    "avgDistinct": (Function.AVG, True),
    "min": (Function.MIN, False),
    "max": (Function.MAX, False),
}
_IN_SQL = re.compile(
    r"(?:cast\()?(?P<zero>coalesce\()?(?P<name>count|sum|avg|min|max)\(\s*(?P<distinct>distinct )?(?P<of>\*|\?|1)\s*\)"
    r"(?(zero),\s*0\))(?:\s*::\s*(?P<type>\w+)|\s+as\s+(?P<cast>\w+)\s*\))?",
    re.IGNORECASE,
)
_WHOLE_NUMBERS = frozenset({"int", "integer", "int4", "smallint", "int2"})
_NUMBERS = _WHOLE_NUMBERS | {"float", "float8", "float4", "real", "double"}


def read_shape(scope: Scope, node: SgNode) -> Shape | None:
    """The object of a `select`; None where it cannot be read."""
    reading = scope.reading
    inner = unwrap(node)
    if inner.kind() != "object":
        other, literal = reading.followed(inner)
        if other is not reading:
            reading.reject(f"select: `{shortened(inner.text())}` is written in another file")
            return None
        value = reading.value(literal, "select")
        if isinstance(value, Object):
            return _of_entries(scope, value.entries)
        reading.reject(f"select: `{shortened(inner.text())}` is built elsewhere")
        return None
    found: list[tuple[str, Shown]] = []
    for entry in entries(inner):
        match entry:
            case Property(key, value):
                shown = _shown(scope, key, value)
                found += [(key, shown)] if shown is not None else []
            case Spread(value):
                found += _spread(scope, value)
            case ComputedKey():
                reading.reject("select: a computed key")
    return Shape(tuple(dict(found).items()))


def _of_entries(scope: Scope, given: Mapping[str, Value]) -> Shape:
    found: list[tuple[str, Shown]] = []
    for key, value in given.items():
        shown = _shown(scope, key, value) if isinstance(value, SgNode) else None
        if shown is not None:
            found.append((key, shown))
        else:
            scope.reading.reject(f"select: `{key}`")
    return Shape(tuple(found))


def _shown(scope: Scope, key: str, node: SgNode) -> Shown | None:
    inner = unwrap(node)
    column = scope.column(inner)
    if column is not None:
        return column
    table = scope.references.table(scope.reading.file, inner)
    source = scope.source(table) if table is not None else None
    if source is not None:
        return Whole(source)
    if inner.kind() == "object":
        return read_shape(scope, inner)
    computed = _computed(scope, inner)
    if computed is None:
        whole = _columns_of(scope, inner)
        if whole is not None:
            return Shape(tuple((each.field, each) for each in whole))
        scope.reading.reject(f"select: `{key}` is `{shortened(inner.text())}`")
    return computed


def _spread(scope: Scope, node: SgNode) -> list[tuple[str, Shown]]:
    """`...getTableColumns(users)`, `...rest` of `const { password, ...rest } = getTableColumns(users)`."""
    found = _columns_of(scope, node)
    if found is None:
        scope.reading.reject(f"select: spread of `{shortened(node.text())}`")
        return []
    return [(each.field, each) for each in found]


def _columns_of(scope: Scope, node: SgNode) -> list[Column] | None:
    inner = unwrap(node)
    binding = binding_of(scope.reading.file, inner)
    left_out: set[str] = set()
    if binding is not None and binding.value is not None and not binding.reassigned:
        pattern = binding.declaration.field("name")
        if binding.path or (pattern is not None and pattern.kind() == "object_pattern"):
            rest = (
                next((each for each in pattern.children() if each.kind() == "rest_pattern"), None) if pattern else None
            )
            if pattern is None or rest is None or rest.text().removeprefix("...") != binding.name:
                return None
            left_out = {
                (each.field("key") or each).text()
                for each in pattern.children()
                if each.kind() in ("shorthand_property_identifier_pattern", "pair_pattern")
            }
        inner = unwrap(binding.value)
    callee = inner.field("function")
    given = arguments(inner) if callee is not None else []
    if callee is None or not given or not callee.text().endswith(("getTableColumns", "getColumns")):
        return None
    table = scope.references.table(scope.reading.file, given[0])
    source = scope.source(table) if table is not None else None
    if source is None:
        return None
    return [Column(field.name, source) for field in scope.sources[source].fields if field.name not in left_out]


# functions


def _computed(scope: Scope, node: SgNode) -> Computed | None:
    """`count()`, `sum(orders.total)`, `` sql<number>`count(*)` ``, with `.mapWith(Number)` behind it or a cast."""
    fragment = scope.fragment(node)
    if fragment is not None:
        return _in_sql(scope, fragment)
    call, mapped = _mapped(node)
    name = scope.operator(call)
    if name is None or name not in _FUNCTIONS:
        return None
    function, distinct = _FUNCTIONS[name]
    given = arguments(call)
    column = scope.column(given[0]) if given else None
    if given and column is None:
        return None
    as_text = function in (Function.SUM, Function.AVG) and not mapped
    return Computed(function, column, distinct, as_text)


def _mapped(node: SgNode) -> tuple[SgNode, bool]:
    callee = member(node.field("function") or node)
    if callee is not None and node.kind() == "call_expression" and callee[1] in ("mapWith", "as"):
        inner, mapped = _mapped(unwrap(callee[0]))
        given = arguments(node)
        is_number = callee[1] == "mapWith" and bool(given) and given[0].text() == "Number"
        return inner, mapped or is_number
    return node, False


def _in_sql(scope: Scope, fragment: Fragment) -> Computed | None:
    text, values = parts_of(fragment)
    matched = _IN_SQL.fullmatch(text)
    mapped = ("mapWith", "Number") in fragment.methods
    if matched is None or any(name not in ("mapWith", "as") for name, _ in fragment.methods):
        return None
    function = Function(matched["name"].lower())
    column = scope.column(values[0]) if matched["of"] == "?" else None
    if matched["of"] == "?" and column is None:
        return None
    cast = (matched["type"] or matched["cast"] or "").lower()
    if cast and cast not in _NUMBERS:
        return None
    if cast in _WHOLE_NUMBERS and function in (Function.AVG, Function.SUM):
        field = scope.field(column) if column is not None else None
        if function is Function.AVG or field is None or field.type is not FieldType.INT:
            return None
    as_text = not mapped and not cast and _comes_as_text(scope, function, column)
    return Computed(function, column, bool(matched["distinct"]), as_text, bool(matched["zero"]))


def _comes_as_text(scope: Scope, function: Function, column: Column | None) -> bool:
    """PostgreSQL's drivers give wide numbers as texts."""
    if scope.own.sql is not Dialect.POSTGRES:
        return False
    field = scope.field(column) if column is not None else None
    if function is Function.COUNT:
        return True
    if function in (Function.SUM, Function.AVG):
        return field is None or field.type is not FieldType.FLOAT
    return False
