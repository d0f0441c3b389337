"""The rows over which Prisma's client and its migration are compared, for PostgreSQL and for Convex.

Rows are written once, as the source sees them. A row with a generated key has a label, by which foreign keys and the
cases name it: `ids.ann` is Prisma's key in the original, and Convex's id in the migrated function.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from convex_project import Json

from codemods.ir.table import Field, FieldType, RelationKind, Schema, Table
from codemods.writers.names import SchemaNames

FIRST_ID = 900_001
NEW_ID = 950_000
"""Where the sequences go on after the seed: no other number in the data is as large."""

Row = dict[str, Json]

SEED: dict[str, dict[str, Row]] = {
    "User": {
        "ann": {"email": "ann@x.io", "name": "Ann", "age": 41, "role": "ADMIN", "score": 9.5, "balance": "120.5",
                "visits": 12, "active": True, "tags": ["red", "blue"], "settings": {"theme": "dark", "size": 3},
                "bornAt": "1983-02-01T00:00:00.000Z", "createdAt": "2020-01-01T08:00:00.000Z", "managerId": None},
        "bob": {"email": "bob@x.io", "name": "Bob", "age": 33, "role": "EDITOR", "score": 7.25, "balance": "0",
                "visits": 3, "active": True, "tags": [], "settings": {"theme": "light"},
                "bornAt": "1991-06-15T12:30:00.000Z", "createdAt": "2020-03-01T08:00:00.000Z", "managerId": "ann"},
        "cyd": {"email": "cyd@y.io", "name": None, "age": None, "role": "USER", "score": 0, "balance": "15.25",
                "visits": 0, "active": False, "tags": ["red"], "settings": None,
                "bornAt": None, "createdAt": "2020-02-01T08:00:00.000Z", "managerId": "ann"},
        "dan": {"email": "DAN@y.io", "name": "dan", "age": 27, "role": "USER", "score": 4, "balance": "3",
                "visits": 40, "active": True, "tags": ["green", "blue", "red"], "settings": {"theme": "dark"},
                "bornAt": "1997-11-30T00:00:00.000Z", "createdAt": "2021-05-05T05:05:05.000Z", "managerId": "bob"},
        "eve": {"email": "eve@z.io", "name": "Eve", "age": 33, "role": "USER", "score": 4, "balance": "7",
                "visits": 7, "active": True, "tags": ["green"], "settings": [1, 2],
                "bornAt": "1991-01-01T00:00:00.000Z", "createdAt": "2022-01-01T00:00:00.000Z", "managerId": None},
    },
    "Profile": {
        "annBio": {"bio": "Writes", "site": "https://ann.io", "userId": "ann"},
        "bobBio": {"bio": "Reads", "site": None, "userId": "bob"},
    },
    "Category": {
        "news": {"name": "News", "parentId": None},
        "tech": {"name": "Tech", "parentId": "news"},
        "web": {"name": "Web", "parentId": "tech"},
        "empty": {"name": "Empty", "parentId": None},
    },
    "Topic": {"js": {"name": "js"}, "sql": {"name": "sql"}, "css": {"name": "css"}, "idle": {"name": "idle"}},
    "Post": {
        "intro": {"title": "Intro", "slug": "intro", "body": "Hello World", "views": 100, "rating": 4.5,
                  "published": True, "publishedAt": "2021-01-01T00:00:00.000Z", "authorId": "ann",
                  "reviewerId": "bob", "categoryId": "news"},
        "guide": {"title": "Guide", "slug": "guide", "body": "hello again", "views": 50, "rating": None,
                  "published": True, "publishedAt": "2021-02-01T00:00:00.000Z", "authorId": "ann",
                  "reviewerId": None, "categoryId": "tech"},
        "draft": {"title": "Draft", "slug": "draft", "body": None, "views": 0, "rating": None,
                  "published": False, "publishedAt": None, "authorId": "ann", "reviewerId": "cyd", "categoryId": None},
        "tips": {"title": "Tips", "slug": "tips", "body": "100% useful_tips", "views": 75, "rating": 3,
                 "published": True, "publishedAt": "2021-03-01T10:00:00.000Z", "authorId": "bob",
                 "reviewerId": "ann", "categoryId": "tech"},
        "notes": {"title": "Notes", "slug": "notes", "body": "", "views": 5, "rating": 2.5,
                  "published": False, "publishedAt": None, "authorId": "bob", "reviewerId": None, "categoryId": "web"},
        "late": {"title": "Intro", "slug": "late", "body": "World news", "views": 60, "rating": 4.5,
                 "published": True, "publishedAt": "2022-06-01T00:00:00.000Z", "authorId": "dan",
                 "reviewerId": "ann", "categoryId": "news"},
    },
    "Comment": {
        "c1": {"text": "First", "likes": 3, "postId": "intro", "authorId": "bob",
               "writtenAt": "2021-01-02T00:00:00.000Z"},
        "c2": {"text": "second", "likes": 0, "postId": "intro", "authorId": "cyd",
               "writtenAt": "2021-01-03T00:00:00.000Z"},
        "c3": {"text": "Third", "likes": 8, "postId": "guide", "authorId": None,
               "writtenAt": "2021-02-02T00:00:00.000Z"},
        "c4": {"text": "Fourth", "likes": 1, "postId": "tips", "authorId": "ann",
               "writtenAt": "2021-03-02T00:00:00.000Z"},
        "c5": {"text": "fifth", "likes": 5, "postId": "late", "authorId": "bob",
               "writtenAt": "2022-06-02T00:00:00.000Z"},
    },
    "Team": {"core": {"code": "core", "name": "Core"}, "docs": {"code": "docs", "name": "Docs"},
             "lone": {"code": "lone", "name": "Lone"}},
    "Membership": {
        "m1": {"userId": "ann", "teamCode": "core", "role": "ADMIN", "points": 10},
        "m2": {"userId": "bob", "teamCode": "core", "role": "USER", "points": 4},
        "m3": {"userId": "bob", "teamCode": "docs", "role": "EDITOR", "points": 7},
        "m4": {"userId": "cyd", "teamCode": "docs", "role": "USER", "points": 0},
    },
    "Badge": {
        "b1": {"label": "gold", "userId": "ann", "teamCode": "core"},
        "b2": {"label": "tin", "userId": "bob", "teamCode": "docs"},
        "b3": {"label": "silver", "userId": "bob", "teamCode": "docs"},
    },
}  # fmt: skip

LINKS: dict[str, list[tuple[str, str]]] = {
    "Post.topics": [("intro", "js"), ("intro", "sql"), ("guide", "js"), ("tips", "css"), ("late", "sql")],
    "User.following": [("ann", "bob"), ("bob", "ann"), ("cyd", "ann"), ("dan", "bob"), ("dan", "eve")],
}
"""The rows that implicit many-to-many relations connect, as the relation of the first sees them."""

_UPDATED = "2022-02-02T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of one schema."""

    schema: Schema
    names: SchemaNames

    @property
    def keys(self) -> dict[str, Json]:
        """Prisma's keys by label, and those of no row."""
        found: dict[str, Json] = {"nobody": "a-nobody", "nothing": 999_999}
        number = FIRST_ID
        for name, rows in SEED.items():
            table = self._table(name)
            for label in rows:
                key = table.field(table.id_field) if table.id_field else None
                if key is not None:
                    found[label] = number if key.type is FieldType.INT else f"a-{label}"
                number += 1
        return found

    def sql(self) -> Iterator[str]:
        """The statements that fill PostgreSQL."""
        keys = self.keys
        for name, rows in SEED.items():
            table = self._table(name)
            for label, row in rows.items():
                values = self._row(table, row, keys) | ({table.id_field: keys[label]} if table.id_field else {})
                columns = [table.field(column) for column in values]
                listed = ", ".join(f'"{column}"' for column in values)
                literals = [_literal(field, values[field.name]) for field in columns if field is not None]
                yield f'INSERT INTO "{name}" ({listed}) VALUES ({", ".join(literals)});'
            if table.id_field and _key(table).type is FieldType.INT:
                yield f"SELECT setval(pg_get_serial_sequence('\"{name}\"', '{table.id_field}'), {NEW_ID});"
        for relation, pairs in LINKS.items():
            name, forwards = join_table(self.schema, relation)
            for pair in pairs:
                a, b = pair if forwards else reversed(pair)
                yield f'INSERT INTO "{name}" ("A", "B") VALUES ({_plain(keys[a])}, {_plain(keys[b])});'

    def documents(self) -> list[Json]:
        """The documents that fill Convex, in order; `{"$id": label}` stands for the id of one before."""
        found: list[Json] = []
        for name, rows in SEED.items():
            table = self._table(name)
            for label, row in rows.items():
                refs: dict[str, Json] = {key: {"$id": key} for key in self.keys}
                values = self._row(table, row, refs)
                doc = {
                    self.names.field(table, column): _stored(table.field(column), value)
                    for column, value in values.items()
                }
                found.append({"table": self.names.of(name).table, "label": label, "doc": doc})
        for relation, pairs in LINKS.items():
            owner, field = relation.split(".")
            link = self._table(owner).relation(field)
            through = self.schema.table(link.through) if link and link.through else None
            if link is None or through is None:
                continue
            near, far = link.fields[0], link.references[0]
            for a, b in pairs:
                found.append(
                    {
                        "table": self.names.of(through.name).table,
                        "label": "",
                        "doc": {near: {"$id": a}, far: {"$id": b}},
                    }
                )
        return found

    def _row(self, table: Table, row: Row, keys: dict[str, Json]) -> Row:
        """A row with keys for labels."""
        values = {**row, "updatedAt": _UPDATED} if table.field("updatedAt") else dict(row)
        for column in table.fields:
            if column.references is None or values.get(column.name) is None:
                continue
            target = self.schema.table(column.references[0])
            if target is not None and target.id_field == column.references[1]:
                values[column.name] = keys[str(values[column.name])]
        if table.name == "Badge":
            values["userId"] = keys[str(row["userId"])]
        return values

    def _table(self, name: str) -> Table:
        table = self.schema.table(name)
        assert table is not None, name
        return table


