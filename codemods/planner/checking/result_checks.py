"""Functions that ask express-validator what its checks have found, and refuse a request where that is anything."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import Route
from codemods.planner.checking.validator_chains import PACKAGES
from codemods.planner.problems import Problem
from codemods.source import SourceFile, Span, arguments, find_all, named, shortened, span_of, unwrap
from codemods.workspace import External, Workspace

_ASKS = frozenset({"validationResult", "matchedData"})
_ENDS = frozenset({"return_statement", "throw_statement"})


def asked_of(workspace: Workspace, file: SourceFile, call: SgNode) -> str | None:
    """`validationResult` or `matchedData` where a call asks express-validator."""
    target = workspace.callee(file.path, call)
    asks = isinstance(target, External) and target.module in PACKAGES and target.path[-1:] != ()
    return target.path[-1] if asks and isinstance(target, External) and target.path[-1] in _ASKS else None


def asks_with(workspace: Workspace, file: SourceFile, reference: SgNode) -> str | None:
    """The function of express-validator that is given the request: `validationResult(req)`."""
    above = reference.parent()
    call = above.parent() if above is not None and above.kind() == "arguments" else None
    if call is None or call.kind() != "call_expression" or len(arguments(call)) > 2:
        return None
    return asked_of(workspace, file, call) if span_of(arguments(call)[0]) == span_of(reference) else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The statements with which a function begins, where they refuse what the checks before it have found.

    `const errors = validationResult(req); if (!errors.isEmpty()) return res.status(400).json({ … });`
    """

    file: str
    function: SgNode
    declaration: SgNode
    test: SgNode
    names: tuple[SgNode, ...]
    """What the test reads of what is declared."""
    is_tried: bool
    """They stand in a `try`."""

    @property
    def span(self) -> Span:
        return Span(span_of(self.declaration).start, span_of(self.test).end)


def refusal_in(workspace: Workspace, file: SourceFile, function: SgNode) -> Refusal | None:
    """The refusal with which a function begins."""
    body = function.field("body")
    statements = named(body) if body is not None and body.kind() == "statement_block" else []
    is_tried = bool(statements) and statements[0].kind() == "try_statement"
    if is_tried:
        block = statements[0].field("body")
        statements = named(block) if block is not None else []
    if len(statements) < 2 or statements[1].kind() != "if_statement":
        return None
    declared = named(statements[0]) if statements[0].kind() in ("lexical_declaration", "variable_declaration") else []
    name = declared[0].field("name") if len(declared) == 1 else None
    value = declared[0].field("value") if len(declared) == 1 else None
    binding = file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
    if binding is None or value is None or name is None or unwrap(value).kind() != "call_expression":
        return None
    condition, branch = statements[1].field("condition"), statements[1].field("consequence")
    tests = condition is not None and unwrap(condition).text().replace(" ", "") == f"!{name.text()}.isEmpty()"
    if asked_of(workspace, file, unwrap(value)) != "validationResult" or not tests or branch is None:
        return None
    found = Refusal(file.path, function, statements[0], statements[1], tuple(binding.references), is_tried)
    alone = all(found.span.holds(span_of(reference)) for reference in binding.references)
    return found if alone and statements[1].field("alternative") is None and _ends(branch) else None


def _ends(branch: SgNode) -> bool:
    last = named(branch)[-1] if branch.kind() == "statement_block" and named(branch) else branch
    return last.kind() in _ENDS


def own_refusal(workspace: Workspace, file: SourceFile, handler: SgNode) -> Refusal | Problem | None:
    """The refusal with which a handler begins; a problem where it asks for results in any other way."""
    calls = find_all(handler, "call_expression") if "validationResult" in handler.text() else []
    asking = [call for call in calls if asked_of(workspace, file, call) is not None]
    if not asking:
        return None
    refusal = refusal_in(workspace, file, handler)
    if refusal is None or not all(refusal.span.holds(span_of(call)) for call in asking):
        return Problem("CX401", f"asks for `{shortened(asking[0])}`", file.place(asking[0]))
    return refusal


def may_have_found(workspace: Workspace, route: Route) -> bool:
    """May checks of express-validator have found anything that nothing has refused by the time the handler runs?"""
    pending = False
    for middleware in route.middleware:
        if middleware.library in PACKAGES:
            pending = True
        elif pending and middleware.definition is not None:
            file = workspace.source(middleware.definition.file)
            function = file.functions.get(middleware.definition.span)
            pending = function is None or refusal_in(workspace, file, function) is None
    return pending


def whole_lines(file: SourceFile, span: Span) -> Span:
    """Statements with the lines that they stand on, and an empty one behind them."""
    start, end = file.line_start(span.start), file.line_end(span.end)
    if file.text[start : span.start].strip() or file.text[span.end : end].strip():
        return span
    after = min(end + 1, len(file.text))
    following = file.line_end(after)
    return Span(start, after if file.text[after:following].strip() else min(following + 1, len(file.text)))
