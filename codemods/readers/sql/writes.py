"""INSERT, UPDATE and DELETE: which rows, what is written, what becomes of conflicts, and what comes back."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from codemods.ir.sql import Assigned, Conflict, Constant, Gives, Selection, Shown, SqlWork, Verb, Whole
from codemods.ir.table import Table
from codemods.readers.sql.expressions import Expressions
from codemods.readers.sql.reading import Scope, Sight, UnreadError, as_kind, column_named
from codemods.readers.sql.selects import select_of, shown_of, source_of

NEW = "excluded"
"""What SQL calls the row that could not be inserted."""

_OF_INSERT = frozenset({"this", "expression", "conflict", "returning", "ignore", "alternative", "exists"})
_OF_UPDATE = frozenset({"this", "expressions", "where", "returning"})
_OF_DELETE = frozenset({"this", "where", "returning"})


def work_of(scope: Scope, node: exp.Expr, gives: Gives) -> SqlWork:
    """What a statement does."""
    match node:
        case exp.Select():
            selection = select_of(scope, node)
            return SqlWork(scope.dialect, Verb.SELECT, gives, selection, returning=selection.shown)
        case exp.Insert():
            return _insert(scope, node, gives)
        case exp.Update():
            return _update(scope, node, gives)
        case exp.Delete():
            return _delete(scope, node, gives)
    raise UnreadError(f"{type(node).__name__.upper()} of SQL")


def _only(node: exp.Expr, known: frozenset[str]) -> None:
    for part, value in node.args.items():
        if value and part not in known:
            raise UnreadError(f"{part.strip('_').upper()} of {type(node).__name__.upper()}")


def _insert(scope: Scope, node: exp.Insert, gives: Gives) -> SqlWork:
    _only(node, _OF_INSERT)
    target = node.this
    table = scope.table((target.this if isinstance(target, exp.Schema) else target).name)
    names = [each.name for each in target.expressions] if isinstance(target, exp.Schema) else None
    names = names if names is not None else [column.name for column in table.fields]
    expressions = Expressions(scope, select_of)
    values = node.expression
    if not isinstance(values, exp.Values):
        raise UnreadError("INSERT … SELECT" if values is not None else "INSERT without VALUES")
    rows = tuple(_row(scope, table, names, each, expressions) for each in values.expressions)
    scope.sights.append(Sight(table.name, table))
    return SqlWork(
        scope.dialect,
        Verb.INSERT,
        gives,
        rows=rows,
        conflict=_conflict(scope, node, table, expressions),
        returning=_returning(scope, node, expressions),
        table=table.name,
    )


def _row(
    scope: Scope, table: Table, names: list[str], node: exp.Expr, expressions: Expressions
) -> tuple[Assigned, ...]:
    values = node.expressions if isinstance(node, exp.Tuple) else [node]
    if len(values) != len(names):
        raise UnreadError(f"{len(values)} values for {len(names)} columns")
    found: list[Assigned] = []
    for name, value in zip(names, values, strict=True):
        if isinstance(value, exp.Column) and value.name.upper() == "DEFAULT":
            continue
        found.append(assigned_to(scope, table, name, value, expressions))
    return tuple(found)


def assigned_to(scope: Scope, table: Table, name: str, value: exp.Expr, expressions: Expressions) -> Assigned:
    """A column and what a statement sets it to."""
    column = column_named(table, name)
    if column is None:
        raise UnreadError(f"no column `{name}` in {table.name}")
    if column.name == table.id_field:
        raise UnreadError(f"the generated key `{column.name}` is written")
    kind = scope.kind(table, column)
    read = as_kind(expressions.read(value), kind)
    if isinstance(read, Constant) and read.text != "null" and column.sql is not None:
        read = replace(read, kind=kind)
    return Assigned(column.name, read)


def _conflict(scope: Scope, node: exp.Insert, table: Table, expressions: Expressions) -> Conflict | None:
    alternative = str(node.args.get("alternative") or "").upper()
    if alternative == "REPLACE":
        return Conflict(replaces=True)
    if alternative == "IGNORE" or node.args.get("ignore"):
        return Conflict()
    if alternative:
        raise UnreadError(f"INSERT OR {alternative}")
    found = node.args.get("conflict")
    if not isinstance(found, exp.OnConflict):
        return None
    keys = _conflict_keys(found, table)
    action = str(found.args.get("action") or "").upper()
    if "NOTHING" in action:
        return Conflict(keys)
    scope.sights.append(Sight(NEW, table))
    changes = tuple(_changed(scope, table, each, expressions) for each in found.expressions)
    where = found.args.get("where")
    tests = expressions.conjuncts(where.this if where is not None else None)
    scope.sights.pop()
    return Conflict(keys, changes, tests)


def _conflict_keys(found: exp.OnConflict, table: Table) -> tuple[tuple[str, ...], ...]:
    if found.args.get("duplicate"):
        return ()
    if found.args.get("constraint"):
        raise UnreadError("ON CONFLICT ON CONSTRAINT")
    names: list[str] = []
    for each in found.args.get("conflict_keys") or ():
        inner = each.this if isinstance(each, exp.Ordered) else each
        column = column_named(table, inner.name)
        if column is None:
            raise UnreadError(f"ON CONFLICT ({inner.sql()})")
        names.append(column.name)
    if not names:
        return ()
    keys = [key for key in (*table.uniques, table.primary_key) if set(key) == set(names)]
    if not keys or table.id_field in names:
        raise UnreadError(f"no unique key ({', '.join(names)}) in {table.name}")
    return (tuple(keys[0]),)


def _changed(scope: Scope, table: Table, node: exp.Expr, expressions: Expressions) -> Assigned:
    if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column):
        raise UnreadError(f"`{node.sql()}` of SQL")
    value = node.expression
    if isinstance(value, exp.Anonymous) and value.name.upper() == "VALUES" and len(value.expressions) == 1:
        value = exp.column(value.expressions[0].name, table=NEW)
    return assigned_to(scope, table, node.this.name, value, expressions)


def _update(scope: Scope, node: exp.Update, gives: Gives) -> SqlWork:
    _only(node, _OF_UPDATE)
    source = source_of(scope, node.this)
    table = scope.table(source.table)
    expressions = Expressions(scope, select_of)
    where = node.args.get("where")
    return SqlWork(
        scope.dialect,
        Verb.UPDATE,
        gives,
        Selection((source,), expressions.conjuncts(where.this if where is not None else None)),
        changes=tuple(_changed(scope, table, each, expressions) for each in node.expressions),
        returning=_returning(scope, node, expressions),
    )


def _delete(scope: Scope, node: exp.Delete, gives: Gives) -> SqlWork:
    _only(node, _OF_DELETE)
    source = source_of(scope, node.this)
    expressions = Expressions(scope, select_of)
    where = node.args.get("where")
    return SqlWork(
        scope.dialect,
        Verb.DELETE,
        gives,
        Selection((source,), expressions.conjuncts(where.this if where is not None else None)),
        returning=_returning(scope, node, expressions),
    )


def _returning(scope: Scope, node: exp.Expr, expressions: Expressions) -> tuple[Shown | Whole, ...] | None:
    found = node.args.get("returning")
    return shown_of(scope, found.expressions, expressions) if found is not None else None