def join_table(schema: Schema, relation: str) -> tuple[str, bool]:
    """Prisma's own table of an implicit relation, and whether the first side of the relation is column A.

    A is the model that comes first in the alphabet; in a self relation the field that does.
    """
    owner, field = relation.split(".")
    table = schema.table(owner)
    link = table.relation(field) if table is not None else None
    assert link is not None and link.kind is RelationKind.MANY_TO_MANY
    first, second = sorted([owner, link.table])
    forwards = owner == first
    if first == second:
        other = next(each for each in table.relations if each.name == link.name and each.field != field)  # type: ignore[union-attr]
        forwards = field < other.field
    return f"_{link.name or f'{first}To{second}'}", forwards


def _key(table: Table) -> Field:
    field = table.field(table.id_field or "")
    assert field is not None
    return field


def _plain(value: Json) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def _literal(field: Field, value: Json) -> str:
    if value is None:
        return "NULL"
    if field.type is FieldType.JSON:
        return "'" + json.dumps(value).replace("'", "''") + "'"
    if isinstance(value, list):
        return "ARRAY[" + ", ".join(f"'{item}'" for item in value) + "]::TEXT[]"
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def _stored(field: Field | None, value: Json) -> Json:
    if field is None or value is None:
        return value
    if field.type is FieldType.DATETIME:
        return int(datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp() * 1000)
    if field.type is FieldType.BIGINT:
        return {"$bigint": str(value)}
    return value
