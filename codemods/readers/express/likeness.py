"""Calls that look like registrations of Express, on objects that nothing declares as applications or routers."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.readers.express.paths import is_path_like
from codemods.source import SourceFile, arguments, named, parameters, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, member_path
from codemods.workspace import Workspace

OTHER_SERVERS = frozenset(
    {
        "fastify",
        "koa",
        "hono",
        "polka",
        "restify",
        "msw",
        "@koa/router",
        "koa-router",
        "find-my-way",
        "@hono/zod-openapi",
        "axios",
        "supertest",
        "superagent",
        "nock",
        "got",
        "ky",
        "elysia",
        "itty-router",
        "next-connect",
        "trouter",
    }
)
"""Packages whose objects also have `get(path, …)`, and are not Express."""

_REQUEST = re.compile(r"^_*(req|request|rq)\d?$|^_+$|^\{", re.I)
_RESPONSE = re.compile(r"^_*(res|response|resp|rs)\d?$|^\{", re.I)
_ROUTER_NAME = re.compile(r"^(app|router|server|expressApp|\w*Router)$")
_GUARD_NAME = re.compile(r"auth|guard|protect|require|permission|role|limit|valid", re.I)
_HANDLER_KINDS = FUNCTION_KINDS | {"identifier", "member_expression", "call_expression", "array", "as_expression"}


DEV_SERVERS = frozenset({"@rspack/core", "browser-sync", "rollup", "snowpack", "vite", "webpack", "webpack-dev-server"})
"""Tools whose configuration adds middleware to a server of their own."""


class Likeness:
    """What one file says about receivers that nothing declares as Express objects."""

    def __init__(self, file: SourceFile, workspace: Workspace) -> None:
        self._file, self._workspace = file, workspace
        self._serves_itself = any(item.module.split("/")[0] in DEV_SERVERS for item in file.bindings.imports)
        self._foreign = {item.local for item in file.bindings.imports if item.module in OTHER_SERVERS}

    def looks_like_express(self, base: SgNode, path: SgNode | None, handlers: list[SgNode], verb: str) -> bool:
        """A (req, res) handler, or a rooted path on something called app or router, in a package that has Express."""
        root = base.text().split(".")[0].split("(")[0]
        if root in self._foreign or verb == "use" or path is None or not is_path_like(path):
            return False
        if any(self._is_handler(handler) for handler in handlers):
            return True
        literal = string_value(path)
        rooted = literal is not None and literal[:1] in ("/", "*")
        by_name = _ROUTER_NAME.match(base.text()) is not None and self._unknown(base)
        return (
            rooted
            and by_name
            and all(handler.kind() in _HANDLER_KINDS for handler in handlers)
            and self._workspace.depends_on(self._file.path, "express")
        )

    def may_be_router(self, base: SgNode, handlers: list[SgNode]) -> bool:
        """What gets (req, res) middleware and is no router that is known: it may be any.

        A loop variable or parameter, or a part of it, is one by the name of what it gets, too. What gets an object of a
        class is none: `passport.use(new JwtStrategy(…))`.
        """
        if any(handler.kind() == "new_expression" for handler in map(unwrap, handlers) if handler is not None):
            return False
        root = member_path(base)[0]
        binding = self._file.bindings.resolve(root) if root.kind() == "identifier" and not self._serves_itself else None
        looped = binding is not None and (
            binding.declaration.kind() == "for_in_statement" or binding.kind == "parameter"
        )
        named_so = any(_GUARD_NAME.search(handler.text()) for handler in handlers)
        if self._serves_itself or root.text() in self._foreign:
            return False
        return (looped and named_so) or any(self._is_handler(handler) for handler in handlers)

    def _unknown(self, base: SgNode) -> bool:
        """A parameter without a type, or an import whose file is missing."""
        if base.kind() != "identifier":
            return False
        binding = self._file.bindings.resolve(base)
        if binding is None:
            return False
        if binding.imported is not None:
            return binding.imported.module.startswith((".", "@", "~", "#"))
        untyped = binding.type_annotation is None or binding.type_annotation.text().strip(": ") == "any"
        return binding.kind == "parameter" and untyped

    def _is_handler(self, node: SgNode) -> bool:
        plain = unwrap(node)
        if plain is None:
            return False
        if plain.kind() in FUNCTION_KINDS:
            return takes_request(plain)
        if plain.kind() == "identifier":
            binding = self._file.bindings.resolve(plain)
            value = binding.value if binding is not None and binding.value is not None else None
            declared = value if value is not None else (binding.declaration if binding is not None else None)
            return declared is not None and declared.kind() in FUNCTION_KINDS and takes_request(declared)
        if plain.kind() == "call_expression":
            return any(self._is_handler(argument) for argument in arguments(plain))
        return plain.kind() == "array" and any(self._is_handler(element) for element in named(plain))


def takes_request(function: SgNode) -> bool:
    """Does the function take (req, res, …)?"""
    names = [parameter.pattern.text() for parameter in parameters(function)]
    return len(names) >= 2 and bool(_REQUEST.match(names[0]) and _RESPONSE.match(names[1]))
