"""The application's own middleware as steps at the edge: which function it is, and what it hands on to later ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from ast_grep_py import SgNode

from codemods.ir.app import Condition, Middleware
from codemods.planner.asking.edge_facts import INPUT
from codemods.planner.passing.conditions import Test, open_tests
from codemods.planner.passing.header_tables import header_table
from codemods.planner.passing.listeners import log_listeners
from codemods.planner.pieces import Piece, PieceKey, PieceKind, function_piece
from codemods.planner.places_of_use import alias_of, wrapped
from codemods.readers.express.logging import LogCalls
from codemods.readers.express.passing import SETTERS, passes_through
from codemods.source import (
    FUNCTION_KINDS,
    SourceFile,
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
from codemods.source.tree import WRITES, enclosing
from codemods.workspace import FunctionRef, Workspace

_EXPRESS = frozenset(
    """accepts acceptsCharsets acceptsEncodings acceptsLanguages app baseUrl body complete connection cookies fresh get
    header headers host hostname httpVersion ip ips is method next off on once originalUrl param params path pipe
    protocol query range rawHeaders res route secure signedCookies socket stale subdomains unpipe url xhr""".split()
)
"""What Express itself has on a request: all other fields were put there by middleware."""

_ASSIGNMENTS = ("assignment_expression", "augmented_assignment_expression")
_NO_DATA = FUNCTION_KINDS | {"new_expression", "class", "regex"}
"""Values that cannot cross into a function of Convex."""
_DEPTH = 4
_TYPES = frozenset({"type", "contentType"})
_SETS = SETTERS | {"append"}
_HEADS = _TYPES | _SETS | {"removeHeader", "vary", "links", "location"}
_CONTENT_TYPE = "content-type"
_ENDS = frozenset({"return_statement", "throw_statement"})


@dataclass(frozen=True, slots=True)
class Field:
    """`req.tenant`, `res.locals.user`, `(req as any).id`: a field that one middleware puts there for later ones.

    `assignment` is the assignment that it is the target of; `taken` says that a pattern takes it from the request, or
    from the response's locals; `local` that it is one of those.
    """

    node: SgNode
    name: str
    assignment: SgNode | None = None
    taken: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A middleware that runs at the edge.

    `piece` is carried over: `function` itself, or the function that makes it when it is `made` by a call.
    """

    middleware: Middleware
    piece: Piece
    function: SgNode
    made: bool
    sets: frozenset[str] = frozenset()
    provides: frozenset[str] = frozenset()
    """Fields that hold plain data, which functions can be given."""
    reads: frozenset[str] = frozenset()
    """Fields that earlier middleware has to have set."""
    changes: bool = False
    """It may write to body, query or path parameters."""
    tests: tuple[Test, ...] | Condition = ()
    """When it does not run; a condition that only the original can decide."""
    harmless: bool = False
    """Always goes on, and leaves the input as it is: nothing depends on its having run but what it sets."""
    heads: bool = False
    """It sets a header of what comes after it answers."""
    types: bool = False
    """The media type is among them."""
    twin: str = ""
    """The function of the runtime library that takes the place of a package's, whose call `function` is."""


def read_step(workspace: Workspace, middleware: Middleware) -> Step | None:
    """A middleware whose function is in the repository."""
    definition = middleware.definition
    if definition is None:
        return None
    file = workspace.source(definition.file)
    function = file.functions.get(definition.span)
    if function is None or len(parameters(function)) < 2:
        return None
    piece, made = _piece(workspace, middleware, file, function)
    if piece is None:
        return None
    fields = fields_of(file, function)
    everywhere = [(file, field) for field in fields] + list(_fields_of_helpers(workspace, file, function))
    written = [(where, field) for where, field in everywhere if field.assignment is not None]
    sets = frozenset(field.name for _, field in written)
    names = [parameter.pattern.text() for parameter in parameters(function)]
    logs = partial(LogCalls(workspace).logs, file)
    gone = log_listeners(file, function, logs)
    read = [field for field in fields if field.assignment is None and not _is_logged(field, logs)]
    headers = _headers(file, function)
    return Step(
        middleware,
        piece,
        function,
        made,
        sets,
        sets - {field.name for where, field in written if not _is_data(where, field)},
        frozenset(field.name for field in read if not any(span.holds(span_of(field.node)) for span in gone)),
        _changes_input(file, function),
        open_tests(workspace, middleware.conditions),
        passes_through(function.field("body"), names, logs),
        bool(headers),
        any(_is_type(workspace, file, header) for header in headers),
    )


