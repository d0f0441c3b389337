"""The current time in a query.

## What it does
Reports `Date.now()` and `new Date()` in queries, also in helpers of the same file.

## Why is this bad
A query runs again when the data that it read changes, not when time passes: what depends on the time goes stale. And
a query that reads the clock is cached less well.

## Example
```ts
import { query } from "./_generated/server";

export const due = query({
  args: {},
  handler: async (ctx) =>
    ctx.db
      .query("tasks")
      .withIndex("by_due", (q) => q.lt("due", Date.now()))
      .take(20),
});
```

## Use instead
```ts
import { v } from "convex/values";
import { query } from "./_generated/server";

export const due = query({
  args: { now: v.number() },
  handler: async (ctx, { now }) =>
    ctx.db
      .query("tasks")
      .withIndex("by_due", (q) => q.lt("due", now))
      .take(20),
});
```
Let the client pass the time, rounded, or let a scheduled function set a field when the moment has come.

## Fix safety
There is no fix: all callers would have to pass the time.

## References
- https://docs.convex.dev/understanding/best-practices/#dont-use-datenow-in-queries
"""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.outcome import Severity
from codemods.rules.calls import called_name, calls_of
from codemods.rules.functions import Kind
from codemods.rules.module import Module
from codemods.rules.reach import Suspicion, offences
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.tree import arguments


class DateNowInQuery(Rule):
    CODE = "CX524"
    NAME = "date-now-in-query"
    MESSAGE = "`{clock}` in a query goes stale: the query does not run again when time passes"
    HELP = "Pass the time as an argument, or let a scheduled function set a field at the right moment."
    LITERALS = ("Date",)
    SEVERITY = Severity.WARNING

    VALID = (
        Valid(
            """
            import { query, mutation } from "./_generated/server";
            export const a = mutation({ args: {}, handler: () => Date.now() });
            """,
        ),
        Valid(
            """
            import { query, mutation } from "./_generated/server";
            export const a = query({ args: {}, handler: (ctx, { at }) => new Date(at).getTime() });
            """,
        ),
        Valid(
            """
            import { query, mutation } from "./_generated/server";
            const Date = { now: () => 1 };
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { query, mutation } from "./_generated/server";
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
            at="Date.now()",
        ),
        Invalid(
            """
            import { query, mutation } from "./_generated/server";
            const today = () => new Date().toDateString();
            export const a = query({ args: {}, handler: () => today() });
            """,
            at="new Date()",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for found in offences(module, _CLOCK, Kind.QUERY):
            if not found.via:
                yield self.report(found.span, clock=found.what)


def _clocks(module: Module) -> Iterator[tuple[SgNode, str]]:
    for call in calls_of(module, ("Date",)):
        match called_name(module, call):
            case "Date.now":
                yield call, "Date.now()"
            case "Date" if not arguments(call):
                yield call, "new Date()"
            case _:
                pass


_CLOCK = Suspicion("clock", ("Date",), _clocks)
