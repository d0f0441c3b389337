"""Which expressions are Express applications and routers, through imports, factories, classes and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.express.fields import assigned_field, own_field
from codemods.readers.express.follow import bare
from codemods.readers.express.tables import row_values
from codemods.source import Binding, SourceFile, arguments, member, named, span_of, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import Declared, FunctionRef, InFile, Workspace

EXPRESS_MODULES = frozenset(
    {
        "express",
        "express-promise-router",
        "@awaitjs/express",
        "express-async-router",
        "router",
        "express-serve-static-core",
        "express-ws",
    }
)
"""Packages whose `default`, `Router` and `application` make Express objects."""

VERBS = frozenset({"get", "post", "put", "patch", "delete", "all", "options", "head"})
CHAINED = VERBS | {"use", "param", "route", "set", "enable", "disable", "engine"}
"""Methods of an Express object that return the object itself (or, for `route`, a route of it)."""

_TYPE = re.compile(
    r"^:?\s*(?:(?P<namespace>\w+)\.)?(?P<name>Express|Application|Router|IRouter|ExpressApp)\b"
    r"(<.*>)?(\s*\|\s*(null|undefined))?$",
    re.S,
)
_WRAPPERS = re.compile(r"^(addAsync|expressWs|enableWs)$|[rR]outer$|[aA]pp$")
_DEPTH = 12


@dataclass(frozen=True, slots=True, order=True)
class Router:
    """An application or router, named by the place of its declaration (or creation, when it has no name)."""

    file: str
    offset: int


class ExpressObjects:
    """Finds the Express object behind an expression. Answers are cached; cycles end in None."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._bindings: dict[tuple[str, int], Router | None] = {}
        self._aliases: dict[Router, list[Router]] = {}
        self._open: set[tuple[str, int, int]] = set()

    def router_of(self, file: SourceFile, node: SgNode | None, depth: int = 0) -> Router | None:
        """The Express object that an expression evaluates to, or None; the first, where a parameter gets several."""
        found = self._own_router(file, node, depth)
        return self.canonical(found) if found else None

    def routers_of(self, file: SourceFile, node: SgNode | None) -> tuple[Router, ...]:
        """All Express objects that an expression may be: a parameter stands for every router it is called with."""
        found = self._own_router(file, node, 0)
        return self._stands_for(found, ()) if found else ()

    def routers_in(self, file: SourceFile, call: SgNode, node: SgNode) -> tuple[Router, ...]:
        """All Express objects that an expression may be in a call: also those that a loop variable takes there."""
        found = self.routers_of(file, node)
        if found:
            return found
        rows = [row for row in row_values(self._workspace, file, call, node) if row is not None]
        ends = [router for row in rows for router in self.routers_of(self._workspace.source(row.file), row.node)]
        return tuple(dict.fromkeys(ends))

    def _own_router(self, file: SourceFile, node: SgNode | None, depth: int) -> Router | None:
        node = unwrap(node) if node is not None else None
        if node is None or depth > _DEPTH:
            return None
        span = span_of(node)
        key = (file.path, span.start, span.end)
        if key in self._open:
            return None
        self._open.add(key)
        try:
            return self._expression(file, node, depth)
        finally:
            self._open.discard(key)

    def canonical(self, router: Router) -> Router:
        """The first router that a parameter stands for."""
        return self._stands_for(router, ())[0]

    def _stands_for(self, router: Router, seen: tuple[Router, ...]) -> tuple[Router, ...]:
        if router not in self._aliases or router in seen:
            return (router,)
        ends = [end for given in self._aliases[router] for end in self._stands_for(given, (*seen, router))]
        return tuple(dict.fromkeys(ends))

    def alias(self, parameter: Router, argument: Router) -> bool:
        """Note that a parameter receives a router; True when that was news."""
        if parameter == argument or argument in self._stands_for(parameter, ()):
            return False
        self._aliases.setdefault(parameter, []).append(argument)
        self._bindings.clear()
        return True

    def _expression(self, file: SourceFile, node: SgNode, depth: int) -> Router | None:
        match node.kind():
            case "identifier":
                return self._identifier(file, node, depth)
            case "member_expression":
                return self._member(file, node, depth)
            case "call_expression" | "new_expression":
                return self._call(file, node, depth)
            case _:
                return None

    def _identifier(self, file: SourceFile, node: SgNode, depth: int) -> Router | None:
        binding = file.bindings.resolve(node)
        if binding is None:
            return None
        if binding.imported is not None:
            return self._meaning(file, node, depth)
        return self._binding(file, binding, depth)

    def _binding(self, file: SourceFile, binding: Binding, depth: int) -> Router | None:
        offset = span_of(binding.node).start
        key = (file.path, offset)
        if key not in self._bindings:
            self._bindings[key] = None
            self._bindings[key] = self._declared_router(file, binding, offset, depth)
        return self._bindings[key]

    def _declared_router(self, file: SourceFile, binding: Binding, offset: int, depth: int) -> Router | None:
        own = Router(file.path, offset)
        if own in self._aliases:
            return own
        if binding.value is not None:
            value = unwrap(binding.value)
            if value is not None and self.creates(file, base_of_chain(value)):
                return own
            return self.router_of(file, binding.value, depth + 1)
        if binding.type_annotation is not None and self._typed(file, binding.type_annotation):
            return own
        assigned = (_assigned_value(reference) for reference in binding.references)
        return own if any(value is not None and self.creates(file, value) for value in assigned) else None

    def _member(self, file: SourceFile, node: SgNode, depth: int) -> Router | None:
        field = own_field(node)
        if field is not None:
            return self._field(file, field, depth)
        return self._meaning(file, node, depth)

    def _field(self, file: SourceFile, field: SgNode, depth: int) -> Router | None:
        """A class field, or the first `this.x = …` that stands for it."""
        own = Router(file.path, span_of(field).start)
        value = field.field("value") if field.kind() != "assignment_expression" else field.field("right")
        if value is not None:
            plain = unwrap(value)
            if plain is not None and self.creates(file, base_of_chain(plain)):
                return own
            return self.router_of(file, value, depth + 1)
        annotation = field.field("type")
        return own if annotation is not None and self._typed(file, annotation) else None

    def _meaning(self, file: SourceFile, node: SgNode, depth: int) -> Router | None:
        meaning = self._workspace.meaning_of(file.path, node)
        if not isinstance(meaning, Declared):
            return None
        target = self._workspace.source(meaning.file)
        if meaning.binding is not None and meaning.binding.imported is None:
            return self._binding(target, meaning.binding, depth + 1)
        if meaning.node.kind() in ("public_field_definition", "field_definition"):
            return self._field(target, assigned_field(meaning.node), depth + 1)
        if meaning.node.kind() in FUNCTION_KINDS:
            return None
        return self.router_of(target, meaning.node, depth + 1)

    def _call(self, file: SourceFile, node: SgNode, depth: int) -> Router | None:
        base = base_of_chain(node)
        if span_of(base) != span_of(node):
            return self.router_of(file, base, depth + 1)
        if self.creates(file, node):
            return Router(file.path, _name_offset(node))
        required = required_module(node)
        if required is not None:
            return self._required(file, required, depth)
        callee = self._workspace.callee(file.path, node)
        if isinstance(callee, FunctionRef):
            return self._returned(callee, depth)
        return self._meaning(file, node, depth)

    def _required(self, file: SourceFile, module: str, depth: int) -> Router | None:
        """`require("./routes/users")`: what that file assigns to module.exports, or exports as its default."""
        found = self._workspace.resolve_import(file.path, module)
        if not isinstance(found, InFile):
            return None
        target = self._workspace.source(found.path)
        for export in target.bindings.exports:
            if export.name != "default":
                continue
            if export.local is not None and export.local in target.bindings.top_level:
                return self._binding(target, target.bindings.top_level[export.local], depth + 1)
            if export.node is not None:
                return self.router_of(target, export.node, depth + 1)
        return None

    def _returned(self, function: FunctionRef, depth: int) -> Router | None:
        """The router that a factory returns."""
        file = self._workspace.source(function.file)
        body = function.node.field("body")
        if body is None:
            return None
        if body.kind() != "statement_block":
            return self.router_of(file, body, depth + 1)
        returns = [statement for statement in named(body) if statement.kind() == "return_statement"]
        values = named(returns[-1]) if returns else []
        return self.router_of(file, values[0], depth + 1) if values else None

    def _typed(self, file: SourceFile, annotation: SgNode) -> bool:
        match = _TYPE.match(annotation.text().strip())
        if match is None:
            return False
        local = match.group("namespace") or match.group("name")
        imported = next((item for item in file.bindings.imports if item.local == local), None)
        if imported is None:
            return match.group("name") in ("Express", "IRouter")
        return imported.module in EXPRESS_MODULES

    def creates(self, file: SourceFile, value: SgNode | None) -> bool:
        """True for `express()`, `Router()`, `express.Router()`, `new Router()`, `addAsync(express())` and the like."""
        value = unwrap(value) if value is not None else None
        if value is None or value.kind() not in ("call_expression", "new_expression"):
            return False
        callee = bare(value.field("function") or value.field("constructor"))
        if callee is None:
            return False
        if _express_export(file, callee):
            return True
        given = arguments(value)
        wraps = _WRAPPERS.search(callee.text().rsplit(".", 1)[-1]) is not None
        return bool(given) and wraps and self.creates(file, given[0])


