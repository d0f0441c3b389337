"""Functions that turn asynchronous: they are marked so, and whoever calls them waits."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.pieces import PieceKind, overloads
from codemods.planner.stored.values import node_covering
from codemods.source import FUNCTION_KINDS, Edit, Span, named, span_of
from codemods.source.tree import is_async, is_generator, operator_of
from codemods.writers.splice import Splice

_PARAMETERS = "formal_parameters"
_OPERANDS = {"member_expression": "object", "subscript_expression": "object", "call_expression": "function"}


class Waiting:
    """Makes one piece wait for calls for which its source did not."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def wait(self, call: Span) -> None:
        """`f(x)` → `await f(x)`."""
        node = node_covering(self._splice.file, call)
        parent = node.parent() if node is not None else None
        if node is None or parent is None or parent.kind() == "await_expression":
            return
        around = next((above for above in node.ancestors() if above.kind() in (*FUNCTION_KINDS, _PARAMETERS)), None)
        is_own = around is not None and span_of(around) == span_of(self._splice.piece.node)
        waits = around is not None and (is_async(around) or span_of(around) in self._splice.facts.asynchronous)
        if not is_own and not waits:
            text = f"`{self._splice.file.slice(call).split(chr(10))[0]}` now has to be awaited, where nothing can wait"
            self._splice.problem("CX209", text, call)
            return
        field = _OPERANDS.get(parent.kind())
        operand = parent.field(field) if field is not None else None
        binds = parent.kind() in ("non_null_expression", "update_expression") or "**" in operator_of(parent)
        if binds or (operand is not None and span_of(operand) == call):
            self._splice.edits.append(Edit.wrap(call, "(await ", ")"))
        else:
            self._splice.edits.append(Edit.wrap(call, "await ", ""))

    def turn(self) -> None:
        """Mark the function `async`, and its written result as a promise; handlers are written anew anyway."""
        piece, closure = self._splice.piece, self._splice.context.closure
        if self._splice.route is not None or not closure.turns_async(piece.key) or piece.key in closure.rewritten:
            return
        if piece.kind is PieceKind.INLINE or _cannot_turn(piece.node) or _is_typed(piece.node) or overloads(piece):
            self._splice.problem("CX209", "now has to wait, which its kind of function cannot", span_of(piece.node))
            return
        written = piece.node.field("return_type")
        inner = named(written)[0] if written is not None and named(written) else None
        if inner is not None:
            self._splice.edits.append(Edit.wrap(span_of(inner), "Promise<", ">"))
        if piece.node.kind() == "function_declaration":
            start = span_of(piece.node).start
            self._splice.edits.append(Edit.replace(Span(start, start + len("function")), "async function"))
        elif piece.node.kind() != "method_definition":
            self._splice.edits.append(Edit.insert(span_of(piece.node).start, "async "))


def _is_typed(function: SgNode) -> bool:
    """`const f: Signer = …`, `function isIt(x): x is Y`: types that say what the function gives at once."""
    written, holder = function.field("return_type"), function.parent()
    typed = holder.field("type") if holder is not None and holder.kind() == "variable_declarator" else None
    return typed is not None or (written is not None and written.kind() != "type_annotation")


def _cannot_turn(function: SgNode) -> bool:
    """Generators, getters, setters and constructors."""
    name = function.field("name")
    marks = {child.kind() for child in function.children()}
    return (
        is_generator(function)
        or bool(marks & {"get", "set"})
        or (function.kind() == "method_definition" and name is not None and name.text() == "constructor")
    )
