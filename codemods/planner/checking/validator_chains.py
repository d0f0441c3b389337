"""Checks of express-validator, `body("name").trim().notEmpty()`: which fields they look at, and what they change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.app import Middleware
from codemods.ir.validator import Kind, Shape, Unknown
from codemods.planner.asking.edge_facts import INPUT
from codemods.planner.asking.requests import Part
from codemods.planner.checking.validator_schemas import field_rules, schema_of
from codemods.planner.problems import Problem
from codemods.readers.zod.references import follow
from codemods.source import (
    FUNCTION_KINDS,
    Edit,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    parameters,
    property_name,
    span_of,
    string_value,
    unwrap,
)
from codemods.workspace import External, FunctionRef, Workspace

PACKAGES = frozenset({"express-validator"})
PARTS: Mapping[str, tuple[Part, ...]] = {
    "body": (Part.BODY,),
    "query": (Part.QUERY,),
    "param": (Part.PARAMS,),
    "check": (Part.BODY, Part.QUERY, Part.PARAMS),
    "header": (),
}
"""Where each function looks for a field."""

_GROUPS = frozenset({"oneOf", "checkSchema"})
_AROUND = frozenset({"check", "header"})
"""Functions that look at headers, too; `check` looks at cookies as well, where something parses them."""

FORMATS: Mapping[str, str | None] = {
    "isInt": ".isString()",
    "isNumeric": ".isString()",
    "isFloat": ".isString()",
    "isDecimal": ".isString()",
    "isUUID": ".isString()",
    "isMongoId": ".isString()",
    "isHexadecimal": ".isString()",
    "matches": ".isString()",
    "isLength": ".isString()",
    "toInt": None,
    "toFloat": None,
}
"""What no Convex id passes, and what is asked or done instead."""

_RESIDUAL = "number()"
_SANITIZERS = frozenset(
    """blacklist customSanitizer default escape ltrim normalizeEmail replace rtrim stripLow toArray toBoolean toDate
    toFloat toInt toLowerCase toString toUpperCase trim unescape whitelist""".split()
)
_STAYS_TEXT = _SANITIZERS - {"customSanitizer", "default", "replace", "toArray", "toBoolean", "toDate", "toFloat",
                             "toInt"}  # fmt: skip
_DATES = frozenset({"toDate"})
_WITHIN = re.compile(r"[.\[\]]+")


@dataclass(frozen=True, slots=True)
class Chain:
    """Checks that one expression makes, which note on the input what they find: `await chain.run(req)`.

    `looks_around` says that they look at headers as well.
    """

    middleware: Middleware
    shapes: Mapping[Part, Shape] = field(compare=False)
    changes: frozenset[Part]
    looks_around: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The checks of one call: `param(["id", "other"]).isInt()`. Its links are the methods with their calls."""

    root: str
    names: tuple[str, ...]
    links: tuple[tuple[str, SgNode], ...]


def read_chain(workspace: Workspace, middleware: Middleware, express: int, cookies: bool) -> Chain | Problem | None:
    """The checks of a middleware that comes from express-validator, or why they stay behind.

    With `cookies`, something before them may have parsed those.
    """
    if middleware.library not in PACKAGES:
        return None
    file = workspace.source(middleware.expression.file)
    kinds = ("call_expression", "identifier", "member_expression")
    node = next((n for n in find_all(file.root, *kinds) if span_of(n) == middleware.expression.span), None)
    made = _made(workspace, file, node) if node is not None else None
    if made is None:
        return _refused(middleware, "whose checks cannot be followed")
    owner, whole, given = made
    read = _schema_rules(workspace, owner, whole)
    if read is None:
        return _refused(middleware, "whose fields are named elsewhere")
    within, listed = read
    rules = [*rules_in(workspace, owner, whole, given), *listed]
    roots = {rule.root for rule in rules} | set(_roots(workspace, owner, whole))
    unknown = not roots <= PARTS.keys() | _GROUPS or any(not rule.names for rule in rules)
    if unknown or (not rules and not roots & _GROUPS):
        return _refused(middleware, "whose fields are named elsewhere")
    if cookies and "check" in roots:
        return _refused(middleware, "which looks at cookies, too")
    odd = next((found for place in (*within, (owner, whole)) if (found := _odd_read(workspace, *place))), None)
    if odd is not None:
        return _refused(middleware, f"which reads `{odd}`")
    methods = {name for rule in rules for name, _ in rule.links}
    changes = frozenset(part for rule in rules if _sanitizes(rule) for part in PARTS[rule.root])
    if methods & _DATES:
        return _refused(middleware, "which makes dates of its input")
    if express >= 5 and Part.QUERY in changes:
        return _refused(middleware, "which changes a query that Express 5 reads anew each time")
    return Chain(middleware, _shapes(rules), changes, bool(roots & _AROUND))


