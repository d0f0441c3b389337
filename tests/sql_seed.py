"""The tables and rows over which statements of SQL and their migration are compared.

Rows have labels, by which foreign keys and the cases name them: `ids.ann` is a number in the original, and an id of
Convex in the migrated function.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from convex_project import Json

from codemods.ir.sql import Dialect, Kind
from codemods.ir.table import Field, Schema
from codemods.writers.names import SchemaNames

Row = dict[str, Json]
FIRST_ID = 900_001
NEW_ID = 950_000

DDL: Mapping[Dialect, str] = {
    Dialect.POSTGRES: """
        CREATE TABLE users (
          id SERIAL PRIMARY KEY,
          email VARCHAR(60) NOT NULL UNIQUE,
          name TEXT,
          role VARCHAR(10) NOT NULL DEFAULT 'USER',
          age INTEGER,
          score DOUBLE PRECISION NOT NULL DEFAULT 0,
          balance NUMERIC(10,2),
          visits BIGINT NOT NULL DEFAULT 0,
          active BOOLEAN NOT NULL DEFAULT TRUE,
          verified BOOLEAN,
          manager_id INTEGER REFERENCES users(id),
          born_on DATE,
          created_at TIMESTAMPTZ NOT NULL DEFAULT now()
        );
        CREATE TABLE posts (
          id SERIAL PRIMARY KEY,
          title TEXT NOT NULL,
          slug TEXT NOT NULL UNIQUE,
          body TEXT,
          views INTEGER NOT NULL DEFAULT 0,
          price NUMERIC(8,2) NOT NULL DEFAULT 0,
          published BOOLEAN NOT NULL DEFAULT FALSE,
          author_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
          reviewer_id INTEGER REFERENCES users(id) ON DELETE SET NULL,
          published_at TIMESTAMP
        );
        CREATE TABLE comments (
          id SERIAL PRIMARY KEY,
          post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
          author_id INTEGER REFERENCES users(id),
          text TEXT NOT NULL,
          likes INTEGER DEFAULT 0
        );
        CREATE TABLE settings (
          key TEXT PRIMARY KEY,
          value TEXT,
          hits INTEGER NOT NULL DEFAULT 1
        );
    """,
    Dialect.SQLITE: """
        CREATE TABLE users (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          email TEXT NOT NULL UNIQUE,
          name TEXT,
          role TEXT NOT NULL DEFAULT 'USER',
          age INTEGER,
          score REAL NOT NULL DEFAULT 0,
          balance REAL,
          visits INTEGER NOT NULL DEFAULT 0,
          active INTEGER NOT NULL DEFAULT 1,
          verified INTEGER,
          manager_id INTEGER REFERENCES users(id),
          born_on TEXT,
          created_at TEXT NOT NULL DEFAULT (datetime('now'))
        );
        CREATE TABLE posts (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          title TEXT NOT NULL,
          slug TEXT NOT NULL UNIQUE,
          body TEXT,
          views INTEGER NOT NULL DEFAULT 0,
          price REAL NOT NULL DEFAULT 0,
          published INTEGER NOT NULL DEFAULT 0,
          author_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
          reviewer_id INTEGER REFERENCES users(id) ON DELETE SET NULL,
          published_at TEXT
        );
        CREATE TABLE comments (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
          author_id INTEGER REFERENCES users(id),
          text TEXT NOT NULL,
          likes INTEGER DEFAULT 0
        );
        CREATE TABLE settings (
          key TEXT PRIMARY KEY,
          value TEXT,
          hits INTEGER NOT NULL DEFAULT 1
        );
    """,
}

SEED: dict[str, dict[str, Row]] = {
    "users": {
        "ann": {"email": "ann@x.io", "name": "Ann", "role": "ADMIN", "age": 41, "score": 9.5, "balance": "120.50",
                "visits": 12, "active": True, "verified": True, "manager_id": None, "born_on": "1983-02-01",
                "created_at": "2020-01-01T08:00:00.000Z"},
        "bob": {"email": "bob@x.io", "name": "Bob", "role": "EDITOR", "age": 33, "score": 7.25, "balance": "0.00",
                "visits": 3, "active": True, "verified": False, "manager_id": "ann", "born_on": "1991-06-15",
                "created_at": "2020-03-01T08:00:00.000Z"},
        "cyd": {"email": "cyd@y.io", "name": None, "role": "USER", "age": None, "score": 0, "balance": None,
                "visits": 0, "active": False, "verified": None, "manager_id": "ann", "born_on": None,
                "created_at": "2020-02-01T08:00:00.000Z"},
        "dan": {"email": "DAN@y.io", "name": "dan", "role": "USER", "age": 27, "score": 4, "balance": "3.10",
                "visits": 40, "active": True, "verified": True, "manager_id": "bob", "born_on": "1997-11-30",
                "created_at": "2021-05-05T05:05:05.000Z"},
        "eve": {"email": "eve@z.io", "name": "Eve", "role": "USER", "age": 33, "score": 4, "balance": "10.00",
                "visits": 7, "active": True, "verified": None, "manager_id": None, "born_on": "1991-01-01",
                "created_at": "2022-01-01T00:00:00.000Z"},
    },
    "posts": {
        "intro": {"title": "Intro", "slug": "intro", "body": "Hello World", "views": 100, "price": "4.50",
                  "published": True, "author_id": "ann", "reviewer_id": "bob",
                  "published_at": "2021-01-01T00:00:00.000Z"},
        "guide": {"title": "Guide", "slug": "guide", "body": "hello again", "views": 50, "price": "0.00",
                  "published": True, "author_id": "ann", "reviewer_id": None,
                  "published_at": "2021-02-01T00:00:00.000Z"},
        "draft": {"title": "Draft", "slug": "draft", "body": None, "views": 0, "price": "12.00",
                  "published": False, "author_id": "ann", "reviewer_id": "cyd", "published_at": None},
        "tips": {"title": "Tips", "slug": "tips", "body": "100% useful_tips", "views": 75, "price": "3.25",
                 "published": True, "author_id": "bob", "reviewer_id": "ann",
                  "published_at": "2021-03-01T10:00:00.000Z"},
        "notes": {"title": "Notes", "slug": "notes", "body": "", "views": 5, "price": "2.50",
                  "published": False, "author_id": "bob", "reviewer_id": None, "published_at": None},
        "late": {"title": "Intro", "slug": "late", "body": "World news", "views": 60, "price": "4.50",
                 "published": True, "author_id": "dan", "reviewer_id": "ann",
                  "published_at": "2022-06-01T00:00:00.000Z"},
    },
    "comments": {
        "c1": {"post_id": "intro", "author_id": "bob", "text": "First", "likes": 3},
        "c2": {"post_id": "intro", "author_id": "cyd", "text": "second", "likes": None},
        "c3": {"post_id": "guide", "author_id": None, "text": "Third", "likes": 8},
        "c4": {"post_id": "tips", "author_id": "ann", "text": "Fourth", "likes": 1},
        "c5": {"post_id": "late", "author_id": "bob", "text": "fifth", "likes": 5},
    },
    "settings": {
        "theme": {"key": "theme", "value": "dark", "hits": 3},
        "size": {"key": "size", "value": None, "hits": 1},
    },
}  # fmt: skip

_KEYS = {"manager_id", "author_id", "reviewer_id", "post_id"}


def keys() -> dict[str, Json]:
    """The keys of the original by label, and one of no row."""
    labels = [label for name, rows in SEED.items() if name != "settings" for label in rows]
    return {"nobody": 999_999} | {label: FIRST_ID + number for number, label in enumerate(labels)}


def sql(dialect: Dialect) -> Iterator[str]:
    """The statements that fill the database."""
    known = keys()
    for name, rows in SEED.items():
        for label, row in rows.items():
            values = {
                column: known[str(value)] if column in _KEYS and value else value for column, value in row.items()
            }
            values = ({"id": known[label]} if name != "settings" else {}) | values
            literals = [_literal(dialect, column, value) for column, value in values.items()]
            yield f"INSERT INTO {name} ({', '.join(values)}) VALUES ({', '.join(literals)});"
        if name != "settings" and dialect is Dialect.POSTGRES:
            yield f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {NEW_ID});"
        elif name != "settings":
            yield f"UPDATE sqlite_sequence SET seq = {NEW_ID} WHERE name = '{name}';"


def _literal(dialect: Dialect, column: str, value: Json) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value)) if dialect is Dialect.SQLITE else str(value).upper()
    if column in ("price", "balance") and dialect is Dialect.SQLITE:
        return str(value)
    if isinstance(value, str):
        return "'" + _text(dialect, value).replace("'", "''") + "'"
    return str(value)


def _text(dialect: Dialect, value: str) -> str:
    is_time = dialect is Dialect.SQLITE and value.endswith(".000Z")
    return value.removesuffix(".000Z").replace("T", " ") if is_time else value


def documents(schema: Schema, names: SchemaNames, dialect: Dialect) -> list[Json]:
    """The documents that fill Convex, in order; `{"$id": label}` stands for the id of one before."""
    found: list[Json] = []
    for name, rows in SEED.items():
        table = schema.table(name)
        assert table is not None
        for label, row in rows.items():
            doc: dict[str, Json] = {}
            for column, value in row.items():
                field = table.field(column)
                assert field is not None
                doc[column] = {"$id": value} if column in _KEYS and value else _stored(dialect, field, value)
            found.append({"table": names.of(name).table, "label": "" if name == "settings" else label, "doc": doc})
    return found


def _stored(dialect: Dialect, field: Field, value: Json) -> Json:
    kind = field.sql.kind if field.sql is not None else Kind.UNKNOWN
    if isinstance(value, str) and kind in (Kind.TIME, Kind.DATE):
        return (
            datetime.fromisoformat(
                value.replace("Z", "+00:00") if "T" in value else f"{value}T00:00:00+00:00"
            ).timestamp()
            * 1000
        )
    if isinstance(value, str) and kind is Kind.FLOAT:
        return float(value)
    if isinstance(value, bool) and kind is Kind.INT:
        return int(value)
    return _text(dialect, value) if isinstance(value, str) else value
