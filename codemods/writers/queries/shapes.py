"""What is shown of rows: objects of columns and of whole rows of several sources, and values over groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from codemods.ir.query import Column, Computed, Function, Shape, Shown, Whole
from codemods.ir.table import Field, FieldType, Table
from codemods.source.tree import property_text
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, record
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.views import column_value
from codemods.writers.stored.fields import column_of

_NUMBERS = (FieldType.INT, FieldType.FLOAT)
_OVER = {Function.SUM: "sumOf", Function.AVG: "averageOf", Function.MIN: "minOf", Function.MAX: "maxOf"}


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a read, under its name, and how its document is reached; `optional` where there may be none."""

    name: str
    table: Table
    path: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables of a read, the query's own first."""

    known: tuple[Source, ...]

    def of(self, name: str) -> Source:
        """The source of that name."""
        return next(source for source in self.known if source.name == name)

    @property
    def pattern(self) -> str:
        """The parameter that takes a row apart."""
        pattern = self.known[0].path
        for source in self.known[1:]:
            pattern = f"[{pattern}, {source.path}]"
        return pattern

    def first_of(self, group: str) -> Sources:
        """The sources as the first row of a group has them."""
        rest = len(self.known) - 1
        paths = [f"{group}[0]" + "[0]" * rest, *(f"{group}[0]{'[0]' * (rest - n)}[1]" for n in range(1, rest + 1))]
        return Sources(tuple(replace(each, path=path) for each, path in zip(self.known, paths, strict=True)))


def value_of(draft: Draft, source: Source, column: Column) -> str:
    """The value of a column as it is stored; null where there is no row."""
    name = draft.names.field(source.table, column.field)
    return f"{source.path}?.{name} ?? null" if source.optional else f"{source.path}.{name}"


def key_of(draft: Draft, source: Source, column: Column) -> Doc:
    """What rows sort by."""
    field = source.table.field(column.field)
    if column.field == source.table.id_field:
        return f"{source.path}?._creationTime ?? null" if source.optional else f"{source.path}._creationTime"
    if field is not None and field.type is FieldType.DECIMAL:
        value = f"{source.path}.{draft.names.field(source.table, column.field)}"
        units = call(draft.library("units"), value)
        return (f"{source.path} && ", units) if source.optional else units
    return value_of(draft, source, column)


def shape_view(draft: Draft, sources: Sources, shape: Shape) -> Doc:
    """A function from a row to what is shown of it."""
    return (f"({sources.pattern}) => (", record(list(_items(draft, sources, shape))), ")")


def grouped_view(draft: Draft, sources: Sources, shape: Shape) -> Doc:
    """A function from a group to what is shown of it."""
    firsts = sources.first_of("group")
    items: list[Doc] = []
    for name, shown in shape.entries:
        if isinstance(shown, Computed):
            items.append((f"{property_text(name)}: ", _computed(draft, sources, shown)))
        else:
            _refuse_dates(draft, firsts, shown)
            items.append(_item(draft, firsts, name, shown))
    return ("(group) => (", record(items), ")")


def _refuse_dates(draft: Draft, sources: Sources, shown: Shown) -> None:
    if draft.in_action and isinstance(shown, Column):
        field = sources.of(shown.source).table.field(shown.field)
        if field is not None and column_of(field).to_row:
            raise RefusedError("CX202", f"an action would be given {shown.field}, a {field.type} column")


def _items(draft: Draft, sources: Sources, shape: Shape) -> Iterator[Doc]:
    for name, shown in shape.entries:
        yield _item(draft, sources, name, shown)


def _item(draft: Draft, sources: Sources, name: str, shown: Shown) -> Doc:
    made = _shown(draft, sources, shown)
    return (f"{property_text(name)}: ", made)


def _shown(draft: Draft, sources: Sources, shown: Shown) -> Doc:
    match shown:
        case Column(source=name):
            source = sources.of(name)
            value = column_value(draft, source.table, source.path, shown.field)
            return (f"{source.path} && ", value) if source.optional else value
        case Whole(source=name):
            source = sources.of(name)
            row = call(draft.table_function(source.table, "mapper"), source.path)
            return (f"{source.path} && ", row) if source.optional else row
        case Shape():
            return _nested(draft, sources, shown)
        case Computed():
            raise RefusedError("CX301", "a function beside columns")


