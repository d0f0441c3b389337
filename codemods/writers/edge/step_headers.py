"""Response headers that middleware sets for whoever answers: `res.set("X-A", v)` → `c.header("X-A", v)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.answering.replies import ResponsePlan
from codemods.planner.answering.responses import sets_heads
from codemods.planner.passing.header_tables import header_table
from codemods.readers.express.passing import SETTERS
from codemods.source import (
    Edit,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    member_path,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.edit import Parts
from codemods.source.tree import STRING_KINDS
from codemods.workspace import Workspace
from codemods.writers.edge.ported import Ported, references, whole_line

_SETTERS = SETTERS | {"append"}
_NEVER_SENT = frozenset({"x-powered-by", "server", "etag"})
"""Headers that only Express sends: there is nothing to remove."""
_WRITTEN = frozenset("toString toFixed join trim toISOString toLowerCase toUpperCase toUTCString".split())
"""Methods that give text."""
_TEXT_FACTS = frozenset({"hostname", "method", "originalUrl", "path", "protocol", "url"})
"""Properties of the request that always are text."""
_MAKES_TEXT = frozenset({"randomUUID", "uuid", "uuidv4", "nanoid", "v4", "String"})


def header_edits(
    workspace: Workspace, ported: Ported, function: SgNode, plan: ResponsePlan, context: str
) -> list[Span]:
    """Write all statements of middleware that only set headers and cookies; returns what they were."""
    writer = _HeaderWriter(workspace, ported.file, function, context)
    presets = [reply.preset for reply in plan.replies if reply.preset is not None]
    found = []
    for reference in references(ported.file, function, 1):
        calls = _chain(reference)
        statement = calls[-1].parent() if calls else None
        written = [writer.call(call) for call in calls]
        if any(preset.holds(span_of(reference)) for preset in presets):
            continue
        if statement is None or any(each is None for each in written):
            found += set_edits(workspace, ported, function, reference, context, 0)
        elif statement.kind() == "expression_statement":
            found.append(span_of(statement))
            ported.edits.append(_edit(ported.file, statement, [line for each in written if each for line in each]))
    return found


def set_edits(
    workspace: Workspace, ported: Ported, function: SgNode, reference: SgNode, context: str, request: int
) -> list[Span]:
    """`res.cookie("seen", "1");` → `setOn(c, (res) => res.cookie("seen", "1"));`; returns what it was.

    Functions that set headers and cookies for others are called like that too, unless the request, the parameter at
    `request`, is handed to them as well.
    """
    setting = sets_heads(workspace, ported.file, reference)
    statement = setting[0].parent() if setting is not None else None
    if setting is None or statement is None or statement.kind() != "expression_statement":
        return []
    call, delegate = setting
    if delegate is not None:
        given = {span_of(argument) for argument in arguments(call)}
        if any(span_of(each) in given for each in references(ported.file, function, request)):
            return []
        ported.delegates.append(delegate)
    opening = f"{ported.use('setOn')}({context}, ({reference.text()}) => "
    ported.edits.append(Edit.wrap(span_of(call), opening, ")"))
    return [span_of(statement)]


def _chain(reference: SgNode) -> list[SgNode]:
    """The calls of `res.set(…).set(…)`, from the inside out."""
    calls: list[SgNode] = []
    current = reference
    while True:
        above = current.parent()
        parts = member(above) if above is not None and above.kind() == "member_expression" else None
        call = above.parent() if above is not None and parts is not None else None
        if call is None or call.kind() != "call_expression" or call.field("function") != above:
            return calls
        calls.append(call)
        current = call


@dataclass(frozen=True, slots=True)
class _HeaderWriter:
    """Writes the headers of one function."""

    workspace: Workspace
    file: SourceFile
    function: SgNode
    context: str

    @property
    def request(self) -> str | None:
        """What the function calls the request."""
        return parameters(self.function)[0].name

    def call(self, call: SgNode) -> list[Parts] | None:
        """The statements for one call; None for what is no plain header."""
        callee = member(call.field("function") or call)
        given = arguments(call)
        if callee is None:
            return None
        if callee[1] in _SETTERS and len(given) == 2:
            return [self._header((span_of(given[0]),), given[1], callee[1] == "append")]
        if callee[1] in _SETTERS and len(given) == 1:
            return self._headers(given[0])
        if callee[1] == "removeHeader" and len(given) == 1:
            name = string_value(given[0])
            if name is not None and name.lower() in _NEVER_SENT:
                return []
            return [(f"{self.context}.header(", span_of(given[0]), ");")]
        if callee[1] == "vary" and len(given) == 1 and given[0].kind() == "string":
            return [(f'{self.context}.header("Vary", ', span_of(given[0]), ", { append: true });")]
        return None

    def _headers(self, table: SgNode) -> list[Parts] | None:
        """A statement for each header that is written out, and a loop over those that are named."""
        known = header_table(self.workspace, self.file.path, table)
        if known is None:
            return None
        literal = unwrap(table)
        if literal.kind() != "object":
            return [self._loop(table, [value for _, value in known])]
        found = []
        for entry in named(literal):
            key, value = entry.field("key"), entry.field("value")
            if entry.kind() == "spread_element":
                spread = header_table(self.workspace, self.file.path, named(entry)[0]) or ()
                found.append(self._loop(named(entry)[0], [each for _, each in spread]))
            elif key is None or value is None:
                found.append(self._header((f'"{entry.text()}"',), entry, False))
            else:
                name: Parts = (span_of(key),) if key.kind() == "string" else (f'"{key.text()}"',)
                found.append(self._header(name, value, False))
        return found

    def _loop(self, table: SgNode, values: Sequence[SgNode]) -> Parts:
        """`for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);`"""
        taken = {node.text() for node in find_all(self.function, "identifier")}
        name, value = ("header", "text") if taken & {"name", "value"} else ("name", "value")
        text = value if all(unwrap(each).kind() in STRING_KINDS for each in values) else f"String({value})"
        opening = f"for (const [{name}, {value}] of Object.entries("
        return (opening, span_of(table), f")) {self.context}.header({name}, {text});")

    def _header(self, name: Parts, value: SgNode, append: bool) -> Parts:
        text: Parts = (span_of(value),) if self._is_text(value) else ("String(", span_of(value), ")")
        plain = unwrap(value)
        if plain.kind() in ("number", "true", "false"):
            text = (f'"{plain.text()}"',)
        return (f"{self.context}.header(", *name, ", ", *text, ", { append: true });" if append else ");")

    def _is_text(self, value: SgNode, depth: int = 0) -> bool:
        """Does the expression give a string, as far as its words tell?"""
        if value.kind() in STRING_KINDS:
            return True
        if value.kind() == "as_expression":
            return named(value)[-1].text() == "string"
        if value.kind() in ("parenthesized_expression", "await_expression") and named(value):
            return self._is_text(named(value)[0], depth)
        plain = unwrap(value)
        if plain.kind() == "member_expression" and self.request is not None:
            base, path = member_path(plain)
            return base.text() == self.request and len(path) == 1 and path[0] in _TEXT_FACTS
        match plain.kind():
            case kind if kind in STRING_KINDS:
                return True
            case "binary_expression":
                sides = [side for name in ("left", "right") if (side := plain.field(name)) is not None]
                return len(sides) == 2 and all(self._is_text(side, depth) for side in sides)
            case "ternary_expression":
                sides = [side for name in ("consequence", "alternative") if (side := plain.field(name)) is not None]
                return len(sides) == 2 and all(self._is_text(side, depth) for side in sides)
            case "call_expression":
                callee = plain.field("function")
                parts = member(callee) if callee is not None else None
                name = parts[1] if parts is not None else callee.text() if callee is not None else ""
                return name in _WRITTEN | _MAKES_TEXT
            case "identifier" if depth < 3:
                binding = self.file.bindings.resolve(plain)
                if binding is None or binding.reassigned:
                    return False
                annotation = binding.type_annotation
                if annotation is not None:
                    return annotation.text().strip(": ") == "string"
                return binding.value is not None and not binding.path and self._is_text(binding.value, depth + 1)
            case _:
                return False


def _edit(file: SourceFile, statement: SgNode, lines: list[Parts]) -> Edit:
    span = span_of(statement)
    if not lines:
        return Edit.delete(whole_line(file, span))
    parent = statement.parent()
    listed = parent is not None and parent.kind() in ("statement_block", "switch_case", "switch_default")
    indent = file.indent_at(span.start)
    is_block = not listed and len(lines) > 1
    gap = f"\n{indent}  " if is_block else f"\n{indent}"
    parts = [part for index, line in enumerate(lines) for part in ((gap, *line) if index else line)]
    if is_block:
        parts = [f"{{{gap}", *parts, f"\n{indent}}}"]
    return Edit(span, tuple(parts))
