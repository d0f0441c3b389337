"""The application's CORS policy in Hono's words; a policy that cannot be read is left out, which closes the API."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import Middleware
from codemods.readers.express.follow import value_of
from codemods.source import SourceFile, arguments, find_all, named, property_name, span_of, string_value, unwrap
from codemods.workspace import Workspace

_OPTIONS = {
    "origin": "origin",
    "methods": "allowMethods",
    "allowedHeaders": "allowHeaders",
    "exposedHeaders": "exposeHeaders",
    "credentials": "credentials",
    "maxAge": "maxAge",
}
"""Options of the cors package, and Hono's."""

_IGNORED = frozenset({"optionsSuccessStatus", "preflightContinue"})
_LISTS = frozenset({"methods", "allowedHeaders", "exposedHeaders"})


@dataclass(frozen=True, slots=True)
class CorsPolicy:
    """The call of Hono's `cors`, and the environment variables that it reads."""

    text: str
    env: tuple[str, ...] = ()


def cors_policy(workspace: Workspace, middleware: Middleware) -> CorsPolicy | None:
    """The policy of a cors middleware; None when its options are computed."""
    file = workspace.source(middleware.expression.file)
    node = next((n for n in find_all(file.root, "call_expression", "identifier", "member_expression")
                 if span_of(n) == middleware.expression.span), None)  # fmt: skip
    if node is None:
        return None
    if node.kind() != "call_expression":
        value = value_of(workspace, file.path, node)
        if value is None or value.node.kind() != "call_expression":
            return None
        file, node = workspace.source(value.file), value.node
    given = arguments(node)
    if not given:
        return CorsPolicy("cors()")
    options = _object(workspace, file, given[0])
    return _policy(*options) if options is not None else None


def _object(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode] | None:
    plain = unwrap(node)
    if plain.kind() == "object":
        return file, plain
    value = value_of(workspace, file.path, plain)
    if value is None or value.node.kind() != "object":
        return None
    return workspace.source(value.file), value.node


def _policy(file: SourceFile, options: SgNode) -> CorsPolicy | None:
    parts: list[str] = []
    env: list[str] = []
    for pair in named(options):
        name, value = property_name(pair.field("key")), pair.field("value")
        if pair.kind() != "pair" or name is None or value is None:
            return None
        if name in _IGNORED:
            continue
        text = _value(name, unwrap(value), env)
        if name not in _OPTIONS or text is None:
            return None
        parts.append(f"{_OPTIONS[name]}: {text}")
    return CorsPolicy(f"cors({{ {', '.join(parts)} }})" if parts else "cors()", tuple(env))


def _value(name: str, node: SgNode, env: list[str]) -> str | None:
    literal = string_value(node)
    if literal is not None:
        words = [word.strip() for word in literal.split(",")] if name in _LISTS else []
        return "[" + ", ".join(f'"{word}"' for word in words) + "]" if words else f'"{literal}"'
    if node.kind() == "array":
        items = [_value("", unwrap(item), env) for item in named(node)]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    if node.kind() in ("true", "false", "number"):
        return "(origin) => origin" if name == "origin" and node.kind() == "true" else node.text()
    found = re.fullmatch(r"process\.env\.(\w+)!?(\s*(?:\|\||\?\?)\s*(\"[^\"]*\"|'[^']*'))?", node.text())
    if found is None:
        return None
    env.append(found.group(1))
    fallback = found.group(3)
    # The package sends nothing where the origin is undefined; no request comes from an empty one.
    return f"env.{found.group(1)} ?? " + (f'"{fallback[1:-1]}"' if fallback else '""')
