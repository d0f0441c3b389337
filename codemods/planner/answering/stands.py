"""Where an answer stands in its function, and whether anything runs after it."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.answering.chains import chain_of
from codemods.planner.answering.replies import Stand, Standing
from codemods.planner.flow import Rest, rest_after
from codemods.planner.running.logs import is_deferred, is_log
from codemods.source import FUNCTION_KINDS, SourceFile, Span, arguments, find_all, named, parameters, span_of, unwrap
from codemods.source.tree import enclosing
from codemods.workspace import FunctionRef, Workspace

TRANSPARENT = frozenset(
    {"await_expression", "parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression"}
)
"""What may stand around an expression without changing what it does."""

CALLBACK = ("CX204", "answers from a callback")
VALUE = ("CX207", "uses the value of a reply")
GOES_ON = ("CX207", "goes on after its reply")

PASSES_ON = "passes the request on with next()"
NEVER_ANSWERS = "never answers"
OPEN_END = "may end without an answer"
UNANSWERED = frozenset({PASSES_ON, NEVER_ANSWERS, OPEN_END})
"""What is said of functions that leave the answer to others, as middleware does."""

_WORK = ("await_expression", "assignment_expression", "update_expression")


def stand_of(call: SgNode, function: SgNode, file: SourceFile, workspace: Workspace | None) -> Stand | tuple[str, str]:
    """The statement that an answer is, when nothing of the function runs after it but the log.

    Else the code and the words for what stands in the way.
    """
    inner = enclosing(call, FUNCTION_KINDS)
    if inner is None or span_of(inner) != span_of(function):
        return CALLBACK
    top, branch = outermost(call)
    parent, body = top.parent(), function.field("body")
    standing = Standing.BRANCH if branch is not None else Standing.STATEMENT
    if body is not None and span_of(top) == span_of(body):
        return Stand(Standing.BODY if branch is None else standing, span_of(top))
    if parent is not None and parent.kind() == "return_statement":
        return Stand(standing, span_of(parent))
    if parent is None or parent.kind() != "expression_statement":
        return VALUE
    rest = rest_after(parent, function)
    after = span_of(rest.end) if rest.end is not None else None
    if not rest.statements:
        return Stand(standing, span_of(parent), after)
    if standing is Standing.STATEMENT and _only_answers_again(call, rest, function, file, workspace):
        return Stand(standing, span_of(parent))
    late = [_is_late(node, parent, call, file, workspace) for node in rest.statements]
    if not all(late) or standing is Standing.BRANCH:
        return GOES_ON
    logs = Span(span_of(parent).end, span_of(rest.statements[-1]).end)
    return Stand(standing, span_of(parent), after, logs)


def _only_answers_again(
    call: SgNode, rest: Rest, function: SgNode, file: SourceFile, workspace: Workspace | None
) -> bool:
    """Is what runs after an answer another one, and nothing else? Express sends the first; the other one fails.

    What catches that may log it, and answer once more.
    """
    response = _response_of(call, file, workspace)
    if response is None:
        return False

    def is_vain(statement: SgNode) -> bool:
        return _answers_plainly(statement, response, file, workspace)

    for around in call.ancestors():
        clause, finalizer = around.field("handler"), around.field("finalizer")
        if around.kind() != "try_statement" or not span_of(function).holds(span_of(around)):
            continue
        caught = clause.field("body") if clause is not None else None
        if finalizer is not None or caught is None:
            return False
        if not span_of(caught).holds(span_of(call)) and not all(
            is_vain(node) or is_log(node, file, workspace) for node in named(caught) if node.kind() != "comment"
        ):
            return False
    again = [node for node in rest.statements if node.kind() != "return_statement" or named(node)]
    return bool(again) and all(map(is_vain, again))


def _answers_plainly(statement: SgNode, response: str, file: SourceFile, workspace: Workspace | None) -> bool:
    """`res.status(500).json({ error });`, where nothing is done to know what to send."""
    inner = named(statement)
    if statement.kind() not in ("expression_statement", "return_statement") or not inner:
        return False
    answer = unwrap(inner[0])
    given = _taken_apart(answer)[1]
    is_plain = not any(find_all(each, "call_expression", *_WORK) for each in given)
    return is_plain and _response_of(answer, file, workspace) == response


def _response_of(answer: SgNode, file: SourceFile, workspace: Workspace | None) -> str | None:
    """The response through which an expression answers, itself or by a function that does nothing else."""
    root = _taken_apart(answer)[0]
    if _sends(answer, root):
        return root.text()
    target = workspace.callee(file.path, answer) if workspace is not None else None
    body = target.node.field("body") if isinstance(target, FunctionRef) else None
    if workspace is None or body is None or not isinstance(target, FunctionRef):
        return None
    pairs = zip(parameters(target.node), arguments(answer), strict=False)
    taken = {parameter.name: given.text() for parameter, given in pairs if given.kind() == "identifier"}
    for statement in named(body) if body.kind() == "statement_block" else []:
        inner = unwrap(named(statement)[0]) if named(statement) else statement
        sent = _taken_apart(inner)[0]
        if sent.text() in taken and _sends(inner, sent):
            return taken[sent.text()] if _answers_plainly(statement, sent.text(), file, None) else None
        if find_all(statement, "call_expression", "await_expression", "throw_statement", "return_statement"):
            return None
    return None


def _sends(answer: SgNode, response: SgNode) -> bool:
    """Is it the response that an expression starts with, and sends? Work may start with one name twice as well."""
    chain = chain_of(response)
    return chain is not None and chain.sent is not None and chain.problem is None and chain.outer == answer


def _taken_apart(answer: SgNode) -> tuple[SgNode, list[SgNode]]:
    """What `res.status(500).json(body)` starts with, and all that its calls are given."""
    given: list[SgNode] = []
    current = answer
    while (below := current.field("function") or current.field("object")) is not None:
        given += arguments(current) if current.kind() == "call_expression" else []
        current = unwrap(below)
    return current, given


def _is_late(late: SgNode, statement: SgNode, call: SgNode, file: SourceFile, workspace: Workspace | None) -> bool:
    """May this statement run before the reply instead: does it log, or start later work, right behind the reply?"""
    harmless = is_log(late, file, workspace) or is_deferred(late, file)
    return harmless and late.parent() == statement.parent() and not find_all(call, *_WORK)


def outermost(call: SgNode) -> tuple[SgNode, SgNode | None]:
    """The whole expression that an answer is, and the conditional expression in it when it is a branch of one."""
    top, branch = call, None
    while (parent := top.parent()) is not None:
        if parent.kind() == "ternary_expression":
            condition = parent.field("condition")
            if condition is not None and span_of(condition) == span_of(top):
                break
            branch = parent
        elif parent.kind() == "unary_expression":
            if not parent.text().startswith("void") or branch is not None:
                break
        elif parent.kind() not in TRANSPARENT:
            break
        top = parent
    return top, branch


def leaves(node: SgNode) -> list[SgNode]:
    """The branches of a conditional expression, those of nested ones included."""
    plain = unwrap(node, awaited=True)
    if plain.kind() != "ternary_expression":
        return [plain]
    branches = [plain.field("consequence"), plain.field("alternative")]
    return [leaf for branch in branches if branch is not None for leaf in leaves(branch)]
