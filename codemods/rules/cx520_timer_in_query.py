"""Timers in queries and mutations.

## What it does
Reports `setTimeout`, `setInterval` and `setImmediate` in queries and mutations, also in helpers that they call.

## Why is this bad
Queries and mutations are transactions: they run to their end at once, and a timer in one throws "Can't use setTimeout
in queries and mutations". Work that is to happen later is scheduled, which survives a restart too.

## Example
```ts
import { mutation } from "./_generated/server";

export const order = mutation({
  args: {},
  handler: async (ctx) => {
    setTimeout(() => remind(ctx), 60_000);
  },
});
```

## Use instead
```ts
import { internal } from "./_generated/api";
import { mutation } from "./_generated/server";

export const order = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.scheduler.runAfter(60_000, internal.orders.remind, {});
  },
});
```
What repeats belongs in `convex/crons.ts`. A pause between two calls to the outside world is fine in an action.

## Fix safety
There is no fix: the callback has to become a function of its own, with what it captured as arguments.
`convexify migrate` does this for applications that it moves.

## References
- https://docs.convex.dev/scheduling/scheduled-functions
- https://docs.convex.dev/functions/runtimes#using-randomness-and-time-in-queries-and-mutations
"""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.rules.calls import called_name, calls_of
from codemods.rules.functions import FUNCTION_LITERALS, Kind
from codemods.rules.module import Module
from codemods.rules.origin import External
from codemods.rules.reach import Suspicion, offences
from codemods.rules.rule import Invalid, Report, Rule, Valid

_TIMERS = ("setTimeout", "setInterval", "setImmediate")
_HELP = {
    "setInterval": "Define a cron in convex/crons.ts, or let a scheduled function schedule the next run.",
}


class TimerInQuery(Rule):
    CODE = "CX520"
    NAME = "timer-in-query"
    MESSAGE = "`{timer}` throws in a {kind}{via}"
    HELP = "{remedy}"
    LITERALS = FUNCTION_LITERALS

    VALID = (
        Valid(
            """
            import { mutation, action } from "./_generated/server";
            export const a = action({ args: {}, handler: () => new Promise((r) => setTimeout(r, 10)) });
            """,
        ),
        Valid(
            """
            import { mutation, action } from "./_generated/server";
            import { setTimeout } from "./later";
            export const a = mutation({ args: {}, handler: () => setTimeout(1) });
            """,
        ),
        Valid(
            """
            import { mutation, action } from "./_generated/server";
            const later = () => setTimeout(() => {}, 1);
            export const a = action({ args: {}, handler: later });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { mutation, action } from "./_generated/server";
            export const a = mutation({ args: {}, handler: async () => { setTimeout(() => {}, 1); } });
            """,
            at="setTimeout(",
        ),
        Invalid(
            """
            import { mutation, action } from "./_generated/server";
            const wait = (ms: number) => new Promise((r) => globalThis.setTimeout(r, ms));
            export const a = mutation({ args: {}, handler: async () => { await wait(1); } });
            """,
            at="globalThis.setTimeout(",
        ),
        Invalid(
            """
            import { mutation, action } from "./_generated/server";
            import { poll } from "./lib/poll";
            export const a = mutation({ args: {}, handler: async () => { poll(1); } });
            """,
            at="poll(1)",
            files=(
                (
                    "convex/lib/poll.ts",
                    "export function poll(ms: number) { setInterval(() => {}, ms); }",
                ),
            ),
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for found in offences(module, _TIMER, Kind.QUERY, Kind.MUTATION):
            remedy = _HELP.get(
                found.what, "Schedule it: await ctx.scheduler.runAfter(ms, internal.file.function, args)."
            )
            if found.by.kind is Kind.QUERY:
                remedy = "A query only reads: do it in a mutation (ctx.scheduler.runAfter) or in an action."
            yield self.report(found.span, timer=found.what, kind=found.by.kind.value, via=found.via, remedy=remedy)


def _timers(module: Module) -> Iterator[tuple[SgNode, str]]:
    for call in calls_of(module, _TIMERS, ("timers", "timers/promises")):
        match called_name(module, call):
            case External("timers" | "timers/promises", (name,)) | str(name) if name in _TIMERS:
                yield call, name
            case _:
                pass


_TIMER = Suspicion("timer", _TIMERS, _timers)
