"""What names of the generated Prisma client become: rows, data, enums, the error class, and plain types."""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.table import Schema, Table
from codemods.planner.facts import Replaced
from codemods.planner.member_chains import last_name, member_chain
from codemods.source import FUNCTION_KINDS, Span, enclosing, find_all, member, named, property_name, span_of

_PLAIN: Mapping[str, str] = {
    "BatchPayload": "{ count: number }",
    "DbNull": "null",
    "Decimal": "string",
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

_CONNECTING = frozenset({"CreateInput", "UpdateInput"})
"""Types of data that reach other rows by relations and not by keys (`user: { connect: { id } }`)."""

_HOMES = FUNCTION_KINDS | {"program"}
"""What a variable is declared in."""

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
    names = [last_name(node) for node in chain[1:]]
    if not names:
        return None
    whole = chain[1]
    if names[0] == "Decimal" and (made := _made(whole)) is not None:
        return Replaced(made, "decimal", "errors", "decimal")
    if names[0].endswith(_ERROR):
        return Replaced(span_of(chain[-1]), "DatabaseError", "errors", "DatabaseError")
    if names[0] in _LITERALS and len(names) > 1:
        return Replaced(span_of(chain[2]), f'"{names[1]}"')
    if names[0] in _PLAIN and (names[0] != "Decimal" or whole.kind() == "nested_type_identifier"):
        return Replaced(span_of(whole), _enclosed(_PLAIN[names[0]], whole))
    return _of_data(schema, names[0], whole)


def _made(name: SgNode) -> Span | None:
    """`new Prisma.Decimal`: decimal numbers are texts, as in JSON."""
    if name.kind() != "member_expression":
        return None
    parent = name.parent()
    is_made = parent is not None and parent.kind() == "new_expression" and parent.field("arguments") is not None
    return Span(span_of(parent).start, span_of(name).end) if parent is not None and is_made else None


def _of_data(schema: Schema, name: str, whole: SgNode) -> Replaced | None:
    for table in schema.tables:
        suffix = name.removeprefix(table.name) if name.startswith(table.name) else ""
        kind = _DATA.get(suffix)
        if kind is not None:
            if _comes_to_connect(table, whole):
                return None
            if suffix in _CONNECTING and _connects(table, whole):
                return Replaced(span_of(annotation), "") if (annotation := _of_variable(whole)) is not None else None
            if suffix == "CreateInput" and _of_variable(whole) is None and any(one.required for one in table.relations):
                return None
            label = f"{table.name[:1].upper()}{table.name[1:]}"
            text = f"New{label}" if kind == "new" else f"{label}Changes"
            return Replaced(span_of(whole), text, f"{kind}:{table.name}", None, True)
    return None


def _of_variable(whole: SgNode) -> SgNode | None:
    """The annotation that a type is of a variable which holds a literal: its own type serves as well."""
    annotation = whole.parent()
    declarator = annotation.parent() if annotation is not None and annotation.kind() == "type_annotation" else None
    return annotation if declarator is not None and _literal(declarator) is not None else None


def _connects(table: Table, whole: SgNode) -> bool:
    """Does the literal of such a variable name relations? The types of tables know the keys alone."""
    annotation = whole.parent()
    declarator = annotation.parent() if annotation is not None else None
    literal = _literal(declarator) if declarator is not None else None
    keys = [part.field("key") or part for part in named(literal)] if literal is not None else []
    return any(table.relation(property_name(key) or "") is not None for key in keys)


def _comes_to_connect(table: Table, whole: SgNode) -> bool:
    """Is a relation of such a variable set later on (`data.category = { connect: … }`)? Its type knows none."""
    annotation = whole.parent()
    declarator = annotation.parent() if annotation is not None and annotation.kind() == "type_annotation" else None
    name = declarator.field("name") if declarator is not None and declarator.kind() == "variable_declarator" else None
    home = enclosing(whole, _HOMES)
    if name is None or home is None:
        return False
    targets = [each.field("left") for each in find_all(home, "assignment_expression")]
    parts = [member(target) for target in targets if target is not None]
    return any(
        part is not None and part[0].text() == name.text() and table.relation(part[1]) is not None for part in parts
    )


def _literal(declarator: SgNode) -> SgNode | None:
    value = declarator.field("value") if declarator.kind() == "variable_declarator" else None
    return value if value is not None and value.kind() == "object" else None


def _enclosed(text: str, whole: SgNode) -> str:
    """A union within an array or another union is put in parentheses."""
    parent = whole.parent()
    return f"({text})" if "|" in text and parent is not None and parent.kind() == "array_type" else text
