"""Every `router.verb(path, …)`, `router.route(path).verb(…)` and `router.use(…)` of the repository, as written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.readers.express.chains import REGISTERING, outermost_chain, receiver_of, statement_of_call
from codemods.readers.express.follow import bare
from codemods.readers.express.handover import HandOver
from codemods.readers.express.likeness import Likeness
from codemods.readers.express.objects import ExpressObjects, Router
from codemods.readers.express.paths import path_text, split_path
from codemods.readers.express.places import Places, Scope
from codemods.readers.express.reach import Reach
from codemods.readers.express.tables import row_values
from codemods.source import SourceFile, Span, arguments, member, named, span_of, unwrap
from codemods.workspace import Workspace

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
        self._reach = Reach(workspace, files)

    def collect(self) -> list[Registration]:
        """All registrations, in order of file and place."""
        HandOver(self._workspace, self._objects, self._reach, self._places).run(self._files)
        found = [row for path in self._files for one in self._of_file(path) for row in self._rows(one)]
        return sorted(found, key=lambda r: (r.file, r.verb_offset))

    def _rows(self, registration: Registration) -> list[Registration]:
        """`routes.forEach((route) => router.use(route.path, route.route))`: one mount for each row of the table."""
        path = registration.path_node
        given = (path, *registration.arguments) if path is not None else registration.arguments
        if registration.verb != "use" or len(given) != 2:
            return [registration]
        file = self._workspace.source(registration.file)
        paths, targets = (row_values(self._workspace, file, registration.call, node) for node in given)
        found = [
            replace(
                registration,
                path_node=path.node,
                path=path_text(self._workspace, self._workspace.source(path.file), path.node),
                arguments=(target.node,),
                row_file=target.file,
            )
            for path, target in zip(paths, targets, strict=False)
            if path is not None and target is not None
        ]
        return found or [registration]

    def _of_file(self, path: str) -> list[Registration]:
        file = self._workspace.source(path)
        context = Likeness(file, self._workspace)
        return [found for call in file.calls for found in self._registrations(file, call, context)]

    def _registrations(self, file: SourceFile, call: SgNode, context: Likeness) -> list[Registration]:
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
        """The routers behind the receiver."""
        callee = bare(call.field("function"))
        parts = member(callee) if callee is not None else None
        base = receiver_of(file, parts[0])[0] if parts is not None else None
        if base is None or not self._reach.may_be_express(file, base):
            return ()
        return self._objects.routers_in(file, call, base)

    def _registration(self, file: SourceFile, call: SgNode, context: Likeness) -> Registration | None:
        callee = bare(call.field("function"))
        parts = member(callee) if callee is not None else None
        if callee is None or parts is None or parts[1] not in REGISTERING:
            return None
        given = arguments(call)
        if not given:
            return None
        base, route_path, links = receiver_of(file, parts[0])
        path_node, handlers = (
            (route_path, given) if route_path is not None else split_path(self._workspace, file, parts[1], given)
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
        outer = outermost_chain(call)
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
            statement=statement_of_call(outer),
        )
