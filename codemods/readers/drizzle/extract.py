"""Turns one chain of Drizzle's query builder into a query of the common form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.ir.query import (
    NOTHING,
    READS,
    Assignment,
    Column,
    Compare,
    Computed,
    Condition,
    Data,
    Join,
    Op,
    Order,
    Page,
    Predicate,
    Query,
    Shape,
    Shown,
    SortKey,
    Whole,
    all_of,
)
from codemods.ir.table import Reach, Schema, Table
from codemods.readers.assembled.reading import Reading, shortened
from codemods.readers.calls import CallSite
from codemods.readers.drizzle.conditions import read_condition
from codemods.readers.drizzle.data import read_data, read_rows
from codemods.readers.drizzle.lookups import lookup_of
from codemods.readers.drizzle.orders import read_order
from codemods.readers.drizzle.references import References
from codemods.readers.drizzle.scope import OPERATORS, Scope
from codemods.readers.drizzle.shapes import read_shape
from codemods.readers.drizzle.source import exported, fragment_of
from codemods.readers.links import Chain
from codemods.readers.literals import Property, entries
from codemods.source.file import SourceFile
from codemods.source.span import Span
from codemods.source.tree import member, named, unwrap
from codemods.workspace import Workspace

REACHED: Mapping[Reach, frozenset[Op]] = {
    Reach.NONE: frozenset(),
    Reach.CREATES: frozenset({Op.CREATE, Op.CREATE_MANY, Op.UPSERT}),
    Reach.DELETES: frozenset({Op.DELETE_MANY}),
    Reach.WRITES: frozenset({Op.CREATE, Op.CREATE_MANY, Op.UPSERT, Op.UPDATE_MANY}),
    Reach.ALL: frozenset(Op),
}
JOINS = frozenset({"leftJoin", "innerJoin"})
REFUSED = ("$dynamic", "prepare", "as", "for", "rightJoin", "fullJoin", "union", "unionAll", "crossJoin")
ROWS = frozenset({"where", "orderBy", "limit", "offset", "groupBy", "having", *JOINS})
ENDS = frozenset({"execute", "all", "get", "run", "$dynamic", "prepare", "as", "for", "values"})
LINKS = ROWS | ENDS | {"from", "set", "returning", "onConflictDoNothing", "onConflictDoUpdate", "rightJoin", "fullJoin"}
LINKS |= {"onDuplicateKeyUpdate", "$returningId", "union", "unionAll", "crossJoin"}
"""Methods of the links of a chain, read or refused."""


@dataclass(frozen=True, slots=True)
class Found:
    """A chain that starts with a client's method, and what is needed to read it."""

    workspace: Workspace
    file: SourceFile
    schema: Schema
    references: References
    chain: Chain

    @property
    def method(self) -> str:
        """What the statement starts with."""
        return self.chain.start.method or ""

    def link(self, *names: str) -> CallSite | None:
        """The first link of one of these names."""
        return next((link for link in self.chain.links if link.method in names), None)

    def links(self, *names: str) -> list[CallSite]:
        """All links of these names."""
        return [link for link in self.chain.links if link.method in names]

    def table(self) -> Table | None:
        """The table that the statement is about."""
        site = self.link("from") if self.method.startswith("select") else self.chain.start
        name = self.references.table(self.file, site.arguments[0]) if site is not None and site.arguments else None
        return self.schema.table(name) if name is not None else None


def reading_of(found: Found) -> Reading:
    """The reading of a statement, through what is put together of Drizzle's operators."""
    composes = _composes(found)
    return Reading(found.file, found.chain.whole, found.schema, found.workspace, composes=composes)


def _composes(found: Found) -> Callable[[SgNode], bool]:
    """Which expressions make conditions and keys of orders: operators, SQL and columns."""
    workspace, file, references = found.workspace, found.file, found.references

    def composes(node: SgNode) -> bool:
        if node.kind() == "call_expression" and exported(workspace, file, node) in OPERATORS:
            return True
        if references.column(file, node) is not None or lookup_of(workspace, references, file, node) is not None:
            return True
        return (
            node.kind() in ("call_expression", "binary_expression") and fragment_of(workspace, file, node) is not None
        )

    return composes


