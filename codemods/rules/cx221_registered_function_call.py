"""Registered functions called as if they were plain ones.

## What it does
Reports calls of a query, mutation or action as a function: `list(ctx, args)` instead of `ctx.runQuery(api.tasks.list)`.

## Why is this bad
What `query({ … })` returns is a registration, not the handler. Calling it does not type-check, skips argument
validation, and throws in newer versions of Convex.

## Example
```ts
import { query } from "./_generated/server";

export const list = query({ args: {}, handler: async (ctx) => ctx.db.query("tasks").take(20) });

export const count = query({
  args: {},
  handler: async (ctx) => (await list(ctx, {})).length,
});
```

## Use instead
```ts
import { query, type QueryCtx } from "./_generated/server";

async function firstTasks(ctx: QueryCtx) {
  return ctx.db.query("tasks").take(20);
}

export const list = query({ args: {}, handler: async (ctx) => firstTasks(ctx) });

export const count = query({
  args: {},
  handler: async (ctx) => (await firstTasks(ctx)).length,
});
```
An action calls `ctx.runQuery(internal.tasks.list, {})` instead: each such call is a transaction of its own.

## Fix safety
There is no fix: whether a shared helper or `ctx.runQuery` is right depends on the caller.

## References
- https://docs.convex.dev/understanding/best-practices/#use-helper-functions-to-write-shared-code
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import Config, Relation, SgNode

from codemods.rules.functions import FUNCTION_LITERALS, Registered, registered
from codemods.rules.module import Module
from codemods.rules.origin import Declared, origin_of
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of

_RUNNERS = {"query": "runQuery", "mutation": "runMutation", "action": "runAction"}


class RegisteredFunctionCall(Rule):
    CODE = "CX221"
    NAME = "registered-function-call"
    MESSAGE = "`{name}` is a registered {kind} and cannot be called directly"
    HELP = "Share the code as a plain function that takes `ctx`{runner}."
    LITERALS = FUNCTION_LITERALS

    VALID = (
        Valid(
            """
            import { query } from "./_generated/server";
            async function load(ctx) { return 1; }
            export const list = query({ args: {}, handler: (ctx) => load(ctx) });
            """,
        ),
        Valid(
            """
            import { httpAction } from "./_generated/server";
            import { httpRouter } from "convex/server";
            const hook = httpAction(async () => new Response());
            const http = httpRouter();
            http.route({ path: "/a", method: "GET", handler: hook });
            export default http;
            """,
            path="convex/http.ts",
        ),
        Valid(
            """
            import { query } from "./_generated/server";
            export const list = query({ args: {}, handler: (ctx) => 1 });
            export const other = query({ args: {}, handler: (ctx, { list }) => list(ctx) });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { mutation } from "./_generated/server";
            import { list } from "./lists";
            export const add = mutation({ args: {}, handler: async (ctx) => { await list(ctx, {}); } });
            """,
            at="list(ctx, {})",
            files=(
                (
                    "convex/lists.ts",
                    """
                    import { query } from "./_generated/server";
                    export const list = query({ args: {}, handler: () => [] });
                    """,
                ),
            ),
        ),
        Invalid(
            """
            import { action } from "./_generated/server";
            import * as lists from "./lists";
            export const run = action({ args: {}, handler: async (ctx) => (lists.list as any)(ctx) });
            """,
            at="(lists.list as any)(ctx)",
            files=(
                (
                    "convex/lists.ts",
                    """
                    import { query } from "./_generated/server";
                    export const list = query({ args: {}, handler: () => [] });
                    """,
                ),
            ),
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        names = {one.name for one in module.functions if one.name} | _imported_from_functions(module)
        if not names:
            return
        callee: Relation = {"field": "function", "regex": rf"^\(*(?:{'|'.join(map(re.escape, sorted(names)))})\b"}
        for call in module.root.find_all(Config(rule={"kind": "call_expression", "has": callee})):
            function = _registered(module, call)
            if function is not None:
                yield self._about(call, function)

    def _about(self, call: SgNode, function: Registered) -> Report:
        runner = _RUNNERS.get(function.kind.value)
        hint = f", or call it with ctx.{runner}(…) from an action" if runner else ""
        callee = call.field("function") or call
        return self.report(span_of(call), name=callee.text(), kind=function.kind.value, runner=hint)


def _imported_from_functions(module: Module) -> set[str]:
    """The local names of imports from files that register functions."""
    return {
        name
        for name, found in module.import_names.items()
        if not found.type_only
        and (path := module.code.resolve(module.path, found.module)) is not None
        and (other := module.code.module(path)) is not None
        and other.functions
    }


def _registered(module: Module, call: SgNode) -> Registered | None:
    callee = call.field("function")
    match origin_of(module, callee) if callee is not None else None:
        case Declared(where, node, ()) if node.kind() == "call_expression":
            return registered(where, node)
        case _:
            return None
