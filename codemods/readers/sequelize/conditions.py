"""Reads `where` into a predicate tree.

https://sequelize.org/docs/v6/core-concepts/model-querying-basics/#applying-where-clauses
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Any, Compare, Condition, IsNull, Not, Predicate, all_of
from codemods.ir.table import FieldType, Table
from codemods.readers.assembled import Choice, Items, Object, Value
from codemods.readers.assembled.conditions import chosen, read_object, with_name
from codemods.readers.assembled.reading import Reading, shortened
from codemods.readers.literals import may_be_object
from codemods.source.tree import member, unwrap

OPERATORS: Mapping[str, Compare] = {
    "eq": Compare.EQ,
    "is": Compare.EQ,
    "ne": Compare.NE,
    "gt": Compare.GT,
    "gte": Compare.GTE,
    "lt": Compare.LT,
    "lte": Compare.LTE,
    "in": Compare.IN,
    "notIn": Compare.NOT_IN,
    "like": Compare.LIKE,
    "iLike": Compare.LIKE,
    "substring": Compare.CONTAINS,
    "startsWith": Compare.STARTS_WITH,
    "endsWith": Compare.ENDS_WITH,
    "contains": Compare.HAS_EVERY,
    "overlap": Compare.HAS_SOME,
}
_NEGATED: Mapping[str, str] = {"notLike": "like", "notILike": "iLike", "notBetween": "between"}
_LISTS = frozenset({Compare.IN, Compare.NOT_IN})
_OF_LISTS = frozenset({Compare.HAS_EVERY, Compare.HAS_SOME})
_INSENSITIVE = frozenset({"iLike", "notILike"})
_MARK = "Op."


def operator_key(node: SgNode) -> str | None:
    """`Op.gt` of the key `[Op.gt]`, `[Sequelize.Op.gt]` or `[db.Sequelize.Op.gt]`."""
    parts = member(unwrap(node))
    if parts is None:
        return None
    owner = unwrap(parts[0])
    inner = member(owner)
    return f"{_MARK}{parts[1]}" if (inner[1] if inner is not None else owner.text()) == "Op" else None


def read_conditions(reading: Reading, node: Value, table: Table) -> Predicate:
    """The predicate of a `where`: what a variable holds keeps its name."""
    return with_name(reading, node, _object(reading, node, table))


def _object(reading: Reading, given: Value | None, table: Table) -> Predicate:
    return read_object(reading, given, "where", lambda key, each: _entry(reading, key, each, table))


def _entry(reading: Reading, key: str, given: Value, table: Table) -> Predicate:
    if key.startswith(_MARK):
        return _connected(reading, key.removeprefix(_MARK), given, table)
    if table.field(key) is None:
        reading.reject(f"where: unknown column `{key}`")
        return NOTHING
    return _column(reading, key, given, table)


def _connected(reading: Reading, operator: str, given: Value, table: Table) -> Predicate:
    """`[Op.or]: [{ … }, { … }]`, `[Op.and]: [ … ]`, `[Op.not]: { … }`, also with an object of conditions."""
    value = reading.value(given, "where")
    if operator not in ("or", "and", "not"):
        reading.reject(f"where: operator `{operator}`")
        return NOTHING
    if isinstance(value, Choice):
        return chosen(reading, value, lambda each: _connected(reading, operator, each, table))
    match value:
        case Items(items):
            parts = [_object(reading, item, table) for item in items]
        case Object(entries):
            parts = [_entry(reading, key, each, table) for key, each in entries.items()]
        case _:
            reading.reject(f"where: `{operator}` is built elsewhere")
            return NOTHING
    return _joined(operator, parts)


def _joined(operator: str, parts: list[Predicate]) -> Predicate:
    if operator == "and":
        return all_of(parts)
    if operator == "not":
        return Not(all_of(parts))
    return Any(tuple(parts)) if parts and NOTHING not in parts else NOTHING


def _column(reading: Reading, name: str, given: Value, table: Table) -> Predicate:
    value = reading.value(given, "where")
    match value:
        case None:
            reading.reject(f"where: `{name}` is undefined")
            return NOTHING
        case Choice():
            return chosen(reading, value, lambda each: _column(reading, name, each, table))
        case Object(entries):
            return all_of([_operator(reading, name, key, each, table) for key, each in entries.items()])
        case Items():
            return _compared(reading, name, "in", given, table)
        case _:
            return _compared(reading, name, "eq", value, table)


def _operator(reading: Reading, name: str, key: str, given: Value, table: Table) -> Predicate:
    operator = key.removeprefix(_MARK)
    if not key.startswith(_MARK):
        reading.reject(f"where: `{name}` is compared with an object")
        return NOTHING
    if operator in _NEGATED:
        return Not(_operator(reading, name, _MARK + _NEGATED[operator], given, table))
    if operator == "between":
        return _between(reading, name, given, table)
    if operator in ("or", "and"):
        return _alternatives(reading, name, operator, given, table)
    if operator == "not":
        value = reading.value(given, "where")
        if isinstance(value, Object):
            return Not(_column(reading, name, value, table))
        return _compared(reading, name, "notIn" if isinstance(value, Items) else "ne", given, table)
    if operator not in OPERATORS:
        reading.reject(f"where: operator `{operator}`")
        return NOTHING
    return _compared(reading, name, operator, given, table)


def _between(reading: Reading, name: str, given: Value, table: Table) -> Predicate:
    value = reading.value(given, "where")
    if not isinstance(value, Items) or len(value.items) != 2:
        reading.reject(f"where: the bounds of `{name}` are built elsewhere")
        return NOTHING
    lower, upper = value.items
    return all_of([_compared(reading, name, "gte", lower, table), _compared(reading, name, "lte", upper, table)])


def _alternatives(reading: Reading, name: str, operator: str, given: Value, table: Table) -> Predicate:
    """`age: { [Op.or]: [18, 21] }`, `{ [Op.or]: { [Op.lt]: 18, [Op.eq]: null } }`."""
    value = reading.value(given, "where")
    match value:
        case Items(items):
            return _joined(operator, [_column(reading, name, item, table) for item in items])
        case Object(entries):
            return _joined(operator, [_operator(reading, name, key, each, table) for key, each in entries.items()])
        case _:
            reading.reject(f"where: `{operator}` of `{name}` is built elsewhere")
            return NOTHING


def _compared(reading: Reading, name: str, operator: str, given: Value | None, table: Table) -> Predicate:
    op = OPERATORS[operator]
    field = table.field(name)
    value = given if op in _LISTS | _OF_LISTS else reading.value(given, "where")
    if not isinstance(value, SgNode) or (op not in _LISTS | _OF_LISTS and _is_built(reading, value)):
        text = f" with `{shortened(value.text())}`" if isinstance(value, SgNode) else ""
        reading.reject(f"where: `{name}` is compared{text or ' with something that is built elsewhere'}")
        return NOTHING
    inner = unwrap(value)
    if field is not None and (field.type is FieldType.JSON or (field.is_list and op not in _OF_LISTS)):
        reading.reject(f"where: `{name}`, a {'list' if field.is_list else 'JSON column'}")
        return NOTHING
    if inner.text() == "null" and op in (Compare.EQ, Compare.NE):
        return IsNull(name) if op is Compare.EQ else Not(IsNull(name))
    return Condition(name, op, reading.span(value), insensitive=operator in _INSENSITIVE)


def _is_built(reading: Reading, value: SgNode) -> bool:
    """An object, or a fragment of SQL such as `Sequelize.literal(…)`, `sequelize.fn(…)`."""
    inner = unwrap(value)
    callee = inner.field("function") if inner.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    is_fragment = parts is not None and parts[1] in ("literal", "fn", "col", "cast", "where", "json")
    return is_fragment or inner.kind() == "array" or may_be_object(reading.file, inner)
