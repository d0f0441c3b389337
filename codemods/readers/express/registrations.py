"""Every `router.verb(path, …)`, `router.route(path).verb(…)` and `router.use(…)` of the repository, as written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare, constant_text, value_of
from codemods.readers.express.handover import HandOver
from codemods.readers.express.objects import VERBS, ExpressObjects, Router
from codemods.readers.express.places import Places, Scope
from codemods.source import (
    SourceFile,
    Span,
    arguments,
    member,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import FUNCTION_KINDS, member_path, property_name
from codemods.workspace import Global, Workspace

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
_REGISTERING = VERBS | {"use", "param"}
_HANDLER_KINDS = FUNCTION_KINDS | {"identifier", "member_expression", "call_expression", "array", "as_expression"}
_REGISTERS = re.compile(r"\.\s*(get|post|put|patch|delete|all|options|head|use|route|param)\s*(<[^(]*>)?\(")


def may_register(text: str) -> bool:
    """Is a file with this text worth reading: does it name Express or routers, or call a method of theirs?"""
    named = "xpress" in text or "router" in text or "Router" in text
    return named or _REGISTERS.search(text) is not None


@dataclass(frozen=True, slots=True)
class Registration:
    """One call on an Express object.

    `verb` is a method name or `use`; `arguments` are the middleware and handler expressions without the path;
    `position` orders registrations of one `scope`, also across the functions that a router is handed to. `loose` marks
    middleware on some router that could not be told: it may be any.
    """

    file: str
    router: Router | None
    verb: str
    path_node: SgNode | None
    path: str | None
    arguments: tuple[SgNode, ...]
    call: SgNode
    verb_offset: int
    position: tuple[int, ...]
    scope: Scope
    link: Span | None
    """For a link of a chain: the `.verb(…)` part; None when the whole statement is this registration."""
    statement: SgNode | None
    row_file: str | None = None
    """The file of `arguments` when they come from a table in another file."""
    loose: bool = False


class Registrations:
    """Collects the registrations of all candidate files."""

    def __init__(self, workspace: Workspace, objects: ExpressObjects, files: list[str]) -> None:
        self._workspace = workspace
        self._objects = objects
        self._files = files
        self._places = Places()

    def collect(self) -> list[Registration]:
        """All registrations, in order of file and place."""
        HandOver(self._workspace, self._objects, self._files, self._places).run()
        found = [row for path in self._files for r in self._of_file(path) for row in self._rows(r)]
        return sorted(found, key=lambda r: (r.file, r.verb_offset))

    # ---- mounts from tables -----------------------------------------------------------------------

    def _rows(self, registration: Registration) -> list[Registration]:
        """`routes.forEach((route) => router.use(route.path, route.route))`: one mount for each row of the table."""
        path = registration.path_node
        given = (path, *registration.arguments) if path is not None else registration.arguments
        if registration.verb != "use" or len(given) != 2:
            return [registration]
        keys = [member(argument) for argument in given]
        if keys[0] is None or keys[1] is None or keys[0][0].text() != keys[1][0].text():
            return [registration]
        file = self._workspace.source(registration.file)
        rows = table_rows(self._workspace, file, registration.call, keys[0][0].text())
        found = []
        for row_file, row in rows:
            path, target = _property(row, keys[0][1]), _property(row, keys[1][1])
            if path is not None and target is not None:
                found.append(
                    replace(
                        registration,
                        path_node=path,
                        path=path_text(self._workspace, self._workspace.source(row_file), path),
                        arguments=(target,),
                        row_file=row_file,
                    )
                )
        return found or [registration]

    # ---- the calls themselves -----------------------------------------------------------------

    def _of_file(self, path: str) -> list[Registration]:
        file = self._workspace.source(path)
        context = _Context(file, self._workspace)
        return [found for call in file.calls for found in self._registrations(file, call, context)]

    def _registrations(self, file: SourceFile, call: SgNode, context: _Context) -> list[Registration]:
        """One registration for each router that the receiver may be."""
        found = self._registration(file, call, context)
        if found is None:
            return []
        routers = self._receivers(file, call)
        each = [replace(found, router=router) for router in routers] if len(routers) > 1 else [found]
        return [one for registration in each for one in self._paths(file, registration)]

    def _paths(self, file: SourceFile, registration: Registration) -> list[Registration]:
        """`use(["/a", "/b"], fn)` is one registration for each path."""
        listed = registration.path_node
        if registration.verb != "use" or listed is None or unwrap(listed).kind() != "array":
            return [registration]
        paths = ((node, path_text(self._workspace, file, node)) for node in named(unwrap(listed)))
        return [replace(registration, path_node=node, path=text) for node, text in paths]

    def _receivers(self, file: SourceFile, call: SgNode) -> tuple[Router, ...]:
        """The routers behind the receiver: also the elements of an array that a loop goes over."""
        callee = bare(call.field("function"))
        parts = member(callee) if callee is not None else None
        if parts is None:
            return ()
        base = _receiver(file, parts[0])[0]
        found = self._objects.routers_of(file, base)
        if found or base.kind() != "identifier":
            return found
        elements = loop_elements(self._workspace, file, call, base.text())
        ends = [r for path, node in elements for r in self._objects.routers_of(self._workspace.source(path), node)]
        return tuple(dict.fromkeys(ends))

    def _registration(self, file: SourceFile, call: SgNode, context: _Context) -> Registration | None:
        callee = bare(call.field("function"))
        parts = member(callee) if callee is not None else None
        if callee is None or parts is None or parts[1] not in _REGISTERING:
            return None
        given = arguments(call)
        if not given:
            return None
        base, route_path, links = _receiver(file, parts[0])
        path_node, handlers = (
            (route_path, given) if route_path is not None else _split_path(self._workspace, file, parts[1], given)
        )
        if not handlers:
            return None
        routers = self._receivers(file, call)
        router = routers[0] if routers else None
        loose = router is None and parts[1] == "use" and context.may_be_router(base, handlers)
        if router is None and not loose and not context.looks_like_express(base, path_node, handlers, parts[1]):
            return None
        if handlers[-1].kind() in ("string", "number", "true", "false", "template_string") and parts[1] != "use":
            return None
        property_node = callee.field("property")
        offset = span_of(property_node).start if property_node is not None else span_of(call).start
        outer = _outermost_chain(call)
        place = self._places.of(file, call)
        chained = links > 0 or span_of(outer) != span_of(call) or route_path is not None
        return Registration(
            file=file.path,
            router=router,
            verb=parts[1],
            path_node=path_node,
            path=path_text(self._workspace, file, path_node),
            arguments=tuple(handlers),
            call=call,
            verb_offset=offset,
            position=place.position,
            scope=place.scope,
            loose=loose,
            link=Span(span_of(parts[0]).end, span_of(call).end) if chained else None,
            statement=_statement(outer),
        )


class _Context:
    """What one file says about receivers that nothing declares as Express objects."""

    def __init__(self, file: SourceFile, workspace: Workspace) -> None:
        self._file, self._workspace = file, workspace
        self._foreign = {item.local for item in file.bindings.imports if item.module in OTHER_SERVERS}

    def looks_like_express(self, base: SgNode, path: SgNode | None, handlers: list[SgNode], verb: str) -> bool:
        """A (req, res) handler, or a rooted path on something called app or router, in a package that has Express."""
        root = base.text().split(".")[0].split("(")[0]
        if root in self._foreign or verb == "use" or path is None or not _path_like(path):
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
        """A loop variable or parameter, or a part of one, that gets (req, res) middleware: some router, unknown which."""
        root = member_path(base)[0]
        binding = self._file.bindings.resolve(root) if root.kind() == "identifier" else None
        looped = binding is not None and (
            binding.declaration.kind() == "for_in_statement" or binding.kind == "parameter"
        )
        named_so = any(_GUARD_NAME.search(handler.text()) for handler in handlers)
        return looped and (named_so or any(self._is_handler(handler) for handler in handlers))

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


def _receiver(file: SourceFile, node: SgNode) -> tuple[SgNode, SgNode | None, int]:
    """(base object, path of `.route(path)` if any, number of links between): follows `.route(p).get(a).post(b)`."""
    links, current = 0, unwrap(node) or node
    while current.kind() == "call_expression":
        callee = bare(current.field("function"))
        parts = member(callee) if callee is not None else None
        if parts is None:
            break
        if parts[1] == "route" and len(arguments(current)) == 1:
            return parts[0], arguments(current)[0], links
        if parts[1] not in _REGISTERING:
            break
        links, current = links + 1, unwrap(parts[0]) or parts[0]
    if current.kind() == "identifier":
        return _route_variable(file, current, links)
    return current, None, links


def _route_variable(file: SourceFile, node: SgNode, links: int) -> tuple[SgNode, SgNode | None, int]:
    """`const books = router.route("/books"); books.get(…)`."""
    binding = file.bindings.resolve(node)
    value = unwrap(binding.value) if binding is not None and binding.value is not None else None
    if value is None or value.kind() != "call_expression":
        return node, None, links
    callee = bare(value.field("function"))
    parts = member(callee) if callee is not None else None
    if parts is None or parts[1] != "route" or len(arguments(value)) != 1:
        return node, None, links
    return parts[0], arguments(value)[0], links


_PATH_KINDS = frozenset({"string", "template_string", "regex", "binary_expression"})


def _split_path(
    workspace: Workspace, file: SourceFile, verb: str, given: list[SgNode]
) -> tuple[SgNode | None, list[SgNode]]:
    """The path argument and the rest; `use` may come without a path."""
    if verb != "use":
        return given[0], given[1:]
    first = unwrap(given[0])
    if first.kind() in _PATH_KINDS or (len(given) > 1 and _is_text(workspace, file, first)):
        return given[0], given[1:]
    if first.kind() == "array" and named(first) and all(unwrap(e).kind() in _PATH_KINDS for e in named(first)):
        return given[0], given[1:]
    return None, given


def _is_text(workspace: Workspace, file: SourceFile, node: SgNode) -> bool:
    """A constant or field that holds a path: `use(config.route, …)`, `use(API_PREFIX, …)`."""
    if node.kind() not in ("identifier", "member_expression"):
        return False
    value = value_of(workspace, file.path, node)
    if value is not None:
        return value.node.kind() in _PATH_KINDS
    found = workspace.instance_of(file.path, node)
    return isinstance(found, Global) and found.name == "String"


def path_text(workspace: Workspace, file: SourceFile, node: SgNode | None) -> str | None:
    """The text of a path: a literal, or a constant that holds one. Empty without a path, None when it is computed."""
    return "" if node is None else constant_text(workspace, file, node)


def _path_like(node: SgNode) -> bool:
    text = string_value(node)
    if text is not None:
        return text == "" or text[0] in "/*:("
    return node.kind() in ("regex", "array", "template_string", "identifier", "member_expression", "binary_expression")


def _outermost_chain(call: SgNode) -> SgNode:
    """The last call of the chain that this call is a link of."""
    outer = call
    while True:
        parent = outer.parent()
        if parent is None or parent.kind() != "member_expression":
            return outer
        above = parent.parent()
        function = above.field("function") if above is not None and above.kind() == "call_expression" else None
        if above is None or function is None or span_of(function) != span_of(parent):
            return outer
        outer = above


def _statement(call: SgNode) -> SgNode | None:
    parent = call.parent()
    return parent if parent is not None and parent.kind() == "expression_statement" else None


def table_rows(workspace: Workspace, file: SourceFile, call: SgNode, name: str) -> list[tuple[str, SgNode]]:
    """The object literals that a loop variable takes."""
    return [(path, node) for path, node in loop_elements(workspace, file, call, name) if node.kind() == "object"]


def loop_elements(workspace: Workspace, file: SourceFile, call: SgNode, name: str) -> list[tuple[str, SgNode]]:
    """What a loop variable takes: `rows.forEach((name) => …)` and `for (const name of rows)`."""
    table: SgNode | None = None
    for ancestor in call.ancestors():
        if ancestor.kind() == "for_in_statement" and ancestor.field("left") is not None:
            left = ancestor.field("left")
            table = ancestor.field("right") if left is not None and left.text() == name else None
        elif ancestor.kind() in FUNCTION_KINDS and any(p.name == name for p in parameters(ancestor)):
            holder = ancestor.parent()
            outer = holder.parent() if holder is not None else None
            callee = outer.field("function") if outer is not None and outer.kind() == "call_expression" else None
            parts = member(callee) if callee is not None else None
            table = parts[0] if parts is not None and parts[1] in ("forEach", "map") else None
        if table is not None:
            break
    return _elements(workspace, file, table) if table is not None else []


def _elements(workspace: Workspace, file: SourceFile, table: SgNode) -> list[tuple[str, SgNode]]:
    plain = unwrap(table)
    where = file.path
    if plain.kind() == "identifier":
        value = value_of(workspace, file.path, plain)
        if value is None:
            return []
        where, plain = value.file, value.node
    if plain.kind() != "array":
        return []
    return [(where, element) for element in named(plain)]


def _property(row: SgNode, name: str) -> SgNode | None:
    for pair in named(row):
        key = pair.field("key")
        if pair.kind() == "pair" and key is not None and property_name(key) == name:
            return pair.field("value")
    return None
