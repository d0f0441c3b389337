"""Functions of transactions that actions run, too: each has an internal function, which is given plain values."""

from __future__ import annotations

from codemods.planner.facts import Effect, PieceUse
from codemods.planner.pieces import PieceKey
from codemods.planner.running.floating import is_floating
from codemods.planner.stored.values import node_covering
from codemods.source import Edit, Span, arguments, parameters, span_of
from codemods.writers.code import SERVER, ImportSpec
from codemods.writers.library import spec_of
from codemods.writers.placement import Context
from codemods.writers.splice import Job, Splice


def cross(splice: Splice, use: PieceUse) -> None:
    """`getUser(email)` → `ctx.runQuery(internal.users.getUserInternal, packed({ email })).then(unpacked)`."""
    context, file = splice.context, splice.file
    call = node_covering(file, use.call) if use.call is not None else None
    if call is None or use.call is None:
        splice.problem("CX210", f"`{file.slice(use.span)}` is passed on as a value", use.span)
        return
    if is_floating(file, use.call, splice.facts.returned):
        splice.problem("CX209", f"`{file.slice(use.span)}` is called and not awaited", use.span)
    module = context.placement.module(use.target).replace("/", ".")
    reference = f"{splice.internal()}.{module}.{context.placement.bridges[use.target]}"
    parts: list[str | Span] = [f"{splice.ctx}.run{_kind(context, use.target)}({reference}"]
    taken = parameters(context.closure.piece(use.target).node)
    given = [(parameter, span_of(value)) for parameter, value in zip(taken, arguments(call), strict=False)]
    for index, (parameter, span) in enumerate(given):
        parts.append(", " if index else f", {splice.library('packed')}({{ ")
        name = parameter.name or ""
        if splice.piece.key in context.at_the_edge and context.ids.is_id(use.target.file, parameter.pattern):
            parts += [f"{name}: {splice.library('asId')}(", span, ")"]
        else:
            parts += [name] if file.slice(span) == name else [f"{name}: ", span]
    parts.append(" }))" if given else ")")
    if splice.piece.key in context.watched:
        parts.append(f".catch({splice.library('rethrow')})")
    parts.append(f".then({splice.library('unpacked')})")
    splice.edits.append(Edit(use.call, tuple(parts)))


def bridge_job(splice: Splice) -> Job:
    """The internal function that runs a helper for actions."""
    context, key = splice.context, splice.piece.key
    name, own = context.placement.bridges[key], context.placement.name(splice.piece)
    names = [parameter.name or "" for parameter in parameters(splice.piece.node)]
    kind = f"internal{_kind(context, key)}"
    imports = [ImportSpec(SERVER, kind), spec_of("packed")]
    splice.written.runtime |= {"packed", "unpacked"}
    given = ", ".join(names)
    if names:
        imports += [spec_of("unpacked"), ImportSpec("convex/values", "v")]
        body = f"{{\n    const {{ {given} }} = unpacked(args);\n    return packed(await {own}(ctx, {given}));\n  }}"
        handler = f"async (ctx, args) => {body}"
    else:
        handler = f"async (ctx) => packed(await {own}(ctx))"
    args = ", ".join(f"{each}: v.optional(v.any())" for each in names)
    args = f"{{ {args} }}" if names else "{}"
    text = f"export const {name} = {kind}({{\n  args: {args},\n  handler: {handler},\n}});"
    return Job(name, text, tuple(imports))


def _kind(context: Context, key: PieceKey) -> str:
    """A query, whose result may be kept, asks for neither the time nor chance."""
    effects = context.closure.effects(key)
    fresh = {Effect.WRITES, Effect.SCHEDULES, Effect.CLOCK, Effect.SIGNS}
    return "Mutation" if effects & fresh else "Query"
