"""Strategies of passport: which one `passport.authenticate("jwt", { session: false })` asks, or why none is told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.readers.express.follow import value_of
from codemods.readers.literals import Property, entries
from codemods.source import SourceFile, arguments, find_all, named, span_of, string_value, unwrap
from codemods.workspace import External, Workspace

PASSPORT = "passport"
_MODULE = "passport-jwt"
_CALLS = ("call_expression", "identifier", "member_expression")
_SESSIONS = "it keeps who is signed in in a session, unless `session: false` says that it does not"


def asked_strategy(workspace: Workspace, path: str, call: SgNode) -> tuple[str, SgNode] | str | None:
    """File and node of the `new JwtStrategy(…)` that a call of `passport.authenticate` asks.

    Words where it does not ask exactly one that is known; None for any other call.
    """
    target = workspace.callee(path, call) if call.kind() == "call_expression" else None
    if not isinstance(target, External) or target.module != PASSPORT or target.path[-1:] != ("authenticate",):
        return None
    given = [unwrap(each) for each in arguments(call)]
    if len(given) > 2:
        return "it calls a function of the application back"
    return _asked(workspace, given)


def strategy_of(workspace: Workspace, call: SgNode) -> tuple[str, SgNode] | str:
    """The same for a call that hands what the strategy says to a function of its own."""
    return _asked(workspace, [unwrap(each) for each in arguments(call)][:2])


def _asked(workspace: Workspace, given: Sequence[SgNode]) -> tuple[str, SgNode] | str:
    if not given or (name := _only_name(given[0])) is None:
        return "it asks several strategies"
    if len(given) < 2 or given[1].kind() != "object":
        return _SESSIONS
    options = {entry.key: unwrap(entry.value).text() for entry in entries(given[1]) if isinstance(entry, Property)}
    if options.get("session") != "false":
        return _SESSIONS
    if set(options) != {"session"} or len(named(given[1])) > 1:
        return "it takes more options than `session`"
    found = [(file, node) for registered, file, node in _registered(workspace) if registered == name]
    return found[0] if len(found) == 1 else f"its strategy `{name}` is none of passport-jwt, or registered twice"


def refusal(workspace: Workspace, path: str, node: SgNode) -> str | None:
    """Why a middleware of passport is not carried over."""
    value = value_of(workspace, path, node) if node.kind() != "call_expression" else None
    where, call = (value.file, value.node) if value is not None else (path, node)
    found = asked_strategy(workspace, where, call)
    return found if isinstance(found, str) else None


def _only_name(given: SgNode) -> str | None:
    """`"jwt"`, `["jwt"]`"""
    listed = named(given) if given.kind() == "array" else [given]
    return string_value(listed[0]) if len(listed) == 1 else None


@lru_cache(maxsize=4)
def _registered(workspace: Workspace) -> tuple[tuple[str, str, SgNode], ...]:
    """Name, file and node of every `new JwtStrategy(…)` of the repository."""
    found = []
    for path in workspace.files:
        if _MODULE not in workspace.text(path):
            continue
        file = workspace.source(path)
        for node in find_all(file.root, "new_expression"):
            target = workspace.callee(path, node)
            if isinstance(target, External) and target.module == _MODULE and target.path[-1:] == ("Strategy",):
                found.append((_name(workspace, file, node), path, node))
    return tuple(found)


def _name(workspace: Workspace, file: SourceFile, strategy: SgNode) -> str:
    """Under which name it is used: `passport.use("admin", strategy)`; its own is `jwt`."""
    for path in (each for each in workspace.files if f"{PASSPORT}" in workspace.text(each)):
        source = workspace.source(path)
        for call in find_all(source.root, "call_expression"):
            given = [unwrap(each) for each in arguments(call)]
            name = string_value(given[0]) if len(given) == 2 else None
            if name is None or not (call.field("function") or call).text().endswith(".use"):
                continue
            value = value_of(workspace, path, given[1]) if given[1].kind() in _CALLS else None
            where, node = (value.file, value.node) if value is not None else (path, given[1])
            if where == file.path and span_of(node) == span_of(strategy):
                return name
    return "jwt"