def statement(found: Found) -> Query:
    """The query of a statement. What is not understood is listed in `unsupported`."""
    reading, table, start = reading_of(found), found.table(), found.chain.start
    assert start.target is not None
    query = Query(
        file=found.file.path,
        call=found.file.span(found.chain.whole),
        name=f"drizzle {found.method}{f' {table.name}' if table is not None else ''}",
        op=_OPS.get(found.method, Op.FIND_MANY),
        table=table.name if table is not None else None,
        client=start.target.text(),
    )
    if found.chain.unknown is not None:
        reading.reject(f"`{found.chain.unknown}` of a statement")
    if table is None:
        reading.reject("a table that was not found")
        return finished(query, reading)
    scope = Scope(reading, found.references, {"": table})
    query = _READERS[found.method](found, scope, query)
    ended = found.link("get")
    if ended is not None:
        op = Op.FIND_FIRST if query.op is Op.FIND_MANY else query.op
        query = replace(query, op=op, or_undefined=True)
    if _is_built_on(found):
        reading.reject("a statement that is built further behind its call")
    refused = (*REFUSED, *(("run", "values") if query.op in READS else ("get",)))
    for link in found.links(*refused):
        reading.reject(f"`{link.method}`")
    reject_table(reading, table, query.op)
    return finished(query, reading)


def _is_built_on(found: Found) -> bool:
    """Does code add links to a statement that a variable holds: `let query = db.select()…; query = query.where(…)`?"""
    declarator = found.chain.whole.parent()
    name = declarator.field("name") if declarator is not None and declarator.kind() == "variable_declarator" else None
    binding = found.file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
    if binding is None:
        return False
    accesses = [reference.parent() for reference in binding.references]
    steps = {parts[1] for access in accesses if access is not None and (parts := member(access)) is not None}
    return binding.reassigned or not steps.isdisjoint(LINKS)


def reject_table(reading: Reading, table: Table, op: Op) -> None:
    """What of a table stands in the way of a call."""
    reached = [gap.reason for gap in table.gaps if op in REACHED[gap.reach]]
    for reason in (*table.unsupported, *reached):
        reading.reject(f"table {table.name}: {reason}")


def finished(query: Query, reading: Reading) -> Query:
    """The query with what was read through and what was not understood."""
    return replace(query, assembled=tuple(reading.assembled), unsupported=tuple(reading.reasons))


# reads


def _select(found: Found, scope: Scope, query: Query) -> Query:
    joins: list[Join] = []
    for link in found.links(*JOINS):
        scope, join = _join(found, scope, link)
        joins += [join] if join is not None else []
    given = found.chain.start.arguments
    if found.method == "selectDistinctOn":
        scope.reading.reject("`selectDistinctOn`")
    shown = read_shape(scope, given[0]) if given else None
    if not given and joins:
        sources = [("", scope.own.name), *((join.source, join.source) for join in joins)]
        shown = Shape(tuple((name, Whole(source)) for source, name in sources))
    order, sorting = _order(found, scope)
    groups = found.link("groupBy")
    by = _grouped(scope, groups) if groups is not None else None
    if (having := found.link("having")) is not None:
        scope.reading.reject(f"having: `{shortened(having.node.text())}`")
    query = replace(
        query, where=_where(found, scope), order=order, sorting=sorting, page=_page(found, scope), joins=tuple(joins)
    )
    query = _showing(query, scope, shown, by)
    if found.method == "selectDistinct":
        query = _distinct(query, scope)
    return query


