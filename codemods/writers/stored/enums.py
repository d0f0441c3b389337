"""Enums of the database as constants, where code names their members."""

from __future__ import annotations

from codemods.ir.table import Enum


def enum_text(enum: Enum, typed: bool) -> str:
    """`export const Role = { ADMIN: "ADMIN" } as const;` with the type of its values."""
    members = "".join(f'  {name}: "{value}",\n' for name, value in enum.members)
    if not typed:
        return f"export const {enum.name} = {{\n{members}}};"
    return (
        f"export const {enum.name} = {{\n{members}}} as const;\n\n"
        f"export type {enum.name} = (typeof {enum.name})[keyof typeof {enum.name}];"
    )
