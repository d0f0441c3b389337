"""Decimal numbers: objects with methods in Prisma, texts in the migrated code, as they are in JSON."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.table import FieldType
from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.source import Span, arguments, find_all, member, span_of, unwrap

_METHODS = frozenset(
    "abs absoluteValue add ceil clampedTo cmp comparedTo decimalPlaces div dividedBy dp eq equals floor greaterThan "
    "greaterThanOrEqualTo gt gte isInteger isNaN isNegative isPositive isZero lessThan lessThanOrEqualTo lt lte minus "
    "mod modulo mul neg negated plus pow round sqrt sub times toDP toDecimalPlaces toFixed toNumber toPrecision "
    "toSD toSignificantDigits trunc truncated".split()
)


class Decimals:
    """Reads what one piece asks of columns that hold decimal numbers: all but plain numbers is refused."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        fields = (field for table in scan.schema.tables for field in table.fields)
        self._columns = {field.name for field in fields if field.type is FieldType.DECIMAL}

    def read(self) -> None:
        for call in find_all(self._scan.node, "call_expression") if self._columns else ():
            callee = call.field("function")
            parts = member(callee) if callee is not None else None
            if callee is None or parts is None or parts[1] not in _METHODS or not self._is_column(parts[0]):
                continue
            if parts[1] == "toNumber" and not arguments(call) and "?." not in callee.text():
                self._number(call, parts[0])
            else:
                self._scan.problem(call, "CX301", f"calls `{parts[1]}` of a decimal number")

    def _is_column(self, receiver: SgNode) -> bool:
        node = unwrap(receiver)
        parts = member(node)
        return (parts[1] if parts is not None else node.text()) in self._columns

    def _number(self, call: SgNode, receiver: SgNode) -> None:
        """`order.total.toNumber()` → `Number(order.total)`"""
        start, end = span_of(receiver).start, span_of(receiver).end
        self._scan.facts.replaced.append(Replaced(Span(start, start), "Number("))
        self._scan.facts.replaced.append(Replaced(Span(end, span_of(call).end), ")"))