def _fields_of_helpers(
    workspace: Workspace, file: SourceFile, function: SgNode, index: int = 0, depth: int = 0
) -> Iterator[tuple[SourceFile, Field]]:
    """The fields that functions of the repository use which are handed the request."""
    for reference in request_references(file, function, index) if depth < _DEPTH else ():
        outer = wrapped(reference)
        given = outer.parent()
        call = given.parent() if given is not None and given.kind() == "arguments" else None
        target = workspace.callee(file.path, call) if call is not None and call.kind() == "call_expression" else None
        if call is None or not isinstance(target, FunctionRef):
            continue
        number = [span_of(argument) for argument in arguments(call)].index(span_of(outer))
        where = workspace.source(target.file)
        yield from ((where, field) for field in fields_of(where, target.node, number))
        yield from _fields_of_helpers(workspace, where, target.node, number, depth + 1)


def is_plain_setting(field: Field) -> bool:
    """`req.user = user;`, a statement of its own."""
    assignment = field.assignment
    above = assignment.parent() if assignment is not None else None
    plain = assignment is not None and assignment.kind() == "assignment_expression" and not field.local
    return plain and above is not None and above.kind() == "expression_statement"


def _piece(
    workspace: Workspace, middleware: Middleware, file: SourceFile, function: SgNode
) -> tuple[Piece | None, bool]:
    """The piece that is carried over, and whether its call makes the middleware."""
    own = function_piece(file, function)
    if own is not None and own.kind is not PieceKind.INLINE:
        return own, False
    expression = middleware.expression
    if expression.file == file.path and expression.span.holds(span_of(function)):
        return Piece(PieceKey(file.path, span_of(function).start), PieceKind.INLINE, None, function, None), False
    maker = enclosing(function, FUNCTION_KINDS)
    piece = function_piece(file, maker) if maker is not None else None
    return (piece if piece is not None and piece.kind is not PieceKind.INLINE else None), True


def fields_of(file: SourceFile, function: SgNode, index: int = 0) -> list[Field]:
    """All uses of fields that are Express's own neither on the request nor on the response behind it."""
    found = []
    for reference in request_references(file, function, index):
        read = _member_above(reference)
        if read is not None and read[1] not in _EXPRESS:
            found.append(_field(*read))
        taken = taken_apart(reference)
        for element in named(taken[1]) if taken is not None else []:
            key = element_of(element)
            if key is not None and key[0] not in _EXPRESS:
                found.append(Field(element, key[0], taken=True))
    for reference in references_to(file, function, index + 1):
        local = _member_above(reference)
        if local is None or local[1] != "locals":
            continue
        read, taken = _member_above(local[0]), taken_apart(local[0])
        if read is not None:
            found.append(replace(_field(*read), local=True))
        for element in named(taken[1]) if taken is not None else []:
            key = element_of(element)
            found += [Field(element, key[0], taken=True, local=True)] if key is not None else []
    return found


def taken_locals(file: SourceFile, function: SgNode, index: int = 1) -> list[tuple[SgNode, SgNode]]:
    """The declarators and patterns of `const { user } = res.locals`."""
    reads = (_member_above(reference) for reference in references_to(file, function, index))
    found = (taken_apart(read[0]) for read in reads if read is not None and read[1] == "locals")
    return [taken for taken in found if taken is not None]


