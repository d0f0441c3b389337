"""What a statement of Knex reads and writes, and what its promise gives."""

from __future__ import annotations

from dataclasses import replace

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.sql import Assigned, Conflict, Dialect, Entries, Gives, Shown, SqlWork, Verb, Whole, Written
from codemods.ir.table import Schema, Table
from codemods.readers.knex.conditions import all_of
from codemods.readers.knex.statement import Statement, Write, literal_rows
from codemods.readers.literals import Property, Spread, entries
from codemods.readers.sql.expressions import Expressions
from codemods.readers.sql.reading import Scope, Sight, UnreadError
from codemods.readers.sql.selects import select_of, shown_of, source_of
from codemods.readers.sql.writes import assigned_to, work_of
from codemods.source.span import Span
from codemods.source.tree import string_value, unwrap


def work(schema: Schema, statement: Statement) -> SqlWork:
    """All that a statement does."""
    terms = statement.terms
    scope = Scope(schema, terms.dialect, terms.parameters, text=" ".join(terms.written))
    if statement.write is None:
        gives = Gives.FIRST if statement.is_first else Gives.VALUES if statement.plucks else Gives.ROWS
        found = work_of(scope, statement.select(), gives)
    elif statement.write.verb == "insert":
        found = _insert(scope, statement, statement.write)
    else:
        found = _change(scope, statement, statement.write)
    return replace(found, is_built=True)


def _table(scope: Scope, statement: Statement) -> Table:
    if statement.table is None:
        raise UnreadError("a statement without a table")
    return scope.table(statement.table.name)


def _gives(statement: Statement, otherwise: Gives) -> Gives:
    if statement.returning is None or statement.terms.dialect is Dialect.MYSQL:
        return otherwise
    return Gives.FIRST if statement.is_first else Gives.ROWS


def _shown(scope: Scope, statement: Statement) -> tuple[Shown | Whole, ...] | None:
    if statement.returning is None or statement.terms.dialect is Dialect.MYSQL:
        return None
    return shown_of(scope, statement.returning, Expressions(scope, select_of))


# ---- INSERT ---------------------------------------------------------------------------------------


def _insert(scope: Scope, statement: Statement, write: Write) -> SqlWork:
    table = _table(scope, statement)
    if not write.data:
        raise UnreadError("`insert` of nothing")
    if statement.where and statement.conflict is None:
        raise UnreadError("conditions of an insert")
    literals = literal_rows(statement.terms, write.data[0])
    rows: tuple[tuple[Written, ...], ...] | Span
    if literals is None:
        rows = _rows_elsewhere(statement, write.data[0])
    else:
        rows = tuple(_written(scope, statement, table, each) for each in literals)
    scope.sights.append(Sight(table.name, table))
    otherwise = Gives.RESULT if statement.terms.dialect is Dialect.POSTGRES else Gives.KEYS
    found = SqlWork(
        scope.dialect,
        Verb.INSERT,
        _gives(statement, otherwise),
        rows=rows,
        returning=_shown(scope, statement),
        table=table.name,
    )
    if statement.conflict is None:
        return found
    return replace(found, conflict=_conflict(scope, statement, table, rows))


def _rows_elsewhere(statement: Statement, node: SgNode) -> tuple[tuple[Written, ...], ...] | Span:
    """One row or a list of rows that code put together: what they hold is only known when it runs."""
    return statement.terms.reading.span(unwrap(node))


def _written(scope: Scope, statement: Statement, table: Table, literal: SgNode) -> tuple[Written, ...]:
    """The columns of an object, and the objects that are spread into it."""
    found: list[Written] = []
    expressions = Expressions(scope, select_of)
    for entry in entries(literal):
        match entry:
            case Property(key, value):
                if unwrap(value).text() != "undefined":
                    node = statement.terms.value(value)
                    found.append(assigned_to(scope, table, key, node, expressions))
            case Spread(value):
                found.append(Entries(statement.terms.reading.span(unwrap(value))))
            case _:
                raise UnreadError("a computed key among the values")
    return tuple(found)


