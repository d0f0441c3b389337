"""The markers above registrations that stay: written for routes that are not carried over, read by the next run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ast_grep_py import SgNode

from codemods.ir.app import App, Route
from codemods.outcome import CODES
from codemods.planner.pieces import with_comments
from codemods.planner.routes import RoutePlan
from codemods.source import Edit, Marker, SourceFile, Span, find_markers, marker, span_of
from codemods.workspace import Workspace

_TEXTUAL = frozenset(
    {"comment", "string", "string_fragment", "template_string", "escape_sequence", "regex", "regex_pattern"}
    | {"jsx_text", "jsx_element", "jsx_opening_element", "jsx_self_closing_element", "jsx_attribute", "jsx_fragment"}
)
"""Nodes in whose midst a comment would be text, or part of another comment."""

_BLOCKS = frozenset({"program", "statement_block", "switch_case", "switch_default", "class_static_block"})


def marked_routes(workspace: Workspace, app: App) -> dict[str, tuple[str, str]]:
    """Routes that an earlier run has marked: the key of the route, and the code and reason of its marker."""
    found: dict[str, tuple[str, str]] = {}
    for route in app.routes:
        file = workspace.source(route.registration.file)
        for mark in _markers_of(file, route):
            reason = mark.text.removeprefix(route.name).strip()
            help_text = CODES[mark.code].help if mark.code in CODES else ""
            found[RoutePlan(route, None).key] = mark.code, reason.removesuffix(f": {help_text}")
    return found


def marker_edits(workspace: Workspace, plans: Iterable[tuple[RoutePlan, str]]) -> dict[str, list[Edit]]:
    """By file, one marker for each route that is not carried over and has none; given with the group of each."""
    edits: dict[str, list[Edit]] = {}
    written: set[tuple[str, int, str]] = set()
    for plan, group in plans:
        file = workspace.source(plan.route.registration.file)
        statement = registering_statement(file, plan.route)
        if statement is None or _markers_of(file, plan.route):
            continue
        comment = marker_text(plan)
        mark = (file.path, span_of(statement).start, comment)
        if mark not in written:
            written.add(mark)
            edits.setdefault(file.path, []).append(_insertion(file, statement, comment, group))
    return edits


def marker_text(plan: RoutePlan) -> str:
    """`// TODO(convexify CX801): GET /api/x is guarded by …: what to do`."""
    problem = plan.problems[0]
    code = CODES.get(problem.code)
    advice = f": {code.help}" if code is not None else ""
    return marker(problem.code, f"{plan.route.name} {problem.text}{advice}")


def registering_statement(file: SourceFile, route: Route) -> SgNode | None:
    """The statement that registers a route, the whole chain for one of its links."""
    at = route.registration.span.end - 1
    node: SgNode | None = file.root
    found = None
    while node is not None:
        if (parent := node.parent()) is not None and parent.kind() in _BLOCKS and node.kind() not in _BLOCKS:
            found = node
        node = next((child for child in node.children() if _holds(child, at)), None)
    return _unbraced(found, at) if found is not None else None


def _unbraced(statement: SgNode, at: int) -> SgNode:
    """`app.get(…)` in `if (x) app.get(…)`: a statement that stands alone where a block could."""
    for inner in statement.find_all(kind="expression_statement"):
        if _holds(inner, at) and not any(
            node.kind() == "statement_block" and _holds(node, at) for node in inner.children()
        ):
            return inner
    return statement


def _holds(node: SgNode, at: int) -> bool:
    span = span_of(node)
    return span.start <= at < span.end


def _markers_of(file: SourceFile, route: Route) -> Iterator[Marker] | list[Marker]:
    if "TODO(convexify " not in file.text:
        return []
    statement = registering_statement(file, route)
    if statement is None:
        return []
    start = span_of(statement).start
    above = Span(min(with_comments(file, statement).start, _comment_lines_above(file, start)), start)
    return [mark for mark in find_markers(file) if above.holds(mark.span) and mark.text.startswith(f"{route.name} ")]


def _comment_lines_above(file: SourceFile, offset: int) -> int:
    """Where the comment lines begin that stand right above the line of an offset."""
    line = file.line_start(offset)
    while line and file.text[file.line_start(line - 1) : line].lstrip().startswith("//"):
        line = file.line_start(line - 1)
    return line


def _insertion(file: SourceFile, statement: SgNode, comment: str, group: str) -> Edit:
    """A line of its own above the statement; where the line begins within other text, right before the statement."""
    start = span_of(statement).start
    line, indent = file.line_start(start), file.indent_at(start)
    if _is_textual(file.root, line):
        return Edit.insert(start, f"{file.newline}{indent}{comment}{file.newline}{indent}", group)
    return Edit.insert(line, f"{indent}{comment}{file.newline}", group)


def _is_textual(root: SgNode, offset: int) -> bool:
    """Does the offset lie within a comment, string, template or JSX, rather than between tokens of code?"""
    node, within = root, False
    while True:
        inner = next((c for c in node.children() if span_of(c).start < offset < span_of(c).end), None)
        if inner is None:
            return within
        node, within = inner, inner.kind() in _TEXTUAL
