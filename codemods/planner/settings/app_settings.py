"""Settings of the application: `req.app.get("secret")` is what `app.set("secret", …)` was given."""

from __future__ import annotations

from functools import lru_cache

from ast_grep_py import SgNode

from codemods.readers.express.follow import ValueNode
from codemods.source import arguments, find_all, member, string_value, unwrap
from codemods.workspace import External, Workspace

_EXPRESS = "express"
_OF_EXPRESS = frozenset(
    """case sensitive routing|env|etag|jsonp callback name|json escape|json replacer|json spaces|query parser|
    strict routing|subdomain offset|trust proxy|views|view cache|view engine|x-powered-by""".split("|")
)
"""Settings that Express itself goes by."""


def setting_of(workspace: Workspace, path: str, call: SgNode) -> ValueNode | None:
    """What a call that asks the application for a setting gives: the value of the one `app.set(…)` of that name."""
    name = _asked(workspace, path, call)
    found = _settings(workspace).get(name, []) if name is not None else []
    return found[0] if len(found) == 1 else None


def setting_around(workspace: Workspace, path: str, application: SgNode) -> ValueNode | None:
    """The same for `req.app`, which the call is made on."""
    above = application.parent()
    call = above.parent() if above is not None and above.kind() == "member_expression" else None
    return setting_of(workspace, path, call) if call is not None else None


def _asked(workspace: Workspace, path: str, call: SgNode) -> str | None:
    """The name of the setting in `req.app.get("secret")`, `app.get("secret")`."""
    callee = call.field("function") if call.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    given = arguments(call)
    if parts is None or parts[1] != "get" or len(given) != 1:
        return None
    return string_value(given[0]) if _is_application(workspace, path, unwrap(parts[0])) else None


def _is_application(workspace: Workspace, path: str, node: SgNode) -> bool:
    """`req.app`, `app`, `this.app`"""
    parts = member(node)
    if parts is not None and parts[1] == "app" and unwrap(parts[0]).kind() in ("identifier", "this"):
        return True
    made = workspace.instance_of(path, node) if node.kind() == "identifier" else None
    return isinstance(made, External) and made.module == _EXPRESS


@lru_cache(maxsize=4)
def _settings(workspace: Workspace) -> dict[str, list[ValueNode]]:
    """The values of all settings that the application makes, by name."""
    found: dict[str, list[ValueNode]] = {}
    for path in workspace.files:
        text = workspace.text(path)
        if ".set(" not in text or _EXPRESS not in text:
            continue
        for call in find_all(workspace.source(path).root, "call_expression"):
            parts, given = member(call.field("function") or call), arguments(call)
            name = string_value(given[0]) if len(given) == 2 else None
            if parts is None or parts[1] != "set" or name is None or name in _OF_EXPRESS:
                continue
            if _is_application(workspace, path, unwrap(parts[0])):
                found.setdefault(name, []).append(ValueNode(path, unwrap(given[1])))
    return found
