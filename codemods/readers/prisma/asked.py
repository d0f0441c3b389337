"""Conditions that functions make for their callers: `const where = whereOf(req.query)`.

Each expression with which such a function ends is a query of its own, which gives a function of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import Asked, Maker, Named, Op, Predicate, Query, all_of, looks_up_rows
from codemods.ir.table import Schema, Table
from codemods.readers.assembled import Choice, Items, Object, Value
from codemods.readers.assembled.conditions import unnamed
from codemods.readers.assembled.extent import assembly_of
from codemods.readers.assembled.given import Giver, given_by, giver_of
from codemods.readers.assembled.reading import Reading
from codemods.readers.assembled.values import opened
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, find_all
from codemods.workspace import Workspace

ReadWhere = Callable[[Reading, Value | None, Table], Predicate]


@dataclass(frozen=True, slots=True)
class _Made:
    """A condition that a function ends with: a list of them or an object, by its keys."""

    query: Query
    is_list: bool
    keys: frozenset[str]


def asked_of(
    reading: Reading,
    node: SgNode,
    table: Table,
    read: ReadWhere,
    is_list: bool = False,
    keys: Sequence[str] | None = None,
) -> Asked | None:
    """The condition that a function gives, None where that cannot be told. A list of conditions is only good where one
    `is_list`, and of what a spread took over the `keys` have to be all."""
    workspace = reading.workspace
    given = given_by(workspace, reading.file, node) if workspace is not None else None
    if workspace is None or given is None:
        return None
    maker = Maker(given.giver.file.path, span_of(given.giver.function).start, table.name)
    if maker in reading.within:
        return None
    made = _made(given.giver, maker, table, workspace, reading.schema, read, reading.within)
    if any(each.is_list and not is_list for each in made):
        return None
    if keys is not None and set(keys) != {key for each in made for key in each.keys}:
        return None
    if given.held is not None:
        reading.assembled[assembly_of(given.held, [])] = None
        reading.untype(node)
    waits = any(looks_up_rows(each.query.where) for each in made)
    name = given.held.name if given.held is not None else ""
    condition = Asked(maker, span_of(given.call), reading.span(node), name, waits)
    reading.asked[condition] = None
    return condition


def conditions_of(workspace: Workspace, schema: Schema, maker: Maker, read: ReadWhere) -> list[Query]:
    """The conditions that a function makes."""
    file, table = workspace.source(maker.file), schema.table(maker.table)
    function = function_at(file, maker.offset)
    giver = giver_of(file, function) if function is not None else None
    if table is None or giver is None:
        return []
    return [each.query for each in _made(giver, maker, table, workspace, schema, read, frozenset())]


def function_at(file: SourceFile, offset: int) -> SgNode | None:
    """The function that starts there."""
    return next((each for each in find_all(file.root, *FUNCTION_KINDS) if span_of(each).start == offset), None)


def _made(
    giver: Giver,
    maker: Maker,
    table: Table,
    workspace: Workspace,
    schema: Schema,
    read: ReadWhere,
    within: frozenset[Maker],
) -> list[_Made]:
    found: list[_Made] = []
    annotation = giver.function.field("return_type")
    for value in giver.values:
        reading = Reading(giver.file, value, schema, workspace, parts=True, within=within | {maker})
        given = opened(reading.value(value, "where"))
        items = given.items if isinstance(given, Items) else (value,)
        where = all_of([read(reading, item, table) for item in items])
        holder = reading.holder(value)
        query = Query(
            giver.file.path,
            span_of(value),
            f"prisma condition on {table.name}",
            Op.CONDITION,
            table.name,
            "",
            where=Named(holder.name, unnamed(where)) if holder is not None else unnamed(where),
            assembled=tuple(reading.assembled),
            asked=tuple(reading.asked),
            annotations=(*reading.annotations, *([span_of(annotation)] if annotation is not None else [])),
            unsupported=tuple(reading.reasons),
        )
        found.append(_Made(query, isinstance(given, Items), frozenset(_keys(given))))
    return found


def _keys(value: Value | None) -> set[str]:
    match opened(value):
        case Object(entries):
            return set(entries)
        case Choice(then=then, otherwise=otherwise):
            return _keys(then) | _keys(otherwise)
        case _:
            return set()
