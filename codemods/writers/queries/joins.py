"""The functions that connect rows of a many-to-many relation and part them again."""

from __future__ import annotations

from typing import Literal

from codemods.writers.code import TableUse
from codemods.writers.stored.constraints import lookup
from codemods.writers.stored.parts import Builder, ModulePart, function, statement


def link_part(build: Builder, action: Literal["link", "unlink"]) -> ModulePart:
    """`linkPostTopic(ctx, { postId, topicId })`: what is connected stays connected once."""
    keys = [field.name for field in build.table.fields]
    types = "; ".join(f"{field.name}: {_type(build, field.name)}" for field in build.table.fields)
    found = lookup(build, build.table, keys, keys, build.table, "link", ".first()")
    body = [statement(("const found = await ", found))]
    if action == "link":
        body.append(f"  if (found === null) await ctx.db.insert({build.quoted}, link);")
    else:
        body.append(f"  if (found !== null) await ctx.db.delete({build.quoted}, found._id);")
    name = build.own.link if action == "link" else build.own.unlink
    parameters = [f"ctx: {build.mutation_ctx()}", f"link: {{ {types} }}"]
    text = function(name, parameters, "void", body)
    return build.part(name, 70 if action == "link" else 80, text, TableUse(build.table.name, action))


def _type(build: Builder, name: str) -> str:
    field = build.table.field(name)
    target = build.schema.table(field.references[0]) if field is not None and field.references else None
    assert target is not None
    if target.generated_id:
        return build.id_type(target)
    return f'{build.doc_type()}["{name}"]'
