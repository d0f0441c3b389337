"""Public functions without argument validators.

## What it does
Reports public queries, mutations and actions that declare no `args`.

## Why is this bad
Anyone on the internet can call a public function with anything. Without validators nothing checks what arrives, and
types that TypeScript shows are wishes.

## Example
```ts
import { mutation } from "./_generated/server";

export const rename = mutation({
  handler: async (ctx, { id, name }: { id: string; name: string }) => {},
});
```

## Use instead
```ts
import { v } from "convex/values";
import { mutation } from "./_generated/server";

export const rename = mutation({
  args: { id: v.id("tasks"), name: v.string() },
  handler: async (ctx, { id, name }) => {},
});
```

## Fix safety
A function whose handler takes no arguments gets `args: {}`. This is safe: calls that pass arguments, which nobody
reads, would be refused afterwards, but do not type-check before. Other functions are not fixed.

## References
- https://docs.convex.dev/functions/validation
- https://docs.convex.dev/understanding/best-practices/#use-argument-validators-for-all-public-functions
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.functions import FUNCTION_LITERALS, Flavour, Registered
from codemods.rules.module import Module
from codemods.rules.rule import Fix, Invalid, Report, Rule, Valid
from codemods.source.edits import Edit
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import arguments, named, parameters, unwrap


class MissingArgs(Rule):
    CODE = "CX220"
    NAME = "missing-args"
    MESSAGE = "The public {kind} `{name}` does not declare `args`, so it accepts anything"
    HELP = 'Declare what it takes with validators: `args: {{ id: v.id("table") }}`, or `args: {{}}` for nothing.'
    LITERALS = FUNCTION_LITERALS

    VALID = (
        Valid(
            """
            import { query } from "./_generated/server";
            export const a = query({ args: {}, handler: () => 1 });
            """,
        ),
        Valid(
            """
            import { internalQuery } from "./_generated/server";
            export const a = internalQuery(async () => 1);
            """,
        ),
        Valid(
            """
            import { httpAction } from "./_generated/server";
            export const a = httpAction(async () => new Response());
            """,
        ),
        Valid(
            """
            const query = (x: unknown) => x;
            export const a = query({ handler: (ctx, args) => 1 });
            """,
        ),
        Valid(
            """
            import { query } from "./_generated/server";
            const shared = { args: {} };
            export const a = query({ ...shared, handler: () => 1 });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { query } from "./_generated/server";
            export const list = query({
              handler: async (ctx) => 1,
            });
            """,
            at="query({",
            fixed="""
            import { query } from "./_generated/server";
            export const list = query({
              args: {},
              handler: async (ctx) => 1,
            });
            """,
        ),
        Invalid(
            """
            import { query as q } from "./_generated/server";
            export default q(async (ctx) => 1);
            """,
            at="q(async",
            fixed="""
            import { query as q } from "./_generated/server";
            export default q({ args: {}, handler: async (ctx) => 1 });
            """,
        ),
        Invalid(
            """
            import * as server from "./_generated/server";
            export const add = server.mutation({ handler: async (ctx, args: { a: string }) => args.a });
            """,
            at="server.mutation(",
        ),
        Invalid(
            """
            import { authed } from "./auth";
            export const add = authed({ handler: async (ctx, args) => args });
            """,
            at="authed({ handler",
            files=(
                (
                    "convex/auth.ts",
                    """
                    import { customQuery, NoOp } from "convex-helpers/server/customFunctions";
                    import { query } from "./_generated/server";
                    export const authed = customQuery(query, NoOp);
                    """,
                ),
            ),
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for function in module.functions:
            if _lacks_args(function):
                callee = function.call.field("function") or function.call
                name = function.name or ""
                yield self.report(span_of(callee), _fix(module.file, function), kind=function.kind.value, name=name)


def _lacks_args(function: Registered) -> bool:
    if (
        not function.is_public
        or function.name is None
        or function.args is not None
        or function.handler is None
        or _has_spread(function)
    ):
        return False
    match function.builder.flavour:
        case Flavour.CONVEX:
            return True
        case Flavour.CUSTOM | Flavour.ZOD:
            return len(parameters(function.handler)) > 1
        case _:
            return False


def _has_spread(function: Registered) -> bool:
    definition = unwrap(arguments(function.call)[0])
    return definition.kind() == "object" and any(part.kind() == "spread_element" for part in named(definition))


def _fix(file: SourceFile, function: Registered) -> Fix | None:
    if function.handler is None or len(parameters(function.handler)) > 1:
        return None
    definition = unwrap(arguments(function.call)[0])
    if definition.kind() != "object":
        edit = Edit.wrap(span_of(definition), "{ args: {}, handler: ", " }")
    else:
        start = span_of(named(definition)[0]).start
        own_line = "\n" in file.text[span_of(definition).start : start]
        edit = Edit.insert(start, "args: {}," + (file.newline + file.indent_at(start) if own_line else " "))
    return Fix(f"Declare that `{function.name}` takes no arguments", (edit,))
