"""Which fields of a schema hold the ids of rows, and of which table."""

from __future__ import annotations

import re

from codemods.ir.table import FieldType, Schema, Table

_NUMBERS = frozenset({FieldType.INT, FieldType.BIGINT})


class IdFields:
    """Generated keys and the foreign keys to them: they hold Convex ids after the migration."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.numeric = frozenset(f.name for t in schema.tables for f in t.fields if self.is_numeric(t, f.name))
        """The names of fields that are numbers in the source."""

    def table(self, name: str | None) -> Table | None:
        return self.schema.table(name) if name is not None else None

    def is_id(self, table: Table, name: str) -> bool:
        """A generated key of any type, or a foreign key or relation to one."""
        field = table.field(name)
        if field is None:
            relation = table.relation(name)
            target = self.table(relation.table) if relation is not None else None
            return target is not None and target.id_field is not None
        return table.id_field == name or self.schema.id_target(field) is not None

    def is_numeric(self, table: Table, name: str) -> bool:
        """An id that is a number in the source."""
        return self.is_id(table, name) and self.has_numeric_key(self.target(table, name))

    def target(self, table: Table, name: str) -> str:
        """The table whose ids a field holds."""
        field = table.field(name)
        if field is None:
            relation = table.relation(name)
            return relation.table if relation is not None else table.name
        known = self.schema.id_target(field) if table.id_field != name else None
        return known or (field.references[0] if field.references is not None and table.id_field != name else table.name)

    def owner(self, name: str) -> str:
        """Some table whose ids a field of that name holds."""
        for table in self.schema.tables:
            if table.field(name) is not None and self.is_numeric(table, name):
                return self.target(table, name)
        return self.schema.tables[0].name

    def looks_like_key(self, table: Table, name: str) -> bool:
        """A number that is called like another table's generated key: `userID`, `authorId` without a relation."""
        field = table.field(name)
        if field is None or field.type not in _NUMBERS or field.references is not None or name == table.id_field:
            return False
        keys = {other.id_field for other in self.schema.tables if other.name != table.name} - {None, "id"}
        models = {other.name.lower() for other in self.schema.tables if self.has_numeric_key(other.name)}
        bare = re.sub(r"_?(id|ID|Id)$", "", name).lower()
        return name in keys or (bare != name.lower() and bare in models)

    def has_numeric_key(self, name: str) -> bool:
        table = self.table(name)
        key = table.field(table.id_field) if table is not None and table.id_field is not None else None
        return key is not None and key.type in _NUMBERS
