"""Reads the order of rows and which of them are wanted: `orderBy`, `take`, `skip`, `cursor`, `distinct`.

https://www.prisma.io/docs/orm/reference/prisma-client-reference#orderby
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NumberOf, NumberWhen, Order, Page, Predicate
from codemods.ir.table import RelationKind, Table
from codemods.readers.assembled import Choice, Items, Part, Test, Value
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.literals import Property, literal_of
from codemods.readers.prisma.where import read_where
from codemods.source.span import Span
from codemods.source.tree import member, named, string_value, unwrap

PAGE_ARGUMENTS = frozenset({"take", "skip", "cursor", "distinct"})
_TO_ONE = (RelationKind.BELONGS_TO, RelationKind.HAS_ONE)


def read_page(reading: Reading, given: Mapping[str, Value], table: Table) -> Page:
    """Which of the rows in order are wanted."""
    limit, backwards = _limit(reading, given.get("take"))
    offset = _number(reading, given.get("skip"), "skip")
    cursor, distinct = (_node(reading, given.get(name), name) for name in ("cursor", "distinct"))
    return Page(
        limit,
        offset,
        _cursor(reading, cursor, table),
        read_columns(reading, distinct, table, "distinct"),
        backwards,
    )


def _node(reading: Reading, value: Value | None, part: str) -> SgNode | None:
    if value is None or isinstance(value, SgNode):
        return value
    reading.reject(f"{part}: built elsewhere")
    return None


def _limit(reading: Reading, given: Value | None) -> tuple[Span | NumberWhen | NumberOf | None, bool]:
    """`take`, and whether it counts from the end: `take: -5`."""
    inner = unwrap(given) if isinstance(given, SgNode) else None
    operand = inner.field("argument") if inner is not None and inner.kind() == "unary_expression" else None
    if inner is not None and operand is not None and inner.text().startswith("-"):
        return reading.span(operand), True
    return _number(reading, given, "take"), False


def _number(reading: Reading, given: Value | None, part: str) -> Span | NumberWhen | NumberOf | None:
    """A number, which may depend on a test: `if (query.limit) options.take = Number(query.limit)`."""
    match given:
        case None:
            return None
        case SgNode():
            return None if is_undefined(given) else reading.span(given)
        case Part(node, key):
            reading.untype(node)
            return NumberOf(reading.span(node), key)
        case Choice(test, SgNode() as value, None) | Choice(test, None, SgNode() as value):
            held = given.then is not None
            if _asks_whether_defined(test, held) and test.node.text() == unwrap(value).text():
                return reading.span(value)
            case = reading.span(test.case) if test.case is not None else None
            return NumberWhen(reading.span(test.node), reading.span(value), held, case, test.is_loose)
        case _:
            reading.reject(f"{part}: built elsewhere")
            return None


def _asks_whether_defined(test: Test, held: bool) -> bool:
    return test.case is not None and test.case.text() == "undefined" and not held


def _cursor(reading: Reading, node: SgNode | None, table: Table) -> Predicate | None:
    if node is None or is_undefined(node):
        return None
    if literal_of(reading.file, node) is None:
        reading.reject("cursor: built elsewhere")
        return None
    return read_where(reading, node, table)


def read_columns(reading: Reading, node: SgNode | None, table: Table, part: str) -> tuple[str, ...]:
    """One column's name or a list of them."""
    if node is None or is_undefined(node):
        return ()
    literal = literal_of(reading.file, node, ("array", "string", "member_expression"))
    items = [] if literal is None else named(literal) if literal.kind() == "array" else [literal]
    names = [_column_name(item) for item in items]
    found = tuple(name for name in names if name is not None and table.field(name) is not None)
    if literal is None or len(found) != len(items):
        reading.reject(f"{part}: built elsewhere")
    return found


def _column_name(node: SgNode) -> str | None:
    """`"name"`, or `Prisma.UserScalarFieldEnum.name`."""
    found = member(unwrap(node))
    if found is not None:
        return found[1] if "ScalarFieldEnum" in found[0].text() else None
    return string_value(unwrap(node))


# order


def read_order(reading: Reading, given: Value, table: Table) -> tuple[Order, ...]:
    """The keys of `orderBy`, which takes one object or a list of them."""
    properties = order_properties(reading, given)
    keys = [_key(reading, prop, table, ()) for prop in properties]
    return tuple(key for key in keys if key is not None)


def order_properties(reading: Reading, given: Value) -> list[Property]:
    """The properties of one object or of a list of them, in order."""
    value = reading.value(given, "orderBy")
    items = value.items if isinstance(value, Items) else (value,)
    return [prop for item in items for prop in reading.properties(item, "orderBy") if not is_undefined(prop.value)]


def _key(reading: Reading, prop: Property, table: Table, path: tuple[str, ...]) -> Order | None:
    if table.relation(prop.key) is not None:
        return _related_key(reading, prop, table, path)
    if table.field(prop.key) is None:
        reading.reject(f"orderBy: unknown field `{prop.key}`")
        return None
    nulls: bool | None = None
    value = prop.value
    if unwrap(value).kind() == "object":
        given = {each.key: each.value for each in reading.properties(value, "orderBy")}
        where = string_value(unwrap(given["nulls"])) if "nulls" in given else None
        nulls = {"first": True, "last": False}.get(where or "")
        if "sort" not in given or ("nulls" in given and nulls is None):
            reading.reject("orderBy: position of nulls")
            return None
        value = given["sort"]
    descending = read_direction(reading, value)
    return None if descending is None else Order(prop.key, descending, path, nulls_first=nulls)


def _related_key(reading: Reading, prop: Property, table: Table, path: tuple[str, ...]) -> Order | None:
    """`author: { name: "asc" }`, `posts: { _count: "desc" }`."""
    relation = table.relation(prop.key)
    target = reading.table(relation.table) if relation is not None else None
    literal = literal_of(reading.file, prop.value)
    inner = reading.properties(literal, "orderBy") if literal is not None else []
    if relation is None or target is None or len(inner) != 1:
        reading.reject(f"orderBy: relation `{prop.key}`")
        return None
    if relation.kind in _TO_ONE:
        return _key(reading, inner[0], target, (*path, relation.field))
    if inner[0].key != "_count":
        reading.reject(f"orderBy: relation `{prop.key}`")
        return None
    descending = read_direction(reading, inner[0].value)
    return None if descending is None else Order(relation.field, descending, path, counts=True)


def read_direction(reading: Reading, value: SgNode) -> bool | None:
    """True for descending; None, rejected, when it is open."""
    text = direction_of(reading, value)
    if text is None:
        reading.reject("orderBy: direction is chosen at run time")
        return None
    return text == "desc"


def direction_of(reading: Reading, value: SgNode) -> str | None:
    """`"desc"`, `Prisma.SortOrder.desc`, or a constant that holds one; None when it is open."""
    literal = literal_of(reading.file, value, ("string", "template_string", "member_expression"))
    found = member(literal) if literal is not None else None
    text = found[1] if found is not None and "SortOrder" in found[0].text() else string_value(literal)
    return text if text in ("asc", "desc") else None