def is_custom(name: str) -> bool:
    """A field of the request that Express does not have."""
    return name not in _EXPRESS


def taken_apart(reference: SgNode) -> tuple[SgNode, SgNode] | None:
    """The declarator and the pattern of `const { user, body } = req`."""
    above = wrapped(reference).parent()
    pattern = above.field("name") if above is not None and above.kind() == "variable_declarator" else None
    return (
        (above, pattern) if above is not None and pattern is not None and pattern.kind() == "object_pattern" else None
    )


def element_of(element: SgNode) -> tuple[str, str] | None:
    """The key of an element of a pattern and what it becomes: a name, or a pattern of its own."""
    if element.kind() == "shorthand_property_identifier_pattern":
        return element.text(), element.text()
    key, value = element.field("key"), element.field("value")
    name = property_name(key) if key is not None else None
    plain = value is not None and value.kind() in ("identifier", "object_pattern")
    return (name, value.text()) if name is not None and value is not None and plain else None


def request_references(file: SourceFile, function: SgNode, index: int = 0) -> list[SgNode]:
    """All uses of the request, also by another name: `const r = req as AuthRequest`."""
    found, queue = [], references_to(file, function, index)
    while queue:
        reference = queue.pop(0)
        found.append(reference)
        alias = alias_of(reference)
        name = alias.field("name") if alias is not None else None
        binding = file.bindings.resolve(name) if name is not None else None
        if binding is not None and not binding.reassigned:
            queue += binding.references
    return found


def references_to(file: SourceFile, function: SgNode, index: int) -> list[SgNode]:
    """All uses of a parameter by its own name."""
    given = parameters(function)
    if len(given) <= index or given[index].name is None:
        return []
    binding = file.bindings.resolve(given[index].pattern)
    return list(binding.references) if binding is not None else []


def _member_above(node: SgNode) -> tuple[SgNode, str] | None:
    """The member expression on a value, and the name that it reads."""
    outer = wrapped(node)
    above = outer.parent()
    if above is None or above.kind() not in ("member_expression", "subscript_expression"):
        return None
    parts = member(above)
    return (above, parts[1]) if parts is not None and span_of(parts[0]) == span_of(outer) else None


def _field(node: SgNode, name: str) -> Field:
    parent = wrapped(node).parent()
    if parent is None or parent.kind() not in _ASSIGNMENTS:
        return Field(node, name)
    left = parent.field("left")
    return Field(node, name, parent if left is not None and span_of(left).holds(span_of(node)) else None)


def _is_logged(field: Field, logs: Callable[[SgNode], bool]) -> bool:
    """Is a field read for the log alone? There it may be missing."""
    return any(node.kind() == "call_expression" and logs(node) for node in field.node.ancestors())


def _is_data(file: SourceFile, field: Field) -> bool:
    value = field.assignment.field("right") if field.assignment is not None else None
    return value is not None and _holds_data(file, value)


def _holds_data(file: SourceFile, value: SgNode, depth: int = 0) -> bool:
    """No date, instance or function, neither as the value nor within it, as far as the file says."""
    plain = unwrap(value, awaited=True)
    match plain.kind():
        case kind if kind in _NO_DATA:
            return False
        case "identifier" if depth < _DEPTH:
            binding = file.bindings.resolve(plain)
            made = binding.value if binding is not None and not binding.path else None
            return made is None or _holds_data(file, made, depth + 1)
        case "object" | "array" | "spread_element":
            inner = [entry.field("value") or entry for entry in named(plain)]
            return all(_holds_data(file, each, depth) for each in inner)
        case "ternary_expression" | "binary_expression":
            sides = [plain.field(name) for name in ("left", "right", "consequence", "alternative")]
            return all(_holds_data(file, side, depth) for side in sides if side is not None)
        case kind:
            return kind != "method_definition"


