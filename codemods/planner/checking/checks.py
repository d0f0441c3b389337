"""Validation middleware: what it makes sure of, by part of the request, and which parts it replaces by its result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.app import Middleware
from codemods.ir.validator import Shape
from codemods.planner.answering.replies import Standing
from codemods.planner.answering.responses import plan_response
from codemods.planner.asking.edge_facts import INPUT
from codemods.planner.asking.picks import picked
from codemods.planner.asking.requests import Part
from codemods.planner.checking.result_checks import asked_of
from codemods.planner.checking.schema_options import SETTING, with_options
from codemods.planner.checking.shapes import ShapeOf
from codemods.planner.passing.makers import Given, Maker, Names, maker_of
from codemods.planner.passing.steps import fields_of
from codemods.planner.pieces import Piece, PieceKind, function_piece
from codemods.source import (
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import operator_of
from codemods.workspace import Workspace

PARSERS = frozenset({"parse", "parseAsync", "safeParse", "safeParseAsync", "validate", "validateAsync", "validateSync"})
"""Methods of schemas that are given a value and give back what it becomes, or what is wrong with it."""

_ENVELOPE = "envelope"


@dataclass(frozen=True, slots=True)
class Check:
    """A validation that runs at the edge: a factory (`validate`), with what its parameters stand for.

    `changes` are the parts that it replaces by what the schema made of them.
    """

    middleware: Middleware
    factory: Piece
    inner: SgNode
    reading: Reading = field(compare=False)
    changes: frozenset[Part]


def read_check(workspace: Workspace, middleware: Middleware) -> Check | None:
    """A validation middleware whose function can be read."""
    reading = _reading(workspace, middleware)
    factory = function_piece(reading.maker.file, reading.maker.function) if reading is not None else None
    if reading is None or factory is None or factory.kind is PieceKind.INLINE:
        return None
    hands_on = any(field.assignment is not None for field in fields_of(reading.file, reading.inner))
    if hands_on or _answers(workspace, reading):
        return None
    changes = reading.changed()
    return Check(middleware, factory, reading.inner, reading, changes) if changes is not None else None


def _answers(workspace: Workspace, reading: Reading) -> bool:
    """It does more than refuse: some of its answers are no refusals, come with headers or from elsewhere."""
    plan = plan_response(reading.file, reading.inner, workspace=workspace)
    refuses = all(reply.status is None or reply.status >= 400 for reply in plan.replies)
    branches = any(reply.headers or reply.stand.standing is Standing.BRANCH for reply in plan.replies)
    return bool(plan.delegations) or branches or not refuses


def _reading(workspace: Workspace, middleware: Middleware) -> Reading | None:
    if middleware.definition is None:
        return None
    file = workspace.source(middleware.definition.file)
    inner = file.functions.get(middleware.definition.span)
    if inner is None:
        return None
    around = workspace.source(middleware.expression.file)
    call = _call_at(around, middleware.expression.span)
    maker: Maker | None = Maker(file, inner, {})
    if call is not None:
        maker = maker_of(workspace, Given(around, call, {}), file, inner)
    return Reading(workspace, file, inner, maker) if maker is not None else None


def _call_at(file: SourceFile, span: Span) -> SgNode | None:
    return next((node for node in file.calls if span_of(node) == span), None)


def validated(check: Check, shape_of: ShapeOf, express: int) -> dict[Part, Shape] | None:
    """What a check makes sure of, by part of the request; nothing for one that parses nothing.

    The query of Express 5 is no field of the request itself: what copies fields misses it.
    """
    reading = check.reading
    found: dict[Part, Shape] = {}
    for call in reading.parses():
        parts = member(call.field("function") or call)
        given = arguments(call)
        read = reading.part(given[0]) if given else None
        if parts is None or read is None:
            return None
        schema = reading.schema(parts[0])
        if schema is None:
            continue
        shape = shape_of(schema.file.path, schema.node)
        shape = with_options(call, shape) if shape is not None else None
        if shape is None or (read == _ENVELOPE and not set(shape.keys) <= set(INPUT)):
            return None
        pieces = _enveloped(shape) if read == _ENVELOPE else {Part(read): shape}
        if express >= 5 and Part.QUERY in pieces and reading.copies:
            return None
        pieces = {part: _present(piece, part, express) for part, piece in pieces.items()}
        if any(found.get(part, piece) != piece for part, piece in pieces.items()):
            return None
        found |= pieces
    return found


def outputs(workspace: Workspace, middleware: Middleware, shape_of: ShapeOf) -> list[Shape] | None:
    """All that a middleware parses, whatever it does with it; None where one of its schemas cannot be read."""
    reading = _reading(workspace, middleware)
    if reading is None:
        return None
    found = []
    for call in reading.parses():
        parts = member(call.field("function") or call)
        schema = reading.schema(parts[0]) if parts is not None else None
        shape = shape_of(schema.file.path, schema.node) if schema is not None else None
        if shape is None and schema is not None:
            return None
        found += [shape] if shape is not None else []
    return found


def _enveloped(shape: Shape) -> dict[Part, Shape]:
    return {part: child for part in INPUT if (child := shape.child(part)) is not None}


def _present(shape: Shape, part: Part, express: int) -> Shape:
    """Only the body may be missing, in Express 5."""
    return shape if part is Part.BODY and express >= 5 else replace(shape, optional=False)


def _lists_parts(keys: SgNode) -> bool:
    """`["params", "query", "body"]`"""
    plain = unwrap(keys)
    return plain.kind() == "array" and all(string_value(key) in INPUT for key in named(plain))


@dataclass(frozen=True, slots=True)
class Reading:
    """The function of one check, with what the parameters of its factory stand for."""

    workspace: Workspace
    file: SourceFile
    inner: SgNode
    maker: Maker

    @property
    def names(self) -> Names:
        return self.maker.names

    def parses(self) -> list[SgNode]:
        """All calls of a schema's parsers, but for those of schemas that this registration does not give."""
        found = []
        for call in find_all(self.inner, "call_expression"):
            callee = call.field("function")
            parts = member(callee) if callee is not None else None
            if parts is not None and parts[1] in PARSERS and unwrap(parts[0]).text() != "JSON":
                found.append(call)
        return found

    def schema(self, node: SgNode) -> Given | None:
        """The schema expression where it stands; None for a part that is given no schema."""
        plain = unwrap(node)
        inner = self._configured(plain)
        if inner is not None:
            return self.schema(inner)
        parts = member(plain)
        if parts is None or unwrap(parts[0]).text() not in self.names:
            return Given(self.file, plain, self.names).settled()
        holder = Given(self.file, parts[0], self.names).literal(self.workspace)
        return holder.property(parts[1]) if holder.node.kind() == "object" else Given(self.file, plain, {})

    def _configured(self, node: SgNode) -> SgNode | None:
        """The schema within `Joi.compile(schema)`, `schema.prefs({ … })`, `pick(schema, ["body"])` or a local name."""
        binding = self.file.bindings.resolve(node) if node.kind() == "identifier" else None
        if binding is not None and not (binding.reassigned or binding.path or binding.is_top_level):
            made = unwrap(binding.source) if binding.source is not None else node
            return made if made.kind() == "call_expression" else None
        callee = node.field("function") if node.kind() == "call_expression" else None
        parts = member(callee) if callee is not None else None
        copied = picked(self.workspace, self.file.path, node)
        if copied is not None:
            return copied[0] if _lists_parts(copied[1]) else None
        if parts is not None and parts[1] in SETTING:
            return parts[0]
        return arguments(node)[0] if parts is not None and parts[1] == "compile" and arguments(node) else None

    # ---- parts of the request -------------------------------------------------------------------

    def part(self, node: SgNode, depth: int = 0) -> str | None:
        """`req.body`, `req[part]`, `{ body: req.body, … }` or what holds one of them."""
        plain = unwrap(node, awaited=True)
        request = parameters(self.inner)[0].name if parameters(self.inner) else None
        if plain.text() == request:
            return _ENVELOPE
        if plain.kind() == "binary_expression" and plain.field("left") is not None:
            left = plain.field("left")
            return self.part(left, depth) if left is not None and operator_of(plain) in ("||", "??") else None
        if plain.kind() == "object":
            return self._envelope(plain, depth)
        if plain.kind() == "identifier" and depth < 4:
            return self._held(plain, depth)
        copied = picked(self.workspace, self.file.path, plain)
        if copied is not None:
            return _ENVELOPE if self.part(copied[0]) == _ENVELOPE and self._lists_schema(copied[1]) else None
        return self._member(plain, request)

    @property
    def copies(self) -> bool:
        """Are parts of the request read by a function that copies fields?"""
        calls = find_all(self.inner, "call_expression")
        return any(picked(self.workspace, self.file.path, call) is not None for call in calls)

    def _lists_schema(self, keys: SgNode) -> bool:
        """`Object.keys(schema)`, or a list of parts."""
        plain = unwrap(keys)
        callee = plain.field("function") if plain.kind() == "call_expression" else None
        if callee is None or callee.text() != "Object.keys" or not arguments(plain):
            return _lists_parts(plain)
        schema = self.schema(arguments(plain)[0])
        return schema is not None and schema.node.kind() != "call_expression"

    def _member(self, node: SgNode, request: str | None) -> str | None:
        parts = member(node)
        if parts is not None and unwrap(parts[0]).text() == request:
            return parts[1] if parts[1] in INPUT else None
        if node.kind() != "subscript_expression":
            return None
        holder, index = node.field("object"), node.field("index")
        if holder is None or index is None or unwrap(holder).text() != request:
            return None
        return self._chosen(unwrap(index).text())

    def _chosen(self, parameter: str) -> str | None:
        """The part that a parameter of the factory names: `"body"`, `Source.BODY`."""
        given = self.names.get(parameter)
        name = given.text(self.workspace) if given is not None else None
        return name if name in INPUT else None

    def _reads_parts(self) -> bool:
        """Are all parts of the request that parameters name those that the edge has? `req[source]`"""
        request = parameters(self.inner)[0].name if parameters(self.inner) else None
        for node in find_all(self.inner, "subscript_expression"):
            holder, index = node.field("object"), node.field("index")
            if holder is None or index is None or unwrap(holder).text() != request:
                continue
            if unwrap(index).text() in self.names and self._chosen(unwrap(index).text()) is None:
                return False
        return True

    def _envelope(self, node: SgNode, depth: int) -> str | None:
        for pair in named(node):
            if pair.kind() == "shorthand_property_identifier":
                if pair.text() not in INPUT:
                    return None
                continue
            key, value = pair.field("key"), pair.field("value")
            if key is None or value is None or key.text() not in INPUT or self.part(value, depth) != key.text():
                return None
        return _ENVELOPE

    def _held(self, name: SgNode, depth: int) -> str | None:
        """`const data = req.body`, `const { body } = req`."""
        binding = self.file.bindings.resolve(name)
        if binding is None or binding.reassigned or binding.source is None:
            return None
        whole = self.part(binding.source, depth + 1)
        if not binding.path:
            return whole
        return binding.path[0] if whole == _ENVELOPE and len(binding.path) == 1 else None

    # ---- what is replaced -----------------------------------------------------------------------

    def changed(self) -> frozenset[Part] | None:
        """The parts that get the result of a parse; None when a part gets something else, or what is read is none."""
        if not self._reads_parts():
            return None
        request = parameters(self.inner)[0].name if parameters(self.inner) else None
        found: set[Part] = set()
        for assignment in find_all(self.inner, "assignment_expression"):
            target, value = assignment.field("left"), assignment.field("right")
            if target is None or value is None or _base(target).text() != request:
                continue
            part = self._member(target, request)
            if part is None or not self._is_result(value):
                return None
            found.add(Part(part))
        for call in find_all(self.inner, "call_expression"):
            callee, given = call.field("function"), arguments(call)
            if callee is not None and callee.text() == "Object.assign" and given and given[0].text() == request:
                if not all(self._is_result(value) for value in given[1:]):
                    return None
                found |= set(INPUT)
        return frozenset(found)

    def _is_result(self, value: SgNode) -> bool:
        """`schema.parse(req.body)`, `result.data`, `parsed.body`, `validated`."""
        base = _base(value)
        if base.kind() == "call_expression":
            callee = base.field("function")
            called = member(callee) if callee is not None else None
            is_parsed = called is not None and called[1] in PARSERS
            return is_parsed or asked_of(self.workspace, self.file, base) == "matchedData"
        binding = self.file.bindings.resolve(base) if base.kind() == "identifier" else None
        return binding is not None and binding.source is not None and self._is_result(binding.source)


def _base(node: SgNode) -> SgNode:
    """What the members of an expression are taken of."""
    base = unwrap(node, awaited=True)
    while (parts := member(base)) is not None or base.kind() == "subscript_expression":
        inner = parts[0] if parts is not None else base.field("object")
        if inner is None:
            break
        base = unwrap(inner, awaited=True)
    return base
