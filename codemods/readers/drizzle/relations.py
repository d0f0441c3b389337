"""Relations as `relations(users, ({ one, many }) => ({ … }))` declares them.

https://orm.drizzle.team/docs/relations
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.ir.table import Relation, RelationKind, Table
from codemods.readers.drizzle.references import References
from codemods.readers.drizzle.source import exported
from codemods.readers.literals import Property, entries, property_of
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, find_all, named, string_value, unwrap
from codemods.workspace import Role, Workspace


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a relation, as it is written."""

    table: str
    name: str
    is_many: bool
    target: str
    fields: tuple[str, ...]
    references: tuple[str, ...]
    called: str | None


def with_relations(workspace: Workspace, references: References, tables: Sequence[Table]) -> list[Table]:
    """The tables with what relational queries may load from them."""
    sides = list(_sides(workspace, references))
    known = {table.name: table for table in tables}
    found: dict[str, list[Relation]] = {name: [] for name in known}
    for side in sides:
        relation = _relation(side, sides, known) if {side.table, side.target} <= known.keys() else None
        if relation is not None:
            found[side.table].append(relation)
    return [replace(_holding(table, found[table.name]), relations=tuple(found[table.name])) for table in tables]


def _holding(table: Table, relations: Sequence[Relation]) -> Table:
    """The table whose columns that lead to rows are known as their keys, though no constraint says so."""
    links = {
        relation.fields[0]: (relation.table, relation.references[0])
        for relation in relations
        if relation.kind is RelationKind.BELONGS_TO and len(relation.fields) == len(relation.references) == 1
    }
    fields = [field if field.references else replace(field, holds=links.get(field.name)) for field in table.fields]
    return replace(table, fields=tuple(fields))


def _sides(workspace: Workspace, references: References) -> Iterator[_Side]:
    for path in workspace.files:
        if workspace.role_of(path) is not Role.SERVER or "relations(" not in workspace.text(path):
            continue
        file = workspace.source(path)
        for call in file.calls:
            given = arguments(call)
            if len(given) < 2 or exported(workspace, file, call) != "relations":
                continue
            table = references.table(file, given[0])
            literal = next(iter(find_all(given[1], "object")), None)
            for entry in entries(literal) if table is not None and literal is not None else ():
                side = _side(file, references, table or "", entry) if isinstance(entry, Property) else None
                if side is not None:
                    yield side


def _side(file: SourceFile, references: References, table: str, entry: Property) -> _Side | None:
    call = unwrap(entry.value)
    callee = call.field("function")
    given = arguments(call) if callee is not None else []
    target = references.table(file, given[0]) if given else None
    kind = callee.text().rsplit(".", 1)[-1] if callee is not None else ""
    if target is None or kind not in ("one", "many"):
        return None
    options = unwrap(given[1]) if len(given) > 1 else None
    fields = _columns(file, references, options, "fields")
    others = _columns(file, references, options, "references")
    called = property_of(options, "relationName") if options is not None else None
    return _Side(table, entry.key, kind == "many", target, fields, others, string_value(called))


def _columns(file: SourceFile, references: References, options: SgNode | None, name: str) -> tuple[str, ...]:
    listed = property_of(options, name) if options is not None else None
    found = [references.column(file, each) for each in named(unwrap(listed))] if listed is not None else []
    return tuple(column for each in found if each is not None for column in (each[1],))


def _relation(side: _Side, sides: Sequence[_Side], known: dict[str, Table]) -> Relation | None:
    """The relation; None for one whose key neither side names, or more than one other side."""
    if side.fields:
        own = known[side.table]
        columns = [own.field(name) for name in side.fields]
        required = all(column is not None and not column.nullable and column.references for column in columns)
        kind = RelationKind.BELONGS_TO
        return Relation(side.name, kind, side.target, side.fields, side.references, required, side.called)
    others = [
        each
        for each in sides
        if each.table == side.target and each.target == side.table and each.fields and each.called == side.called
    ]
    if len(others) != 1:
        return None
    kind = RelationKind.HAS_MANY if side.is_many else RelationKind.HAS_ONE
    return Relation(side.name, kind, side.target, others[0].fields, others[0].references, name=side.called)