def _headers(file: SourceFile, function: SgNode) -> list[SgNode]:
    """The calls that set headers on the way to what comes next."""
    found = []
    for reference in references_to(file, function, 1):
        calls = _calls_on(reference)
        sets = [member(call.field("function") or call) for call in calls]
        answers = any(parts is None or parts[1] not in _HEADS for parts in sets)
        if calls and not answers and not _leaves(calls[-1], function):
            found += calls
    return found


def _calls_on(reference: SgNode) -> list[SgNode]:
    """The calls of `res.set(…).set(…)`, from the inside out."""
    found: list[SgNode] = []
    current = reference
    while (above := _member_above(current)) is not None:
        call = above[0].parent()
        if call is None or call.kind() != "call_expression" or call.field("function") != above[0]:
            break
        found.append(call)
        current = call
    return found


def _leaves(node: SgNode, function: SgNode) -> bool:
    """Does the function end in a block around a node, without going on?"""
    goes_on = {parameter.pattern.text() for parameter in parameters(function)[2:3]}
    for ancestor in node.ancestors():
        if span_of(ancestor) == span_of(function):
            return False
        last = named(ancestor)[-1:] if ancestor.kind() == "statement_block" else []
        ends = (one for one in last if one.kind() in _ENDS and ancestor.parent() != function)
        if any(goes_on.isdisjoint(name.text() for name in find_all(one, "identifier")) for one in ends):
            return True
    return False


def _is_type(workspace: Workspace, file: SourceFile, call: SgNode) -> bool:
    """`res.type("xml");`, `res.set("Content-Type", …);`, `res.set({ "Content-Type": … });`, or what cannot be read."""
    parts, given = member(call.field("function") or call), arguments(call)
    if parts is None or parts[1] in _TYPES:
        return True
    if len(given) != 1 or parts[1] not in _SETS:
        name = string_value(given[0]) if given else None
        return name is None or name.lower() == _CONTENT_TYPE
    table = header_table(workspace, file.path, given[0])
    return table is None or any(name.lower() == _CONTENT_TYPE for name, _ in table)


def _changes_input(file: SourceFile, function: SgNode) -> bool:
    """May body, query or path parameters be others afterwards? Only reads of single fields tell that they are not."""
    for reference in request_references(file, function):
        read, taken = _member_above(reference), taken_apart(reference)
        if read is not None and read[1] in INPUT and not _only_reads(read[0]):
            return True
        elements = [element_of(element) for element in named(taken[1])] if taken is not None else []
        if any(each is not None and each[0] in INPUT and "{" not in each[1] for each in elements):
            return True
    return False


def parameter_reads(file: SourceFile, function: SgNode) -> frozenset[str] | None:
    """The path parameters that a function with a request reads; None where it may read any."""
    found: set[str] = set()
    for reference in request_references(file, function):
        read = _member_above(reference)
        if read is None:
            return None
        if read[1] != "params":
            continue
        inner, above = _member_above(read[0]), wrapped(read[0]).parent()
        pattern = above.field("name") if above is not None and above.kind() == "variable_declarator" else None
        if inner is not None:
            found.add(inner[1])
            continue
        elements = [element_of(element) for element in named(pattern)] if pattern is not None else [None]
        if not all(elements):
            return None
        found |= {element[0] for element in elements if element is not None}
    return frozenset(found)


def _only_reads(part: SgNode) -> bool:
    """`req.body.name`, `const { name } = req.body`."""
    top, depth = part, 0
    while (above := _member_above(top)) is not None:
        top, depth = above[0], depth + 1
    parent = wrapped(top).parent()
    if parent is None or parent.kind() in (*WRITES, "call_expression"):
        return False
    if parent.kind() == "unary_expression" and parent.text().startswith("delete"):
        return False
    pattern = parent.field("name") if parent.kind() == "variable_declarator" else None
    return depth > 0 or (pattern is not None and pattern.kind() == "object_pattern")
