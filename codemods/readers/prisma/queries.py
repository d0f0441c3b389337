"""Finds every call of the Prisma client in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from codemods.ir.query import Asked, Query
from codemods.ir.table import Schema
from codemods.readers.calls import call_site
from codemods.readers.prisma.alterations import Alteration
from codemods.readers.prisma.asked import conditions_of, function_at
from codemods.readers.prisma.clients import Clients
from codemods.readers.prisma.extract import ModelCall, client_query, model_query
from codemods.readers.prisma.methods import CLIENT_METHODS, MODEL_METHODS
from codemods.readers.prisma.where import read_where
from codemods.source.file import span_of
from codemods.workspace import Workspace

_WORDS = re.compile(
    "|".join([rf"{name}\b(?<!\w{name})" for name in MODEL_METHODS] + [rf"\{name}\b" for name in CLIENT_METHODS])
)

_Place = tuple[str, int]
"""A function by its file and where it starts."""


def find_queries(workspace: Workspace, path: str, schema: Schema, altered: Sequence[Alteration] = ()) -> list[Query]:
    """The Prisma calls of a file in source order. A client that only looks like one gives a query that says so, and
    so does one that is `altered`."""
    doubts = tuple(dict.fromkeys(alteration.reason for alteration in altered))
    if not _may_hold_calls(workspace, path, schema):
        return []
    file = workspace.source(path)
    clients = Clients(workspace, file, schema)
    found: list[Query] = []
    for node in file.calls:
        site = call_site(node)
        call = clients.read(site) if site is not None else None
        if isinstance(call, ModelCall):
            query = model_query(file, schema, call, workspace)
            found.append(replace(query, unsupported=(*query.unsupported, *doubts)))
        elif call is not None:
            found.append(client_query(file, call))
    return sorted(found, key=lambda query: query.call)


def find_conditions(workspace: Workspace, schema: Schema, calls: Iterable[Query]) -> dict[str, list[Query]]:
    """The conditions that functions make for these calls, by file. One whose function others call as well, or that is
    for several tables, says so."""
    asked: dict[_Place, list[tuple[str, Asked]]] = {}
    waiting = [(query.file, each) for query in calls for each in query.asked]
    made: dict[_Place, list[Query]] = {}
    while waiting:
        path, condition = waiting.pop()
        maker = condition.maker
        place = (maker.file, maker.offset)
        asked.setdefault(place, []).append((path, condition))
        if place not in made:
            made[place] = conditions_of(workspace, schema, maker, read_where)
            waiting += [(maker.file, each) for query in made[place] for each in query.asked]
    found: dict[str, list[Query]] = {}
    for place, conditions in made.items():
        doubts = _doubts(workspace, place, asked[place])
        found.setdefault(place[0], []).extend(
            replace(each, unsupported=(*each.unsupported, *doubts)) for each in conditions
        )
    return found


def _doubts(workspace: Workspace, place: _Place, asked: Sequence[tuple[str, Asked]]) -> Iterator[str]:
    """Why a function that makes conditions cannot make functions of a row instead."""
    if len({condition.maker.table for _, condition in asked}) > 1:
        yield "its function makes conditions on several tables"
    known = {(path, condition.call) for path, condition in asked}
    function = function_at(workspace.source(place[0]), place[1])
    sites = workspace.calls_of(place[0], function) if function is not None else None
    if sites is None or any((site.file, span_of(site.call)) not in known for site in sites):
        yield "its function is called apart from conditions"


def _may_hold_calls(workspace: Workspace, path: str, schema: Schema) -> bool:
    is_used = bool(schema.tables) or workspace.depends_on(path, "@prisma/client")
    return is_used and _WORDS.search(workspace.text(path)) is not None
