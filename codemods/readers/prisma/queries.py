"""Finds every call of the Prisma client in a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from codemods.ir.query import Query
from codemods.ir.table import Schema
from codemods.readers.calls import call_site
from codemods.readers.prisma.alterations import Alteration
from codemods.readers.prisma.clients import Clients
from codemods.readers.prisma.extract import ModelCall, client_query, model_query
from codemods.readers.prisma.methods import CLIENT_METHODS, MODEL_METHODS
from codemods.workspace import Workspace

_WORDS = re.compile(
    "|".join([rf"{name}\b(?<!\w{name})" for name in MODEL_METHODS] + [rf"\{name}\b" for name in CLIENT_METHODS])
)


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


def _may_hold_calls(workspace: Workspace, path: str, schema: Schema) -> bool:
    is_used = bool(schema.tables) or workspace.depends_on(path, "@prisma/client")
    return is_used and _WORDS.search(workspace.text(path)) is not None
