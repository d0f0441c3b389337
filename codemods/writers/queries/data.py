"""The data of a write as an object for the table's functions, with the rows that it connects to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codemods.ir.query import Action, Assignment, Change, Data, DataPart, Nested
from codemods.ir.table import Field, FieldType, Relation, RelationKind, Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, record
from codemods.writers.queries.access import unique_row
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.keys import given, is_given
from codemods.writers.queries.sources import chain
from codemods.writers.stored.fields import column_of, is_indexable
from codemods.writers.stored.indexes import unique_sets


@dataclass(frozen=True, slots=True)
class Before:
    """A row that is found or made before the write: its name, a promise of it, and the table of one that must exist."""

    name: str
    doc: Doc
    required: str | None


@dataclass(slots=True)
class Payload:
    """The object that is written, and what happens to rows of relations before and afterwards."""

    doc: Doc = ""
    before: list[Before] = field(default_factory=list)
    after: list[Nested] = field(default_factory=list)


_WRITTEN_BEFORE = frozenset({Action.CREATE, Action.CONNECT, Action.CONNECT_OR_CREATE})
"""Writes to the one row whose key stands in the written row."""


class PayloadWriter:
    """Writes the data of one insert or patch.

    `enclosed` says that the object stands in a function of ours; `repeated` that this one runs for many rows.
    """

    def __init__(self, draft: Draft, table: Table, patching: bool, enclosed: bool = False, repeated: bool = False):
        self._draft = draft
        self._table = table
        self._patching = patching
        self._enclosed = enclosed
        self._repeated = repeated
        self._payload = Payload()

    def write(self, data: Data | None, keys: Sequence[Doc] = ()) -> Payload:
        """The payload of one `data`. `keys` are properties that come with the relation through which it is written."""
        parts = data.parts if data else ()
        looks_up = any(self._comes_before(part) for part in parts)
        self._enclosed = self._enclosed or looks_up
        spreads = any(isinstance(part, Span) for part in parts)
        if len(parts) == 1 and isinstance(parts[0], Span) and not keys:
            self._payload.doc = self._value(parts[0], "data")
            return self._payload
        made = record([*(each for part in parts for each in self._part(part)), *keys])
        bundles = spreads and self._draft.in_action and not self._enclosed
        self._payload.doc = self._draft.bundle("data", made) if bundles else made
        return self._payload

    def _comes_before(self, part: DataPart) -> bool:
        match part:
            case Assignment():
                return self._looks_up(part)
            case Nested():
                return self._is_own_key(part) and part.action in _WRITTEN_BEFORE
            case _:
                return False

    def _part(self, part: DataPart) -> list[Doc]:
        if isinstance(part, Span):
            return [("...", self._value(part, "data"))]
        if isinstance(part, Nested):
            return self._nested(part)
        if part.change in (Change.CONNECT, Change.DISCONNECT):
            return self._connection(part)
        column = self._table.field(part.field)
        if part.field == self._table.id_field:
            raise RefusedError("CX301", f"sets the generated key {part.field}")
        if column is None:
            raise RefusedError("CX301", f"no column {part.field} in {self._table.name}")
        if part.change is Change.SET:
            return [self._assigned(part.field, part.value)]
        if not self._patching or not _may_step(column, part.change):
            raise RefusedError("CX301", f"{part.change} of {part.field}")
        self._draft.table_function(self._table, "patch", part.field)
        return [(f"{part.field}: ", record([(f"{part.change}: ", self._value(part.value, part.field))]))]

    def _is_own_key(self, part: Nested) -> bool:
        relation = self._table.relation(part.relation)
        return relation is not None and relation.kind is RelationKind.BELONGS_TO

    def _nested(self, part: Nested) -> list[Doc]:
        """The key of a row that is written before; what is written afterwards waits for this row."""
        relation = self._table.relation(part.relation)
        if relation is None:
            raise RefusedError("CX301", f"no relation {part.relation} in {self._table.name}")
        if relation.kind is not RelationKind.BELONGS_TO or part.action not in _WRITTEN_BEFORE:
            self._payload.after.append(part)
            return []
        if len(part.steps) != 1 or part.loop is not None:
            raise RefusedError("CX301", f"nested {part.action} of {part.relation} is built elsewhere")
        step, target = part.steps[0], self._draft.table(relation.table)
        name = self._draft.fresh(part.relation)
        found = unique_row(self._draft, target, step.where) if part.action is not Action.CREATE else ""
        if part.action is Action.CONNECT:
            self._payload.before.append(Before(name, found, target.name))
        else:
            made = insert(self._draft, target, step.data, enclosed=True)
            if part.action is Action.CONNECT_OR_CREATE:
                made = call(self._draft.library("orCreate"), found, arrow("()", made))
            self._payload.before.append(Before(name, made, None))
        return self._keys(relation, name)

    def _keys(self, relation: Relation, name: str) -> list[Doc]:
        target = self._draft.table(relation.table)
        pairs = zip(relation.fields, relation.references, strict=True)
        return [f"{here}: {name}.{self._draft.names.field(target, there)}" for here, there in pairs]

    def _assigned(self, name: str, span: Span) -> Doc:
        value = self._value(span, name)
        is_same = not isinstance(value, str) and self._draft.facts.text(span) == name
        return value if is_same or value == name else (f"{name}: ", value)

    def _value(self, span: Span, wish: str) -> Doc:
        if not self._enclosed:
            return self._draft.value(span)
        hoisted = self._draft.closed(span, wish, self._repeated)
        return hoisted if isinstance(hoisted, str) else self._draft.value(span)

    def _connection(self, part: Assignment) -> list[Doc]:
        relation = self._belongs_to(part)
        if part.change is Change.DISCONNECT:
            own = [self._table.field(name) for name in relation.fields]
            if self._draft.facts.text(part.value) != "true" or not all(column and column.nullable for column in own):
                raise RefusedError("CX301", f"disconnect of {part.field} on a condition")
            return [f"{name}: null" for name in relation.fields]
        if not self._looks_up(part):
            name = relation.fields[0]
            if part.change is not Change.CONNECT or is_given(self._draft, None, part.value):
                return [self._assigned(name, part.value)]
            return [(f"{name}: ", given(self._draft, None, part.value, self._value(part.value, name)))]
        target = self._draft.table(relation.table)
        name = self._draft.fresh(part.field)
        self._payload.before.append(Before(name, self._lookup(target, part), target.name))
        return self._keys(relation, name)

    def _looks_up(self, part: Assignment) -> bool:
        if part.change is not Change.CONNECT:
            return False
        relation = self._belongs_to(part)
        return (part.key,) != relation.references or self._draft.facts.id_table(part.value) != relation.table

    def _belongs_to(self, part: Assignment) -> Relation:
        relation = self._table.relation(part.field)
        if relation is None:
            raise RefusedError("CX301", f"no relation {part.field} in {self._table.name}")
        return relation

    def _lookup(self, target: Table, part: Assignment) -> Doc:
        draft = self._draft
        if part.key == target.id_field:
            key = given(draft, None, part.value, draft.value(part.value))
            return call(draft.library("find"), draft.ctx, draft.convex_table(target), key)
        column = target.field(part.key) if part.key else None
        if column is None or not is_indexable(column) or (column.name,) not in unique_sets(target):
            raise RefusedError("CX301", f"connect of {part.field} by {part.key}")
        with draft.scope():
            q = draft.fresh("q")
            key = given(draft, column, part.value, draft.closed(part.value, column.name, repeated=False))
            value = draft.stored(target, column, part.value, key)
        stored = draft.names.field(target, column.name)
        index = draft.unique_index(target, (column.name,))
        links = (
            f".query({draft.convex_table(target)})",
            (f'.withIndex("{index}", ({q}) => {q}.eq("{stored}", ', value, "))"),
            ".unique()",
        )
        return chain(draft, links)


def _may_step(column: Field, change: Change) -> bool:
    if column.is_list or change is Change.PUSH:
        return column.is_list and change is Change.PUSH and not column_of(column).writes
    is_exact = change is not Change.DIVIDE or column.type is not FieldType.INT
    return column.type in (FieldType.INT, FieldType.FLOAT, FieldType.BIGINT) and is_exact


def insert(draft: Draft, table: Table, data: Data | None, enclosed: bool = False, keys: Sequence[Doc] = ()) -> Doc:
    """A promise of a new row, with all that is written with it."""
    with draft.scope():
        payload = PayloadWriter(draft, table, patching=False, enclosed=enclosed).write(data, keys)
        made = call(draft.table_function(table, "insert"), draft.ctx, payload.doc)
        return surrounded(draft, table, payload, made, patching=False)


def patch(draft: Draft, table: Table, found: Doc, data: Data | None, enclosed: bool = False) -> Doc:
    """A promise of the changed row, with all that is changed with it."""
    with draft.scope():
        payload = PayloadWriter(draft, table, patching=True, enclosed=enclosed).write(data)
        if payload.doc == record([]) and payload.after:
            changed = call(draft.library("required"), found, '"Record to update not found."')
        else:
            changed = call(draft.table_function(table, "patch"), draft.ctx, found, payload.doc)
        return surrounded(draft, table, payload, changed, patching=True)


def surrounded(draft: Draft, table: Table, payload: Payload, write: Doc, patching: bool) -> Doc:
    """The write between what comes before and after; a row that is not there is Prisma's P2025."""
    if payload.after:
        write = draft.nested(draft, table, payload.after, write, patching)
    for each in reversed(payload.before):
        found = each.doc
        if each.required is not None:
            cause = f"\"No '{each.required}' record was found for a nested connect on '{table.name}'.\""
            found = call(draft.library("required"), found, cause)
        write = call((found, ".then"), arrow(f"({each.name})", write))
    return write