def _showing(query: Query, scope: Scope, shown: Shape | None, by: tuple[Column, ...] | None) -> Query:
    """The query with its shape: the plain names of columns where that is all."""
    if shown is None:
        return query
    if by is None and not query.joins and all(_is_plain(name, each) for name, each in shown.entries):
        return replace(query, select=tuple(name for name, _ in shown.entries))
    if by is None and any(_computes(each) for _, each in shown.entries):
        if not all(isinstance(each, Computed) for _, each in shown.entries):
            scope.reading.reject("select: a function beside columns, without groups")
        by = ()
    op = Op.GROUP_BY if by is not None else query.op
    return replace(query, op=op, shown=shown, by=by)


def _is_plain(name: str, shown: Shown) -> bool:
    return isinstance(shown, Column) and shown.field == name and not shown.source


def _computes(shown: Shown) -> bool:
    if isinstance(shown, Shape):
        return any(_computes(each) for _, each in shown.entries)
    return isinstance(shown, Computed)


def _distinct(query: Query, scope: Scope) -> Query:
    """Rows that are shown alike are shown once: groups of all that is shown."""
    if query.by is not None:
        scope.reading.reject("`selectDistinct` of functions")
        return query
    shown = query.shown
    if shown is None:
        names = query.select if query.select is not None else tuple(field.name for field in scope.own.fields)
        shown = Shape(tuple((name, Column(name)) for name in names))
    by = tuple(each for _, each in shown.entries if isinstance(each, Column))
    if len(by) != len(shown.entries):
        scope.reading.reject("`selectDistinct` of objects")
    return replace(query, op=Op.GROUP_BY, select=None, shown=shown, by=by)


def _grouped(scope: Scope, link: CallSite) -> tuple[Column, ...]:
    found: list[Column] = []
    for node in link.arguments:
        column = scope.column(node)
        if column is None:
            scope.reading.reject(f"groupBy: `{shortened(node.text())}`")
        else:
            found.append(column)
    return tuple(found)


def _join(found: Found, scope: Scope, link: CallSite) -> tuple[Scope, Join | None]:
    name = found.references.table(found.file, link.arguments[0]) if link.arguments else None
    table = found.schema.table(name) if name is not None else None
    if table is None or len(link.arguments) < 2:
        scope.reading.reject(f"`{link.method}` of a table that was not found")
        return scope, None
    if scope.source(table.name) is not None:
        scope.reading.reject(f"`{link.method}` of {table.name}, which is there already")
        return scope, None
    reject_table(scope.reading, table, Op.FIND_MANY)
    wider = replace(scope, sources={**scope.sources, table.name: table})
    on = read_condition(wider, link.arguments[1])
    return wider, Join(table.name, table.name, on, link.method == "leftJoin")


def _where(found: Found, scope: Scope) -> Predicate:
    links = [link for link in found.links("where") if link.arguments]
    return all_of([read_condition(scope, link.arguments[0]) for link in links]) if links else NOTHING


def _order(found: Found, scope: Scope) -> tuple[tuple[Order, ...], tuple[SortKey, ...]]:
    link = found.link("orderBy")
    return read_order(scope, list(link.arguments)) if link is not None else ((), ())


def _page(found: Found, scope: Scope) -> Page:
    spans: dict[str, Span | None] = {}
    for name in ("limit", "offset"):
        link = found.link(name)
        spans[name] = scope.reading.span(link.arguments[0]) if link is not None and link.arguments else None
    return Page(limit=spans["limit"], offset=spans["offset"])


def _count(found: Found, scope: Scope, query: Query) -> Query:
    given = found.chain.start.arguments
    where = read_condition(scope, given[1]) if len(given) > 1 else NOTHING
    return replace(query, where=where)


# writes


def _insert(found: Found, scope: Scope, query: Query) -> Query:
    values = found.link("values")
    if values is None or not values.arguments:
        scope.reading.reject("insert without values")
        return query
    rows = read_rows(scope, values.arguments[0])
    if isinstance(rows, Data):
        query = replace(query, op=Op.CREATE, data=rows)
    else:
        query = replace(query, op=Op.CREATE_MANY, rows=rows)
    query = _returning(found, scope, query)
    for link in found.links("onDuplicateKeyUpdate", "$returningId"):
        scope.reading.reject(f"`{link.method}`")
    nothing, update = found.link("onConflictDoNothing"), found.link("onConflictDoUpdate")
    if nothing is not None:
        return _skipping(scope, query, nothing)
    return _updating(scope, query, update) if update is not None else query


