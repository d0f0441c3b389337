"""Queries and mutations in a "use node" file.

## What it does
Reports queries, mutations and HTTP actions that are registered in a file that begins with "use node".

## Why is this bad
Only actions can run on Node. The push fails with "only actions can be defined in Node.js".

## Example
```ts
"use node";

import { createHash } from "crypto";
import { query } from "./_generated/server";

export const list = query({ args: {}, handler: async (ctx) => ctx.db.query("tasks").take(20) });
export const digest = (text: string) => createHash("sha256").update(text).digest("hex");
```

## Use instead
```ts
import { query } from "./_generated/server";

export const list = query({ args: {}, handler: async (ctx) => ctx.db.query("tasks").take(20) });
```
The actions that need Node stay in their own file.

## Fix safety
There is no fix: the function has to move to another file, which changes its name in `api`.

## References
- https://docs.convex.dev/functions/runtimes#nodejs-runtime
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.functions import Kind
from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of


class QueryInUseNode(Rule):
    CODE = "CX523"
    NAME = "query-in-use-node"
    MESSAGE = 'A {kind} cannot be defined in a "use node" file'
    HELP = 'Move it to a file without "use node", and leave the actions here.'
    LITERALS = ("use node",)

    VALID = (
        Valid(
            """
            "use node";
            import { query, mutation, action, httpAction } from "./_generated/server";
            export const a = action({ args: {}, handler: async () => 1 });
            """,
        ),
        Valid(
            """
            // "use node";
            import { query } from "./_generated/server";
            export const a = query({ args: {}, handler: async () => 1 });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            "use node";
            import { query, mutation, action, httpAction } from "./_generated/server";
            export const a = query({ args: {}, handler: async () => 1 });
            """,
            at="query({ args",
        ),
        Invalid(
            """
            "use node";
            import { query, mutation, action, httpAction } from "./_generated/server";
            export const a = httpAction(async () => new Response());
            """,
            at="httpAction(async",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if not module.uses_node:
            return
        for function in module.functions:
            if function.kind is not Kind.ACTION:
                callee = function.call.field("function") or function.call
                yield self.report(span_of(callee), kind=function.kind.value)
