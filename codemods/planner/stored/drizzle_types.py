"""Types that Drizzle infers of its tables and enums: rows, data that is written, and the values of an enum."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.table import Schema, Table
from codemods.planner.facts import Replaced
from codemods.readers.literals import Property, entries, is_changed, literal_of
from codemods.readers.zod.constants import Constants
from codemods.source import SourceFile, arguments, member, named, span_of, unwrap
from codemods.source.tree import enclosing
from codemods.workspace import Declared, Workspace

_OF_TABLES: Mapping[str, str] = {"$inferSelect": "row", "$inferInsert": "new"}
_MODELS: Mapping[str, str] = {"InferSelectModel": "row", "InferInsertModel": "new", "InferModel": "row"}


def inferred(workspace: Workspace, schema: Schema, file: SourceFile, reference: SgNode) -> Replaced | None:
    """What stands for the type in which a table or an enum is named, None where that is no such type."""
    query = enclosing(reference, frozenset({"type_query"}))
    if query is None:
        return None
    steps = query.text().removeprefix("typeof").strip().split(".")
    is_enum = steps[-1] == "enumValues"
    values = Constants(workspace, Schema()).of(file, named(query)[0]) if is_enum else None
    if values is not None:
        return Replaced(span_of(query), f"[{', '.join(values)}]")
    table = table_of(workspace, schema, file, reference)
    if table is None:
        return None
    generic = _generic(query)
    if generic is not None:
        return _replaced(table, _MODELS[generic[1]], generic[0])
    kinds = [kind for step in steps if (kind := _OF_TABLES.get(step)) is not None]
    behind = steps[steps.index(next(step for step in steps if step in _OF_TABLES)) + 1 :] if kinds else []
    return _replaced(table, kinds[0], query, behind) if len(kinds) == 1 else None


def table_of(workspace: Workspace, schema: Schema, file: SourceFile, reference: SgNode) -> Table | None:
    """The table that a name is declared as; a namespace is followed to the member."""
    parent = reference.parent()
    parts = member(parent) if parent is not None else None
    for node in (reference, parent if parts is not None else None):
        meaning = workspace.meaning_of(file.path, node) if node is not None else None
        value = meaning.node.field("value") if isinstance(meaning, Declared) else None
        if isinstance(meaning, Declared) and value is not None:
            place = workspace.source(meaning.file).place(value)
            return next((table for table in schema.tables if table.sql and table.place == place), None)
    return None


def names_listed(workspace: Workspace, schema: Schema, file: SourceFile, reference: SgNode) -> Replaced | None:
    """`Object.keys(sortable)` of a constant that holds columns: the names are written out, the columns stay behind."""
    around = reference.parent()
    call = around.parent() if around is not None and around.kind() == "arguments" else None
    callee = call.field("function") if call is not None else None
    if call is None or callee is None or callee.text() != "Object.keys" or len(arguments(call)) != 1:
        return None
    meaning = workspace.meaning_of(file.path, reference)
    value = meaning.node.field("value") if isinstance(meaning, Declared) else None
    if not isinstance(meaning, Declared) or value is None or meaning.binding is None:
        return None
    home = workspace.source(meaning.file)
    literal = literal_of(home, value)
    if literal is None or literal.kind() != "object" or meaning.binding.reassigned or is_changed(meaning.binding):
        return None
    every = list(entries(literal))
    found = [each for each in every if isinstance(each, Property)]
    parts = [member(unwrap(each.value)) for each in found]
    tables = [table_of(workspace, schema, home, part[0]) if part is not None else None for part in parts]
    if not found or len(found) != len(every) or None in tables:
        return None
    return Replaced(span_of(call), f"[{', '.join(json.dumps(each.key, ensure_ascii=False) for each in found)}]")


def _generic(query: SgNode) -> tuple[SgNode, str] | None:
    """`InferSelectModel<typeof users>`."""
    arguments = query.parent()
    generic = arguments.parent() if arguments is not None and arguments.kind() == "type_arguments" else None
    name = generic.field("name") if generic is not None else None
    return (generic, name.text()) if generic is not None and name is not None and name.text() in _MODELS else None


def _replaced(table: Table, kind: str, node: SgNode, behind: list[str] | None = None) -> Replaced:
    called = table.called or table.name
    label = "".join(f"{word[:1].upper()}{word[1:]}" for word in called.split("_"))
    text = label if kind == "row" else f"New{label}"
    suffix = "".join(f'["{name}"]' for name in behind or ())
    return Replaced(span_of(node), text, f"{kind}:{table.name}", suffix or None, True)
