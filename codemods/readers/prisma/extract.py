"""Turns one call of the Prisma client into a query of the common form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Op, Query
from codemods.ir.table import Reach, Schema, Table
from codemods.readers.assembled import Value
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.calls import call_site
from codemods.readers.prisma.data import is_set, read_data, read_rows
from codemods.readers.prisma.grouping import GROUP_ARGUMENTS, GROUPED, read_grouping
from codemods.readers.prisma.methods import ARGUMENTS, CLIENT_METHODS, HARMLESS_ARGUMENTS, MODEL_METHODS, OPEN_ARGUMENTS
from codemods.readers.prisma.pages import read_order, read_page
from codemods.readers.prisma.selection import read_selection
from codemods.readers.prisma.sorting import read_sorting
from codemods.readers.prisma.where import read_condition
from codemods.source.file import SourceFile
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, arguments, unwrap
from codemods.workspace import Workspace

_REACHED: Mapping[Reach, frozenset[Op]] = {
    Reach.NONE: frozenset(),
    Reach.CREATES: frozenset({Op.CREATE, Op.CREATE_MANY, Op.UPSERT}),
    Reach.DELETES: frozenset({Op.DELETE, Op.DELETE_MANY}),
}


@dataclass(frozen=True, slots=True)
class ModelCall:
    """`client.model.method(…)`; `model` is None when it is computed. `problem` is why the client is in doubt."""

    call: SgNode
    client: str
    model: str | None
    method: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ClientCall:
    """`client.$method(…)`."""

    call: SgNode
    client: str
    method: str
    problem: str | None = None


def table_of_model(schema: Schema, model: str) -> Table | None:
    """The table behind `prisma.model`: the client lower-cases the first letter of the model's name."""
    return next(
        (
            table
            for table in schema.tables
            if accessor(table.name) == model and not table.is_join and not table.document
        ),
        None,
    )


def accessor(name: str) -> str:
    """The property of the client through which a model is reached."""
    return name[:1].lower() + name[1:]


def model_query(file: SourceFile, schema: Schema, found: ModelCall, workspace: Workspace | None = None) -> Query:
    """The query of a model call. Whatever is not understood is listed in `unsupported`. Selections that other files
    share are read with the help of the workspace."""
    method = MODEL_METHODS[found.method]
    table = table_of_model(schema, found.model) if found.model else None
    reading = Reading(file, found.call, schema, workspace, parts=True)
    for problem in (found.problem, method.problem, _fluent(found.call, table)):
        if problem:
            reading.reject(problem)
    query = Query(
        file=file.path,
        call=file.span(found.call),
        name=f"prisma {found.model or '(computed)'}.{found.method}",
        op=method.op,
        table=table.name if table else None,
        client=found.client,
        or_throw=method.or_throw,
        returns_rows=method.returns_rows,
    )
    if table is None:
        reading.reject(f"unknown model `{found.model}`" if found.model else "model is chosen at run time")
        return _finished(query, reading)
    reached = [gap.reason for gap in table.gaps if method.op in _REACHED[gap.reach]]
    for reason in (*table.unsupported, *reached):
        reading.reject(f"table {table.name}: {reason}")
    if method.problem is not None:
        return _finished(query, reading)
    return _read(query, reading, _given(reading, found.call, method.op), table)


def _given(reading: Reading, call: SgNode, op: Op) -> dict[str, Value]:
    """The argument object by key; a key given twice keeps its last value, as at run time."""
    given = arguments(call)
    if not given or is_undefined(given[0]):
        return {}
    found = reading.entries(given[0], "arguments", computed=True)
    allowed = ARGUMENTS | (GROUP_ARGUMENTS if op in GROUPED else frozenset())
    for key in found.keys() - allowed - HARMLESS_ARGUMENTS:
        reading.reject(key)
    return {key: value for key, value in found.items() if not (isinstance(value, SgNode) and is_undefined(value))}


