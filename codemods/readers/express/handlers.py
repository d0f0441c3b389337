"""From the last argument of a route to the function that answers: references, methods, wrappers, delegating arrows."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Handler
from codemods.readers.express.follow import bare, inline_function, value_of
from codemods.source import SourceFile, arguments, find_all, member, named, parameters, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import External, FunctionRef, Global, Workspace

ASYNC_PACKAGES = frozenset({"express-async-handler", "express-async-wrapper", "async-handler", "express-asyncify"})
"""Packages whose default export only forwards rejections to `next`."""


@dataclass(frozen=True, slots=True)
class Found:
    """The handler's function, or why it could not be found."""

    function: FunctionRef | None
    wrappers: tuple[str, ...] = ()
    problem: str | None = None


def read_handler(workspace: Workspace, file: SourceFile, node: SgNode) -> Handler:
    """Resolve a handler expression; the name is the function's own, where it has one."""
    found = _find(workspace, file, node, ())
    function = found.function
    return Handler(
        expression=CodeRef(file.path, span_of(node)),
        definition=CodeRef(function.file, span_of(function.node)) if function is not None else None,
        name=function.name if function is not None else None,
        wrappers=found.wrappers,
        problem=found.problem,
    )


def _find(workspace: Workspace, file: SourceFile, node: SgNode, wrappers: tuple[str, ...]) -> Found:
    plain = unwrap(node)
    if plain is None or len(wrappers) > 3:
        return Found(None, wrappers, f"`{_short(node)}` is not a function")
    if plain.kind() in FUNCTION_KINDS:
        inner = _delegate(plain)
        if inner is not None:
            found = _find(workspace, file, inner, wrappers)
            if found.function is not None:
                return found
        return Found(inline_function(file, plain), wrappers)
    if plain.kind() == "call_expression":
        return _called(workspace, file, plain, wrappers)
    return _referred(workspace, file, plain, wrappers)


def _referred(workspace: Workspace, file: SourceFile, node: SgNode, wrappers: tuple[str, ...]) -> Found:
    target = workspace.function_of(file.path, node)
    if isinstance(target, FunctionRef):
        return _through_wrapper(workspace, target, wrappers)
    value = value_of(workspace, file.path, node)
    if value is not None:
        return _find(workspace, workspace.source(value.file), value.node, wrappers)
    if isinstance(target, External | Global):
        return Found(None, wrappers, f"`{_short(node)}` is not a function of this repository")
    return Found(None, wrappers, f"`{_short(node)}`: {target.reason}")


def _through_wrapper(workspace: Workspace, target: FunctionRef, wrappers: tuple[str, ...]) -> Found:
    return Found(target, wrappers)


def _called(workspace: Workspace, file: SourceFile, call: SgNode, wrappers: tuple[str, ...]) -> Found:
    """`asyncHandler(fn)`, `fn.bind(x)` or a factory that returns the handler."""
    callee = bare(call.field("function"))
    given = arguments(call)
    parts = member(callee) if callee is not None else None
    if parts is not None and parts[1] == "bind":
        return _find(workspace, file, parts[0], wrappers)
    name = _short(callee) if callee is not None else "?"
    target = workspace.callee(file.path, call)
    if isinstance(target, External):
        if target.module in ASYNC_PACKAGES and given:
            return _find(workspace, file, given[0], (*wrappers, name))
        return Found(None, wrappers, f"`{name}` comes from the package {target.module}")
    if not isinstance(target, FunctionRef):
        return Found(None, wrappers, f"`{name}` could not be resolved")
    returned = returned_function(target.node)
    if returned is None:
        return Found(None, wrappers, f"`{name}` does not return a function that can be read")
    index = forwarded_parameter(target.node, returned)
    if index is not None and index < len(given):
        return _find(workspace, file, given[index], (*wrappers, name))
    return (
        Found(None, wrappers, f"`{name}` builds its handler from arguments")
        if given
        else Found(inline_function(workspace.source(target.file), returned), wrappers)
    )


def returned_function(function: SgNode) -> SgNode | None:
    """The function that a function returns: `(fn) => (req, res, next) => …`, or through one `return`."""
    body = function.field("body")
    plain = unwrap(body) if body is not None else None
    if plain is None:
        return None
    if plain.kind() in FUNCTION_KINDS:
        return plain
    if plain.kind() != "statement_block":
        return None
    statements = [statement for statement in named(plain) if statement.kind() != "comment"]
    last = statements[-1] if statements else None
    if last is None or last.kind() != "return_statement":
        return None
    values = named(last)
    value = unwrap(values[0]) if values else None
    if value is None:
        return None
    if value.kind() in FUNCTION_KINDS:
        return value
    if value.kind() == "identifier":
        return _local_function(plain, value.text())
    return None


def _local_function(block: SgNode, name: str) -> SgNode | None:
    for statement in named(block):
        if statement.kind() in FUNCTION_KINDS:
            own = statement.field("name")
            if own is not None and own.text() == name:
                return statement
        for declarator in named(statement):
            value = declarator.field("value") if declarator.kind() == "variable_declarator" else None
            own = declarator.field("name") if declarator.kind() == "variable_declarator" else None
            if value is not None and own is not None and own.text() == name and value.kind() in FUNCTION_KINDS:
                return value
    return None


def forwarded_parameter(wrapper: SgNode, inner: SgNode) -> int | None:
    """Which parameter of an error-forwarding wrapper is the handler: the one called with the inner request.

    A wrapper is one by shape: the inner function passes its own request and response on to the parameter, and does
    nothing with them itself.
    """
    outer = [parameter.pattern.text() for parameter in parameters(wrapper)]
    own = [parameter.pattern.text() for parameter in parameters(inner)]
    rest = own[0].removeprefix("...") if len(own) == 1 and own[0].startswith("...") else None
    if len(own) < 2 and rest is None:
        return None
    body = inner.field("body")
    for call in find_all(body, "call_expression") if body is not None else []:
        callee = bare(call.field("function"))
        if callee is None:
            continue
        name = callee.text().removesuffix(".call").removesuffix(".apply")
        given = [argument.text() for argument in arguments(call)]
        passes = given[: len(own)][:2] == own[:2] or (rest is not None and given[:1] == [f"...{rest}"])
        if name in outer and passes and not _answers(body, own):
            return outer.index(name)
    return None


def _answers(body: SgNode | None, names: list[str]) -> bool:
    """Does a wrapper answer by itself (then it is more than a wrapper)?"""
    if body is None or len(names) < 2:
        return False
    for node in find_all(body, "member_expression"):
        target = node.field("object")
        if target is not None and target.text() == names[1]:
            return True
    return False


def _delegate(function: SgNode) -> SgNode | None:
    """`ctrl.method` of `(req, res) => ctrl.method(req, res)`."""
    names = [parameter.pattern.text() for parameter in parameters(function)]
    body = function.field("body")
    if len(names) < 2 or body is None:
        return None
    plain = bare(_only_expression(body))
    if plain is None or plain.kind() != "call_expression":
        return None
    given = [argument.text() for argument in arguments(plain)]
    callee = plain.field("function")
    if given != names[: len(given)] or len(given) < 2 or callee is None:
        return None
    return callee


def _only_expression(body: SgNode) -> SgNode | None:
    if body.kind() != "statement_block":
        return body
    statements = named(body)
    if len(statements) != 1 or statements[0].kind() not in ("return_statement", "expression_statement"):
        return None
    values = named(statements[0])
    return values[0] if values else None


def _short(node: SgNode) -> str:
    text = " ".join(node.text().split())
    return text if len(text) <= 60 else text[:57] + "…"
