"""Events for sockets: `io.to(room).emit("order-updated", order);`

Convex queries are reactive: clients that subscribe to a query get what a function writes, without an event. So where
the function works on the database, its events fall away, with a note. What is only broadcast stays with its owner.
"""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.planner.problems import Problem
from codemods.planner.scan import Scan
from codemods.planner.settings.app_settings import setting_of
from codemods.readers.express.logging import LogCalls
from codemods.source import (
    Binding,
    BindingKind,
    SourceFile,
    arguments,
    find_all,
    member,
    named,
    parameters,
    string_value,
    unwrap,
)
from codemods.source.tree import FUNCTION_KINDS, enclosing
from codemods.workspace import Declared, External, FunctionRef, Workspace

_PACKAGE = "socket.io"
_ROOMS = frozenset({"to", "in", "of", "except", "compress", "timeout"})
_FLAGS = frozenset({"volatile", "local", "sockets", "broadcast"})
_DEPTH = 6


def read_sockets(scan: Scan) -> None:
    """Drops the events of a piece that works on the database, and what is only there for them."""
    package = scan.workspace.package_of(scan.file.path)
    if package is None or _PACKAGE not in package.dependencies or not _works_on_data(scan):
        return
    for statement, event in _events(scan):
        scan.drop(statement)
        text = f"the socket event {event} is left out: clients get what changes by subscribing to a query"
        scan.facts.notes.append(Problem("CX505", text, scan.file.place(statement)))
    for test in find_all(scan.node, "if_statement"):
        if _only_asks(scan, test):
            scan.drop(test)
    for declarator in find_all(scan.node, "variable_declarator"):
        _drop_name(scan, declarator)


def _works_on_data(scan: Scan) -> bool:
    """Does it call the database, or wait for a function that may?"""
    awaited = (unwrap(named(node)[0]) for node in find_all(scan.node, "await_expression"))
    calls = (node for node in awaited if node.kind() == "call_expression")
    return bool(scan.facts.queries) or any(
        isinstance(scan.workspace.callee(scan.file.path, call), FunctionRef) for call in calls
    )


def _events(scan: Scan) -> Iterator[tuple[SgNode, str]]:
    """The statements that send an event, and its name as it is written."""
    for statement in find_all(scan.node, "expression_statement"):
        inner = named(statement)
        call = unwrap(inner[0]) if inner else statement
        given = arguments(call) if call.kind() == "call_expression" else []
        if not given or scan.is_erased(statement) or not _stands_alone(statement):
            continue
        server = _server_of(call)
        if server is None or string_value(given[0]) is None or not _only_tells(scan, call):
            continue
        if is_socket_server(scan.workspace, scan.file, server):
            yield statement, given[0].text()


def _stands_alone(statement: SgNode) -> bool:
    above = statement.parent()
    return above is not None and above.kind() == "statement_block"


def _server_of(call: SgNode) -> SgNode | None:
    """`io` of `io.to("room").volatile.emit("event", data)`."""
    function = call.field("function")
    parts = member(function) if function is not None else None
    if parts is None or parts[1] != "emit":
        return None
    node = unwrap(parts[0])
    while True:
        callee = node.field("function") if node.kind() == "call_expression" else None
        inner = member(callee if callee is not None else node)
        if inner is None or inner[1] not in (_ROOMS if callee is not None else _FLAGS):
            return node
        node = unwrap(inner[0])


def _only_tells(scan: Scan, call: SgNode) -> bool:
    """Do the values of an event change nothing while they are put together? A callback would get answers."""
    values = arguments(call)
    if any(unwrap(value).kind() in FUNCTION_KINDS for value in values):
        return False
    return LogCalls(scan.workspace).only_formats(scan.file, values)


def _only_asks(scan: Scan, test: SgNode) -> bool:
    """`if (io) { … }` of which nothing is left, `if (!io) return;`"""
    condition, body = test.field("condition"), test.field("consequence")
    if condition is None or body is None or test.field("alternative") is not None or scan.is_erased(test):
        return False
    asked = unwrap(condition)
    is_absence = asked.kind() == "unary_expression" and asked.text().startswith("!")
    server = unwrap(named(asked)[0]) if is_absence else asked
    if not is_socket_server(scan.workspace, scan.file, server):
        return False
    statements = named(body) if body.kind() == "statement_block" else [body]
    if is_absence:
        return [each.kind() for each in statements] == ["return_statement"] and not named(statements[0])
    return all(scan.is_erased(each) for each in statements)


def _drop_name(scan: Scan, declarator: SgNode) -> None:
    """`const io = req.app.get("io");` that only events used."""
    name, value, statement = declarator.field("name"), declarator.field("value"), declarator.parent()
    binding = scan.file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
    if binding is None or value is None or statement is None or len(named(statement)) != 1:
        return
    is_gone = all(scan.is_erased(reference) for reference in binding.references)
    if is_gone and not binding.reassigned and is_socket_server(scan.workspace, scan.file, value):
        scan.drop(statement)


def is_socket_server(workspace: Workspace, file: SourceFile, node: SgNode, depth: int = 0) -> bool:
    """Is it the server that `new Server(…)` of socket.io gave: by a name, a setting of the application, a parameter?"""
    plain = unwrap(node)
    if depth > _DEPTH:
        return False
    if plain.kind() == "call_expression":
        setting = setting_of(workspace, file.path, plain)
        if setting is not None:
            return is_socket_server(workspace, workspace.source(setting.file), setting.node, depth + 1)
    if plain.kind() == "new_expression":
        maker = plain.field("constructor")
        return maker is not None and _is_of_package(workspace, file, maker)
    binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
    if binding is not None:
        return _is_held(workspace, file, binding, depth)
    return _is_of_package(workspace, file, plain)


def _is_of_package(workspace: Workspace, file: SourceFile, node: SgNode) -> bool:
    meaning = workspace.meaning_of(file.path, node)
    return isinstance(meaning, External) and meaning.module == _PACKAGE


def _is_held(workspace: Workspace, file: SourceFile, binding: Binding, depth: int) -> bool:
    """Does a name hold the server, whatever it is given?"""
    if binding.kind is BindingKind.PARAMETER:
        return _is_passed(workspace, file, binding, depth)
    if binding.imported is not None:
        meaning = workspace.meaning_of(file.path, binding.node)
        if not isinstance(meaning, Declared):
            return isinstance(meaning, External) and meaning.module == _PACKAGE
        value = meaning.node.field("value")
        return value is not None and is_socket_server(workspace, workspace.source(meaning.file), value, depth + 1)
    given = [binding.value] if binding.value is not None else []
    for reference in binding.references:
        above = reference.parent()
        right = above.field("right") if above is not None and above.kind() == "assignment_expression" else None
        given += [right] if right is not None and above is not None and above.field("left") == reference else []
    known = [value for value in given if unwrap(value).text() not in ("null", "undefined")]
    return bool(known) and all(is_socket_server(workspace, file, value, depth + 1) for value in known)


def _is_passed(workspace: Workspace, file: SourceFile, binding: Binding, depth: int) -> bool:
    """Do all calls of the function give it the server?"""
    function = enclosing(binding.node, FUNCTION_KINDS)
    names = [parameter.name for parameter in parameters(function)] if function is not None else []
    sites = workspace.calls_of(file.path, function) if function is not None and binding.name in names else None
    index = names.index(binding.name) if sites else 0
    given = [(site.file, arguments(site.call)[index : index + 1]) for site in sites or ()]
    return bool(given) and all(
        values and is_socket_server(workspace, workspace.source(path), values[0], depth + 1) for path, values in given
    )
