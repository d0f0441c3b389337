"""Reads `include`: the related rows that come with each row.

https://sequelize.org/docs/v6/advanced-association-concepts/eager-loading/
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Include, Predicate, Related, all_of
from codemods.ir.table import Relation, RelationKind, Table
from codemods.readers.assembled import Items, Object, Value
from codemods.readers.assembled.reading import Reading, shortened
from codemods.readers.sequelize.conditions import read_conditions
from codemods.readers.sequelize.models import Models
from codemods.readers.sequelize.orders import read_attributes
from codemods.source.tree import string_value, unwrap

_ALLOWED = frozenset({"model", "as", "association", "attributes", "where", "required", "include", "through"})
_TO_ONE = (RelationKind.BELONGS_TO, RelationKind.HAS_ONE)


def read_includes(
    reading: Reading, models: Models, given: Value, table: Table
) -> tuple[tuple[Include, ...], Predicate]:
    """What comes with each row, and what rows have to have for that: `required` ones are asked for."""
    value = reading.value(given, "include")
    items = value.items if isinstance(value, Items) else (value,) if value is not None else ()
    found = [one for item in items if (one := _one(reading, models, item, table)) is not None]
    return tuple(each for each, _ in found), all_of([needed for _, needed in found])


def _one(reading: Reading, models: Models, given: Value, table: Table) -> tuple[Include, Predicate] | None:
    value = reading.value(given, "include")
    if isinstance(value, Object):
        return _object(reading, models, value.entries, table)
    name = string_value(unwrap(value)) if isinstance(value, SgNode) else None
    model = models.name(reading.file, value) if isinstance(value, SgNode) and name is None else None
    relation = _relation(table, name, model)
    if relation is None:
        text = shortened(value.text()) if isinstance(value, SgNode) else "built elsewhere"
        reading.reject(f"include: {text}")
        return None
    return _made(reading, models, relation, {}, NOTHING)


def _relation(table: Table, name: str | None, model: str | None) -> Relation | None:
    """The relation of that name, or the only one that leads to a model."""
    if name is not None:
        found = table.relation(name)
        return found if found is not None and model in (None, found.table) else None
    leading = [each for each in table.relations if each.table == model]
    return leading[0] if len(leading) == 1 else None


def _object(
    reading: Reading, models: Models, entries: Mapping[str, Value], table: Table
) -> tuple[Include, Predicate] | None:
    unknown = [key for key in entries if key not in _ALLOWED]
    if unknown:
        reading.reject(f"include: `{unknown[0]}`")
        return None
    alias = entries.get("as") or entries.get("association")
    name = string_value(unwrap(alias)) if isinstance(alias, SgNode) else None
    given = entries.get("model")
    model = models.name(reading.file, given) if isinstance(given, SgNode) else None
    relation = _relation(table, name, model)
    if relation is None or (given is not None and model is None):
        what = name or (shortened(given.text()) if isinstance(given, SgNode) else "built elsewhere")
        reading.reject(f"include: {what}")
        return None
    target = reading.table(relation.table)
    where = read_conditions(reading, entries["where"], target) if "where" in entries and target is not None else NOTHING
    return _made(reading, models, relation, entries, where)


def _made(
    reading: Reading, models: Models, relation: Relation, entries: Mapping[str, Value], where: Predicate
) -> tuple[Include, Predicate] | None:
    target = reading.table(relation.table)
    if target is None:
        reading.reject(f"include: {relation.field}")
        return None
    for reason in target.unsupported:
        reading.reject(f"table {target.name}: {reason}")
    if relation.kind is RelationKind.MANY_TO_MANY and not _is_hidden(reading, entries.get("through")):
        reading.reject(f"include: `{relation.field}` with the rows that connect")
    inner, needed = (
        read_includes(reading, models, entries["include"], target) if "include" in entries else ((), NOTHING)
    )
    select = read_attributes(reading, entries["attributes"], target) if "attributes" in entries else None
    required = _switch(reading, entries.get("required"))
    is_required = required if required is not None else "where" in entries
    if needed != NOTHING and not is_required:
        reading.reject(f"include: `{relation.field}` with related rows that are required")
    part = all_of([where, needed])
    is_one = relation.kind in _TO_ONE
    if is_one and where != NOTHING and not is_required:
        reading.reject(f"include: `{relation.field}` under a condition")
    asked = Related(relation.field, "is" if is_one else "some", part) if is_required else NOTHING
    made = Include(relation.field, NOTHING if is_one else part, select=select, include=inner)
    return made, asked


def _switch(reading: Reading, given: Value | None) -> bool | None:
    text = unwrap(given).text() if isinstance(given, SgNode) else None
    if given is not None and text not in ("true", "false"):
        reading.reject("include: required at run time")
    return None if text is None else text == "true"


def _is_hidden(reading: Reading, given: Value | None) -> bool:
    """`through: { attributes: [] }`."""
    value = reading.value(given, "include")
    attributes = value.entries.get("attributes") if isinstance(value, Object) else None
    listed = reading.value(attributes, "include")
    return isinstance(value, Object) and set(value.entries) == {"attributes"} and listed == Items(())
