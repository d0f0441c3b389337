"""Drizzle: statements that its query builder starts, and relational queries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite, last_name
from codemods.readers.sites.view import FileView, short
from codemods.readers.statement_names import sql_text, statement_name
from codemods.source.tree import member

BUILDERS = frozenset({"select", "selectDistinct", "selectDistinctOn", "insert", "update", "delete", "$count"})
RELATIONAL = frozenset({"findMany", "findFirst"})
RUNNERS = frozenset({"execute", "transaction", "batch", "run"})
_STARTING = BUILDERS | RUNNERS

_CONNECTION = re.compile(r"^(\w*[dD]b|tx|trx|database|drizzle\w*|conn|connection|client)$")
_TABLE = frozenset({"identifier", "member_expression"})
REASON, RAW_REASON = "CX302 Drizzle", "CX305 raw SQL"


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each statement."""
    if not view.depends_on("drizzle-orm") and "drizzle-orm" not in view.text:
        return
    for call in view.calls:
        if call.target is None or call.method is None or call.is_new:
            continue
        if _is_statement(view, call, call.target):
            yield call, _item(view, call)


def _is_statement(view: FileView, call: CallSite, target: SgNode) -> bool:
    if call.method in RELATIONAL:
        return _is_relational(view, call, target)
    return call.method in _STARTING and _is_connection(view, call, target)


def _item(view: FileView, call: CallSite) -> Item:
    if call.method in ("execute", "run"):
        text = _tagged_text(call)
        name = f"sql {statement_name(text)}" if text else f"drizzle {call.method}"
        return view.item(ItemKind.QUERY, name, call.place, RAW_REASON, Outcome.UNSUPPORTED)
    return view.item(ItemKind.QUERY, f"drizzle {call.method}{_table(call)}", call.place, REASON, Outcome.UNSUPPORTED)


def _tagged_text(call: CallSite) -> str | None:
    given = call.arguments[0].field("arguments") if call.arguments else None
    return sql_text(given) if given is not None else None


def _table(call: CallSite) -> str:
    """The table that the statement names: its own argument, the one of `from`, or the step before `findMany`."""
    if call.method in RELATIONAL and call.target is not None:
        return f" {last_name(call.target)}"
    if call.method in ("insert", "update", "delete", "$count") and call.arguments:
        return f" {short(call.arguments[0].text())}"
    access = call.node.parent()
    outer = access.parent() if access is not None else None
    found = member(access) if access is not None else None
    given = outer.field("arguments") if outer is not None and found is not None and found[1] == "from" else None
    return f" {short(given.text()[1:-1])}" if given is not None else ""


def _is_connection(view: FileView, call: CallSite, target: SgNode) -> bool:
    origin = view.receiver(call, target)
    if origin is not None:
        is_builder = any(step in BUILDERS for step in origin.path) or target.kind() == "call_expression"
        return origin.package == "drizzle-orm" and not is_builder
    if not _CONNECTION.match(last_name(target)) or call.method in ("run", "batch"):
        return False
    if call.method in ("select", "selectDistinct", "transaction"):
        return True
    return bool(call.arguments) and (call.method == "execute" or call.arguments[0].kind() in _TABLE)


def _is_relational(view: FileView, call: CallSite, target: SgNode) -> bool:
    """`db.query.users.findMany()`."""
    table = member(target)
    query = member(table[0]) if table is not None else None
    if query is None or query[1] != "query":
        return False
    origin = view.origin(query[0]) or view.receiver(call, target)
    return origin.package == "drizzle-orm" if origin is not None else bool(_CONNECTION.match(last_name(query[0])))
