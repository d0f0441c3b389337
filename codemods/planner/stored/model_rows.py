"""What code does with instances of models: they are plain rows now."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.ir.table import Table
from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.source import SourceFile, Span, arguments, find_all, member, named, span_of, unwrap

RowOf = Callable[[SourceFile, SgNode], Table | None]
"""The table of the row that an expression is, where it is one."""

_COPIES = frozenset({"toJSON()", "get({plain:true})"})
_OWN = frozenset("get set setDataValue getDataValue changed previous reload validate".split())


class ModelRows:
    """Reads what one piece does with instances."""

    def __init__(self, scan: Scan, row_of: RowOf) -> None:
        self._scan, self._row_of = scan, row_of

    def read(self) -> None:
        """Rewrites what plain rows have no word for; what would mean something else is an obstacle."""
        if not any(table.casts for table in self._scan.schema.tables):
            return
        for call in find_all(self._scan.node, "call_expression"):
            self._method(call)
        for node in find_all(self._scan.node, "member_expression"):
            self._values(node)
        for node in find_all(self._scan.node, "assignment_expression"):
            self._assignment(node)
        for node in find_all(self._scan.node, "unary_expression"):
            self._delete(node)
        for node in find_all(self._scan.node, "spread_element"):
            inner = unwrap(named(node)[0])
            if inner.kind() == "identifier" and self._table(inner) is not None:
                self._refuse(node, f"spreads the instance `{inner.text()}`")

    def _method(self, call: SgNode) -> None:
        """`user.toJSON()` and `user.get({ plain: true })` are copies of the row."""
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        if parts is None or self._scan.is_erased(call) or self._scan.starts_query(call):
            return
        receiver, name = unwrap(parts[0]), parts[1]
        given = "".join("".join(each.text().split()) for each in arguments(call))
        is_row = self._table(receiver) is not None
        if f"{name}({given})" in _COPIES or (name == "get" and not given and is_row):
            self._copied(call, parts[0])
        elif name in _OWN and is_row:
            self._refuse(call, f"calls `{name}` of the instance `{receiver.text()}`")

    def _copied(self, call: SgNode, receiver: SgNode) -> None:
        whole, first = span_of(call), span_of(receiver)
        self._scan.facts.replaced.append(Replaced(Span(whole.start, whole.start), "plain", "call"))
        self._scan.facts.replaced.append(Replaced(Span(first.end, whole.end), ")"))

    def _values(self, node: SgNode) -> None:
        """`user.dataValues` → `user`."""
        parts = member(node)
        if parts is not None and parts[1] == "dataValues" and not self._scan.is_erased(node):
            self._scan.facts.replaced.append(Replaced(Span(span_of(parts[0]).end, span_of(node).end), ""))

    def _assignment(self, node: SgNode) -> None:
        """`user.token = token`: what is no column is not shown, and would be now."""
        left = node.field("left")
        parts = member(left) if left is not None else None
        table = self._table(unwrap(parts[0])) if parts is not None else None
        if parts is not None and table is not None and table.field(parts[1]) is None:
            self._refuse(node, f"sets `{parts[1]}` of the instance `{unwrap(parts[0]).text()}`, which is no column")

    def _delete(self, node: SgNode) -> None:
        argument = node.field("argument")
        parts = member(argument) if argument is not None and node.text().startswith("delete") else None
        if parts is not None and self._table(unwrap(parts[0])) is not None:
            self._refuse(node, f"deletes `{parts[1]}` of the instance `{unwrap(parts[0]).text()}`, which stays there")

    def _table(self, node: SgNode) -> Table | None:
        return self._row_of(self._scan.file, node) if node.kind() == "identifier" else None

    def _refuse(self, node: SgNode, text: str) -> None:
        self._scan.problem(node, "CX301", text)