def _refused(middleware: Middleware, why: str) -> Problem:
    return Problem("CX401", f"is validated by `{middleware.name}`, {why}", middleware.place)


def _sanitizes(rule: Rule) -> bool:
    return any(name in _SANITIZERS for name, _ in rule.links)


Arguments = Mapping[str, SgNode]


def _made(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode, Arguments] | None:
    """The calls that make the checks: behind a name, or returned by a function that is given these arguments."""
    plain = unwrap(node)
    if plain.kind() != "call_expression":
        target = follow(workspace, file, plain)
        return _made(workspace, workspace.source(target[0]), target[1]) if target is not None else None
    called = workspace.callee(file.path, plain)
    if not isinstance(called, FunctionRef):
        return file, plain, {}
    body = called.node.field("body")
    if body is not None and body.kind() == "statement_block":
        returned = named(body)[0] if len(named(body)) == 1 else None
        body = named(returned)[0] if returned is not None and returned.kind() == "return_statement" else None
    if body is None or unwrap(body).kind() != "call_expression":
        return None
    pairs = zip(parameters(called.node), arguments(plain), strict=False)
    given = {parameter.name: argument for parameter, argument in pairs if parameter.name is not None}
    return workspace.source(called.file), unwrap(body), given


def rules_in(workspace: Workspace, file: SourceFile, node: SgNode, given: Arguments) -> Iterator[Rule]:
    """All calls of express-validator in an expression that name fields, with what is asked of them."""
    for call in find_all(node, "call_expression"):
        root = root_of(workspace, file, call)
        if root is None or root not in PARTS:
            continue
        first = arguments(call)[0] if arguments(call) else None
        names = _names(unwrap(given.get(first.text(), first))) if first is not None else ("",)
        yield Rule(root, names, tuple(_links(call)))


def _schema_rules(
    workspace: Workspace, file: SourceFile, node: SgNode
) -> tuple[list[tuple[SourceFile, SgNode]], list[Rule]] | None:
    """The schemas that an expression checks, and their rules; None where one of them is not written out."""
    schemas, rules = [], []
    for call in find_all(node, "call_expression"):
        if root_of(workspace, file, call) != "checkSchema":
            continue
        schema = schema_of(workspace, file, call)
        fields = field_rules(schema[1], call) if schema is not None else None
        if schema is None or fields is None:
            return None
        schemas.append(schema)
        links = [(each, tuple((method, call) for method in each.methods)) for each in fields]
        rules += [Rule(root, (each.name,), made) for each, made in links for root in each.roots]
    return schemas, rules


def _roots(workspace: Workspace, file: SourceFile, node: SgNode) -> Iterator[str]:
    for call in find_all(node, "call_expression"):
        root = root_of(workspace, file, call)
        if root is not None:
            yield root


def root_of(workspace: Workspace, file: SourceFile, call: SgNode) -> str | None:
    """The function of express-validator that a call runs."""
    target = workspace.callee(file.path, call)
    if not isinstance(target, External) or target.module not in PACKAGES:
        return None
    steps = [step for step in target.path if step != "default"]
    return steps[0] if len(steps) == 1 else None


def _names(node: SgNode) -> tuple[str, ...]:
    name = string_value(node)
    if name is not None:
        return (name,)
    found = [string_value(each) for each in named(node)] if node.kind() == "array" else [None]
    return tuple(each for each in found if each is not None) if None not in found else ()


