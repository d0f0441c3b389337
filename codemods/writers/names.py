"""Names that Convex accepts: tables, fields, indexes, modules and functions, without collisions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from codemods.ir.nouns import plural_of
from codemods.ir.table import Schema, Table
from codemods.writers.library_tables import TABLES

MAX_LENGTH = 64

RESERVED_WORDS = frozenset(
    "arguments async await break case catch class const continue debugger default delete do else enum eval export "
    "extends false finally for function if implements import in instanceof interface let new null package private "
    "protected public return static super switch this throw true try typeof undefined var void while with yield".split()
)
"""Words that cannot be a binding in a module, `async` and `undefined` for good measure."""

_INDEX_NAMES_TAKEN = frozenset({"by_id", "by_creation_time"})
_TYPES_TAKEN = frozenset({"Array", "Date", "Doc", "Id", "MutationCtx", "Partial", "Promise", "Record"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[A-Z]+")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Rename:
    """A table (field None) or field that could not keep its name."""

    table: str
    field: str | None
    name: str


@dataclass(frozen=True, slots=True)
class RowNames:
    """What one table and the code around it are called. `fields` maps source names to Convex names."""

    table: str
    type: str
    row: str
    fields: Mapping[str, str]

    @property
    def module(self) -> str:
        """The import path of the table's functions."""
        return f"convex:tables/{self.table}"

    @property
    def new_type(self) -> str:
        return f"New{self.type}"

    @property
    def changes_type(self) -> str:
        return f"{self.type}Changes"

    @property
    def mapper(self) -> str:
        return f"to{self.type}"

    @property
    def insert(self) -> str:
        return f"insert{self.type}"

    @property
    def patch(self) -> str:
        return f"patch{self.type}"

    @property
    def delete(self) -> str:
        return f"delete{self.type}"

    @property
    def link(self) -> str:
        return f"link{self.type}"

    @property
    def unlink(self) -> str:
        return f"unlink{self.type}"

    @property
    def functions(self) -> tuple[str, ...]:
        """What the table's module may export for code to call."""
        written = (self.insert, self.patch, self.save, self.delete, self.link, self.unlink)
        return (self.mapper, self.model, *written)

    @property
    def model(self) -> str:
        return f"{self.row}Model"

    @property
    def save(self) -> str:
        return f"save{self.type}"


@dataclass(frozen=True, slots=True)
class SchemaNames:
    """The names of all tables, by source name."""

    tables: Mapping[str, RowNames]
    renames: tuple[Rename, ...] = ()

    def of(self, table: str) -> RowNames:
        """The names around a source table."""
        return self.tables[table]

    def functions(self) -> frozenset[str]:
        """The functions of all tables."""
        return frozenset(name for row in self.tables.values() for name in row.functions)

    def field(self, table: Table, field: str) -> str:
        """The Convex name of a source field: `_id` for a generated key."""
        return "_id" if field == table.id_field else self.tables[table.name].fields[field]


def words_of(text: str) -> list[str]:
    """`fooBar-baz_URLPath` -> foo, Bar, baz, URL, Path; other scripts lose their accents or are left out."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _WORD.findall(plain)


def camel(text: str) -> str:
    """`task-assignments` and `TaskAssignments` -> `taskAssignments`; empty when no ASCII letter is left."""
    words = words_of(text)
    name = "".join([*(word.lower() for word in words[:1]), *(_capital(word) for word in words[1:])])
    return name.lstrip("0123456789") and (name if name[0].isalpha() else f"n{name}")


def identifier(text: str, fallback: str, taken: Collection[str] = ()) -> str:
    """A camel case binding name of at most 64 characters that is no reserved word and not taken."""
    name = (camel(text) or f"{fallback}{_digest(text)}")[:MAX_LENGTH]
    if name in RESERVED_WORDS:
        name += "_"
    return _free(name, taken)


def function_name(text: str, taken: Collection[str] = ()) -> str:
    """The name of an exported Convex function; an identifier stays as it is."""
    if re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_]*", text) and len(text) <= MAX_LENGTH and text not in RESERVED_WORDS:
        return _free(text, taken)
    return identifier(text, "function", taken)


def field_name(text: str, taken: Collection[str] = ()) -> str:
    """The name of a field of a table: kept when Convex accepts it."""
    keep = _FIELD.fullmatch(text) and len(text) <= MAX_LENGTH
    name = text if keep else (camel(text) or f"field{_digest(text)}")[:MAX_LENGTH]
    return _free(name, taken)


def is_field_name(text: str) -> bool:
    """True for keys that `v.object` accepts."""
    return re.fullmatch(r"(?=.*[A-Za-z0-9])[A-Za-z_][A-Za-z0-9_]*", text) is not None and len(text) <= MAX_LENGTH


def index_name(fields: Iterable[str]) -> str:
    """`by_<field>_and_<field>`, shortened with a digest of the fields."""
    plain = [field.lstrip("_") or field for field in fields]
    name = "by_" + "_and_".join(plain)
    if name in _INDEX_NAMES_TAKEN:
        return name + "_"
    return name if len(name) <= MAX_LENGTH else f"{name[: MAX_LENGTH - 9]}_{_digest(name)}"


def schema_names(schema: Schema) -> SchemaNames:
    """Names for every table, in the schema's order; later tables give way to earlier ones."""
    tables: dict[str, RowNames] = {}
    renames: list[Rename] = []
    taken: set[str] = set(TABLES)
    types = set(_TYPES_TAKEN)
    for table in schema.tables:
        names = _row_names(table, taken, types)
        tables[table.name] = names
        taken.add(names.table)
        types.add(names.type)
        renames += [Rename(table.name, old, new) for old, new in names.fields.items() if old != new]
    return SchemaNames(tables, tuple(renames))


def _row_names(table: Table, taken: set[str], types: set[str]) -> RowNames:
    called = table.called or table.name
    words = words_of(called)
    plural = camel("_".join([*words[:-1], plural_of(words[-1].lower())])) if words else ""
    name = plural or f"table{_digest(table.name)}"
    row = identifier(called, "row")
    fields: dict[str, str] = {}
    for field in table.fields:
        if field.name != table.id_field:
            fields[field.name] = field_name(field.name, set(fields.values()))
    return RowNames(_free(name[:MAX_LENGTH], taken), _free(_capital(row), types), row, fields)


def _capital(word: str) -> str:
    return word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:])


def _free(name: str, taken: Collection[str]) -> str:
    number = 2
    found = name
    while found in taken:
        suffix = str(number)
        found = name[: MAX_LENGTH - len(suffix)] + suffix
        number += 1
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
