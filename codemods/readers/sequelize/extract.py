"""Turns one call of a model or of an instance into a query of the common form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.query import (
    NOTHING,
    Aggregate,
    All,
    Assignment,
    Compare,
    Condition,
    Data,
    DataPart,
    Grouping,
    Op,
    Query,
    Result,
    all_of,
)
from codemods.ir.table import Reach, Schema, Table
from codemods.readers.assembled import Value
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.calls import CallSite
from codemods.readers.literals import Computed, Property, Spread, entries, is_pure
from codemods.readers.sequelize.conditions import operator_key, read_conditions
from codemods.readers.sequelize.includes import read_includes
from codemods.readers.sequelize.instances import Changes
from codemods.readers.sequelize.methods import HARMLESS, INSTANCE_METHODS, MODEL_METHODS, Method
from codemods.readers.sequelize.models import Models
from codemods.readers.sequelize.orders import read_attributes, read_order, read_page
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, member, named, string_value, unwrap

_CREATES = frozenset({Op.CREATE, Op.CREATE_MANY, Op.UPSERT})
_DELETES = frozenset({Op.DELETE, Op.DELETE_MANY})
_REACHED: Mapping[Reach, frozenset[Op]] = {
    Reach.NONE: frozenset(),
    Reach.CREATES: _CREATES,
    Reach.SAVES: frozenset({Op.CREATE, Op.UPDATE, Op.UPSERT}),
    Reach.DELETES: _DELETES,
    Reach.WRITES: _CREATES | {Op.UPDATE, Op.UPDATE_MANY},
}


def model_query(models: Models, file: SourceFile, schema: Schema, table: Table, site: CallSite) -> Query:
    """The query of a call of a model. What is not understood is listed in `unsupported`."""
    assert site.target is not None and site.method is not None
    method = MODEL_METHODS[site.method]
    reading = _reading(models, file, schema, site)
    query = _query(file, table, site, method)
    if not _is_readable(reading, table, method):
        return _finished(query, reading)
    query = replace(query, returns_rows=method.op is Op.CREATE_MANY)
    if method.key is not None:
        query = replace(query, where=_by_key(reading, table, site))
    if method.column is not None and method.function is not None:
        query = replace(query, grouping=_grouping(reading, table, site, method))
    if method.data is not None:
        query = _with_data(reading, table, site, query, method.data)
    given = _options(reading, site, method)
    if method.needs_where and "where" not in given:
        reading.reject(f"{site.method} without a condition")
    return _finished(_read(reading, models, table, query, given), reading)


def instance_query(
    models: Models, file: SourceFile, schema: Schema, table: Table, site: CallSite, changes: Changes
) -> Query:
    """`user.update({ … })`, `user.save()`, `user.destroy()`: of the row with the key that the instance has."""
    assert site.target is not None and site.method is not None
    method = INSTANCE_METHODS[site.method]
    reading = _reading(models, file, schema, site)
    query = _query(file, table, site, method)
    if not _is_readable(reading, table, method):
        return _finished(query, reading)
    if unwrap(site.target).kind() != "identifier" or table.id_field is None:
        reading.reject(f"{site.method} of an instance that no variable holds")
    held = file.span(site.target)
    query = replace(query, where=Condition(table.id_field or "", Compare.EQ, held), held=held)
    _options(reading, site, method)
    if method.data is not None:
        query = _with_data(reading, table, site, query, method.data)
    elif method.op is Op.UPDATE:
        query = replace(query, data=_saved(reading, table, site, changes))
    return _finished(query, reading)


def _reading(models: Models, file: SourceFile, schema: Schema, site: CallSite) -> Reading:
    return Reading(file, site.node, schema, models.workspace, labels=operator_key)


def _query(file: SourceFile, table: Table, site: CallSite, method: Method) -> Query:
    assert site.target is not None
    return Query(
        file=file.path,
        call=file.span(site.node),
        name=f"sequelize {' '.join(site.target.text().split())[:40].replace(' ', '')}.{site.method}",
        op=method.op,
        table=table.name,
        client=site.target.text(),
        result=method.result,
    )


def _is_readable(reading: Reading, table: Table, method: Method) -> bool:
    """Notes what stands in the way of the whole call."""
    reached = [gap.reason for gap in table.gaps if method.op in _REACHED.get(gap.reach, frozenset())]
    for reason in (*table.unsupported, *reached):
        reading.reject(f"table {table.name}: {reason}")
    if method.problem is not None:
        reading.reject(method.problem)
    return method.problem is None


def _by_key(reading: Reading, table: Table, site: CallSite) -> Condition:
    if len(table.primary_key) != 1 or not site.arguments:
        reading.reject("a key of several columns" if site.arguments else "no key is given")
        return Condition("", Compare.EQ, reading.span(site.node))
    key = site.arguments[0]
    if unwrap(key).kind() in ("object", "array"):
        reading.reject("a key that is an object")
    return Condition(table.primary_key[0], Compare.EQ, reading.span(key))


def _grouping(reading: Reading, table: Table, site: CallSite, method: Method) -> Grouping | None:
    name = string_value(site.arguments[0]) if site.arguments else None
    if name is None or table.field(name) is None or method.function is None:
        reading.reject(f"{site.method} of what is no column")
        return None
    return Grouping((Aggregate(method.function, (name,)),))


def _options(reading: Reading, site: CallSite, method: Method) -> dict[str, Value]:
    if method.options is None or len(site.arguments) <= method.options:
        return {}
    node = site.arguments[method.options]
    if is_undefined(node) or node.kind() in FUNCTION_KINDS:
        return {}
    found = dict(reading.entries(node, "options"))
    for key in found.keys() - method.allowed - HARMLESS:
        if key == "raw" and "include" not in found:
            found[key] = found[key]
        else:
            reading.reject(f"option `{key}`")
    return found


def _read(reading: Reading, models: Models, table: Table, query: Query, given: Mapping[str, Value]) -> Query:
    where = read_conditions(reading, given["where"], table) if "where" in given else NOTHING
    include, needed = read_includes(reading, models, given["include"], table) if "include" in given else ((), NOTHING)
    if query.result is Result.PAGE and needed != NOTHING and "distinct" not in given:
        reading.reject("a count of rows with required related rows, which counts those")
    order, sorting = read_order(reading, given["order"], table) if "order" in given else ((), ())
    return replace(
        query,
        where=all_of([part for part in (query.where, where, needed) if part != All(())]),
        order=order,
        sorting=sorting,
        page=read_page(reading, given),
        select=read_attributes(reading, given["attributes"], table) if "attributes" in given else None,
        include=include,
    )


# data


def _with_data(reading: Reading, table: Table, site: CallSite, query: Query, index: int) -> Query:
    if len(site.arguments) <= index:
        if query.op is Op.CREATE:
            return replace(query, data=Data(()))
        reading.reject("no values are given")
        return query
    node = site.arguments[index]
    if query.op is not Op.CREATE_MANY:
        return replace(query, data=read_data(reading, table, node))
    literal = unwrap(node)
    if literal.kind() == "array" and all(unwrap(item).kind() == "object" for item in named(literal)):
        return replace(query, rows=tuple(read_data(reading, table, unwrap(item)) for item in named(literal)))
    return replace(query, rows=reading.span(node))


def read_data(reading: Reading, table: Table, node: SgNode) -> Data:
    """The written values; what is no column is not written, and objects that are built elsewhere are taken whole."""
    literal = unwrap(node)
    if literal.kind() != "object":
        return Data((reading.span(node),))
    parts: list[DataPart] = []
    for entry in entries(literal):
        match entry:
            case Property(key, value):
                parts += _assigned(reading, table, key, value)
            case Spread(value):
                parts.append(reading.span(value))
            case Computed():
                reading.reject("values: computed key")
    return Data(tuple(parts))


def _assigned(reading: Reading, table: Table, key: str, value: SgNode) -> list[DataPart]:
    if table.relation(key) is not None:
        reading.reject(f"values: related rows `{key}`")
        return []
    if table.field(key) is None:
        if not is_pure(value):
            reading.reject(f"values: `{key}`, which is no column")
        return []
    if key == table.id_field:
        reading.reject(f"values: the generated key `{key}`")
        return []
    if _is_fragment(value):
        reading.reject(f"values: `{key}` is computed by the database")
    return [Assignment(key, reading.span(value))]


def _is_fragment(value: SgNode) -> bool:
    inner = unwrap(value)
    callee = inner.field("function") if inner.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    return parts is not None and parts[1] in ("literal", "fn", "col", "cast") and "equelize" in parts[0].text()


def _saved(reading: Reading, table: Table, site: CallSite, changes: Changes) -> Data:
    """The columns that code has given values to, as the instance has them now."""
    found = changes.of(site)
    if isinstance(found, str):
        reading.reject(f"save: {found}")
        return Data(())
    parts = [
        Assignment(name, reading.file.span(value)) for name, value in found.items() if table.field(name) is not None
    ]
    if any(name == table.id_field or table.relation(name) is not None for name in found):
        reading.reject("save: a key or related rows are changed")
    return Data(tuple(parts))


def _finished(query: Query, reading: Reading) -> Query:
    return replace(
        query,
        assembled=tuple(reading.assembled),
        annotations=tuple(reading.annotations),
        unsupported=tuple(reading.reasons),
    )