def _nested(draft: Draft, sources: Sources, shape: Shape) -> Doc:
    """An object of columns; Drizzle makes it null where a left join found no row, by its first column."""
    used = {each.source for _, each in shape.entries if isinstance(each, Column)}
    name = next(iter(used)) if len(used) == 1 and all(isinstance(each, Column) for _, each in shape.entries) else None
    source = sources.of(name) if name is not None else None
    if source is None or not source.optional:
        return record(list(_items(draft, sources, shape)))
    bare = Sources(tuple(replace(each, optional=False) if each is source else each for each in sources.known))
    made = record(list(_items(draft, bare, shape)))
    first = shape.entries[0][1]
    field = source.table.field(first.field) if isinstance(first, Column) else None
    if field is None or not field.nullable:
        return (f"{source.path} && ", made)
    there = f"{source.path} !== null && {value_of(draft, replace(source, optional=False), Column(field.name))} !== null"
    return (f"{there} ? ", made, " : null")


# groups


def _computed(draft: Draft, sources: Sources, shown: Computed) -> Doc:
    found = _count(draft, sources, shown) if shown.function is Function.COUNT else _over(draft, sources, shown)
    if shown.or_zero:
        found = (found, " ?? 0")
    if not shown.as_text:
        return found
    if shown.function is Function.AVG:
        raise RefusedError("CX301", "an average as the database writes it")
    if shown.function is Function.COUNT or shown.or_zero:
        return call("String", found)
    return call(draft.library("textOrNull"), found)


def _count(draft: Draft, sources: Sources, shown: Computed) -> Doc:
    if shown.column is None:
        return "group.length"
    source = sources.of(shown.column.source)
    field = source.table.field(shown.column.field)
    if not shown.distinct and not source.optional and (field is None or not field.nullable):
        return "group.length"
    value = value_of(draft, source, shown.column)
    if shown.distinct:
        return call(draft.library("countDistinct"), "group", arrow(f"({sources.pattern})", value))
    is_there = f"{source.path} !== null" if field is None or not field.nullable else f"({value}) !== null"
    return (call("group.filter", arrow(f"({sources.pattern})", is_there)), ".length")


def _over(draft: Draft, sources: Sources, shown: Computed) -> Doc:
    if shown.column is None or shown.distinct:
        raise RefusedError("CX301", f"{shown.function} of distinct values")
    source = sources.of(shown.column.source)
    field = source.table.field(shown.column.field)
    if field is None or shown.column.field == source.table.id_field:
        raise RefusedError("CX301", f"{shown.function} of {shown.column.field}")
    rows = _of_source(sources, source)
    stored = f'"{draft.names.field(source.table, field.name)}"'
    if shown.function is Function.SUM and field.type is FieldType.DECIMAL:
        return _decimal_sum(draft, rows, stored, field, shown)
    if shown.function in (Function.SUM, Function.AVG):
        if field.type not in _NUMBERS:
            raise RefusedError("CX301", f"{shown.function} of {field.name}, a {field.type} column")
        return call(draft.library(_OVER[shown.function]), rows, stored)
    if field.is_list or not column_of(field).ordered:
        raise RefusedError("CX301", f"{shown.function} of {field.name}, a {field.type} column")
    found = call(draft.library(_OVER[shown.function]), rows, stored)
    convert = column_of(field).to_row
    if convert and draft.in_action:
        raise RefusedError("CX202", f"an action would be given {field.name}, a {field.type} column")
    return call(draft.library(convert), found) if convert else found


def _decimal_sum(draft: Draft, rows: Doc, stored: str, field: Field, shown: Computed) -> Doc:
    found = call(draft.library("sumOfDecimals"), rows, stored)
    if not shown.as_text:
        return call(draft.library("numberOrNull"), found)
    return found if field.scale is None else call(draft.library("scaled"), found, str(field.scale))


def _of_source(sources: Sources, source: Source) -> Doc:
    """The documents of one source in a group."""
    if len(sources.known) == 1:
        return "group"
    if source.optional:
        return call("group.flatMap", arrow(f"({sources.pattern})", f"{source.path} ?? []"))
    return call("group.map", arrow(f"({sources.pattern})", source.path))
