"""Reads relational queries: `db.query.users.findMany({ where, with, columns, orderBy, limit })`.

https://orm.drizzle.team/docs/rqb
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Include, Op, Order, Page, Predicate, Query, SortKey
from codemods.ir.table import Table
from codemods.readers.assembled import Value
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.drizzle.conditions import read_condition
from codemods.readers.drizzle.extract import Found, finished, reading_of, reject_table
from codemods.readers.drizzle.orders import read_order
from codemods.readers.drizzle.scope import Scope
from codemods.readers.literals import literal_of
from codemods.source.span import Span
from codemods.source.tree import unwrap

_OPS: Mapping[str, Op] = {"findFirst": Op.FIND_FIRST, "findMany": Op.FIND_MANY}
RELATIONAL = frozenset(_OPS)
_OPTIONS = frozenset({"where", "with", "columns", "orderBy", "limit", "offset"})


def relational_query(found: Found, table: Table, client: str) -> Query:
    """The query of a relational query. What is not understood is listed in `unsupported`."""
    reading = reading_of(found)
    query = Query(
        file=found.file.path,
        call=found.file.span(found.chain.whole),
        name=f"drizzle {found.method} {table.name}",
        op=_OPS[found.method],
        table=table.name,
        client=client,
        or_undefined=found.method == "findFirst",
    )
    if found.chain.links or found.chain.unknown is not None:
        reading.reject(f"`{found.chain.unknown or found.chain.links[0].method}` of a relational query")
    given = found.chain.start.arguments
    reject_table(reading, table, query.op)
    scope = Scope(reading, found.references, {"": table})
    options = _given(reading, given[0]) if given else {}
    order, sorting = _order(scope, options)
    included = _included(scope, options)
    query = replace(query, where=_where(scope, options), order=order, sorting=sorting, page=_page(scope, options))
    return finished(replace(query, select=included.select, include=included.include), reading)


def _given(reading: Reading, node: SgNode) -> dict[str, SgNode]:
    found: dict[str, SgNode] = {}
    for key, value in reading.entries(node, "arguments").items():
        if key not in _OPTIONS:
            reading.reject(f"`{key}`")
        elif isinstance(value, SgNode):
            if not is_undefined(value):
                found[key] = value
        else:
            reading.reject(f"{key}: chosen at run time")
    return found


def _where(scope: Scope, options: Mapping[str, SgNode]) -> Predicate:
    return read_condition(scope, options["where"]) if "where" in options else NOTHING


def _order(scope: Scope, options: Mapping[str, SgNode]) -> tuple[tuple[Order, ...], tuple[SortKey, ...]]:
    return read_order(scope, [options["orderBy"]]) if "orderBy" in options else ((), ())


def _page(scope: Scope, options: Mapping[str, SgNode]) -> Page:
    spans: dict[str, Span | None] = {
        name: scope.reading.span(options[name]) if name in options else None for name in ("limit", "offset")
    }
    return Page(limit=spans["limit"], offset=spans["offset"])


def _included(scope: Scope, options: Mapping[str, SgNode]) -> Include:
    """The columns, and the relations with all that is asked of them, as those of one relation without a name."""
    columns = _columns(scope, options["columns"]) if "columns" in options else None
    relations: list[Include] = []
    for name, value in scope.reading.entries(options["with"], "with").items() if "with" in options else ():
        include = _relation(scope, name, value)
        relations += [include] if include is not None else []
    return Include("", select=columns, include=tuple(relations))


def _columns(scope: Scope, node: SgNode) -> tuple[str, ...] | None:
    """`{ id: true }` names columns, `{ password: false }` leaves them out."""
    chosen: dict[str, bool] = {}
    for prop in scope.reading.properties(node, "columns"):
        text = unwrap(prop.value).text()
        if text not in ("true", "false") or scope.own.field(prop.key) is None:
            scope.reading.reject(f"columns: `{prop.key}`")
        chosen[prop.key] = text == "true"
    names = tuple(field.name for field in scope.own.fields)
    if any(chosen.values()):
        return tuple(name for name in names if chosen.get(name, False))
    return tuple(name for name in names if chosen.get(name, True)) if chosen else ()


def _relation(scope: Scope, name: str, value: Value) -> Include | None:
    relation = scope.own.relation(name)
    target = scope.reading.table(relation.table) if relation is not None else None
    if relation is None or target is None or not isinstance(value, SgNode):
        scope.reading.reject(f"with: `{name}`" if isinstance(value, SgNode) else f"with: `{name}` chosen at run time")
        return None
    reject_table(scope.reading, target, Op.FIND_MANY)
    text = unwrap(value).text()
    if text in ("true", "false", "undefined"):
        return Include(name) if text == "true" else None
    if literal_of(scope.reading.file, value) is None:
        scope.reading.reject(f"with: `{name}` chosen at run time")
        return None
    inner = replace(scope, sources={"": target}, parameters=frozenset())
    options = _given(scope.reading, value)
    order, sorting = _order(inner, options)
    if sorting:
        scope.reading.reject(f"with: the order of `{name}` is chosen at run time")
    made = _included(inner, options)
    return replace(made, relation=name, where=_where(inner, options), order=order, page=_page(inner, options))
