"""Database access in an action.

## What it does
Reports `ctx.db` in actions, HTTP actions, and helpers that take an `ActionCtx`.

## Why is this bad
The context of an action has no `db`: actions run outside of the database's transactions. The access fails when it is
reached, in JavaScript and wherever types were cast away without a word before that.

## Example
```ts
import { action } from "./_generated/server";

export const sync = action({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("syncs", {});
  },
});
```

## Use instead
```ts
import { internal } from "./_generated/api";
import { action, internalMutation } from "./_generated/server";

export const record = internalMutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("syncs", {});
  },
});

export const sync = action({
  args: {},
  handler: async (ctx): Promise<null> => {
    return await ctx.runMutation(internal.syncs.record, {});
  },
});
```

## Fix safety
There is no fix: database work of one step belongs into one internal function, which only its owner can name.

## References
- https://docs.convex.dev/functions/actions#action-context
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.context import contextual_functions, taken_from_context
from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of


class DbInAction(Rule):
    CODE = "CX321"
    NAME = "db-in-action"
    MESSAGE = "An {kind} has no `db`"
    HELP = "Move the database work to an internalQuery or internalMutation: ctx.runQuery, ctx.runMutation."
    LITERALS = ("db",)

    VALID = (
        Valid(
            """
            import { mutation } from "./_generated/server";
            export const a = mutation({ args: {}, handler: (ctx) => ctx.db.insert("a", {}) });
            """,
        ),
        Valid(
            """
            import { action } from "./_generated/server";
            import { ctx } from "./pg";
            export const a = action({ args: {}, handler: (_ctx) => ctx.db.read() });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { internalAction } from "./_generated/server";
            export const a = internalAction(async ({ db, auth }) => db.query('a').first());
            """,
            at="db, auth",
        ),
        Invalid(
            """
            import { httpAction } from "./_generated/server";
            export const a = httpAction(async (c, request) => { const { db } = c; return db.get("a"); });
            """,
            at="db } = c",
        ),
        Invalid(
            """
            import type { ActionCtx } from "./_generated/server";
            export async function save(ctx: ActionCtx) { await (ctx as any).db.insert('a', {}); }
            """,
            at="(ctx as any).db",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for contextual in contextual_functions(module):
            if contextual.kind.is_transaction or "db" not in contextual.function.text():
                continue
            for node in taken_from_context(module, contextual.function, "db"):
                yield self.report(span_of(node), kind=contextual.kind.value)
