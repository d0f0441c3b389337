"""Bodies that are written to a table as a whole, although their schema does not name all that the table takes."""

from __future__ import annotations

from dataclasses import replace

from codemods.ir.query import Assignment, Query
from codemods.ir.table import DefaultKind, Schema, Table
from codemods.ir.validator import Kind, Shape, Unknown
from codemods.planner.asking.requests import Part
from codemods.planner.closure import Closure
from codemods.planner.routes import RoutePlan
from codemods.source import Span


def open_body(plan: RoutePlan, closure: Closure, schema: Schema) -> None:
    """Let a whole body through as it came, when a check leaves it as it is and a write may take more of it.

    Express hands on what the schema does not name, and Prisma writes it. Picking the declared fields would lose
    columns, so such a body is `v.any()`.
    """
    if plan.piece is None or plan.request is None or any(check.changes for check in plan.checks):
        return
    body = next((a for a in plan.request.arguments if a.part is Part.BODY and a.key is None), None)
    if body is None or body.shape.kind is not Kind.OBJECT or body.shape.unknown is not Unknown.STRIP:
        return
    queries = [query for key in closure.reached(plan.piece.key) for query in closure.facts(key).queries]
    if not any(_takes_more(query, body.shape, schema) for query in queries):
        return
    arguments = tuple(replace(a, shape=Shape(Kind.ANY)) if a is body else a for a in plan.request.arguments)
    plan.request = replace(plan.request, arguments=arguments, untyped=(*plan.request.untyped, body.name))


def _takes_more(query: Query, shape: Shape, schema: Schema) -> bool:
    """Is an object written as a whole to a table that has columns which neither it nor the call names?"""
    table = schema.table(query.table) if query.table is not None else None
    if table is None:
        return False
    for data in (query.data, query.update):
        parts = data.parts if data is not None else ()
        named = {part.field for part in parts if isinstance(part, Assignment)}
        if any(isinstance(part, Span) for part in parts) and _columns(table) - named - set(shape.keys):
            return True
    return False


def _columns(table: Table) -> set[str]:
    """The columns that a client may give: all but the generated key and times that are set by themselves."""
    return {
        field.name
        for field in table.fields
        if field.name != table.id_field and field.default_kind is not DefaultKind.NOW and not field.updated_at
    }
