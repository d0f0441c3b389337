"""What the names within one call mean: its tables, their columns, and Drizzle's operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.query import Column
from codemods.ir.table import Field, Table
from codemods.readers.assembled.reading import Reading
from codemods.readers.drizzle.references import References
from codemods.readers.drizzle.source import Fragment, exported, fragment_of
from codemods.source.bindings import BindingKind
from codemods.source.tree import FUNCTION_KINDS, member, parameters, unwrap

OPERATORS = frozenset(
    "and or not eq ne gt gte lt lte isNull isNotNull inArray notInArray like ilike notLike notIlike between "
    "notBetween exists notExists arrayContains arrayContained arrayOverlaps asc desc count countDistinct sum "
    "sumDistinct avg avgDistinct min max".split()
)
"""What makes conditions, keys of orders and values of groups."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`sources` are the tables of a call by the names under which they are joined; the call's own is "".

    `parameters` are those of a callback that stand for the columns of the own table.
    """

    reading: Reading
    references: References
    sources: Mapping[str, Table]
    parameters: frozenset[str] = field(default_factory=frozenset)

    @property
    def own(self) -> Table:
        """The table that the call is about."""
        return self.sources[""]

    def operator(self, call: SgNode) -> str | None:
        """Which operator a call runs, imported or given to a callback."""
        inner = unwrap(call)
        if inner.kind() != "call_expression" or self.reading.workspace is None:
            return None
        name = exported(self.reading.workspace, self.reading.file, inner)
        name = name if name is not None else self._given(inner)
        return name if name in OPERATORS else None

    def fragment(self, node: SgNode) -> Fragment | None:
        """The fragment of SQL that an expression is."""
        workspace = self.reading.workspace
        return fragment_of(workspace, self.reading.file, node) if workspace is not None else None

    def is_built(self, node: SgNode) -> bool:
        """Is it something that Drizzle makes of SQL, and not a value?"""
        return self.operator(node) is not None or self.fragment(node) is not None

    def _given(self, call: SgNode) -> str | None:
        """`eq` of `(user, { eq }) => eq(…)`, and of `(user, ops) => ops.eq(…)`."""
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        name = parts[0] if parts is not None else callee
        binding = self.reading.file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
        if name is None or binding is None or binding.kind is not BindingKind.PARAMETER:
            return None
        return parts[1] if parts is not None else name.text()

    def column(self, node: SgNode) -> Column | None:
        """The column that an expression names, of one of the tables of the call."""
        inner = unwrap(node)
        parts = member(inner)
        if parts is not None and parts[0].kind() == "identifier" and parts[0].text() in self.parameters:
            return Column(parts[1]) if self.own.field(parts[1]) is not None else None
        found = self.references.column(self.reading.file, inner)
        source = self.source(found[0]) if found is not None else None
        if found is None or source is None or self.sources[source].field(found[1]) is None:
            return None
        return Column(found[1], source)

    def source(self, table: str) -> str | None:
        """The name under which a table is joined."""
        return next((name for name, each in self.sources.items() if each.name == table), None)

    def field(self, column: Column) -> Field:
        """The field of a column."""
        found = self.sources[column.source].field(column.field)
        assert found is not None
        return found

    def within(self, callback: SgNode) -> Scope:
        """The scope of a callback that is given the columns of the own table."""
        given = parameters(callback)
        name = given[0].name if given else None
        return replace(self, parameters=frozenset({name} if name is not None else ()))


def returned(node: SgNode) -> tuple[SgNode, SgNode | None]:
    """What a callback returns, and the callback; the expression itself where it is none."""
    inner = unwrap(node)
    if inner.kind() not in FUNCTION_KINDS:
        return inner, None
    body = inner.field("body")
    return (unwrap(body), inner) if body is not None and body.kind() != "statement_block" else (inner, inner)
