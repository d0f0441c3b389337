"""The `args` of a registered function, from the plan of its request."""

from __future__ import annotations

from dataclasses import replace

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.planner.ids.schemas import is_unfit
from codemods.planner.routes import RoutePlan
from codemods.writers.code import ImportSpec
from codemods.writers.names import SchemaNames
from codemods.writers.validators import args_text, validator_text


def argument_shape(plan: RoutePlan) -> Shape:
    """All arguments as one object."""
    arguments = plan.request.arguments if plan.request is not None else ()
    children = tuple(_with_ids(argument.shape, argument.name, plan.ids) for argument in arguments)
    return Shape(Kind.OBJECT, children, tuple(argument.name for argument in arguments), unknown=Unknown.REJECT)


def _with_ids(shape: Shape, name: str, ids: frozenset[str]) -> Shape:
    """Numbers and texts of other formats that hold ids are strings."""
    if name in ids and is_unfit(shape):
        return Shape(Kind.STRING, optional=shape.optional, nullable=shape.nullable)
    if not shape.keys:
        return replace(shape, children=tuple(_with_ids(child, name, ids) for child in shape.children))
    children = (_with_ids(child, key, ids) for key, child in zip(shape.keys, shape.children, strict=True))
    return replace(shape, children=tuple(children))


def arguments_text(plan: RoutePlan, names: SchemaNames, exported: str | None) -> tuple[str, list[ImportSpec]]:
    """`{ id: v.string() }`, or the name of an exported validator, with the imports that it takes."""
    if exported is not None:
        return exported, [ImportSpec(f"convex:{plan.beside}", exported)] if plan.beside != plan.module else []
    shape = argument_shape(plan)
    return args_text(shape), [ImportSpec("convex/values", "v")] if shape.children else []


def exported_arguments(plan: RoutePlan, name: str) -> tuple[str, list[ImportSpec]]:
    """`export const createOrderArgs = v.object({ … });`"""
    text = f"export const {name} = {validator_text(argument_shape(plan))};"
    return text, [ImportSpec("convex/values", "v")]
