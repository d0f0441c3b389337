"""Zod schemas where Convex expects its own validators.

## What it does
Reports Zod schemas as `args` or `returns` of a function made with `query`, `mutation` or `action`, and in
`defineTable`.

## Why is this bad
Convex reads these declarations when it deploys and knows only validators of `convex/values`: a Zod schema there fails
the push. (Inside of a handler Zod works as everywhere, and `convex-helpers/server/zod` has builders that take it.)

## Example
```ts
import { z } from "zod";
import { mutation } from "./_generated/server";

export const add = mutation({
  args: { title: z.string().min(1), done: z.boolean().optional() },
  handler: async (ctx, args) => {},
});
```

## Use instead
```ts
import { ConvexError, v } from "convex/values";
import { mutation } from "./_generated/server";

export const add = mutation({
  args: { title: v.string(), done: v.optional(v.boolean()) },
  handler: async (ctx, args) => {
    if (args.title.length < 1) throw new ConvexError("title must not be empty");
  },
});
```

## Fix safety
There is no fix: what Zod checks beyond types has to move into the handler.

## References
- https://docs.convex.dev/functions/validation
- https://stack.convex.dev/typescript-zod-function-validation
"""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.rules.functions import Flavour
from codemods.rules.module import Module
from codemods.rules.objects import entries
from codemods.rules.origin import Declared, External, origin_of, root_origin
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of
from codemods.source.tree import arguments, unwrap

_CHECKED = frozenset({Flavour.CONVEX, Flavour.CUSTOM})
_MAX_DEPTH = 4


class ZodValidator(Rule):
    CODE = "CX420"
    NAME = "zod-validator"
    MESSAGE = "A Zod schema cannot be used {where}: Convex needs a validator of `convex/values`"
    HELP = "Write it with `v`, and check in the handler what `v` cannot say."
    LITERALS = ("args", "returns", "defineTable")

    VALID = (
        Valid(
            """
            import { z } from "zod";
            import { v } from "convex/values";
            import { query } from "./_generated/server";
            const Name = z.string();
            export const a = query({ args: { n: v.string() }, handler: (ctx, { n }) => Name.parse(n) });
            """,
        ),
        Valid(
            """
            import { z } from "zod";
            import { zCustomQuery } from "convex-helpers/server/zod";
            import { NoOp } from "convex-helpers/server/customFunctions";
            import { query } from "./_generated/server";
            const zQuery = zCustomQuery(query, NoOp);
            export const a = zQuery({ args: { n: z.string() }, handler: (ctx, { n }) => n });
            """,
        ),
        Valid(
            """
            import { z } from "zod";
            import { zodToConvex } from "convex-helpers/server/zod";
            import { defineTable } from "convex/server";
            export const t = defineTable(zodToConvex(z.object({})));
            """,
            path="convex/schema.ts",
        ),
        Valid(
            """
            import { v as z } from "convex/values";
            import { query } from "./_generated/server";
            export const a = query({ args: { n: z.string() }, handler: () => 1 });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { z } from "zod";
            import { query } from "./_generated/server";
            export const a = query({ args: z.object({ n: z.string() }), handler: (ctx, { n }) => n });
            """,
            at="z.object(",
        ),
        Invalid(
            """
            import { Task } from "./shapes";
            import { query } from "./_generated/server";
            export const a = query({ args: {}, returns: Task.nullable(), handler: () => null });
            """,
            at="Task.nullable()",
            files=(
                (
                    "convex/shapes.ts",
                    """
                    import * as zod from "zod/v4";
                    export const Task = zod.object({});
                    """,
                ),
            ),
        ),
        Invalid(
            """
            import z from "zod";
            import { defineSchema, defineTable } from "convex/server";
            export default defineSchema({ a: defineTable({ n: z.string(), m: z.number() }) });
            """,
            at="z.string()",
            path="convex/schema.ts",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if not module.mentions(("zod",)):
            return
        for function in module.functions:
            if function.builder.flavour in _CHECKED:
                yield from self._first_zod(module, function.args, "as `args`")
                yield from self._first_zod(module, function.returns, "as `returns`")
        if "defineTable" in module.text:
            for call in module.root.find_all(pattern="$TABLE($$$ARGS)"):
                yield from self._table(module, call)

    def _table(self, module: Module, call: SgNode) -> Iterator[Report]:
        callee, given = call.field("function"), arguments(call)
        if callee is None or not given or callee.kind() not in ("identifier", "member_expression"):
            return
        if origin_of(module, callee) == External("convex/server", ("defineTable",)):
            yield from self._first_zod(module, given[0], "in a table definition")

    def _first_zod(self, module: Module, node: SgNode | None, where: str) -> Iterator[Report]:
        """One report a declaration: at the schema, or at the first field that is one."""
        found = _zod_in(module, node, 0) if node is not None else None
        if found is not None:
            yield self.report(span_of(found), where=where)


def _zod_in(module: Module, node: SgNode, depth: int) -> SgNode | None:
    node = unwrap(node)
    if node.kind() == "object":
        fields = (_zod_in(module, value, depth + 1) for value in entries(node).values() if depth < _MAX_DEPTH)
        return next((found for found in fields if found is not None), None)
    if _is_zod(module, node):
        return node
    origin = origin_of(module, node) if node.kind() != "call_expression" else None
    is_shape = isinstance(origin, Declared) and origin.node.kind() == "object" and not origin.path
    if isinstance(origin, Declared) and is_shape and depth < _MAX_DEPTH:
        return node if _zod_in(origin.module, origin.node, depth + 1) is not None else None
    return None


def _is_zod(module: Module, node: SgNode) -> bool:
    match root_origin(module, node):
        case External(name, _):
            return name == "zod" or name.startswith("zod/")
        case _:
            return False