def _skipping(scope: Scope, query: Query, link: CallSite) -> Query:
    """Rows that break a constraint are left out: any, or the only one that there is."""
    target = _targets(scope, link) if link.arguments else ()
    keys = {frozenset(key) for key in (scope.own.primary_key, *scope.own.uniques) if key}
    keys -= {frozenset(scope.own.primary_key)} if scope.own.generated_id else set()
    if target is None or (target and keys != {frozenset(target)}):
        scope.reading.reject("`onConflictDoNothing` of one of several constraints")
    rows = (query.data,) if query.data is not None else query.rows
    return replace(query, op=Op.CREATE_MANY, data=None, rows=rows, skip_duplicates=True)


def _updating(scope: Scope, query: Query, link: CallSite) -> Query:
    """An upsert: the row is found by the values that are to be inserted."""
    target = _targets(scope, link)
    options = {each.key: each.value for each in _options(link)}
    parts = query.data.parts if query.data is not None else ()
    given = {part.field: part.value for part in parts if isinstance(part, Assignment)}
    if target is None or "set" not in options or not set(target) <= given.keys() or query.data is None:
        scope.reading.reject("`onConflictDoUpdate` of rows that are built elsewhere")
        return query
    if options.keys() - {"target", "set"}:
        scope.reading.reject("`onConflictDoUpdate` with conditions")
    where = all_of([Condition(name, Compare.EQ, given[name]) for name in target])
    return replace(query, op=Op.UPSERT, where=where, update=read_data(scope, options["set"], "set"))


def _targets(scope: Scope, link: CallSite) -> tuple[str, ...] | None:
    given = {each.key: each.value for each in _options(link)}
    if "target" not in given:
        return None
    node = unwrap(given["target"])
    nodes = named(node) if node.kind() == "array" else [node]
    columns = [scope.column(each) for each in nodes]
    return tuple(each.field for each in columns if each is not None) if all(columns) else None


def _options(link: CallSite) -> list[Property]:
    found = [each for each in link.arguments if each.kind() == "object"]
    return [entry for each in found for entry in entries(each) if isinstance(entry, Property)]


def _update(found: Found, scope: Scope, query: Query) -> Query:
    link = found.link("set")
    if link is None or not link.arguments:
        scope.reading.reject("update without set")
        return query
    if found.links("from", *JOINS):
        scope.reading.reject("an update of rows that others decide on")
    data = read_data(scope, link.arguments[0], "set")
    return _returning(found, scope, replace(query, where=_where(found, scope), data=data))


def _delete(found: Found, scope: Scope, query: Query) -> Query:
    for link in found.links("limit", "orderBy"):
        scope.reading.reject(f"`{link.method}` of a delete")
    return _returning(found, scope, replace(query, where=_where(found, scope)))


def _returning(found: Found, scope: Scope, query: Query) -> Query:
    link = found.link("returning")
    if link is None:
        return query
    shown = read_shape(scope, link.arguments[0]) if link.arguments else None
    return _showing(replace(query, returns_rows=True), scope, shown, None)


_OPS: Mapping[str, Op] = {
    "insert": Op.CREATE,
    "update": Op.UPDATE_MANY,
    "delete": Op.DELETE_MANY,
    "$count": Op.COUNT,
}
_READERS: Mapping[str, Callable[[Found, Scope, Query], Query]] = {
    "select": _select,
    "selectDistinct": _select,
    "selectDistinctOn": _select,
    "insert": _insert,
    "update": _update,
    "delete": _delete,
    "$count": _count,
}
STARTS = frozenset(_READERS)
"""Methods of a client that start a statement."""
