"""Statements that tell a service of errors: the console gets what they tell, the rest has nothing to do on Convex."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.readers.express.logging import LogCalls
from codemods.readers.reporters import REPORTERS, console_method, reports
from codemods.source import arguments, find_all, named, span_of, unwrap
from codemods.workspace import External, FunctionRef

_ERROR, _INFO = "error", "info"


def read_reports(scan: Scan) -> None:
    """`Sentry.setUser(user);` goes, `Sentry.captureException(err);` → `console.error(err);`.

    So do calls of the application's own functions that do nothing else.
    """
    package = scan.workspace.package_of(scan.file.path)
    if package is None or REPORTERS.keys().isdisjoint(package.dependencies):
        return
    for statement, call in _calls(scan.node):
        methods = _methods(scan, call)
        if not methods or scan.is_erased(statement):
            continue
        told = [method for method in (_ERROR, _INFO) if method in methods]
        callee = call.field("function")
        if told and callee is not None:
            scan.erase(span_of(callee))
            scan.facts.replaced.append(Replaced(span_of(callee), f"console.{told[0]}"))
        elif _stands_alone(statement) and LogCalls(scan.workspace).only_formats(scan.file, arguments(call)):
            scan.drop(statement)


def _calls(node: SgNode) -> Iterator[tuple[SgNode, SgNode]]:
    """The statements that are a call and no more."""
    for statement in find_all(node, "expression_statement"):
        inner = named(statement)
        call = unwrap(inner[0]) if inner else statement
        if call.kind() == "call_expression":
            yield statement, call


def _methods(scan: Scan, call: SgNode) -> set[str | None]:
    """What the console would be called for each report that a call makes; nothing for one that does more."""
    target = scan.workspace.callee(scan.file.path, call)
    if isinstance(target, External):
        return {console_method(target)} if reports(target) else set()
    if not isinstance(target, FunctionRef):
        return set()
    file = scan.workspace.source(target.file)
    inner = (scan.workspace.callee(file.path, each) for each in find_all(target.node, "call_expression"))
    methods = {console_method(each) for each in inner if isinstance(each, External) and reports(each)}
    return methods if methods and LogCalls(scan.workspace).only_logs(file, target.node) else set()


def _stands_alone(statement: SgNode) -> bool:
    """May it go without anything else coming to stand in its place?"""
    above = statement.parent()
    return above is not None and above.kind() in ("program", "statement_block")
