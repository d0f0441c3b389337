"""What each middleware is for: by the package it comes from, else by what its function does, else by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Condition, Middleware, Role
from codemods.readers.express.caching import keeps_answers
from codemods.readers.express.follow import bare, inline_function, value_of
from codemods.readers.express.handlers import returned_function, wrapped_function
from codemods.readers.express.logging import LogCalls
from codemods.readers.express.overwritten import is_overwritten
from codemods.readers.express.packages import package_of
from codemods.readers.express.passing import passes_through, writes_context
from codemods.source import SourceFile, arguments, find_all, member, named, parameters, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS, enclosing
from codemods.workspace import Called, External, FunctionRef, Unknown, Workspace

_NAMES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"errors?_?(handler|handling|middleware|converter|responder)?s?\b", re.I), Role.ERROR),
    (re.compile(r"not_?found|404", re.I), Role.NOT_FOUND),
    (re.compile(r"limit|throttle", re.I), Role.RATE_LIMIT),
    (re.compile(r"upload|multer", re.I), Role.UPLOAD),
    (
        re.compile(r"auth|require|guard|protect|permission|role|admin|owner|ensure|logged|token|access|verify", re.I),
        Role.GUARD,
    ),
    (re.compile(r"valid|schema|check", re.I), Role.VALIDATION),
)
"""The last resort, for middleware whose function cannot be read: why it may refuse.

