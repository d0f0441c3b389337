"""Reads the conditions of a query into a predicate tree.

Operators: https://www.mongodb.com/docs/manual/reference/operator/query/
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Any, Compare, Condition, Not, Predicate, all_of
from codemods.ir.table import Table
from codemods.readers.assembled import Choice, Items, Object, Value
from codemods.readers.assembled.conditions import chosen, read_object, with_name
from codemods.readers.assembled.reading import Reading
from codemods.readers.literals import may_be_object
from codemods.readers.mongoose.source import export_of
from codemods.source.tree import arguments, unwrap

OPERATORS: Mapping[str, Compare] = {
    "$eq": Compare.EQ,
    "$ne": Compare.NE,
    "$gt": Compare.GT,
    "$gte": Compare.GTE,
    "$lt": Compare.LT,
    "$lte": Compare.LTE,
    "$in": Compare.IN,
    "$nin": Compare.NOT_IN,
    "$exists": Compare.EXISTS,
}
_LISTS = frozenset({Compare.IN, Compare.NOT_IN})


def read_conditions(reading: Reading, node: Value, table: Table) -> Predicate:
    """The predicate of the conditions of a call: what a variable holds keeps its name."""
    return with_name(reading, node, _object(reading, node, table))


def _object(reading: Reading, given: Value | None, table: Table) -> Predicate:
    return read_object(reading, given, "conditions", lambda key, each: _entry(reading, key, each, table))


def _entry(reading: Reading, key: str, given: Value, table: Table) -> Predicate:
    if key in ("$and", "$or", "$nor"):
        branches = reading.value(given, "conditions")
        if isinstance(branches, Choice):
            return chosen(reading, branches, lambda each: _entry(reading, key, each, table))
        parts = _branches(reading, key, given, table)
        if key == "$and":
            return all_of(parts)
        return Any(tuple(parts)) if key == "$or" else Not(Any(tuple(parts)))
    if key.startswith("$"):
        reading.reject(f"conditions: operator `{key}`")
        return NOTHING
    if key != "_id" and (table.document is None or table.document.path(key.replace("._id", "")) is None):
        reading.reject(f"conditions: unknown path `{key}`")
        return NOTHING
    value = reading.value(given, "conditions")
    match value:
        case None:
            return NOTHING
        case Choice():
            return chosen(reading, value, lambda each: _entry(reading, key, each, table))
        case Object(entries):
            return _operators(reading, key, entries)
        case Items():
            reading.reject(f"conditions: `{key}` equals a list")
            return NOTHING
        case _:
            return _compared(reading, key, Compare.EQ, value)


def _branches(reading: Reading, key: str, given: Value, table: Table) -> list[Predicate]:
    value = reading.value(given, "conditions")
    if isinstance(value, Items):
        return [_object(reading, item, table) for item in value.items]
    reading.reject(f"conditions: {key} is built elsewhere")
    return []


def _operators(reading: Reading, path: str, entries: Mapping[str, Value]) -> Predicate:
    parts: list[Predicate] = []
    for key, given in entries.items():
        if key == "$options":
            continue
        if key == "$regex":
            parts.append(_pattern(reading, path, given, entries.get("$options")))
        elif key == "$not":
            parts.append(_not(reading, path, given))
        elif key in OPERATORS:
            op = OPERATORS[key]
            value = given if op in _LISTS else reading.value(given, "conditions")
            parts.append(_compared(reading, path, op, value))
        else:
            what = f"operator `{key}`" if key.startswith("$") else f"`{path}` equals an object"
            reading.reject(f"conditions: {what}")
    return all_of(parts)


def _not(reading: Reading, path: str, given: Value) -> Predicate:
    value = reading.value(given, "conditions")
    if isinstance(value, Object):
        return Not(_operators(reading, path, value.entries))
    return Not(_compared(reading, path, Compare.EQ, value))


def _pattern(reading: Reading, path: str, given: Value, options: Value | None) -> Predicate:
    if not isinstance(given, SgNode) or not (options is None or isinstance(options, SgNode)):
        reading.reject(f"conditions: pattern of `{path}` is built elsewhere")
        return NOTHING
    made = _regexp(reading, given)
    value, own = made if made is not None else (given, None)
    flags = options if options is not None else own
    span = reading.span(flags) if flags is not None else None
    return Condition(path, Compare.MATCHES, reading.span(value), options=span)


def _regexp(reading: Reading, node: SgNode) -> tuple[SgNode, SgNode | None] | None:
    """The pattern and the flags of `new RegExp(text, "i")`."""
    inner = unwrap(node)
    made = inner.field("constructor") or inner.field("function")
    if made is None or made.text() != "RegExp" or not arguments(inner):
        return None
    given = arguments(inner)
    return given[0], given[1] if len(given) > 1 else None


def _compared(reading: Reading, path: str, op: Compare, value: Value | None) -> Predicate:
    if not isinstance(value, SgNode) or (op not in _LISTS and may_be_object(reading.file, value)):
        reading.reject(f"conditions: `{path}` is compared with something that is built elsewhere")
        return NOTHING
    if op in (Compare.EQ, Compare.NE) and (unwrap(value).kind() == "regex" or _regexp(reading, value) is not None):
        found = _pattern(reading, path, value, None)
        return Not(found) if op is Compare.NE else found
    return Condition(path, op, reading.span(key_in(reading, value)))


def key_in(reading: Reading, node: SgNode) -> SgNode:
    """The text in `new mongoose.Types.ObjectId(text)`, which is a key already."""
    inner = unwrap(node)
    made = inner.field("constructor") or inner.field("function")
    given = arguments(inner) if made is not None else []
    if made is None or len(given) != 1:
        return node
    exported = export_of(reading.workspace, reading.file, made) if reading.workspace is not None else None
    return given[0] if exported is not None and exported[-1:] == ("ObjectId",) else node
