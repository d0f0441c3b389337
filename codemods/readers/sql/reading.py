"""The state of reading one statement: its parameters, the tables in sight, and what was not understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from codemods.ir.sql import Apply, Column, Constant, Dialect, Expr, Given, Kind
from codemods.ir.table import Field, Schema, Table
from codemods.readers.sql.tables import folded
from codemods.source.span import Span


class UnreadError(Exception):
    """Raised where a construct is not understood; the text names it."""


Parameters = Mapping[str, Span]
"""The values that a statement is given: by number from "1" on, or by name."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A source that a statement sees under a name."""

    name: str
    table: Table


@dataclass(slots=True)
class Scope:
    """What one SELECT sees: its own sources, the columns that it shows, and what is around it."""

    schema: Schema
    dialect: Dialect
    parameters: Parameters
    sights: list[Sight] = field(default_factory=list)
    shown: dict[str, Expr] = field(default_factory=dict)
    outer: Scope | None = None
    text: str = ""
    """The statement as it is written."""

    @property
    def large(self) -> Kind:
        """What the driver gives for large integers."""
        return Kind.INT if self.schema.large_numbers else Kind.INT8

    def within(self) -> Scope:
        """The scope of a statement inside."""
        return Scope(self.schema, self.dialect, self.parameters, outer=self, text=self.text)

    def table(self, name: str) -> Table:
        """The table of a name, whose case matters to no one."""
        table = self.schema.table(name) or next(
            (each for each in self.schema.tables if each.name.lower() == name.lower() and not each.document), None
        )
        if table is None or not any(column.sql is not None for column in table.fields):
            raise UnreadError(f"no definition of the table {name} was found")
        return table

    def sight(self, name: str) -> Sight:
        """The source of a name, here or around."""
        scope: Scope | None = self
        while scope is not None:
            found = next((each for each in scope.sights if each.name.lower() == name.lower()), None)
            if found is not None:
                return found
            scope = scope.outer
        raise UnreadError(f"no table is called {name}")

    def column(self, node: exp.Column) -> Expr:
        """A column, by itself or behind the name of its source."""
        if node.table:
            sight = self.sight(node.table)
            return self.of(sight, node.name)
        scope: Scope | None = self
        while scope is not None:
            found = [each for each in scope.sights if column_named(each.table, node.name) is not None]
            if len(found) > 1:
                raise UnreadError(f"`{node.name}` is a column of several tables")
            if found:
                return self.of(found[0], node.name)
            if node.name in scope.shown:
                return scope.shown[node.name]
            scope = scope.outer
        names = ", ".join(each.table.name for each in self.sights)
        raise UnreadError(f"no column `{node.name}` in {names}")

    def of(self, sight: Sight, name: str) -> Column:
        """A column of a source."""
        column = column_named(sight.table, name)
        if column is None:
            raise UnreadError(f"no column `{name}` in {sight.table.name}")
        if column.sql is not None and column.sql.kind is Kind.UNKNOWN:
            raise UnreadError(f"column `{name}` of {sight.table.name}, which has no counterpart")
        return Column(sight.name, column.name, self.kind(sight.table, column))

    def kind(self, table: Table, column: Field) -> Kind:
        """The kind of a column: keys of rows are ids."""
        if column.name == table.id_field or self.schema.id_target(column) is not None:
            return Kind.ID
        return column.sql.kind if column.sql is not None else Kind.UNKNOWN

    def given(self, node: exp.Expr) -> Given:
        """A parameter."""
        inner = node.this
        name = inner.name if isinstance(inner, exp.Expr) else str(inner or "")
        if name not in self.parameters:
            raise UnreadError(f"no value is given for the parameter {name}")
        return Given(self.parameters[name], Kind.UNKNOWN)


def column_named(table: Table, name: str) -> Field | None:
    """The column of a name, whose case matters to no one."""
    return table.field(name) or next((each for each in table.fields if each.name.lower() == name.lower()), None)


def shown_name(node: exp.Identifier | str) -> str:
    """The name of a column of the result, as the driver gives it."""
    return folded(node) if isinstance(node, str) else str(node.this)


NUMBERS = frozenset({Kind.INT, Kind.INT8, Kind.FLOAT, Kind.NUMERIC})
MOMENTS = frozenset({Kind.TIME, Kind.DATE})
TEXTS = frozenset({Kind.TEXT, Kind.UUID, Kind.CLOCK})
_FAMILIES = (NUMBERS, MOMENTS, TEXTS)


def common_kind(kinds: list[Kind]) -> Kind:
    """The kind in which values of several kinds meet."""
    known = [kind for kind in dict.fromkeys(kinds) if kind is not Kind.UNKNOWN]
    if not known:
        return Kind.UNKNOWN
    if len(known) == 1:
        return known[0]
    for family in _FAMILIES:
        if set(known) <= family:
            for widest in (Kind.FLOAT, Kind.NUMERIC, Kind.INT8, Kind.INT, Kind.TIME, Kind.DATE):
                if widest in known:
                    return widest
            return Kind.TEXT
    raise UnreadError(f"values of the kinds {' and '.join(sorted(known))} meet")


def as_kind(value: Expr, kind: Kind) -> Expr:
    """A value where one of a kind is wanted: parameters and constants are read as that."""
    if kind is Kind.UNKNOWN or value.kind is kind if not isinstance(value, Given) else kind is Kind.UNKNOWN:
        return value
    if isinstance(value, Given):
        return value if value.kind is not Kind.UNKNOWN else replace(value, kind=kind)
    if isinstance(value, Constant):
        return _constant(value, kind)
    if value.kind is Kind.NUMERIC and kind is Kind.FLOAT:
        return Apply("to_float", (value,), kind)
    return value


def _constant(value: Constant, kind: Kind) -> Constant:
    if value.text == "null":
        return Constant("null", kind)
    is_text = value.text.startswith('"')
    if kind is Kind.ID:
        raise UnreadError(f"an id is written as {value.text}")
    if kind is Kind.NUMERIC and not is_text:
        return Constant(json.dumps(value.text), kind)
    if kind in MOMENTS and is_text:
        return Constant(value.text, kind)
    if kind is Kind.BOOLEAN and is_text:
        word = json.loads(value.text).lower()
        known = {"t": "true", "true": "true", "f": "false", "false": "false"}.get(word)
        if known is None:
            raise UnreadError(f"{value.text} as a boolean")
        return Constant(known, kind)
    if kind in TEXTS | {Kind.TEXT} and not is_text:
        raise UnreadError(f"the number {value.text} as a text")
    if kind is Kind.FLOAT and value.kind is Kind.NUMERIC:
        return Constant(json.loads(value.text), kind)
    if kind in (Kind.INT, Kind.INT8, Kind.FLOAT) and is_text:
        raise UnreadError(f"the text {value.text} as a number")
    return Constant(value.text, kind)
