"""Which expressions are Express applications and routers, through imports, factories, classes and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.readers.express.fields import assigned_field, own_field
from codemods.readers.express.follow import bare
from codemods.readers.express.heirs import Heirs
from codemods.source import Binding, SourceFile, arguments, find_all, member, named, span_of, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, enclosing
from codemods.workspace import Declared, External, FunctionRef, InFile, Site, Workspace

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
_FACTORIES = frozenset({(), ("Router",), ("application",), ("express",)})
_AROUND = frozenset(
    {"call_expression", "member_expression", "parenthesized_expression", "as_expression", "assignment_expression"}
)
_FIELDS = frozenset({"public_field_definition", "field_definition", "required_parameter", "optional_parameter"})
_DEPTH = 12


@dataclass(frozen=True, slots=True, order=True)
class Router:
    """An application or router, named by the place of its declaration (or creation, when it has no name).

    `owner` tells apart the routers that one place makes: by the call of the function that it is in, or by the class
    that inherits it.
    """

    file: str
    offset: int
    owner: str = ""


class ExpressObjects:
    """Finds the Express object behind an expression. Answers are cached; cycles end in None."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._bindings: dict[tuple[str, int], Router | None] = {}
        self._aliases: dict[Router, list[Router]] = {}
        self._homes: dict[Router, str] = {}
        """The classes of routers that are fields."""
        self._heirs = Heirs(workspace)
        self._open: set[tuple[str, int, int]] = set()

    def router_of(self, file: SourceFile, node: SgNode | None, depth: int = 0) -> Router | None:
        """The Express object that an expression evaluates to, or None; the first, where a parameter gets several."""
        found = self._own_router(file, node, depth)
        return self.canonical(found) if found in self._aliases else found

    def routers_of(self, file: SourceFile, node: SgNode | None) -> tuple[Router, ...]:
        """All Express objects that an expression may be: a parameter stands for every router it is called with."""
        found = self._own_router(file, node, 0)
        return self._stands_for(found, ()) if found else ()

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

    def canonical(self, router: Router | None) -> Router | None:
        """The first router that a parameter stands for."""
        return self._stands_for(router, ())[0] if router is not None else None

    def _stands_for(self, router: Router, seen: tuple[Router, ...]) -> tuple[Router, ...]:
        if router not in self._aliases or router in seen:
            heirs = self._heirs.of(self._homes[router]) if router in self._homes and not router.owner else ()
            return tuple(replace(router, owner=heir) for heir in heirs) or (router,)
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
            case "identifier" | "shorthand_property_identifier":
                return self._identifier(file, node, depth)
            case "member_expression":
                return self._member(file, node, depth)
            case "call_expression" | "new_expression":
                return self._call(file, node, depth)
            case "assignment_expression":
                left = member(node.field("left") or node)
                if left is not None and left[0].kind() == "this":
                    return self._field(file, node, depth)
                return self.router_of(file, node.field("right"), depth + 1)
            case kind if kind in _FIELDS:
                return self._field(file, node, depth)
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
            value = _assigned(unwrap(binding.value))
            if self.creates(file, base_of_chain(value)):
                return own
            return self.router_of(file, value, depth + 1)
        if binding.source is not None:
            return self._meaning(file, binding.node, depth)
        if binding.default is not None and self.creates(file, binding.default):
            return own
        if binding.type_annotation is not None and self._typed(file, binding.type_annotation):
            return own
        assigned = (_assigned_value(reference) for reference in binding.references)
        return own if any(value is not None and self.creates(file, value) for value in assigned) else None

    def _member(self, file: SourceFile, node: SgNode, depth: int) -> Router | None:
        field = own_field(node)
        if field is not None:
            return self._field(file, field, depth)
        found, target = self._meaning(file, node, depth), node.field("object")
        if found not in self._homes or found is None or target is None:
            return found
        owner = self._heirs.class_of(file, target)
        return found if owner in (None, self._homes[found]) else replace(found, owner=owner or "")

    def _field(self, file: SourceFile, field: SgNode, depth: int) -> Router | None:
        """A class field, or the first `this.x = …` that stands for it."""
        field = assigned_field(field)
        own = Router(file.path, span_of(field).start)
        pattern = field.field("pattern")
        if pattern is not None:
            return self.router_of(file, pattern, depth + 1)
        value = field.field("value") or field.field("right")
        if value is not None:
            plain = unwrap(value)
            if plain is not None and self.creates(file, base_of_chain(plain)):
                self._homes[own] = self._heirs.class_of(file, field) or ""
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
        if meaning.node.kind() in _FIELDS:
            return self._field(target, meaning.node, depth + 1)
        if meaning.node.kind() == "pair":
            return self._pair(target, meaning.node, depth + 1)
        if meaning.node.kind() in FUNCTION_KINDS:
            is_getter = any(child.kind() == "get" for child in meaning.node.children())
            return self._returned(FunctionRef(meaning.file, meaning.node, None, ""), depth) if is_getter else None
        return self.router_of(target, meaning.node, depth + 1)

    def _pair(self, file: SourceFile, pair: SgNode, depth: int) -> Router | None:
        """`{ app: express() }`: a property is the place of what it makes."""
        value = pair.field("value")
        made = value is not None and self.creates(file, base_of_chain(unwrap(value)))
        return Router(file.path, span_of(pair).start) if made else self.router_of(file, value, depth)

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
            return of_call(self._workspace, self._returned(callee, depth), callee, Site(file.path, node))
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
        returns = [
            node for node in find_all(body, "return_statement") if enclosing(node, FUNCTION_KINDS) == function.node
        ]
        values = [value for node in returns for value in named(node)[:1]]
        found = {router for value in values if (router := self.router_of(file, value, depth + 1)) is not None}
        return found.pop() if len(found) == 1 else None

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
        if self._is_factory(file, callee):
            return True
        given = arguments(value)
        wraps = _WRAPPERS.search(callee.text().rsplit(".", 1)[-1]) is not None
        return bool(given) and wraps and self.creates(file, given[0])

    def _is_factory(self, file: SourceFile, callee: SgNode) -> bool:
        """Is the callee Express's own factory: `express`, `Router`, `express.Router`, `require("express")`?"""
        meaning = self._workspace.function_of(file.path, callee)
        if not isinstance(meaning, External) or meaning.module not in EXPRESS_MODULES:
            return False
        return tuple(step for step in meaning.path if step != "default") in _FACTORIES