def _read(query: Query, reading: Reading, arguments: dict[str, Value], table: Table) -> Query:
    given = {key: value for key, value in arguments.items() if isinstance(value, SgNode)}
    for key in arguments.keys() - given.keys() - OPEN_ARGUMENTS:
        reading.reject(f"{key}: built elsewhere")
    if query.op in GROUPED or (query.op is Op.COUNT and "select" in given):
        query = replace(query, grouping=read_grouping(reading, query.op, given, table))
        given = {key: value for key, value in given.items() if key != "select"}
    selection = read_selection(reading, given, table)
    order = arguments.get("orderBy") if query.op is not Op.GROUP_BY else None
    sorting = read_sorting(reading, order, table) if order is not None else None
    many = query.op is Op.CREATE_MANY
    creates = given.get("create") if query.op is Op.UPSERT else given.get("data")
    read = replace(
        query,
        where=read_condition(reading, arguments["where"], table) if "where" in arguments else NOTHING,
        order=read_order(reading, order, table) if order is not None and sorting is None else (),
        sorting=sorting or (),
        page=read_page(reading, arguments, table),
        select=selection.select,
        picked=selection.picked,
        include=selection.include,
        data=read_data(reading, creates, table) if creates is not None and not many else None,
        update=read_data(reading, given["update"], table) if "update" in given else None,
        rows=read_rows(reading, given["data"], table) if many and "data" in given else None,
        skip_duplicates=is_set(reading, given.get("skipDuplicates"), "skipDuplicates"),
    )
    return _finished(read, reading)


def _finished(query: Query, reading: Reading) -> Query:
    return replace(
        query,
        assembled=tuple(reading.assembled),
        asked=tuple(reading.asked),
        annotations=tuple(reading.annotations),
        unsupported=tuple(reading.reasons),
    )


def _fluent(call: SgNode, table: Table | None) -> str | None:
    """`findUnique(…).posts()` loads a relation of the row that was found."""
    access = call.parent()
    outer = access.parent() if access is not None else None
    name = access.field("property") if access is not None and access.kind() == "member_expression" else None
    if table is None or name is None or outer is None or outer.kind() != "call_expression":
        return None
    return f"fluent relation `{name.text()}`" if table.relation(name.text()) is not None else None


_PING = re.compile(r"[\w$.?!\s]+\(?[`'\"]\s*select\s+1(\s+as\s+\w+)?\s*;?\s*[`'\"]\s*\)?$", re.IGNORECASE)
"""A query that only asks whether there is a database."""


def client_query(file: SourceFile, found: ClientCall) -> Query:
    """The query of a call on the client itself: transactions, raw SQL, opening and closing."""
    method = CLIENT_METHODS[found.method]
    body, problem = _transaction_body(found.call) if method.op is Op.TRANSACTION else (None, method.problem)
    op = method.op
    if op is Op.RAW and _PING.match(file.slice(file.span(found.call))):
        op, problem = Op.CONNECT, None
    return Query(
        file=file.path,
        call=_call_span(file, found.call),
        name=f"prisma {found.method}",
        op=op,
        table=None,
        client=found.client,
        body=file.span(body) if body is not None else None,
        unsupported=tuple(reason for reason in (found.problem, problem) if reason),
    )


def _call_span(file: SourceFile, call: SgNode) -> Span:
    """The span without an `await` that the grammar takes into a tagged template with type arguments."""
    site, span = call_site(call), file.span(call)
    return Span(file.span(site.function).start, span.end) if site is not None else span


def _transaction_body(call: SgNode) -> tuple[SgNode | None, str | None]:
    given = arguments(call)
    body = unwrap(given[0]) if given else None
    if body is None or body.kind() not in FUNCTION_KINDS | {"array"}:
        return None, "transaction: its calls are built elsewhere"
    if body.kind() == "array" and any(item.kind() == "spread_element" for item in body.children()):
        return None, "transaction: its calls are built elsewhere"
    return body, None
