"""The calls of Knex's schema builder as the data definitions of SQL that it makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.sql import Dialect
from codemods.readers.calls import CallSite, call_site
from codemods.readers.literals import Property, entries
from codemods.readers.sql.texts import text_value
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, find_all, named, parameters, string_value, unwrap

SCHEMA_CALL = ".schema"
"""What stands in every file that defines tables by the builder."""

_QUOTE = "\0"
"""Stands around names until the dialect is looked at."""

_CREATES = frozenset({"createTable", "createTableIfNotExists"})
_ALTERS = frozenset({"alterTable", "table"})
_DROPS = frozenset({"dropTable", "dropTableIfExists"})

_TYPES: Mapping[str, str] = {
    "increments": "integer", "bigIncrements": "bigint", "integer": "integer", "int": "integer", "tinyint": "smallint",
    "smallint": "smallint", "mediumint": "integer", "bigInteger": "bigint", "bigint": "bigint", "text": "text",
    "string": "varchar", "float": "real", "double": "double precision", "decimal": "decimal", "boolean": "boolean",
    "bool": "boolean", "date": "date", "datetime": "timestamptz", "dateTime": "timestamptz", "time": "time",
    "timestamp": "timestamptz", "binary": "bytea", "json": "json", "jsonb": "jsonb", "uuid": "uuid", "enu": "text",
    "enum": "text", "geometry": "geometry", "point": "point",
}  # fmt: skip
"""Types of the builder by those of PostgreSQL."""

_OTHERS: Mapping[Dialect, Mapping[str, str]] = {
    Dialect.MYSQL: {"timestamp": "timestamp", "datetime": "datetime", "dateTime": "datetime", "jsonb": "json",
                    "uuid": "char(36)", "boolean": "tinyint", "bool": "tinyint", "binary": "blob",
                    "double": "double", "float": "float"},
    Dialect.SQLITE: {"timestamp": "datetime", "datetime": "datetime", "dateTime": "datetime", "jsonb": "json",
                     "uuid": "char(36)", "binary": "blob", "double": "float", "float": "float",
                     "decimal": "float", "bigInteger": "bigint"},
    Dialect.POSTGRES: {},
}  # fmt: skip


def schema_calls(file: SourceFile, dialect: Dialect) -> list[tuple[SgNode, str]]:
    """The places of calls that define tables, and the statements that they stand for."""
    found: list[tuple[SgNode, str]] = []
    for node in file.calls:
        site = call_site(node)
        if site is None or site.target is None or not site.arguments or not _is_schema(site.target):
            continue
        text = _statement(site, dialect)
        if text:
            found.append((site.place, text.replace(_QUOTE, "`" if dialect is Dialect.MYSQL else '"')))
    return found


def _is_schema(target: SgNode) -> bool:
    """`knex.schema`, also behind other calls of it."""
    node = unwrap(target)
    while node.kind() == "call_expression":
        site = call_site(node)
        if site is None or site.target is None:
            return False
        node = unwrap(site.target)
    name = node.field("property") if node.kind() == "member_expression" else None
    return name is not None and name.text() == "schema"


def _statement(site: CallSite, dialect: Dialect) -> str:
    name = text_value(site.arguments[0])
    method = site.method or ""
    if name is None:
        return ""
    if method in _DROPS:
        return f"DROP TABLE {_quoted(name)}"
    if method == "renameTable" and len(site.arguments) > 1:
        return f"ALTER TABLE {_quoted(name)} RENAME TO {_quoted(text_value(site.arguments[1]) or '')}"
    body = next((each for each in site.arguments[1:] if each.kind() in FUNCTION_KINDS), None)
    if body is None or method not in _CREATES | _ALTERS:
        return ""
    draft = _Table(_quoted(name), dialect)
    for call in _calls_of(body):
        draft.add(call)
    return draft.created() if method in _CREATES else draft.altered()


def _calls_of(body: SgNode) -> Iterator[list[CallSite]]:
    """The chains that start from the builder of a table, the first call first."""
    given = parameters(body)
    name = given[0].name if given else "this"
    chains: dict[int, list[CallSite]] = {}
    for node in find_all(body, "call_expression"):
        links = _links(node, name or "this")
        start = span_of(node).start
        if links and len(links) > len(chains.get(start, ())):
            chains[start] = links
    for start in sorted(chains):
        yield chains[start]


def _links(node: SgNode, name: str) -> list[CallSite]:
    links: list[CallSite] = []
    node = unwrap(node)
    while node.kind() == "call_expression":
        site = call_site(node)
        if site is None or site.target is None or site.method is None:
            return []
        links.append(site)
        node = unwrap(site.target)
    return links[::-1] if node.text() == name else []


@dataclass(slots=True)
class _Table:
    """A table while the calls of its builder are read."""

    name: str
    dialect: Dialect
    parts: list[str] = field(default_factory=list)
    """Columns and constraints."""
    changes: list[str] = field(default_factory=list)
    """What only ALTER TABLE does."""
    indexes: list[str] = field(default_factory=list)

    def created(self) -> str:
        """CREATE TABLE and the indexes."""
        whole = [f"CREATE TABLE {self.name} ({', '.join(self.parts)})"] if self.parts else []
        return "; ".join([*whole, *self.changes, *self.indexes])

    def altered(self) -> str:
        """ALTER TABLE, change by change."""
        added = [f"ALTER TABLE {self.name} ADD {each}" for each in self.parts]
        return "; ".join([*added, *self.changes, *self.indexes])

    def add(self, links: list[CallSite]) -> None:
        """Read one chain."""
        first = links[0]
        special = _SPECIAL.get(first.method or "")
        if special is not None:
            special(self, links)
        elif first.method in _TYPES or first.method == "specificType":
            self._column(links)

    # ---- columns --------------------------------------------------------------------------------

    def _column(self, links: list[CallSite]) -> None:
        first = links[0]
        name = text_value(first.arguments[0]) if first.arguments else "id"
        if name is None:
            return
        text = [_quoted(name), self._type(first)]
        is_altered = any(link.method == "alter" for link in links)
        generated = first.method in ("increments", "bigIncrements")
        if generated:
            text.append(_GENERATED[self.dialect])
        for link in links[1:]:
            text += self._constraint(name, link)
        reference = self._reference(links[1:])
        text += [reference] if reference else []
        if not is_altered:
            self.parts.append(" ".join(text))
            return
        alter = f"ALTER TABLE {self.name} ALTER COLUMN {_quoted(name)}"
        null = "SET NOT NULL" if any(link.method == "notNullable" for link in links) else "DROP NOT NULL"
        self.changes += [f"{alter} TYPE {self._type(first)}", f"{alter} {null}"]

    def _type(self, site: CallSite) -> str:
        method = site.method or ""
        given = [unwrap(each) for each in site.arguments[1:]]
        if method == "specificType":
            return (string_value(given[0]) if given else None) or "text"
        numbers = [each.text() for each in given if each.kind() == "number"]
        type_ = _OTHERS[self.dialect].get(method, _TYPES[method])
        if method == "string":
            return f"varchar({numbers[0] if numbers else 255})"
        if method == "decimal" and self.dialect is not Dialect.SQLITE:
            return f"decimal({', '.join(numbers[:2]) if numbers else '8, 2'})"
        return type_

    def _constraint(self, name: str, link: CallSite) -> list[str]:
        match link.method:
            case "notNullable" | "notNull":
                return ["NOT NULL"]
            case "primary":
                return ["PRIMARY KEY"]
            case "defaultTo":
                return [f"DEFAULT {value}"] if (value := self._default(link)) is not None else []
            case "unique":
                return ["UNIQUE"]
            case "index":
                self.indexes.append(f"CREATE INDEX i ON {self.name} ({_quoted(name)})")
                return []
            case _:
                return []

    def _default(self, link: CallSite) -> str | None:
        node = unwrap(link.arguments[0])
        text = string_value(node)
        if text is not None:
            return _literal(text)
        if node.kind() in ("number", "true", "false", "null", "unary_expression"):
            return node.text().upper()
        if node.kind() in ("object", "array"):
            return _literal(json.dumps([] if node.kind() == "array" else {}) if not named(node) else node.text())
        if node.text().endswith(".fn.now()"):
            return "CURRENT_TIMESTAMP"
        site = call_site(node) if node.kind() == "call_expression" else None
        if site is not None and site.method == "uuid":
            return "gen_random_uuid()"
        raw = text_value(site.arguments[0]) if site is not None and site.method == "raw" and site.arguments else None
        return raw if raw is not None else "computed_by_the_application()"

    def _reference(self, links: list[CallSite]) -> str:
        given = {link.method: text_value(link.arguments[0]) for link in links if link.arguments}
        column, table = given.get("references"), given.get("inTable") or given.get("on")
        if column is None:
            return ""
        if table is None:
            table, _, column = column.rpartition(".")
        on_delete = given.get("onDelete")
        return f"REFERENCES {_quoted(table)} ({_quoted(column)})" + (f" ON DELETE {on_delete}" if on_delete else "")

    # ---- what is no column ----------------------------------------------------------------------

    def _timestamps(self, links: list[CallSite]) -> None:
        given = [unwrap(each) for each in links[0].arguments]
        options = {each.key: unwrap(each.value).text() for each in entries(given[0]) if isinstance(each, Property)} if (
            given and given[0].kind() == "object"
        ) else {}  # fmt: skip
        has_default = options.get("defaultToNow") == "true" or (len(given) > 1 and given[1].text() == "true")
        camel = options.get("useCamelCase") == "true" or (len(given) > 2 and given[2].text() == "true")
        type_ = _OTHERS[self.dialect].get("timestamp", _TYPES["timestamp"])
        for name in ("createdAt", "updatedAt") if camel else ("created_at", "updated_at"):
            default = " NOT NULL DEFAULT CURRENT_TIMESTAMP" if has_default else ""
            self.parts.append(f"{_quoted(name)} {type_}{default}")

    def _primary(self, links: list[CallSite]) -> None:
        self.parts.append(f"PRIMARY KEY ({_listed(links[0])})")

    def _unique(self, links: list[CallSite]) -> None:
        self.parts.append(f"CONSTRAINT u UNIQUE ({_listed(links[0])})")

    def _index(self, links: list[CallSite]) -> None:
        self.indexes.append(f"CREATE INDEX i ON {self.name} ({_listed(links[0])})")

    def _foreign(self, links: list[CallSite]) -> None:
        reference = self._reference(links[1:])
        if reference:
            self.parts.append(f"CONSTRAINT f FOREIGN KEY ({_listed(links[0])}) {reference}")

    def _check(self, links: list[CallSite]) -> None:
        node = links[0].arguments[0]
        text = text_value(node) or node.text()
        for name in _names(links[0])[1:]:
            text = text.replace("??", _quoted(name), 1)
        self.parts.append(f"CHECK ({text if '?' not in text else 'false'})")

    def _drop_columns(self, links: list[CallSite]) -> None:
        for name in _names(links[0]):
            self.changes.append(f"ALTER TABLE {self.name} DROP COLUMN {_quoted(name)}")

    def _drop_timestamps(self, links: list[CallSite]) -> None:
        for name in ("created_at", "updated_at"):
            self.changes.append(f"ALTER TABLE {self.name} DROP COLUMN {name}")

    def _rename(self, links: list[CallSite]) -> None:
        old, new = (text_value(each) or "" for each in links[0].arguments[:2])
        self.changes.append(f"ALTER TABLE {self.name} RENAME COLUMN {_quoted(old)} TO {_quoted(new)}")

    def _nullable(self, links: list[CallSite]) -> None:
        word = "DROP" if links[0].method == "setNullable" else "SET"
        for name in _names(links[0]):
            self.changes.append(f"ALTER TABLE {self.name} ALTER COLUMN {_quoted(name)} {word} NOT NULL")


def _names(site: CallSite) -> list[str]:
    """The names that a call is given, one by one or in a list."""
    found: list[str] = []
    for node in site.arguments:
        nodes = named(node) if node.kind() == "array" else [node]
        found += [text for each in nodes if (text := text_value(unwrap(each))) is not None]
    return found


def _listed(site: CallSite) -> str:
    node = site.arguments[0]
    nodes = named(node) if node.kind() == "array" else [node]
    return ", ".join(_quoted(text) for each in nodes if (text := text_value(unwrap(each))) is not None)


def _quoted(name: str) -> str:
    return _QUOTE + name.rpartition(".")[2] + _QUOTE


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_GENERATED = {
    Dialect.POSTGRES: "GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    Dialect.MYSQL: "AUTO_INCREMENT PRIMARY KEY",
    Dialect.SQLITE: "PRIMARY KEY AUTOINCREMENT",
}
_SPECIAL: Mapping[str, Callable[[_Table, list[CallSite]], None]] = {
    "timestamps": _Table._timestamps,
    "primary": _Table._primary,
    "unique": _Table._unique,
    "index": _Table._index,
    "foreign": _Table._foreign,
    "check": _Table._check,
    "dropColumn": _Table._drop_columns,
    "dropColumns": _Table._drop_columns,
    "dropTimestamps": _Table._drop_timestamps,
    "renameColumn": _Table._rename,
    "setNullable": _Table._nullable,
    "dropNullable": _Table._nullable,
}
