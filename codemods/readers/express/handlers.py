"""From the last argument of a route to the function that answers: references, methods, wrappers, delegating arrows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Handler
from codemods.readers.express.follow import bare, inline_function, value_of
from codemods.source import SourceFile, arguments, find_all, member, named, parameters, shortened, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import External, FunctionRef, Global, Unknown, Workspace

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


def wrapped_function(workspace: Workspace, file: SourceFile, node: SgNode) -> FunctionRef | None:
    """The function within wrappers that only hand errors on: `asyncHandler(async (req, res, next) => …)`."""
    found = _find(workspace, file, node, ())
    return found.function if found.wrappers else None


def _find(workspace: Workspace, file: SourceFile, node: SgNode, wrappers: tuple[str, ...]) -> Found:
    plain = unwrap(node)
    if plain is None or len(wrappers) > 3:
        return Found(None, wrappers, f"`{shortened(node)}` is not a function")
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
    if isinstance(target, Unknown) and target.candidates:
        return Found(None, wrappers, f"`{shortened(node)}`: {target.reason}")
    value = value_of(workspace, file.path, node)
    if value is not None and value.node.kind() == "call_expression":
        return _find(workspace, workspace.source(value.file), value.node, wrappers)
    if isinstance(target, FunctionRef):
        return Found(target, wrappers)
    if value is not None:
        return _find(workspace, workspace.source(value.file), value.node, wrappers)
    if isinstance(target, External | Global):
        return Found(None, wrappers, f"`{shortened(node)}` is not a function of this repository")
    return Found(None, wrappers, f"`{shortened(node)}`: {target.reason}")


def _called(workspace: Workspace, file: SourceFile, call: SgNode, wrappers: tuple[str, ...]) -> Found:
    """`asyncHandler(fn)`, `fn.bind(x)` or a factory that returns the handler."""
    callee = bare(call.field("function"))
    given = arguments(call)
    parts = member(callee) if callee is not None else None
    if parts is not None and parts[1] == "bind":
        if len(given) > 1:
            return Found(None, wrappers, f"`{shortened(call)}` gives it more than the request")
        return _find(workspace, file, parts[0], wrappers)
    name = shortened(callee) if callee is not None else "?"
    target = workspace.callee(file.path, call)
    if isinstance(target, External):
        if target.module in ASYNC_PACKAGES and given:
            return _find(workspace, file, given[0], (*wrappers, name))
        return Found(None, wrappers, f"`{name}` comes from the package {target.module}")
    if not isinstance(target, FunctionRef):
        return Found(None, wrappers, f"`{name}` could not be resolved")
    returned = returned_function(target.node)
    if returned is None:
        made = _returned_call(target.node)
        found = _find(workspace, workspace.source(target.file), made, wrappers) if made is not None else None
        if found is not None and found.function is not None:
            return found
        return Found(None, wrappers, f"`{name}` does not return a function that can be read")
    index = forwarded_parameter(target.node, returned)
    if index is not None and index < len(given):
        return _find(workspace, file, given[index], (*wrappers, name))
    if any(_is_function(workspace, file, argument) for argument in given):
        return Found(None, wrappers, f"`{name}` does more than hand failures on")
    return Found(inline_function(workspace.source(target.file), returned), wrappers)


def _is_function(workspace: Workspace, file: SourceFile, argument: SgNode) -> bool:
    plain = unwrap(argument)
    return plain.kind() in FUNCTION_KINDS or isinstance(workspace.function_of(file.path, plain), FunctionRef)


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


def _returned_call(function: SgNode) -> SgNode | None:
    """`asyncHandler(async (req, res) => …)` of `(model) => asyncHandler(async (req, res) => …)`."""
    body = function.field("body")
    value = _only_expression(body) if body is not None else None
    plain = unwrap(value) if value is not None else None
    return plain if plain is not None and plain.kind() == "call_expression" else None


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

    A wrapper is one by shape: all that the inner function does is to call the parameter with its own arguments and
    to hand failures to `next`. One that checks, validates or answers is more than a wrapper.
    """
    outer = [parameter.pattern.text() for parameter in parameters(wrapper)]
    own = [f"{'...' * parameter.is_rest}{parameter.pattern.text()}" for parameter in parameters(inner)]
    body = inner.field("body")
    if body is None or not own:
        return None
    for index, name in enumerate(outer):
        forwarding = _Forwarding(name, own)
        if forwarding.is_transparent(body) and forwarding.seen:
            return index
    return None


