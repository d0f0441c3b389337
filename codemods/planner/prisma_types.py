"""What names of the generated Prisma client become: rows, data, enums, the error class, and plain types."""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.planner.facts import Replaced
from codemods.planner.member_chains import member_chain
from codemods.source import member, span_of

_PLAIN: Mapping[str, str] = {
    "BatchPayload": "{ count: number }",
    "DbNull": "null",
    "InputJsonArray": "any[]",
    "InputJsonObject": "Record<string, any>",
    "InputJsonValue": "any",
    "JsonArray": "any[]",
    "JsonNull": "null",
    "JsonObject": "Record<string, any>",
    "JsonValue": "any",
    "NullableJsonNullValueInput": "null",
    "QueryMode": '"default" | "insensitive"',
    "SortOrder": '"asc" | "desc"',
}
"""Types and values of the namespace `Prisma` that have a plain form."""

_LITERALS = frozenset({"QueryMode", "SortOrder"})
"""Enums of the namespace `Prisma`, whose members are their own names."""

_DATA: Mapping[str, str] = {
    "CreateInput": "new",
    "UncheckedCreateInput": "new",
    "CreateManyInput": "new",
    "UpdateInput": "changes",
    "UncheckedUpdateInput": "changes",
    "UpdateManyMutationInput": "changes",
    "UncheckedUpdateManyInput": "changes",
}
"""Types of written data by how their names end, behind the name of the model."""


_ERROR = "KnownRequestError"


def counterpart(schema: Schema, imported: str, reference: SgNode) -> Replaced | None:
    """What stands for an imported name of the client at one of its uses, None when nothing does."""
    if schema.table(imported) is not None:
        return Replaced(span_of(reference), "", f"table:{imported}", imported, True)
    if schema.enum(imported) is not None:
        return Replaced(span_of(reference), "", "enums", imported, reference.kind() == "type_identifier")
    if imported.endswith(_ERROR):
        return Replaced(span_of(reference), "DatabaseError", "errors", "DatabaseError")
    return _of_namespace(schema, reference) if imported == "Prisma" else None


def _of_namespace(schema: Schema, reference: SgNode) -> Replaced | None:
    """`Prisma.TodoCreateInput`, `Prisma.SortOrder.desc`."""
    chain = member_chain(reference)
    names = [_last_name(node) for node in chain[1:]]
    if not names:
        return None
    whole = chain[1]
    if names[0].endswith(_ERROR):
        return Replaced(span_of(chain[-1]), "DatabaseError", "errors", "DatabaseError")
    if names[0] in _LITERALS and len(names) > 1:
        return Replaced(span_of(chain[2]), f'"{names[1]}"')
    if names[0] in _PLAIN:
        return Replaced(span_of(whole), _enclosed(_PLAIN[names[0]], whole))
    return _of_data(schema, names[0], whole)


def _of_data(schema: Schema, name: str, whole: SgNode) -> Replaced | None:
    for table in schema.tables:
        kind = _DATA.get(name.removeprefix(table.name)) if name.startswith(table.name) else None
        if kind is not None:
            label = f"{table.name[:1].upper()}{table.name[1:]}"
            text = f"New{label}" if kind == "new" else f"{label}Changes"
            return Replaced(span_of(whole), text, f"{kind}:{table.name}", text, True)
    return None


def _last_name(node: SgNode) -> str:
    accessed = member(node)
    return accessed[1] if accessed is not None else node.text().rsplit(".", 1)[-1].strip()


def _enclosed(text: str, whole: SgNode) -> str:
    """A union within an array or another union is put in parentheses."""
    parent = whole.parent()
    return f"({text})" if "|" in text and parent is not None and parent.kind() == "array_type" else text
