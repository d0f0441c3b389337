"""Knex: queries that start from the connection or a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite
from codemods.readers.knex.source import STARTING, is_connection
from codemods.readers.sites.view import FileView, short
from codemods.readers.statement_names import sql_text, statement_name

REASON, RAW_REASON = "CX302 Knex", "CX305 raw SQL"


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each query, at the call that starts it: `db("users")`, `db.raw(…)`."""
    if not view.depends_on("knex") and "knex" not in view.text:
        return
    for call in view.calls:
        if call.is_new:
            continue
        if call.target is None or call.method not in STARTING:
            if call.arguments and is_connection(view.origin(call.function), call.function):
                yield call, view.item(ItemKind.QUERY, _name(call), call.place, REASON, Outcome.UNSUPPORTED)
        elif is_connection(view.receiver(call, call.target), call.target):
            reason = RAW_REASON if call.method == "raw" else REASON
            yield call, view.item(ItemKind.QUERY, _name(call), call.place, reason, Outcome.UNSUPPORTED)


def _name(call: CallSite) -> str:
    given = call.arguments[0] if call.arguments else None
    text = sql_text(given) if given is not None else None
    if text is not None:
        return f"sql {statement_name(text)}"
    if call.method in STARTING:
        return f"knex {call.method}"
    return f"knex {short(given.text()) if given is not None else ''}".replace('"', "").replace("'", "")
