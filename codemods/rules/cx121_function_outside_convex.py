"""Convex functions outside of the functions folder.

## What it does
Reports queries, mutations and actions that are registered in a file outside of the functions folder: `convex/`, or
what `functions` in `convex.json` names.

## Why is this bad
Only files of the functions folder are deployed. A function elsewhere is missing from `api`, and no client can call it.

## Example
```ts
// path: src/server/tasks.ts
import { query } from "../../convex/_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => ctx.db.query("tasks").take(20),
});
```

## Use instead
```ts
// path: convex/tasks.ts
import { query } from "./_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => ctx.db.query("tasks").take(20),
});
```

## Fix safety
There is no fix: moving the file changes the paths of its imports and the function's name in `api`.

## References
- https://docs.convex.dev/functions
- https://docs.convex.dev/production/project-configuration#functions
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.functions import Registered
from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid, Where
from codemods.source.file import span_of
from codemods.source.tree import FUNCTION_KINDS


class FunctionOutsideConvex(Rule):
    CODE = "CX121"
    NAME = "function-outside-convex"
    MESSAGE = "This {kind} is outside of {folder}/, so it is not deployed"
    HELP = "Move it to a file in {folder}/."
    LITERALS = ("_generated/server", "convex/server", "convex-helpers/server")
    WHERE = Where.OUTSIDE

    VALID = (
        Valid(
            'export { list } from "../src/tasks";',
            files=(
                (
                    "src/tasks.ts",
                    """
                    import { query } from "../convex/_generated/server";
                    export const list = query({ args: {}, handler: async () => 1 });
                    """,
                ),
            ),
        ),
        Valid(
            """
            import { query } from "../convex/_generated/server";
            test('x', () => { query({ args: {}, handler: async () => 1 }); });
            """,
            path="src/tasks.test.ts",
        ),
        Valid(
            """
            import { queryGeneric } from "convex/server";
            export const makeList = () => queryGeneric({ args: {}, handler: async () => 1 });
            """,
            path="src/library.ts",
        ),
        Valid(
            """
            import { query } from "./db";
            export const list = query({ handler: () => 1 });
            """,
            path="src/tasks.ts",
        ),
    )
    INVALID = (
        Invalid(
            """
            import { mutation } from "@/convex/_generated/server";
            export const add = mutation({ args: {}, handler: async (ctx) => {} });
            """,
            at="mutation({",
            path="app/actions/add.ts",
        ),
        Invalid(
            """
            import { query } from "../../backend/_generated/server";
            export const a = query(async () => 1);
            """,
            at="query(async",
            path="src/a/a.ts",
            files=(
                (
                    "convex.json",
                    '{ "functions": "backend/" }',
                ),
                (
                    "backend/b.ts",
                    "export const b = 1;",
                ),
            ),
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        functions = [one for one in module.functions if not _is_made_in_function(one)]
        if not functions or module.path in module.code.used_by_functions:
            return
        folder = module.project.functions[0]
        for function in functions:
            yield self.report(span_of(function.call), kind=function.kind.value, folder=folder)


def _is_made_in_function(function: Registered) -> bool:
    """True for a function that a helper makes when it is called: from convex/, if its package is used as intended."""
    return any(above.kind() in FUNCTION_KINDS for above in function.call.ancestors())