def _conflict(
    scope: Scope, statement: Statement, table: Table, rows: tuple[tuple[Written, ...], ...] | Span
) -> Conflict | None:
    """`onConflict(…).ignore()` and `.merge(…)`, as a statement with the same words reads it."""
    resolution = statement.resolution
    if resolution is None:
        raise UnreadError("`onConflict` of which nothing follows")
    if statement.where:
        raise UnreadError("`merge` under conditions")
    keys = [exp.Ordered(this=each) for each in statement.conflict_keys()]
    if resolution.method == "ignore":
        action = exp.OnConflict(conflict_keys=keys, action=exp.Var(this="DO NOTHING"))
    else:
        names = _merged(statement, resolution.arguments[0] if resolution.arguments else None, rows)
        action = exp.OnConflict(conflict_keys=keys, action=exp.Var(this="DO UPDATE"), expressions=names)
    given = next((each.field for each in rows[0] if isinstance(each, Assigned)), "") if isinstance(rows, tuple) else ""
    if not given:
        raise UnreadError("`onConflict` of rows that are built elsewhere")
    target = exp.Schema(this=exp.Table(this=exp.to_identifier(table.name)), expressions=[exp.to_identifier(given)])
    values = exp.Values(expressions=[exp.Tuple(expressions=[exp.Null()])])
    found = work_of(scope, exp.Insert(this=target, expression=values, conflict=action), Gives.RUN)
    return found.conflict


def _merged(statement: Statement, given: SgNode | None, rows: tuple[tuple[Written, ...], ...] | Span) -> list[exp.Expr]:
    """What `merge()` sets: all columns that are given, those of a list, or the values of an object."""
    inner = unwrap(given) if given is not None else None
    if inner is not None and inner.kind() == "object":
        pairs = list(entries(inner))
        if not all(isinstance(each, Property) for each in pairs):
            raise UnreadError("`merge` of what is spread from an object")
        return [_set(each.key, statement.terms.value(each.value)) for each in pairs if isinstance(each, Property)]
    if inner is not None and inner.kind() == "array":
        names = [statement.terms.text(each) for each in inner.children() if each.is_named()]
    elif isinstance(rows, tuple) and all(isinstance(each, Assigned) for each in rows[0]):
        names = [each.field for each in rows[0] if isinstance(each, Assigned)]
    else:
        raise UnreadError("`merge` of rows that are built elsewhere")
    return [_set(name, exp.column(name, table="excluded", quoted=True)) for name in names]


def _set(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.column(name, quoted=True), expression=value)


# ---- UPDATE and DELETE ------------------------------------------------------------------------------


def _change(scope: Scope, statement: Statement, write: Write) -> SqlWork:
    if statement.table is None or statement.joins or statement.limit is not None:
        raise UnreadError(f"`{write.verb}` with joins or a limit")
    condition = all_of(statement.where)
    where = exp.Where(this=condition) if condition is not None else None
    gives = _gives(statement, Gives.COUNT)
    if write.verb == "delete":
        if statement.returning is not None and scope.dialect is Dialect.SQLITE:
            raise UnreadError("`returning` of deleted rows in SQLite")
        found = work_of(scope, exp.Delete(this=statement.table, where=where), gives)
        return replace(found, returning=_shown(scope, statement))
    source = source_of(Scope(scope.schema, scope.dialect, scope.parameters), statement.table)
    table = scope.table(source.table)
    node = exp.Update(this=statement.table, expressions=[], where=where)
    found = work_of(scope, node, gives)
    changes = _changes(scope, statement, write, table)
    return replace(found, changes=changes, returning=_shown(scope, statement))


def _changes(scope: Scope, statement: Statement, write: Write, table: Table) -> tuple[Written, ...]:
    data = write.data
    if not data:
        raise UnreadError("`update` of nothing")
    first = unwrap(data[0])
    if write.step:
        return _steps(scope, statement, write, table)
    if string_value(first) is not None and len(data) == 2:
        value = statement.terms.value(data[1])
        return (assigned_to(scope, table, statement.terms.text(first), value, Expressions(scope, select_of)),)
    if first.kind() == "object":
        return _written(scope, statement, table, first)
    return (Entries(statement.terms.reading.span(first)),)


def _steps(scope: Scope, statement: Statement, write: Write, table: Table) -> tuple[Written, ...]:
    first = unwrap(write.data[0])
    kind = exp.Add if write.step > 0 else exp.Sub
    pairs: list[tuple[str, SgNode | None]] = [
        (statement.terms.text(first), write.data[1] if len(write.data) > 1 else None)
    ] if first.kind() != "object" else [
        (each.key, each.value) for each in entries(first) if isinstance(each, Property)
    ]  # fmt: skip
    found: list[Written] = []
    for name, value in pairs:
        amount = statement.terms.value(value) if value is not None else exp.Literal.number(1)
        node = kind(this=exp.column(name, quoted=True), expression=amount)
        found.append(assigned_to(scope, table, name, node, Expressions(scope, select_of)))
    return tuple(found)