def of_call(workspace: Workspace, router: Router | None, function: FunctionRef, site: Site) -> Router | None:
    """The router that one call of a function makes, where several calls of it make one each."""
    if router is None or router.owner or router.file != function.file:
        return router
    if not span_of(function.node).start <= router.offset < span_of(function.node).end:
        return router
    sites = workspace.calls_of(function.file, function.node)
    is_one_of_many = sites is not None and len(sites) > 1
    return replace(router, owner=f"{site.file}:{span_of(site.call).start}") if is_one_of_many else router


def _name_offset(created: SgNode) -> int:
    """Where the router is named: `const api = Router().use(a)` is known by `api`, an unnamed one by its creation."""
    for parent in created.ancestors():
        if parent.kind() == "variable_declarator":
            name, value = parent.field("name"), parent.field("value")
            chained = value is not None and span_of(base_of_chain(_assigned(unwrap(value)))) == span_of(created)
            return span_of(name).start if name is not None and chained else span_of(created).start
        if parent.kind() not in _AROUND:
            break
    return span_of(created).start


def _assigned(node: SgNode) -> SgNode:
    """`Router()` in `module.exports = Router()`."""
    while node.kind() == "assignment_expression" and (right := node.field("right")) is not None:
        node = unwrap(right)
    return node


def base_of_chain(node: SgNode) -> SgNode:
    """`Router()` in `Router().use(a).get("/", b)`: the receiver below all chained calls; `get` of a setting is none."""
    while node.kind() == "call_expression":
        callee = bare(node.field("function"))
        parts = member(callee) if callee is not None else None
        if parts is None or parts[1] not in CHAINED or (parts[1] == "get" and len(arguments(node)) == 1):
            break
        node = unwrap(parts[0]) or parts[0]
    return node


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
