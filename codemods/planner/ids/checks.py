"""Code that asks or computes something of ids that only numbers can answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from ast_grep_py import SgNode

from codemods.planner.closure import Closure
from codemods.planner.ids.casts import cast_operand
from codemods.planner.ids.edits import IdEdits
from codemods.planner.pieces import PieceKey, context_name
from codemods.source import Binding, Edit, SourceFile, find_all, member, span_of, unwrap
from codemods.source.tree import STRING_KINDS, operator_of

CHECKS: dict[str, str] = {
    "isNaN": "===",
    "Number.isNaN": "===",
    "isFinite": "!==",
    "Number.isFinite": "!==",
    "Number.isInteger": "!==",
    "Number.isSafeInteger": "!==",
}
"""Questions whether something is a number, and how the id that the text stands for compares with null instead."""

EQUALITIES = frozenset({"===", "!==", "==", "!="})
_ARITHMETIC = frozenset(
    {"<", ">", "<=", ">=", "+", "-", "*", "/", "%", "**", "+=", "-=", "*=", "&", "|", "^", "<<", ">>"}
)


class IdChecks:
    """Turns checks of ids into what they are of Convex ids, and refuses what has no such form."""

    def __init__(
        self, closure: Closure, found: IdEdits, names: frozenset[str], table_name: Callable[[str], str]
    ) -> None:
        """`names` are fields that hold numeric ids; `table_name` gives the Convex name of a source table."""
        self._closure, self._found = closure, found
        self._names, self._table_name = names, table_name
        self._texts: dict[PieceKey, dict[str, str]] = defaultdict(dict)

    def variable(self, key: PieceKey, file: SourceFile, binding: Binding, table: str) -> None:
        """What is done with a variable that holds an id."""
        for reference in binding.references:
            self._use(key, file, reference, table)

    def part(self, key: PieceKey, node: SgNode, table: str) -> None:
        """Note a part of a request or row that is an id: `req.params.id`."""
        self._texts[key][node.text()] = table

    def members(self, key: PieceKey, file: SourceFile) -> None:
        """What a piece does with fields that are ids, and with parts that turned out to be."""
        texts = self._texts[key]
        for node in find_all(self._closure.piece(key).node, "member_expression", "subscript_expression"):
            text, parts = node.text(), member(node)
            if text in texts:
                self._use(key, file, node, texts[text])
                self._leftover(key, file, node, texts[text])
            elif parts is not None and parts[1] in self._names and _is_number_use(_outermost(node)):
                self._refuse(key, file, node)

    def _use(self, key: PieceKey, file: SourceFile, node: SgNode, table: str) -> None:
        call, check = _check_of(node)
        if call is not None:
            self._check(key, file, node, call, check, table)
        elif _is_number_use(_outermost(node)):
            self._refuse(key, file, node)

    def _leftover(self, key: PieceKey, file: SourceFile, node: SgNode, table: str) -> None:
        """`isNaN(Number(req.params.id))`: a conversion of what is an id elsewhere."""
        cast = next(
            (a for a in node.ancestors() if (o := cast_operand(a)) is not None and o.text() == node.text()), None
        )
        if cast is None or self._found.is_edited(file.path, span_of(cast)):
            return
        call, check = _check_of(cast)
        if call is not None:
            self._check(key, file, node, call, check, table)
        else:
            self._refuse(key, file, node)

    def _check(self, key: PieceKey, file: SourceFile, node: SgNode, call: SgNode, check: str, table: str) -> None:
        """`isNaN(id)` asks whether the text is no id at all: `ctx.db.normalizeId("users", id) === null`."""
        if not self._closure.needs_context(key) or key in self._closure.actions:
            self._found.refuse(key, "CX301", f"the id `{node.text()}` is checked as a number", file, node)
            return
        context = context_name(file, self._closure.piece(key).node)
        before, after = f'{context}.db.normalizeId("{self._table_name(table)}", ', f") {CHECKS[check]} null"
        parent = call.parent()
        bare = parent is not None and parent.kind() == "parenthesized_expression"
        parts = (before, span_of(node), after) if bare else (f"({before}", span_of(node), f"{after})")
        self._found.add(file.path, Edit(span_of(call), parts))

    def _refuse(self, key: PieceKey, file: SourceFile, node: SgNode) -> None:
        self._found.refuse(key, "CX301", f"the id `{node.text()}` is used as a number", file, node)


def _check_of(node: SgNode) -> tuple[SgNode | None, str]:
    """The call that asks whether an expression is a number."""
    parent = node.parent()
    call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
    callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
    text = callee.text() if callee is not None else ""
    return (call, text) if text in CHECKS else (None, "")


def _outermost(node: SgNode) -> SgNode:
    """The expression that has the value of an id: through parentheses, casts, `?? 0`, and `typeof`."""
    for ancestor in node.ancestors():
        falls_back = ancestor.kind() == "binary_expression" and operator_of(ancestor) in ("??", "||")
        if not falls_back and unwrap(ancestor) != unwrap(node):
            break
        node = ancestor
    return node


def _is_number_use(node: SgNode) -> bool:
    """Compared with a number, counted with, or asked whether its type is one."""
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() == "unary_expression":
        return parent.text().startswith("-") or (parent.text().startswith("typeof") and _asks_for_number(parent))
    if parent.kind() == "update_expression":
        return True
    if parent.kind() not in ("binary_expression", "augmented_assignment_expression"):
        return False
    operator = parent.field("operator")
    others = [side for side in _sides(parent) if span_of(side) != span_of(node)]
    if operator is None or cast_operand(parent) is not None:
        return False
    if operator.text() in EQUALITIES:
        return any(side.kind() == "number" for side in others)
    if operator.text() == "+" and any(_is_text(side) for side in others):
        return False
    return operator.text() in _ARITHMETIC


def _asks_for_number(asked: SgNode) -> bool:
    parent = asked.parent()
    return parent is not None and any(side.text().strip("\"'`") in ("number", "bigint") for side in _sides(parent))


def _sides(node: SgNode) -> Iterator[SgNode]:
    return (unwrap(side) for name in ("left", "right") if (side := node.field(name)) is not None)


def _is_text(node: SgNode) -> bool:
    """A text, or a sum with one."""
    return node.kind() in STRING_KINDS or (
        node.kind() == "binary_expression" and any(_is_text(s) for s in _sides(node))
    )
