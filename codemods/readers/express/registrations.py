"""Every `router.verb(path, …)`, `router.route(path).verb(…)` and `router.use(…)` of the repository, as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import Condition
from codemods.readers.express.chains import RARE, REGISTERING, outermost_chain, receiver_of, statement_of_call
from codemods.readers.express.follow import ValueNode, bare
from codemods.readers.express.handover import HandOver
from codemods.readers.express.likeness import Likeness
from codemods.readers.express.objects import EXPRESS_MODULES, ExpressObjects, Router, of_call
from codemods.readers.express.packages import HOSTS, Fate, package_of
from codemods.readers.express.paths import split_path
from codemods.readers.express.places import Places, Scope
from codemods.readers.express.reach import Reach
from codemods.readers.express.rows import NAMES, NO_ROW, Row, Rows
from codemods.readers.express.turns import Turns
from codemods.source import SourceFile, Span, arguments, member, span_of
from codemods.source.tree import member_path
from codemods.workspace import External, FunctionRef, Missing, Workspace

_REGISTERS = re.compile(r"(\.\s*(get|post|put|patch|delete|all|options|head|use|route|param)|\])\s*(<[^(]*>)?\(")
COMPUTED = "?"
"""The verb of `app[method](…)` where the method cannot be told."""


def may_register(text: str) -> bool:
    """Is a file with this text worth reading: does it name Express or routers, or call a method of theirs?"""
    named = "xpress" in text or "router" in text or "Router" in text
    return named or _REGISTERS.search(text) is not None


@dataclass(frozen=True, slots=True)
class Registration:
    """One call on an Express object, for one path, in one turn of the loops around it.

    `verb` is a method name, `use`, `param`, or COMPUTED; `arguments` are the middleware and handler expressions without
    the path; `position` orders registrations of one `scope`, also across the functions that a router is handed to.
    `loose` marks middleware on some router that could not be told: it may be any.
    """

    file: str
    router: Router | None
    verb: str
    path: str | None
    expression: str | None
    """A regular expression in the place of a path, as written."""
    arguments: tuple[ValueNode, ...]
    call: SgNode
    verb_offset: int
    position: tuple[int, ...]
    scope: Scope
    conditions: tuple[Condition, ...]
    link: Span | None
    """For a link of a chain: the `.verb(…)` part; None when the whole statement is this registration."""
    statement: SgNode | None
    loose: bool = False
    row: Row = NO_ROW

    def routers(self, found: tuple[Router, ...], workspace: Workspace) -> tuple[Router, ...]:
        """Routers as they are in this turn: those that the function around it makes are made by the call of it."""
        return in_turn(found, self.row, self.file, workspace)

    @property
    def span(self) -> Span:
        """The registration without the rest of its chain."""
        return self.link or span_of(self.call)


@dataclass(frozen=True, slots=True)
class _Written:
    """A call that may register something, as written."""

    file: SourceFile
    call: SgNode
    callee: SgNode
    base: SgNode
    route_path: SgNode | None
    given: list[SgNode]
    links: int


class Registrations:
    """Collects the registrations of all candidate files."""

    def __init__(self, workspace: Workspace, objects: ExpressObjects, files: list[str]) -> None:
        self._workspace = workspace
        self._objects = objects
        self._files = files
        self._places = Places(workspace)
        self._reach = Reach(workspace, files)
        self._rows = Rows(workspace)
        self._turns = Turns(workspace, self._rows)

    def collect(self) -> list[Registration]:
        """All registrations, in order of file and place."""
        HandOver(self._workspace, self._objects, self._reach, self._places).run(self._files)
        found = [one for path in self._files for one in self._of_file(path)]
        return sorted(found, key=lambda r: (r.file, r.verb_offset))

    def _of_file(self, path: str) -> Iterator[Registration]:
        file = self._workspace.source(path)
        context = Likeness(file, self._workspace)
        for call in file.calls:
            written = self._written(file, call)
            if written is not None:
                for row in self._turns.of(file, call):
                    yield from self._registrations(written, row, context)
        yield from self._given_away(file)

    def _given_away(self, file: SourceFile) -> Iterator[Registration]:
        """`secure(app)`: a function of a package may register anything on what it is given, so it is middleware."""
        for call in file.invocations:
            callee = bare(call.field("function") or call.field("constructor"))
            for given in arguments(call) if callee is not None else ():
                if given.kind() not in NAMES or not self._reach.may_be_express(file, given):
                    continue
                routers = self._objects.routers_of(file, given)
                if callee is not None and routers and self._may_register(file, call, callee):
                    written = _Written(file, call, callee, given, None, [call], 0)
                    values = (ValueNode(file.path, call),)
                    for router in routers:
                        yield self._registration(written, NO_ROW, "use", ("", None), values, router)

    def _may_register(self, file: SourceFile, call: SgNode, callee: SgNode) -> bool:
        """Is the function one that is not in the repository, and not known to leave an application as it is?"""
        target = self._workspace.callee(file.path, call)
        if isinstance(target, External):
            known = package_of(target.module, target.path)
            return target.module not in HOSTS | EXPRESS_MODULES and (known is None or known.fate is Fate.LEFT)
        binding = file.bindings.resolve(member_path(callee)[0])
        source = binding.imported if binding is not None else None
        found = self._workspace.resolve_import(file.path, source.module) if source is not None else None
        return isinstance(found, Missing)

    def _written(self, file: SourceFile, call: SgNode) -> _Written | None:
        """The parts of a call, if it is one of a method of that name, or of one that is computed, with arguments."""
        callee, given = bare(call.field("function")), arguments(call)
        if callee is None or not given:
            return None
        parts = member(callee)
        target = callee.field("object") if callee.kind() == "subscript_expression" else None
        if parts is None and target is None:
            return None
        if parts is not None and parts[1] not in REGISTERING:
            return None
        base, route_path, links = receiver_of(file, parts[0] if parts is not None else target or callee)
        if parts is None and not self._reach.may_be_express(file, base):
            return None
        return _Written(file, call, callee, base, route_path, given, links)

    def _registrations(self, written: _Written, row: Row, context: Likeness) -> Iterator[Registration]:
        """One registration for each path, and for each router that the receiver may be."""
        verb = self._verb(written, row)
        if verb is None:
            return
        path_node, handlers = (written.route_path, written.given)
        if path_node is None:
            path_node, handlers = split_path(self._workspace, self._rows, written.file, verb, written.given, row)
        routers = self._routers(written, row)
        if not handlers or not self._registers(written, verb, path_node, handlers, routers, context):
            return
        given = tuple(self._argument(written.file, handler, row) for handler in handlers)
        for path in self._paths(written.file, path_node, row):
            read = self._read(path, row) if isinstance(path, ValueNode) else (path, None)
            for router in routers or (None,):
                yield self._registration(written, row, verb, read, given, router)

    def _verb(self, written: _Written, row: Row) -> str | None:
        """The method of Express; COMPUTED where it cannot be told, None for any other method."""
        parts = member(written.callee)
        if parts is not None:
            return parts[1]
        index = written.callee.field("index")
        text = self._rows.text(written.file, index, row) if index is not None else None
        if text is not None:
            return text if text in REGISTERING else None
        return COMPUTED if len(written.given) > 1 and self._routers(written, row) else None

    def _registers(
        self,
        written: _Written,
        verb: str,
        path: SgNode | None,
        handlers: list[SgNode],
        routers: tuple[Router, ...],
        context: Likeness,
    ) -> bool:
        """On an Express object, or on what looks like one."""
        if handlers[-1].kind() in ("string", "number", "true", "false", "template_string") and verb != "use":
            return False
        if routers or (verb == "use" and context.may_be_router(written.base, handlers)):
            return True
        return verb not in RARE and context.looks_like_express(written.base, path, handlers, verb)

    def _routers(self, written: _Written, row: Row) -> tuple[Router, ...]:
        """The routers behind the receiver."""
        base = self._rows.at(written.file, written.base, row)
        if not isinstance(base, ValueNode):
            return ()
        file = self._workspace.source(base.file)
        if base.node == written.base and not self._reach.may_be_express(file, base.node):
            return ()
        return in_turn(self._objects.routers_of(file, base.node), row, written.file.path, self._workspace)

    def _argument(self, file: SourceFile, node: SgNode, row: Row) -> ValueNode:
        found = self._rows.at(file, node, row)
        return found if isinstance(found, ValueNode) else ValueNode(file.path, node)

    def _paths(self, file: SourceFile, node: SgNode | None, row: Row) -> list[str | ValueNode]:
        """A path or the paths of a list: a literal, or a constant that holds one. An empty text without a path."""
        if node is None:
            return [""]
        path = self._rows.at(file, node, row)
        listed = self._rows.opened(path) if isinstance(path, ValueNode) else []
        if listed in ([], [path]):
            return [path if isinstance(path, str) else ValueNode(file.path, node)]
        return [*listed]

    def _read(self, path: ValueNode, row: Row) -> tuple[str | None, str | None]:
        """The text of a path, or the regular expression that stands in its place."""
        held = self._rows.literal(path).node
        expression = held.text() if held.kind() == "regex" else None
        return self._rows.text(self._workspace.source(path.file), path.node, row), expression

    def _registration(
        self,
        written: _Written,
        row: Row,
        verb: str,
        path: tuple[str | None, str | None],
        given: tuple[ValueNode, ...],
        router: Router | None,
    ) -> Registration:
        call, callee = written.call, written.callee
        property_node = callee.field("property") or callee.field("index")
        outer = outermost_chain(call)
        place = self._places.of(written.file, call, row.turns, row.site)
        chained = written.links > 0 or span_of(outer) != span_of(call) or written.route_path is not None
        target = callee.field("object")
        start = span_of(target).end if target is not None else span_of(call).start
        return Registration(
            file=written.file.path,
            router=router,
            verb=verb,
            path=path[0],
            expression=path[1],
            arguments=given,
            call=call,
            verb_offset=span_of(property_node).start if property_node is not None else span_of(call).start,
            position=place.position,
            scope=place.scope,
            conditions=place.conditions,
            link=Span(start, span_of(call).end) if chained else None,
            statement=statement_of_call(outer),
            loose=router is None and verb == "use",
            row=row,
        )


def in_turn(found: tuple[Router, ...], row: Row, path: str, workspace: Workspace) -> tuple[Router, ...]:
    """Routers as they are in a turn."""
    if row.site is None or row.function is None:
        return found
    function = FunctionRef(path, row.function, None, "")
    each = (of_call(workspace, router, function, row.site) for router in found)
    return tuple(router for router in each if router is not None)
