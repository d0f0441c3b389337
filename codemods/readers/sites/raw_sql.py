"""SQL that the application writes itself, through any driver or through a wrapper of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite, last_name
from codemods.readers.origins import Origin
from codemods.readers.sites.view import FileView
from codemods.readers.statement_names import may_hold_sql, sql_text, statement_name

DRIVERS = frozenset(
    {
        "pg",
        "pg-promise",
        "postgres",
        "mysql",
        "mysql2",
        "mariadb",
        "better-sqlite3",
        "sqlite3",
        "sqlite",
        "mssql",
        "oracledb",
        "slonik",
        "@libsql/client",
        "@neondatabase/serverless",
        "@vercel/postgres",
        "@planetscale/database",
        "@electric-sql/pglite",
    }
)
QUERY_METHODS = frozenset({"query", "execute", "prepare"})
"""Methods that take a statement in every driver, so that a variable as argument counts too."""

STATEMENT_METHODS = QUERY_METHODS | {
    "exec", "run", "all", "get", "each", "one", "many", "none", "any", "oneOrNone", "manyOrNone", "multi", "batch",
    "raw", "unsafe", "iterate", "values", "queryRow", "queryOne", "begin",
}  # fmt: skip
"""Methods that run SQL text when they are given some."""

_SHORT = frozenset({"run", "all", "get", "each", "exec"})
_CONNECTION = re.compile(
    r"(pool|client|conn|connection|db|database|sqlite|pg|mysql|knex|trx|tx|transaction|sql)$", re.IGNORECASE
)
_PLAIN = frozenset({"identifier", "object", "member_expression"})
_QUERIES = re.compile(r"(?:query|execute|prepare)(?!\w)[^\w,;:)}=]*[(<`]")
REASON = "CX305 raw SQL"


def concerns(view: FileView) -> bool:
    """Files that hold SQL, or a call of a method that may be given some."""
    if _QUERIES.search(view.text) or may_hold_sql(view.text):
        return True
    return _uses_sqlite(view) and any(method in view.text for method in _SHORT)


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each call that sends a statement."""
    for call in view.calls:
        if call.target is None:
            if _is_tag(view, call):
                yield call, _item(view, call)
        elif not call.is_new and _sends(view, call, call.target):
            yield call, _item(view, call)


def _item(view: FileView, call: CallSite) -> Item:
    text = next((found for each in call.arguments[:2] if (found := sql_text(each)) is not None), None)
    name = f"sql {statement_name(text)}" if text is not None else f"sql {call.name}"
    return view.item(ItemKind.QUERY, name, call.place, REASON, Outcome.UNSUPPORTED)


def _sends(view: FileView, call: CallSite, target: SgNode) -> bool:
    has_text = any(sql_text(each) is not None for each in call.arguments[:2])
    if not has_text and not _takes_statement(view, call):
        return False
    origin = view.receiver(call, target) if has_text or call.arguments else None
    if origin is not None and origin.package in DRIVERS:
        return "prepare" not in origin.path and (has_text or call.method in QUERY_METHODS or _is_short(origin, call))
    if has_text:
        return call.method in STATEMENT_METHODS or bool(_CONNECTION.search(last_name(target)))
    return origin is None and _looks_sent(call, target)


def _takes_statement(view: FileView, call: CallSite) -> bool:
    """Can the statement be in a variable, by the method and by the drivers that are in use?"""
    if call.method in _SHORT:
        return _uses_sqlite(view)
    return call.method in QUERY_METHODS


def _uses_sqlite(view: FileView) -> bool:
    return any("sqlite" in package for package in DRIVERS & view.workspace.imported_packages)


def _is_short(origin: Origin, call: CallSite) -> bool:
    """`db.run(sql)`, `db.all(sql)`: methods of a connection that take the statement from a variable."""
    return call.method in _SHORT and "sqlite" in origin.package


def _looks_sent(call: CallSite, target: SgNode) -> bool:
    plain = bool(call.arguments) and call.arguments[0].kind() in _PLAIN
    return plain and call.method in QUERY_METHODS and bool(_CONNECTION.search(last_name(target)))


def _is_tag(view: FileView, call: CallSite) -> bool:
    """sql`SELECT …` of a driver whose connection is a template tag."""
    if len(call.arguments) != 1 or call.arguments[0].kind() != "template_string" or call.is_new:
        return False
    origin = view.origin(call.function) if sql_text(call.arguments[0]) is not None else None
    return origin is not None and origin.package in DRIVERS
