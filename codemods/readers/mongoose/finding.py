"""Hooks of queries that read: what they add is read as if each query said it itself.

https://mongoosejs.com/docs/middleware.html#types-of-middleware
"""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.ir.table import Table
from codemods.readers.calls import CallSite, call_site
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, find_all, named, parameters, unwrap
from codemods.workspace import Workspace

_EVENTS = {
    "find": "find",
    "findOne": "findOne",
    "findById": "findOne",
    "findOneAndUpdate": "findOneAndUpdate",
    "findByIdAndUpdate": "findOneAndUpdate",
    "findOneAndDelete": "findOneAndDelete",
    "findByIdAndDelete": "findOneAndDelete",
    "findOneAndRemove": "findOneAndRemove",
    "findByIdAndRemove": "findOneAndRemove",
}
"""Methods of models by the events that they are."""

_LINKS = frozenset({"populate", "select"})


def is_find(event: str | None) -> bool:
    """Is it about queries that read, and no others?"""
    return event in ("find", "findOne") or event == "/^find/"


def links_in(function: SgNode) -> list[CallSite] | None:
    """The calls by which a hook adds to the query; None if it does anything else."""
    body = function.field("body")
    if function.kind() not in FUNCTION_KINDS or function.kind() == "arrow_function" or body is None:
        return None
    given = parameters(function)
    ends = {f"{given[0].name}()", f"return {given[0].name}()"} if given and given[0].name else set()
    found: list[CallSite] = []
    for statement in named(body):
        text = statement.text().rstrip(";")
        if text in ends:
            continue
        links = _chain(named(statement)[0]) if statement.kind() in _STATEMENTS and named(statement) else None
        if links is None:
            return None
        found += links
    return found


_STATEMENTS = frozenset({"expression_statement", "return_statement"})


def _chain(node: SgNode) -> list[CallSite] | None:
    """`this.populate("a").select("b")`."""
    inner = unwrap(node, awaited=True)
    site = call_site(inner) if inner.kind() == "call_expression" else None
    if site is None or site.target is None or site.method not in _LINKS:
        return None
    before = [] if site.target.kind() == "this" else _chain(site.target)
    return [*before, site] if before is not None else None


def added_links(workspace: Workspace, table: Table, method: str) -> list[tuple[SourceFile, CallSite]]:
    """What the hooks of a table add to a query by this method of its model."""
    event = _EVENTS.get(method, "")
    found: list[tuple[SourceFile, CallSite]] = []
    for hook in table.document.finding if table.document is not None and event else ():
        matches = re.search(hook.name.strip("/"), event) if hook.name.startswith("/") else hook.name == event
        file = workspace.source(hook.file)
        functions = find_all(file.root, *FUNCTION_KINDS) if matches else []
        node = next((each for each in functions if span_of(each).start == hook.offset), None)
        found += [(file, link) for link in (links_in(node) or [] if node is not None else [])]
    return found
