"""Registrations added to an existing `http.ts`, in an order in which each one is reached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from codemods.changes import Fragment
from codemods.migrate.merge.declarations import (
    Difference,
    Gap,
    Piece,
    Place,
    merge_declarations,
    pieces_of,
)
from codemods.migrate.merge.found import Merging
from codemods.migrate.merge.statements import Statement, edge_names, statements_of
from codemods.source import SourceFile
from codemods.writers.edge.http import error_fallback

_REGISTRATION = re.compile(r"^(GET|POST|PUT|PATCH|DELETE|ALL|OPTIONS|HEAD) (/.*)$")
_OURS_TO_CHOOSE = frozenset({"app", "app.use cors", "default"})
"""What a project may well have written in its own manner."""


def serves_hono(file: SourceFile) -> bool:
    """Does this `http.ts` serve a Hono application called `app`, to which routes can be added?"""
    if file.has_errors:
        return False
    known = {name: one for one in statements_of(file, edge_names) for name in one.names}
    app, served = known.get("app"), known.get("default")
    return (
        app is not None
        and "Hono" in app.tokens
        and served is not None
        and "HttpRouterWithHono ( app )" in _text(served)
    )


def merge_http(file: SourceFile, fragments: Sequence[Fragment]) -> Merging:
    """New registrations behind the existing ones; what the file answers already stays, with a word about it."""
    return merge_declarations(file, pieces_of(file, fragments, edge_names), _difference, _among_routes(file))


def _text(statement: Statement) -> str:
    return " ".join(statement.tokens)


def _difference(piece: Piece) -> Difference:
    if piece.existing is not None and piece.existing.tokens == _last_resort():
        return Difference.REPLACE
    if piece.existing is not None and _tells_paths_apart(piece.statement) and not _tells_paths_apart(piece.existing):
        return Difference.REPLACE if _is_ours(piece.existing) else Difference.REPORT
    is_chosen = _OURS_TO_CHOOSE.intersection(piece.statement.names) or piece.statement.tokens == _last_resort()
    return Difference.KEEP if is_chosen else Difference.REPORT


def _tells_paths_apart(statement: Statement) -> bool:
    """Is it the application that leaves paths as they were sent, which some middleware needs?"""
    return "app" in statement.names and "getPath" in statement.tokens


def _is_ours(statement: Statement) -> bool:
    """Is it the application as an earlier run made it?"""
    return _text(statement).removesuffix(" ;").endswith("new Hono ( { strict : false } )")


@cache
def _last_resort() -> tuple[str, ...]:
    """What an earlier run wrote where no error handler was carried over."""
    return statements_of(SourceFile("http.ts", error_fallback([]).text))[0].tokens


def _among_routes(file: SourceFile) -> Place:
    known = statements_of(file, edge_names)
    routes = [one for one in known if _pattern(one) is not None]
    first = [one for one in known if {"app", "app.use cors"}.intersection(one.names)]
    last = (routes or first)[-1]
    end = next(one for one in known if "default" in one.names)

    def place(pieces: Sequence[Piece], number: int) -> Gap:
        statement = pieces[number].statement
        own = _pattern(statement)
        if any(name in ("app.notFound", "app.onError") for name in statement.names):
            return Gap(end.span.start, before=True)
        if own is None:
            return Gap(first[-1].span.end, before=False)
        preceding = {name for piece in pieces[:number] for name in piece.statement.names}
        shadowing = (one for one in routes if not preceding.intersection(one.names) and _shadows(one, statement))
        hiding = next(shadowing, None)
        return Gap(hiding.span.start, before=True) if hiding is not None else Gap(last.span.end, before=False)

    return place


def _pattern(statement: Statement) -> tuple[str, list[str]] | None:
    found = next((match for name in statement.names if (match := _REGISTRATION.match(name))), None)
    return (found[1], found[2].strip("/").split("/")) if found is not None else None


def _shadows(one: Statement, other: Statement) -> bool:
    """Would every request for `other` be answered by `one`, if that came first?"""
    first, second = _pattern(one), _pattern(other)
    if first is None or second is None or first[0] not in (second[0], "ALL"):
        return False
    for left, right in zip_longest(first[1], second[1]):
        if left == "*":
            return True
        if left is None or right is None or (left != right and not (left.startswith(":") and "{" not in left)):
            return False
    return True
