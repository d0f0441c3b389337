"""The data of a write as an object for the table's functions, with the rows that it connects to."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemods.ir.query import Assignment, Change, Data
from codemods.ir.table import FieldType, Relation, RelationKind, Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.draft import Draft
from codemods.writers.fields import is_indexable
from codemods.writers.indexes import unique_sets
from codemods.writers.keys import given
from codemods.writers.layout import Doc, arrow, call, record
from codemods.writers.sources import chain


@dataclass(slots=True)
class Payload:
    """The object, and the rows to look up before: (name, promise of the row or null, source table)."""

    doc: Doc = ""
    connected: list[tuple[str, Doc, str]] = field(default_factory=list)


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

    def write(self, data: Data | None) -> Payload:
        """The payload of one `data`."""
        parts = data.parts if data else ()
        looks_up = any(isinstance(part, Assignment) and self._looks_up(part) for part in parts)
        self._enclosed = self._enclosed or looks_up
        spreads = any(isinstance(part, Span) for part in parts)
        if len(parts) == 1 and isinstance(parts[0], Span):
            self._payload.doc = self._value(parts[0], "data")
        elif spreads and self._draft.in_action and not self._enclosed:
            self._payload.doc = self._draft.bundle("data", record([self._part(part) for part in parts]))
        else:
            self._payload.doc = record([self._part(part) for part in parts])
        return self._payload

    def _part(self, part: Assignment | Span) -> Doc:
        if isinstance(part, Span):
            return ("...", self._value(part, "data"))
        if part.change in (Change.CONNECT, Change.DISCONNECT):
            return self._connection(part)
        column = self._table.field(part.field)
        if part.field == self._table.id_field:
            raise RefusedError("CX301", f"sets the generated key {part.field}")
        if column is None:
            raise RefusedError("CX301", f"no column {part.field} in {self._table.name}")
        if part.change is Change.SET:
            return self._assigned(part.field, part.value)
        if not self._patching or column.type not in (FieldType.INT, FieldType.FLOAT):
            raise RefusedError("CX301", f"{part.change} of {part.field}")
        self._draft.table_function(self._table, "patch", part.field)
        return (f"{part.field}: ", record([(f"{part.change}: ", self._value(part.value, part.field))]))

    def _assigned(self, name: str, span: Span) -> Doc:
        value = self._value(span, name)
        is_same = not isinstance(value, str) and self._draft.facts.text(span) == name
        return value if is_same or value == name else (f"{name}: ", value)

    def _value(self, span: Span, wish: str) -> Doc:
        if not self._enclosed:
            return self._draft.value(span)
        hoisted = self._draft.closed(span, wish, self._repeated)
        return hoisted if isinstance(hoisted, str) else self._draft.value(span)

    def _connection(self, part: Assignment) -> Doc:
        relation = self._belongs_to(part)
        column = relation.fields[0]
        if part.change is Change.DISCONNECT:
            own = self._table.field(column)
            if self._draft.facts.text(part.value) != "true" or own is None or not own.nullable:
                raise RefusedError("CX301", f"disconnect of {part.field} on a condition")
            return f"{column}: null"
        if not self._looks_up(part):
            return self._assigned(column, part.value)
        target = self._draft.table(relation.table)
        name = self._draft.fresh(part.field)
        self._payload.connected.append((name, self._lookup(target, part), target.name))
        return f"{column}: {name}.{self._draft.names.field(target, relation.references[0])}"

    def _looks_up(self, part: Assignment) -> bool:
        if part.change is not Change.CONNECT:
            return False
        relation = self._belongs_to(part)
        return part.key != relation.references[0] or self._draft.facts.id_table(part.value) != relation.table

    def _belongs_to(self, part: Assignment) -> Relation:
        relation = self._table.relation(part.field)
        if relation is None:
            raise RefusedError("CX301", f"no relation {part.field} in {self._table.name}")
        if relation.kind is RelationKind.MANY_TO_MANY:
            raise RefusedError("CX604", f"{self._table.name}.{part.field} is many to many without a join table")
        if relation.kind is not RelationKind.BELONGS_TO or len(relation.fields) != 1:
            raise RefusedError("CX301", f"{part.change} of {part.field}, whose key lies on the other side")
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


def connected(draft: Draft, table: Table, payload: Payload, write: Doc) -> Doc:
    """The write after its look-ups; a row that is not there is Prisma's P2025."""
    for name, lookup, target in reversed(payload.connected):
        cause = f"\"No '{target}' record was found for a nested connect on '{table.name}'.\""
        write = call((call(draft.library("required"), lookup, cause), ".then"), arrow(f"({name})", write))
    return write