def _links(call: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The methods that are called on a call, one after the other."""
    current = call
    while (access := current.parent()) is not None and access.kind() == "member_expression":
        parts, following = member(access), access.parent()
        if parts is None or following is None or following.kind() != "call_expression":
            return
        yield parts[1], following
        current = following


# ---- what custom checks read of the request -------------------------------------------------------------------------


def _odd_read(workspace: Workspace, file: SourceFile, node: SgNode) -> str | None:
    """What a function in the checks reads of the request beside its input."""
    functions = [(file, each) for each in find_all(node, *FUNCTION_KINDS)]
    for call in find_all(node, "call_expression"):
        for argument in arguments(call):
            target = workspace.function_of(file.path, argument) if argument.kind() == "identifier" else None
            if isinstance(target, FunctionRef):
                functions.append((workspace.source(target.file), target.node))
    reads = (_odd_member(owner, function) for owner, function in functions)
    return next((read for read in reads if read is not None), None)


def _odd_member(file: SourceFile, function: SgNode) -> str | None:
    taken = parameters(function)
    if len(taken) < 2 or not re.search(r"\breq\b", function.text()):
        return None
    if taken[1].name is not None:
        return f"{taken[1].name}.req"
    for element in named(taken[1].pattern):
        binding = file.bindings.resolve(element) if element.text() == "req" else None
        if property_name(element.field("key")) == "req" or (binding is None and element.text() == "req"):
            return element.text()
        for reference in binding.references if binding is not None else ():
            above = reference.parent()
            parts = member(above) if above is not None else None
            if above is None or parts is None or parts[1] not in INPUT:
                return above.text() if above is not None else "req"
    return None


# ---- what they say of values ----------------------------------------------------------------------------------------


def _shapes(rules: list[Rule]) -> dict[Part, Shape]:
    """What is known of the fields, by part: little more than which of them no Convex id would pass."""
    found: dict[Part, dict[str, Shape]] = {}
    for rule in rules:
        for part in PARTS[rule.root]:
            fields = found.setdefault(part, {})
            for name in rule.names:
                top, *inner = [step for step in _WITHIN.split(name) if step] or [""]
                if top:
                    fields[top] = _with_rule(fields.get(top), _field(part, rule), inner)
    return {
        part: Shape(Kind.OBJECT, tuple(fields.values()), tuple(fields), unknown=Unknown.KEEP, residual=("run()",))
        for part, fields in found.items()
        if fields
    }


def _field(part: Part, rule: Rule) -> Shape:
    """A field of the path stays text unless it is converted; others may be anything."""
    methods = {name for name, _ in rule.links}
    stays = part is Part.PARAMS and not methods & _SANITIZERS - _STAYS_TEXT
    residual = tuple(f"{name}()" for name in methods) + ((_RESIDUAL,) if methods & FORMATS.keys() else ())
    return Shape(Kind.STRING if stays else Kind.ANY, optional=not stays, residual=residual)


def merged(known: Shape, more: Shape) -> Shape:
    """Two objects, of which the first may be a schema's: that says more of the fields that both have."""
    if known.kind is not Kind.OBJECT:
        return known
    fields = dict(zip(known.keys, known.children, strict=True))
    for key, child in zip(more.keys, more.children, strict=True):
        fields[key] = _both(fields[key], child) if key in fields else child
    return replace(known, children=tuple(fields.values()), keys=tuple(fields))


def _both(known: Shape, more: Shape) -> Shape:
    if known.kind not in (Kind.ANY, Kind.STRING):
        return known
    kind = Kind.ANY if Kind.ANY in (known.kind, more.kind) else known.kind
    children, keys = (*known.children, *more.children), (*known.keys, *more.keys)
    return replace(known, kind=kind, children=children, keys=keys, residual=(*known.residual, *more.residual))


def _with_rule(known: Shape | None, field: Shape, inner: list[str]) -> Shape:
    """A field with what one more rule says of it, or of what is inside it at any depth."""
    if not inner:
        return _both(known, field) if known is not None else field
    known = known or Shape(Kind.ANY, optional=True)
    leaf = next((step for step in reversed(inner) if step != "*" and not step.isdigit()), "")
    return replace(known, children=(*known.children, field), keys=(*known.keys, leaf))


# ---- ids ------------------------------------------------------------------------------------------------------------


def id_edits(workspace: Workspace, file: SourceFile, node: SgNode, name: str) -> list[Edit]:
    """What checks that a field called `name` has another format have to be, now that it holds a Convex id."""
    found: list[Edit] = []
    for rule in rules_in(workspace, file, node, {}) if "express-validator" in file.text else ():
        leaves = [next((s for s in reversed(_WITHIN.split(each)) if s not in ("", "*")), "") for each in rule.names]
        if name not in leaves or len(leaves) > 1:
            continue
        for method, call in rule.links:
            if method in FORMATS:
                parts = member(call.field("function") or call)
                assert parts is not None
                start = file.text.index(".", span_of(parts[0]).end)
                span = Span(start if FORMATS[method] is not None else span_of(parts[0]).end, span_of(call).end)
                found.append(Edit.replace(span, FORMATS[method] or ""))
    return found
