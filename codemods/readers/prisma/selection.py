"""Reads which columns and relations a call returns (`select`, `include`, `omit`)."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Include
from codemods.ir.table import Relation, RelationKind, Table
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.literals import Property, literal_of
from codemods.readers.prisma.pages import PAGE_ARGUMENTS, read_order, read_page
from codemods.readers.prisma.picked import chosen_names, names_columns
from codemods.readers.prisma.where import read_where
from codemods.source.span import Span
from codemods.source.tree import unwrap


@dataclass(frozen=True, slots=True)
class Selection:
    """Columns (None for all) and relations of the returned rows."""

    select: tuple[str, ...] | None = None
    include: tuple[Include, ...] = ()
    picked: Span | None = None
    """A list of the names of the columns, where they are known at run time only."""


def read_select(reading: Reading, node: SgNode, table: Table) -> Selection:
    """`select: { id: true, author: { select: … } }`: only what is named."""
    if is_undefined(node):
        return Selection()
    names = chosen_names(node)
    if names is not None and names_columns(reading, names, table):
        return Selection(picked=reading.span(names))
    reading, node = reading.followed(node)
    columns: list[str] = []
    include: list[Include] = []
    for prop in _chosen(reading, node, "select"):
        if table.field(prop.key) is not None:
            columns.append(prop.key)
        else:
            include += _relations(reading, prop, table, "select")
    return Selection(tuple(columns), tuple(include))


def read_include(reading: Reading, node: SgNode, table: Table) -> Selection:
    """`include: { author: true }`: all columns, and these relations."""
    if is_undefined(node):
        return Selection()
    reading, node = reading.followed(node)
    found = [each for prop in _chosen(reading, node, "include") for each in _relations(reading, prop, table, "include")]
    return Selection(None, tuple(found))


def read_omit(reading: Reading, node: SgNode, table: Table) -> tuple[str, ...]:
    """`omit: { password: true }`: all other columns."""
    left_out = {prop.key for prop in _chosen(reading, node, "omit")}
    return tuple(field.name for field in table.fields if field.name not in left_out)


def _chosen(reading: Reading, node: SgNode, part: str) -> list[Property]:
    """The properties that are not `false`; one whose value is computed is rejected."""
    found: list[Property] = []
    for prop in reading.properties(node, part):
        value = unwrap(prop.value)
        if value.text() in ("false", "undefined"):
            continue
        if value.text() != "true" and literal_of(reading.file, value) is None:
            reading.reject(f"{part}: `{prop.key}` is chosen at run time")
            continue
        found.append(prop)
    return found


def _relations(reading: Reading, prop: Property, table: Table, part: str) -> list[Include]:
    if prop.key == "_count":
        return _counts(reading, prop.value, table)
    relation = table.relation(prop.key)
    target = reading.table(relation.table) if relation is not None else None
    if relation is None or target is None:
        reading.reject(f"{part}: unknown field `{prop.key}`")
        return []
    literal = literal_of(reading.file, prop.value)
    return [Include(relation.field) if literal is None else _nested(reading, literal, relation, target)]


def _nested(reading: Reading, literal: SgNode, relation: Relation, target: Table) -> Include:
    given = {prop.key: prop.value for prop in reading.properties(literal, "include")}
    for name in given.keys() - PAGE_ARGUMENTS - {"where", "orderBy", "select", "include", "omit"}:
        reading.reject(f"include: `{name}` of relation `{relation.field}`")
    selection = read_selection(reading, given, target)
    if selection.picked is not None:
        reading.reject(f"include: the columns of `{relation.field}` are chosen at run time")
    return Include(
        relation=relation.field,
        where=read_where(reading, given["where"], target) if "where" in given else NOTHING,
        order=read_order(reading, given["orderBy"], target) if "orderBy" in given else (),
        page=read_page(reading, given, target),
        select=selection.select,
        include=selection.include,
    )


def read_selection(reading: Reading, given: dict[str, SgNode], table: Table) -> Selection:
    """What `select`, `include` and `omit` of a call or of an included relation say together."""
    if "select" in given and not is_undefined(given["select"]):
        return read_select(reading, given["select"], table)
    selection = read_include(reading, given["include"], table) if "include" in given else Selection()
    if "omit" in given:
        return Selection(read_omit(reading, given["omit"], table), selection.include)
    return selection


def _counts(reading: Reading, value: SgNode, table: Table) -> list[Include]:
    """`_count: true`, or `_count: { select: { posts: true, likes: { where: … } } }`."""
    if unwrap(value).text() == "true":
        many = (RelationKind.HAS_MANY, RelationKind.MANY_TO_MANY)
        return [Include(each.field, count_only=True) for each in table.relations if each.kind in many]
    found: list[Include] = []
    for chosen in _chosen(reading, value, "_count"):
        if chosen.key != "select":
            reading.reject(f"_count: unknown key `{chosen.key}`")
            continue
        for prop in _chosen(reading, chosen.value, "_count"):
            found += _count(reading, prop, table)
    return found


def _count(reading: Reading, prop: Property, table: Table) -> list[Include]:
    relation = table.relation(prop.key)
    target = reading.table(relation.table) if relation is not None else None
    if relation is None or target is None:
        reading.reject(f"_count: unknown relation `{prop.key}`")
        return []
    given = {each.key: each.value for each in _chosen(reading, prop.value, "_count")} if _is_object(prop) else {}
    where = read_where(reading, given["where"], target) if "where" in given else NOTHING
    return [Include(relation.field, where=where, count_only=True)]


def _is_object(prop: Property) -> bool:
    return unwrap(prop.value).text() != "true"