The rest counts as OTHER: no name says that there is nothing to carry over."""

_GUARD_TEXT = re.compile(
    r"\b40[13]\b|authori[sz]ation|jwt\.|verifyToken|Unauthori[sz]ed|UNAUTHORIZED|Forbidden|FORBIDDEN|isAuthenticated|"
    r"\.user\b|\.session\b|x-api-key|apiKey"
)
_VALIDATES = re.compile(r"\.(safeParse|parse|parseAsync|safeParseAsync|validate|validateAsync|validateSync)\s*\(")
_DECLARATOR = frozenset({"variable_declarator"})
_REQUEST_PARTS = re.compile(r"\b(body|query|params)\b")


def read_middleware(
    workspace: Workspace, file: SourceFile, node: SgNode, conditions: tuple[Condition, ...] = ()
) -> list[Middleware]:
    """The middleware in one argument; arrays and spread arrays are flattened."""
    found = _read(workspace, file, node)
    return [replace(middleware, conditions=conditions) for middleware in found] if conditions else found


def _read(workspace: Workspace, file: SourceFile, node: SgNode) -> list[Middleware]:
    plain = unwrap(node) or node
    if plain.kind() == "array":
        return [each for element in named(plain) for each in _read(workspace, file, element)]
    if plain.kind() == "spread_element" and named(plain):
        return _read(workspace, file, named(plain)[0])
    if plain.kind() == "identifier":
        value = value_of(workspace, file.path, plain)
        if value is not None and value.node.kind() == "array":
            listed = _read(workspace, workspace.source(value.file), value.node)
            place = file.place(plain)
            return [replace(middleware, place=place) for middleware in listed]
        listing = _made_list(workspace, workspace.source(value.file), value.node) if value is not None else None
        if listing is not None:
            return [replace(middleware, place=file.place(plain)) for middleware in listing]
    made = _made_list(workspace, file, plain)
    return made if made is not None else [_one(workspace, file, plain)]


def _made_list(workspace: Workspace, file: SourceFile, call: SgNode) -> list[Middleware] | None:
    """`errorHandlers()`, which returns an array of functions; `checked(rules)`, with those that it is given."""
    target = workspace.callee(file.path, call) if call.kind() == "call_expression" else None
    made = _returned(target.node) if isinstance(target, FunctionRef) else None
    if made is None or made.kind() != "array" or not isinstance(target, FunctionRef):
        return None
    pairs = zip(parameters(target.node), arguments(call), strict=False)
    given = {parameter.name: argument for parameter, argument in pairs if parameter.name is not None}
    found: list[Middleware] = []
    for element in named(made):
        listed = named(element)[0] if element.kind() == "spread_element" and named(element) else element
        if listed.text() in given:
            found += _read(workspace, file, given[listed.text()])
        elif any(name.text() in given for name in find_all(element, "identifier")):
            return None
        else:
            found += _read(workspace, workspace.source(target.file), element)
    place = file.place(call)
    return [replace(middleware, place=place) for middleware in found]


def _one(workspace: Workspace, file: SourceFile, node: SgNode) -> Middleware:
    name = " ".join(node.text().split())
    name = name if len(name) <= 60 and node.kind() not in FUNCTION_KINDS else _inline_name(node, name)
    definition, package, exported = _definition(workspace, file, node)
    role = _role(workspace, package, exported, definition, node)
    return Middleware(
        role=role,
        name=name,
        place=file.place(node),
        expression=CodeRef(file.path, span_of(node)),
        definition=CodeRef(definition.file, span_of(definition.node)) if definition is not None else None,
        library=package,
        exported=exported,
    )


def _inline_name(node: SgNode, text: str) -> str:
    return "inline function" if node.kind() in FUNCTION_KINDS else text[:57] + "…"


def _definition(
    workspace: Workspace, file: SourceFile, node: SgNode
) -> tuple[FunctionRef | None, str | None, tuple[str, ...]]:
    """(the (req, res, next) function, package it comes from, export path)."""
    wrapped = wrapped_function(workspace, file, node)
    if wrapped is not None:
        return wrapped, None, ()
    if node.kind() in FUNCTION_KINDS:
        return inline_function(file, node), None, ()
    bound = _bound(node)
    if bound is not None:
        return _definition(workspace, file, bound)
    if node.kind() == "call_expression" and not node.text().startswith("require("):
        return _of_call(workspace, file, node)
    target = workspace.function_of(file.path, node)
    if isinstance(target, FunctionRef):
        return (target if not is_overwritten(workspace, file, node, target) else None), None, ()
    if isinstance(target, Unknown) and target.candidates:
        return None, None, ()
    added = _added(workspace, file, node)
    if added is not None:
        return added, None, ()
    if isinstance(target, External):
        return None, target.module, target.path
    value = value_of(workspace, file.path, node)
    if value is not None and value.node.kind() in ("call_expression", "new_expression"):
        owner, bound = workspace.source(value.file), _bound(value.node)
        return _definition(workspace, owner, bound) if bound is not None else _of_call(workspace, owner, value.node)
    if value is not None and value.node.kind() in FUNCTION_KINDS:
        return inline_function(workspace.source(value.file), value.node), None, ()
    parts = member(node)
    if parts is not None:
        made = value_of(workspace, file.path, parts[0])
        if made is not None and made.node.kind() in ("call_expression", "new_expression"):
            found = _of_call(workspace, workspace.source(made.file), made.node)
            return None, found[1], (*found[2], parts[1])
    return None, None, ()


def _bound(node: SgNode) -> SgNode | None:
    """`guards.check` of `guards.check.bind(guards)`."""
    callee = node.field("function") if node.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    if parts is None or parts[1] != "bind":
        return None
    owner, given = member(parts[0]), arguments(node)
    return parts[0] if owner is not None and len(given) == 1 and given[0].text() == owner[0].text() else None


def _added(workspace: Workspace, file: SourceFile, node: SgNode) -> FunctionRef | None:
    """`logger.requests`, which the file of `logger` has added to what a package made: `logger.requests = (…) => …`."""
    parts = member(node)
    made = value_of(workspace, file.path, parts[0]) if parts is not None else None
    holder = enclosing(made.node, _DECLARATOR) if made is not None else None
    name = holder.field("name") if holder is not None else None
    if parts is None or made is None or name is None or holder is None or bare(holder.field("value")) != made.node:
        return None
    owner = workspace.source(made.file)
    binding = owner.bindings.resolve(name)
    found = []
    for reference in binding.references if binding is not None else ():
        above = reference.parent()
        read, assignment = member(above) if above is not None else None, above.parent() if above is not None else None
        right = assignment.field("right") if assignment is not None else None
        if read is None or assignment is None or right is None or assignment.kind() != "assignment_expression":
            continue
        if read[1] == parts[1] and assignment.field("left") == above:
            found.append(unwrap(right))
    is_function = len(found) == 1 and found[0].kind() in FUNCTION_KINDS
    return inline_function(owner, found[0]) if is_function else None


def _of_call(
    workspace: Workspace, file: SourceFile, call: SgNode
) -> tuple[FunctionRef | None, str | None, tuple[str, ...]]:
    target = _callee(workspace, file, call)
    called = bare(call.field("function"))
    if isinstance(target, FunctionRef) and called is not None and is_overwritten(workspace, file, called, target):
        return None, None, ()
    if isinstance(target, FunctionRef):
        inner = returned_function(target.node)
        if inner is not None:
            return inline_function(workspace.source(target.file), inner), None, ()
        returned = _returned(target.node)
        if returned is not None and returned.kind() == "call_expression":
            owner = workspace.source(target.file)
            wrapped = wrapped_function(workspace, owner, returned)
            return (wrapped, None, ()) if wrapped is not None else _of_call(workspace, owner, returned)
        return None, None, ()
    if isinstance(target, External):
        return None, target.module, target.path
    callee = bare(call.field("function") or call.field("constructor"))
    parts = member(callee) if callee is not None else None
    if parts is not None:
        made = value_of(workspace, file.path, parts[0])
        inner_call = made.node if made is not None else unwrap(parts[0])
        if inner_call is not None and inner_call.kind() in ("call_expression", "new_expression"):
            owner = workspace.source(made.file) if made is not None else file
            found = _of_call(workspace, owner, inner_call)
            return None, found[1], (*found[2], parts[1])
    return None, None, ()


def _callee(workspace: Workspace, file: SourceFile, call: SgNode) -> Called:
    """What a call runs; a constant may give it another name and type: `const logs = pinoHttp as Maker`."""
    function = call.field("function")
    meaning = workspace.meaning_of(file.path, function) if function is not None else None
    return meaning if isinstance(meaning, External) else workspace.callee(file.path, call)


def _returned(function: SgNode) -> SgNode | None:
    """`() => rateLimit({…})`: what a factory returns."""
    body = function.field("body")
    plain = unwrap(body) if body is not None else None
    if plain is not None and plain.kind() == "statement_block":
        returns = [statement for statement in named(plain) if statement.kind() == "return_statement"]
        values = named(returns[-1]) if returns else []
        plain = unwrap(values[0]) if values else None
    return plain


def _role(
    workspace: Workspace, package: str | None, exported: tuple[str, ...], definition: FunctionRef | None, node: SgNode
) -> Role:
    if package is not None:
        known = package_of(package, exported)
        return known.role if known is not None else _by_name(node.text()) if package != "express" else Role.OTHER
    if definition is not None:
        file = workspace.source(definition.file)
        if _hands_to_parsers(workspace, file, definition.node):
            return Role.BODY_PARSER
        return role_by_behaviour(definition.node, node.text(), partial(LogCalls(workspace).logs, file))
    return _by_name(node.text())


_BY_TYPE = re.compile(r"content-type|\.is\(", re.I)


def _hands_to_parsers(workspace: Workspace, file: SourceFile, function: SgNode) -> bool:
    """`(req, res, next) => { if (<type of the body>) return next(); express.json()(req, res, next); }`."""
    names = [parameter.pattern.text() for parameter in parameters(function)]
    body = function.field("body")
    if body is None or len(names) != 3 or ("parser" not in file.text.lower() and "express" not in file.text):
        return False
    parsers = 0
    for call in find_all(body, "call_expression"):
        callee, given = bare(call.field("function")), [argument.text() for argument in arguments(call)]
        if callee is None or (callee.text() == names[2] and not given):
            continue
        if given == names:
            _, package, exported = _definition(workspace, file, callee)
            made = value_of(workspace, file.path, callee) if callee.kind() != "call_expression" else None
            special = _parses_specially(exported, made.node if made is not None else callee)
            known = package_of(package, exported) if package in ("express", "body-parser") else None
            if known is None or known.role is not Role.BODY_PARSER or special:
                return False
            parsers += 1
    tests = [node.field("condition") for node in find_all(body, "if_statement", "ternary_expression")]
    writes = find_all(body, "assignment_expression", "augmented_assignment_expression", "throw_statement")
    uses_response = re.search(rf"\b{re.escape(names[1])}\s*\.", body.text()) is not None
    by_type = all(test is not None and _BY_TYPE.search(test.text()) for test in tests)
    return parsers > 0 and by_type and not writes and not uses_response


def _parses_specially(exported: tuple[str, ...], node: SgNode) -> bool:
    """A parser that makes of a body what the edge does not, or that refuses some: bytes, a reviver, other types."""
    if "raw" in exported:
        return True
    given = arguments(node) if node.kind() == "call_expression" else []
    options = given[0].text() if given else ""
    return re.search(r"\b(reviver|type|strict)\b|\bverify\b[\s\S]*\bthrow\b", options) is not None


def role_by_behaviour(function: SgNode, text: str, logs: Callable[[SgNode], bool]) -> Role:
    """Read a middleware's function: error handlers take four parameters, validators parse a part of the request, …"""
    given = parameters(function)
    body = function.field("body")
    source = body.text() if body is not None else ""
    if len(given) == 4:
        return Role.ERROR
    names = [parameter.pattern.text() for parameter in given]
    refuses = re.search(r"\.status\(|\.send\w*\(|\.json\(|\.end\(|\bthrow\b|\bnext\(\s*\w", source) is not None
    if not refuses and passes_through(body, names, logs):
        return Role.CONTEXT if writes_context(body, names) else Role.LOGGING
    kept = keeps_answers(function, logs)
    if kept is not None:
        return Role.CACHE if kept else Role.LOGGING
    told = _role_by_text(source)
    if told is not None:
        return told
    if len(names) >= 2 and _ends(body, names):
        return Role.NOT_FOUND if re.search(r"\b404\b|not.?found", source, re.I) else Role.OTHER
    return _by_name(text)


@lru_cache(maxsize=512)
def _role_by_text(source: str) -> Role | None:
    """What the words of a function give away; most middleware is used on many routes."""
    if _VALIDATES.search(source) and _REQUEST_PARTS.search(source):
        return Role.VALIDATION
    if re.search(r"\bvalidationResult\s*\(", source):
        return Role.VALIDATION
    return Role.GUARD if _GUARD_TEXT.search(source) else None


def _ends(body: SgNode | None, names: list[str]) -> bool:
    """True when the function never goes on to the next one; handing on an error is no going on."""
    if body is None:
        return False
    if len(names) < 3:
        return True
    calls = [call for call in find_all(body, "call_expression") if not arguments(call)]
    called = [call.field("function") for call in calls]
    return not any(function is not None and function.text() == names[2] for function in called)


def _by_name(text: str) -> Role:
    head = text.split("=>")[0][:80]
    return next((role for pattern, role in _NAMES if pattern.search(head)), Role.OTHER)