@dataclass(slots=True)
class _Forwarding:
    """Checks that code only calls `function` with the parameters `own`, and passes failures on."""

    function: str
    own: list[str]
    seen: bool = False

    def is_transparent(self, node: SgNode) -> bool:
        match node.kind():
            case "statement_block":
                return all(self.is_transparent(statement) for statement in named(node))
            case "expression_statement" | "return_statement" | "await_expression" | "parenthesized_expression":
                inner = named(node)
                return len(inner) == 1 and self.is_transparent(inner[0])
            case "try_statement":
                block, clause = node.field("body"), node.field("handler")
                passed = clause is not None and self._passes_on(clause.field("body"), clause.field("parameter"))
                return block is not None and passed and self.is_transparent(block)
            case "call_expression":
                return self._call(node)
            case "lexical_declaration":
                values = [declarator.field("value") for declarator in named(node)]
                return len(values) == 1 and values[0] is not None and self.is_transparent(values[0])
            case "identifier":
                return self.seen
            case "if_statement":
                return node.field("alternative") is None and _only_logs(node.field("consequence"))
            case "unary_expression":
                inner = named(node)
                return node.text().startswith("void") and len(inner) == 1 and self.is_transparent(inner[0])
            case _:
                return False

    def _call(self, node: SgNode) -> bool:
        callee = bare(node.field("function"))
        given = arguments(node)
        if callee is None:
            return False
        if _LOGS.match(callee.text()):
            return not any(find_all(argument, "call_expression", "await_expression") for argument in given)
        if callee.text() == self.function:
            return self._passes([unwrap(argument).text() for argument in given])
        parts = member(callee)
        if parts is None:
            return False
        if callee.text() == f"{self.function}.call":
            return self._passes([argument.text() for argument in given[1:]])
        if callee.text() == f"{self.function}.apply" and len(given) == 2:
            return self._passes(_spread(given[1]))
        if callee.text() == "Promise.resolve" and len(given) == 1:
            return self.is_transparent(given[0])
        if parts[1] == "catch" and len(given) == 1:
            return self.is_transparent(parts[0]) and self._handles(given[0])
        return parts[1] == "then" and not given and self.is_transparent(parts[0])

    def _passes(self, given: list[str]) -> bool:
        """Calls the function with the own arguments, or the first ones of them."""
        whole = given == self.own and len(self.own) == 1
        self.seen = self.seen or whole or (len(given) > 1 and given[:2] == self.own[:2])
        return whole or given == self.own[: len(given)]

    def _handles(self, handler: SgNode) -> bool:
        """`next`, `args[2]`, or `(error) => next(error)`."""
        if handler.text() in self.own[2:] or handler.text() == f"{self.own[0].removeprefix('...')}[2]":
            return True
        if handler.kind() not in FUNCTION_KINDS:
            return False
        given = parameters(handler)
        return self._passes_on(handler.field("body"), given[0].pattern if given else None)

    def _passes_on(self, body: SgNode | None, error: SgNode | None) -> bool:
        """Only logs, and calls `next` with the error."""
        if body is None or error is None or len(self.own) < 3:
            return False
        forward = f"{self.own[2]}({error.text()})"
        statements = named(body) if body.kind() == "statement_block" else [body]
        texts = [statement.text().removeprefix("return ").rstrip(";") for statement in statements]
        return forward in texts and all(text == forward or _LOGS.match(text) for text in texts)


_LOGS = re.compile(r"(console|logger|log)\.\w+\b")


def _only_logs(block: SgNode | None) -> bool:
    """`{ console.log(req.path); }`, which a wrapper may do on the side."""
    statements = named(block) if block is not None and block.kind() == "statement_block" else [block]
    return all(statement is not None and _LOGS.match(statement.text()) for statement in statements)


def _spread(node: SgNode) -> list[str]:
    """What an array hands on as arguments: its elements, or all of `args`."""
    return [element.text() for element in named(node)] if node.kind() == "array" else [f"...{node.text()}"]


def _delegate(function: SgNode) -> SgNode | None:
    """`ctrl.method` of `(req, res) => ctrl.method(req, res)`."""
    names = [parameter.pattern.text() for parameter in parameters(function)]
    body = function.field("body")
    if len(names) < 2 or body is None:
        return None
    only = _only_expression(body)
    plain = unwrap(only, awaited=True) if only is not None else None
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
