"""Calls to the outside world in queries and mutations.

## What it does
Reports `fetch` and the usual HTTP clients (axios, got, ky …) in queries and mutations, also in helpers that they call.

## Why is this bad
Queries and mutations are transactions, which Convex may run again at any time. They cannot reach the network: the call
throws "Can't use fetch() in queries and mutations".

## Example
```ts
import { mutation } from "./_generated/server";

export const refresh = mutation({
  args: {},
  handler: async (ctx) => {
    const response = await fetch("https://api.example.com/rates");
    await ctx.db.insert("rates", await response.json());
  },
});
```

## Use instead
```ts
import { internal } from "./_generated/api";
import { action } from "./_generated/server";

export const refresh = action({
  args: {},
  handler: async (ctx): Promise<void> => {
    const response = await fetch("https://api.example.com/rates");
    await ctx.runMutation(internal.rates.save, await response.json());
  },
});
```
A mutation that must trigger such a call schedules the action: `ctx.scheduler.runAfter(0, internal.rates.refresh, {})`.

## Fix safety
There is no fix: the database work around the call has to move into functions of its own.

## References
- https://docs.convex.dev/functions/actions
- https://docs.convex.dev/functions/runtimes
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

_CLIENTS = (
    "axios", "cross-fetch", "got", "isomorphic-fetch", "ky", "needle", "node-fetch", "ofetch", "request",
    "superagent", "undici", "wretch",
)  # fmt: skip
_GLOBALS = ("fetch", "XMLHttpRequest", "WebSocket", "EventSource")


class FetchInQuery(Rule):
    CODE = "CX521"
    NAME = "fetch-in-query"
    MESSAGE = "`{client}` throws in a {kind}{via}"
    HELP = "Move the call into an action, and the database work into functions that it runs."
    LITERALS = FUNCTION_LITERALS

    VALID = (
        Valid(
            """
            import { query, mutation, action } from "./_generated/server";
            export const a = action({ args: {}, handler: () => fetch("https://example.com") });
            """,
        ),
        Valid(
            """
            import { query, mutation, action } from "./_generated/server";
            export const a = query({ args: {}, handler: (ctx, { fetch }) => fetch() });
            """,
        ),
        Valid(
            """
            import { query, mutation, action } from "./_generated/server";
            function fetch() {}
            export const a = query({ args: {}, handler: () => fetch() });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { query, mutation, action } from "./_generated/server";
            export const a = query({ args: {}, handler: async () => (await fetch("https://x.y")).json() });
            """,
            at='fetch("https://x.y")',
        ),
        Invalid(
            """
            import { query, mutation, action } from "./_generated/server";
            import axios from "axios";
            const api = axios.create({ baseURL: "https://x.y" });
            async function load() { return (await api.get("/z")).data; }
            export const a = mutation({ args: {}, handler: async () => load() });
            """,
            at='api.get("/z")',
        ),
        Invalid(
            """
            import { query, mutation, action } from "./_generated/server";
            import * as rates from "./rates";
            export const a = mutation({ args: {}, handler: async () => rates.load() });
            """,
            at="rates.load()",
            files=(
                (
                    "convex/rates.ts",
                    'export const load = async () => fetch("https://x.y");',
                ),
            ),
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for found in offences(module, _REQUEST, Kind.QUERY, Kind.MUTATION):
            yield self.report(found.span, client=found.what, kind=found.by.kind.value, via=found.via)


def _requests(module: Module) -> Iterator[tuple[SgNode, str]]:
    for call in calls_of(module, _GLOBALS, _CLIENTS):
        match called_name(module, call):
            case External() as external if external.package in _CLIENTS:
                yield call, ".".join((external.package, *external.path))
            case str(name) if name in _GLOBALS:
                yield call, name
            case _:
                pass


_REQUEST = Suspicion("request", (*_GLOBALS, *_CLIENTS), _requests)
