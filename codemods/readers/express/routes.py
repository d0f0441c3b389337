"""Registrations put together into routes: full paths through all mounts, and everything that runs before a handler."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ast_grep_py import SgNode

from codemods.ir.app import App, CodeRef, Condition, Middleware, Role, Route, Use
from codemods.readers.express.alterations import query_parser, read_alterations
from codemods.readers.express.follow import ValueNode
from codemods.readers.express.handlers import read_handler
from codemods.readers.express.middleware import read_middleware
from codemods.readers.express.objects import ExpressObjects, Router
from codemods.readers.express.places import Scope
from codemods.readers.express.registrations import COMPUTED, Registration, Registrations, may_register
from codemods.readers.express.rows import Rows
from codemods.readers.express.ways import Mount, Passed, Step, Used, Way, applies, join
from codemods.source import SourceFile, span_of
from codemods.workspace import Workspace

_MAX_MOUNTS = 16
_MADE = re.compile(r"\bRouter\s*(?:<[^(]*>)?\(\s*(\{[^}]*\})?\s*\)")
_EVERYTHING = re.compile(r"/?(\*\w*|\{/?\*\w+\}|\(\.\*\))$")
"""The end of a path that stands for all below it."""
_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})
_COMPUTED_IMPORT = re.compile(r"\b(require|import)\(\s*(?!['\"`\s)]|/\*)|\b(require|import)\(\s*`[^`]*\$\{")


@dataclass(frozen=True, slots=True)
class Registered:
    """The registrations as written, in order of file and place, and the objects that they are made on.

    `alterations` change what all routes do without being registered.
    """

    objects: ExpressObjects
    calls: tuple[Registration, ...]
    alterations: tuple[Middleware, ...]
    query_parser: str | None = None


def read_registrations(workspace: Workspace) -> Registered:
    """All registrations of the server files of a workspace."""
    files = [path for path in workspace.files if _is_candidate(workspace, path)]
    objects = ExpressObjects(workspace)
    calls = Registrations(workspace, objects, files).collect()
    parser = query_parser(workspace, files, _express_major(workspace))
    return Registered(objects, tuple(calls), tuple(read_alterations(workspace, objects, files, parser)), parser)


def read_app(workspace: Workspace, registered: Registered) -> App:
    """All routes and middleware, put together from the registrations."""
    return _Assembly(workspace, registered).app()


def _is_candidate(workspace: Workspace, path: str) -> bool:
    return workspace.role_of(path) != "test" and may_register(workspace.text(path))


class _Assembly:
    """Sorts registrations into routes, mounts and middleware, then walks the mounts."""

    def __init__(self, workspace: Workspace, registered: Registered) -> None:
        self._workspace = workspace
        self._registered = registered
        self._objects = registered.objects
        self._rows = Rows(workspace)
        self._routes: list[Registration] = []
        self._used: dict[Router, list[Used]] = defaultdict(list)
        self._mounts: dict[Router, list[Mount]] = defaultdict(list)
        self._altering = frozenset(registered.alterations)
        self._loose: list[Middleware] = list(registered.alterations)
        self._params: dict[Router, list[tuple[str, Middleware]]] = defaultdict(list)
        self._all_used: list[Middleware] = list(registered.alterations)
        for registration in registered.calls:
            if registration.verb == "use" or self._is_preflight(registration):
                self._use(registration)
            elif registration.verb == "param":
                self._param(registration)
            else:
                self._routes.append(registration)
                if registration.verb == "all":
                    self._all(registration)

    def app(self) -> App:
        routes = [route for registration in self._routes for route in self._route(registration)]
        unique = {(m.place, m.name): m for m in self._all_used}
        major, parser = _express_major(self._workspace), self._registered.query_parser
        nests = parser == "extended" if parser is not None else major < 5
        return App(tuple(routes), tuple(unique.values()), major, tuple(self._uses()), nests)

    def _uses(self) -> Iterator[Use]:
        """Middleware of applications and routers, once for each way that leads to it."""
        for router, known in self._used.items():
            for way in self._ways(router, ()):
                for used in known:
                    own = _EVERYTHING.sub("", used.path) if used.path is not None else None
                    exact, order = used.exact and own == used.path, (*way.order, *used.position)
                    yield Use(_only(used.middleware, way), join(way.prefix, own), order, exact, way.root, way.hidden)

    def _use(self, registration: Registration) -> None:
        """`use(path?, …middleware, router?)`: routers become mounts, everything else middleware."""
        before: list[Middleware] = []
        for argument, children in self._used_in(registration):
            if not children:
                found = self._middleware(argument, registration.conditions)
                before.extend(found)
                self._all_used.extend(found)
            for child in children:
                if registration.router is None or child == registration.router:
                    continue
                mount = Mount(
                    registration.router,
                    registration.path,
                    registration.position,
                    registration.scope,
                    tuple(before),
                    registration.conditions,
                )
                self._mounts[child].append(mount)
        if registration.loose:
            self._loose.extend(before)
        elif registration.router is not None:
            used = (Used(registration.position, registration.path, m, registration.scope) for m in before)
            self._used[registration.router].extend(used)

    def _is_preflight(self, registration: Registration) -> bool:
        """`app.options("*", cors())` only answers what the policy already does."""
        if registration.verb != "options":
            return False
        found = [one for argument in registration.arguments for one in self._middleware(argument)]
        return bool(found) and all(one.role is Role.CORS for one in found)

    def _used_in(self, registration: Registration) -> list[tuple[ValueNode, tuple[Router, ...]]]:
        """What `use` is given, with the routers that it is; a list that holds routers is opened."""
        found: list[tuple[ValueNode, tuple[Router, ...]]] = []
        for argument in registration.arguments:
            opened = [
                (one, registration.routers(self._routers(one), self._workspace)) for one in self._rows.opened(argument)
            ]
            found += opened if any(routers for _, routers in opened) else [(argument, ())]
        return found

    def _routers(self, argument: ValueNode) -> tuple[Router, ...]:
        return self._objects.routers_of(self._workspace.source(argument.file), argument.node)

    def _middleware(self, argument: ValueNode, conditions: tuple[Condition, ...] = ()) -> list[Middleware]:
        return read_middleware(self._workspace, self._workspace.source(argument.file), argument.node, conditions)

    def _param(self, registration: Registration) -> None:
        """`app.param("id", fn)` runs before every route whose path has the parameter; any, if its name is computed."""
        if registration.router is None:
            return
        name = re.escape(registration.path) if registration.path is not None else r"\w+"
        for argument in registration.arguments:
            for found in self._middleware(argument):
                middleware = replace(found, role=Role.OTHER, name=f'param("{registration.path or "…"}", {found.name})')
                self._all_used.append(middleware)
                self._params[registration.router].append((name, middleware))

    def _all(self, registration: Registration) -> None:
        """`all(path, fn)` before the verbs of the same path is middleware of theirs."""
        if registration.router is None:
            return
        for argument in registration.arguments:
            for middleware in self._middleware(argument):
                used = Used(registration.position, registration.path, middleware, registration.scope, exact=True)
                self._used[registration.router].append(used)

    def _loose_in(self, path: str) -> list[Middleware]:
        """What may be on any router, as far as its package goes; what alters Express itself is everywhere."""
        of, home = self._workspace.package_of, self._workspace.package_of(path)
        return [m for m in self._loose if m in self._altering or of(m.expression.file) == home]

    def _param_middleware(self, registration: Registration, way: Way) -> Iterator[Middleware]:
        """What a router runs for its parameters: those of its routes, of mounts, and of middleware on the way."""
        if registration.router is None:
            return
        own = Step(registration.router, registration.scope, registration.position, registration.path)
        path: str | None = ""
        for step in reversed((*way.steps, own)):
            path = join(step.path, path)
            if step.router not in self._params:
                continue
            before = self._before(step.router, step.scope, step.position)
            paths = (step.path, *(used.path for used in before if applies(used, path)))
            for name, middleware in self._params[step.router]:
                if any(one is None or re.search(rf":{name}\b", one) for one in paths):
                    yield middleware

    def _route(self, registration: Registration) -> list[Route]:
        """One route for each way that leads to its router (a router may be mounted twice)."""
        file = self._workspace.source(registration.file)
        *chain, last = registration.arguments
        *rest, last = self._rows.opened(last) or [last]
        place = file.place(registration.verb_offset)
        listed = [replace(m, place=place) for argument in rest for m in self._middleware(argument)]
        own = [_in_chain(m) for m in (*(m for argument in chain for m in self._middleware(argument)), *listed)]
        ways = self._ways(registration.router, ()) if registration.router else [Way("", (), False)]
        found = []
        for way in ways:
            before = [
                *self._passed_before(registration, way),
                *(_only(one, way) for one in self._before_registration(registration)),
            ]
            errors = self._error_handlers(registration, way)
            path = join(way.prefix, registration.path)
            params = self._param_middleware(registration, way)
            above = (used.middleware for used in way.used if applies(used, path))
            middleware = (*self._loose_in(file.path), *above, *before, *params, *own)
            found.append(
                Route(
                    method="ALL" if registration.verb == COMPUTED else registration.verb.upper(),
                    path=path,
                    local_path=registration.path,
                    mount=way.prefix,
                    expression=registration.expression,
                    place=place,
                    registration=CodeRef(file.path, registration.span),
                    statement=_statement(file, registration),
                    middleware=tuple(m for m in middleware if m.role is not Role.ERROR),
                    handler=read_handler(self._workspace, self._workspace.source(last.file), last.node),
                    mounted=way.mounted,
                    error_handlers=tuple(errors),
                    conditions=(*way.conditions, *registration.conditions),
                    hidden=way.hidden,
                    order=(*way.order, *registration.position),
                    problem="its method is computed" if registration.verb == COMPUTED else None,
                    application=way.root or (registration.router.file if registration.router else file.path),
                )
            )
        return found

    def _ways(self, router: Router, seen: tuple[Router, ...]) -> list[Way]:
        """All mounts of a router up to an application; itself when nothing mounts it.

        What a router above uses may run for some paths below the mount only: that is decided when a path is known.
        """
        mounts = self._mounts.get(router, [])
        if not mounts or router in seen or len(seen) > _MAX_MOUNTS:
            return [Way("", (), self._is_root(router), root=router.file)]
        found = []
        for mount in mounts:
            for way in self._ways(mount.parent, (*seen, router)):
                prefix = join(way.prefix, mount.path)
                own = (Used(mount.position, mount.path, one, mount.scope) for one in mount.middleware)
                before = (*self._before(mount.parent, mount.scope, mount.position), *own)
                chain = (*way.used, *(used.below(way.prefix, _only(used.middleware, way)) for used in before))
                step = Step(mount.parent, mount.scope, mount.position, mount.path)
                conditions = (*way.conditions, *mount.conditions)
                hidden = way.hidden if self._merges(router) else frozenset(re.findall(r":(\w+)", prefix or ""))
                found.append(Way(prefix, chain, way.mounted, (*way.steps, step), way.root, conditions, hidden))
        return found

    def _merges(self, router: Router) -> bool:
        """Do its handlers see the parameters of the path that it is mounted on? Where that is not written, they may."""
        file = self._workspace.source(router.file)
        declared = _starting_at(file.root, router.offset)
        made = _MADE.search(declared.text()) if declared is not None else None
        return made is None or "mergeParams" in (made[1] or "")

    @cached_property
    def _passed(self) -> list[Passed]:
        """Middleware of mounted routers, under full paths."""
        return [
            Passed(
                used.below(way.prefix, _only(used.middleware, way)),
                (*way.steps, Step(router, used.scope, used.position)),
            )
            for router, known in self._used.items()
            for way in self._ways(router, ())
            for used in known
            if way.steps and used.middleware.role is not Role.ERROR
        ]

    def _passed_before(self, registration: Registration, way: Way) -> list[Middleware]:
        """Middleware of other routers that were mounted earlier, under a path that covers this one too."""
        if registration.router is None:
            return []
        path = join(way.prefix, registration.path)
        steps = (*way.steps, Step(registration.router, registration.scope, registration.position))
        return [p.used.middleware for p in self._passed if p.runs_before(steps) and applies(p.used, path)]

    def _is_root(self, router: Router) -> bool:
        """An application, as opposed to a router that nothing mounts, and to what a function would get if it ran."""
        file = self._workspace.source(router.file)
        declared = _starting_at(file.root, router.offset)
        if declared is None or re.search(r"\bRouter\s*(<[^(]*>)?\(", declared.text().split("\n")[0]):
            return declared is None
        parameter = declared if declared.kind() in _PARAMETERS else declared.parent()
        listed = parameter.parent() if parameter is not None and parameter.kind() in _PARAMETERS else declared.parent()
        function = listed.parent() if listed is not None and listed.kind() == "formal_parameters" else None
        if function is None or self._loads_by_name:
            return True
        return self._workspace.calls_of(file.path, function) != ()

    @cached_property
    def _loads_by_name(self) -> bool:
        """Does some file import what it only knows by a computed name? Then anything may be called."""
        return any(_COMPUTED_IMPORT.search(self._workspace.text(path)) for path in self._workspace.files)

    def _before_registration(self, registration: Registration) -> list[Middleware]:
        known = self._before(registration.router, registration.scope, registration.position)
        return [used.middleware for used in known if applies(used, registration.path)]

    def _before(self, router: Router | None, scope: Scope, position: tuple[int, ...]) -> list[Used]:
        """What a router uses before a position, whatever its path."""
        known = self._used.get(router, []) if router is not None else []
        found = [replace(used, middleware=_in_chain(used.middleware)) for used in known]
        found.sort(key=lambda used: used.position if used.scope == scope else ())
        return [one for one in found if one.runs_before(scope, position) and one.middleware.role is not Role.ERROR]

    def _error_handlers(self, registration: Registration, way: Way) -> Iterator[Middleware]:
        """Error middleware behind a route, of its router and of every router above it, nearest first."""
        if registration.router is None:
            return
        own = Step(registration.router, registration.scope, registration.position, registration.path)
        path: str | None = ""
        for step in reversed((*way.steps, own)):
            path = join(step.path, path)
            known = (used for used in self._used.get(step.router, []) if used.takes_errors_of(step))
            yield from (used.middleware for used in known if applies(used, path))


def _express_major(workspace: Workspace) -> int:
    versions = (package.dependencies.get("express") for package in workspace.packages)
    majors = [int(match.group()) for v in versions if v and (match := re.search(r"\d+", v))]
    return max(majors, default=4)


def _in_chain(middleware: Middleware) -> Middleware:
    """Middleware before a handler; a name alone does not make it a handler of errors there."""
    is_named = middleware.role is Role.ERROR and middleware.definition is None
    return replace(middleware, role=Role.OTHER) if is_named else middleware


def _only(middleware: Middleware, way: Way) -> Middleware:
    """Middleware as it is met on one way to its router."""
    return replace(middleware, conditions=(*way.conditions, *middleware.conditions)) if way.conditions else middleware


def _starting_at(node: SgNode, offset: int) -> SgNode | None:
    """The outermost node below another one that starts at an offset."""
    for child in node.children():
        span = span_of(child)
        if span.start == offset and child.is_named():
            return child
        if span.start <= offset < span.end:
            return _starting_at(child, offset)
    return None


def _statement(file: SourceFile, registration: Registration) -> CodeRef | None:
    if registration.link is not None or registration.statement is None:
        return None
    return CodeRef(file.path, span_of(registration.statement))