def _name_offset(created: SgNode) -> int:
    """Where the router is named: `const api = Router().use(a)` is known by `api`, an unnamed one by its creation."""
    for parent in created.ancestors():
        if parent.kind() == "variable_declarator":
            name, value = parent.field("name"), parent.field("value")
            chained = value is not None and span_of(base_of_chain(unwrap(value))) == span_of(created)
            return span_of(name).start if name is not None and chained else span_of(created).start
        if parent.kind() not in ("call_expression", "member_expression", "parenthesized_expression", "as_expression"):
            break
    return span_of(created).start


def base_of_chain(node: SgNode) -> SgNode:
    """`Router()` in `Router().use(a).get("/", b)`: the receiver below all chained calls."""
    while node.kind() == "call_expression":
        callee = bare(node.field("function"))
        parts = member(callee) if callee is not None else None
        if parts is None or parts[1] not in CHAINED:
            break
        node = unwrap(parts[0]) or parts[0]
    return node


def _express_export(file: SourceFile, callee: SgNode) -> bool:
    """Is the callee Express's own factory: `express`, `Router`, `express.Router`, `require("express")`?"""
    parts = member(callee)
    if parts is not None and parts[1] in ("Router", "default", "application"):
        return _names_express(file, parts[0], frozenset({"default", "*"}))
    return _names_express(file, callee, frozenset({"default", "*", "Router", "application"}))


def _names_express(file: SourceFile, node: SgNode, wanted: frozenset[str]) -> bool:
    plain = unwrap(node)
    if plain is None:
        return False
    if plain.kind() == "identifier":
        binding = file.bindings.resolve(plain)
        found = binding.imported if binding is not None else None
        return found is not None and found.module in EXPRESS_MODULES and found.imported in wanted
    return required_module(plain) in EXPRESS_MODULES


def required_module(node: SgNode) -> str | None:
    """The module of `require("m")`, else None."""
    if node.kind() != "call_expression":
        return None
    callee = node.field("function")
    if callee is None or callee.text() != "require":
        return None
    given = arguments(node)
    return string_value(given[0]) if given else None


def _assigned_value(reference: SgNode) -> SgNode | None:
    parent = reference.parent()
    if parent is None or parent.kind() != "assignment_expression":
        return None
    left = parent.field("left")
    return parent.field("right") if left is not None and span_of(left) == span_of(reference) else None
