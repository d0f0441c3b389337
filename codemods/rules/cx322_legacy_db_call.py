"""Calls of `ctx.db` that do not name their table.

## What it does
Reports `ctx.db.get(id)`, `patch(id, …)`, `replace(id, …)` and `delete(id)` in projects whose version of Convex (1.31 or
later) has the forms that name the table.

## Why is this bad
With the table in the call, an id of another table is refused where it is used, and the code says what it reads. The
short forms are kept only for old code, and the recommended ESLint configuration of Convex refuses them.

## Example
```ts
import { v } from "convex/values";
import { mutation } from "./_generated/server";

export const remove = mutation({
  args: { id: v.id("tasks") },
  handler: async (ctx, { id }) => {
    await ctx.db.delete(id);
  },
});
```

## Use instead
```ts
import { v } from "convex/values";
import { mutation } from "./_generated/server";

export const remove = mutation({
  args: { id: v.id("tasks") },
  handler: async (ctx, { id }) => {
    await ctx.db.delete("tasks", id);
  },
});
```

## Fix safety
The table is added where the code says it: an argument or a field of the schema with `v.id("table")`, the `_id` of a
document that was read from a table, the result of an insert, a type `Id<"table">`. Safe. Other calls are not fixed.

## References
- https://docs.convex.dev/database/reading-data#read-a-single-document
- https://docs.convex.dev/eslint#explicit-table-ids
"""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import Config, SgNode

from codemods.outcome import Severity
from codemods.rules.context import contextual_functions, receivers
from codemods.rules.module import Module
from codemods.rules.rule import Fix, Invalid, Report, Rule, Valid
from codemods.rules.tables import Tables
from codemods.source.edits import Edit
from codemods.source.file import span_of
from codemods.source.tree import arguments, member, string_value

_SHORT_FORMS = {"get": 1, "patch": 2, "replace": 2, "delete": 1}
_MAYBE_SHORT: Config = {
    "rule": {
        "any": [
            {"pattern": "$DB.get($ID)"},
            {"pattern": "$DB.patch($ID, $CHANGES)"},
            {"pattern": "$DB.replace($ID, $DOCUMENT)"},
            {"pattern": "$DB.delete($ID)"},
        ]
    },
    "constraints": {"DB": {"regex": r"\bdb$"}},
}
_EXPLICIT_SINCE = (1, 31)


class LegacyDbCall(Rule):
    CODE = "CX322"
    NAME = "legacy-db-call"
    MESSAGE = "`{call}` does not name its table"
    HELP = 'Name the table first: {method}("table", …).'
    LITERALS = (".get(", ".patch(", ".replace(", ".delete(")
    SEVERITY = Severity.WARNING

    VALID = (
        Valid(
            """
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({ args: {}, handler: (ctx, { id }) => ctx.db.get("tasks", id) });
            """,
        ),
        Valid(
            """
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({ args: {}, handler: (ctx, { map }) => map.get(1) });
            """,
        ),
        Valid(
            """
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({ args: {}, handler: (ctx, { id }) => ctx.db.get(id) });
            """,
            files=(
                (
                    "package.json",
                    '{ "dependencies": { "convex": "^1.17.0" } }',
                ),
            ),
        ),
    )
    INVALID = (
        Invalid(
            """
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({ args: { id: v.id("tasks") }, handler: async (ctx, args) => {
              await ctx.db.patch(args.id, { a: 1 });
            } });
            """,
            at="ctx.db.patch(args.id",
            fixed="""
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({ args: { id: v.id("tasks") }, handler: async (ctx, args) => {
              await ctx.db.patch("tasks", args.id, { a: 1 });
            } });
            """,
        ),
        Invalid(
            """
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({
              args: { at: v.id("tasks") },
              handler: ({ db }, { at: id }) => db.get(id),
            });
            """,
            at="db.get(id)",
            fixed="""
            import { v } from "convex/values";
            import { mutation } from "./_generated/server";
            export const a = mutation({
              args: { at: v.id("tasks") },
              handler: ({ db }, { at: id }) => db.get("tasks", id),
            });
            """,
        ),
        Invalid(
            """
            import type { QueryCtx } from "./_generated/server";
            export const load = (ctx: QueryCtx, id: any) => ctx.db.get(id);
            """,
            at="ctx.db.get(id)",
        ),
        Invalid(
            """
            import type { Doc, Id } from "./_generated/dataModel";
            import type { MutationCtx } from "./_generated/server";

            export async function close(ctx: MutationCtx, id: Id<"projects">) {
              const project = await ctx.db.get(id);
              const open = await ctx.db.query("tasks").withIndex("by_project", (q) => q.eq("project", id)).collect();
              for (const task of open.filter((one) => !one.done)) {
                await ctx.db.patch(task._id, { done: true });
                await ctx.db.delete(task.author);
              }
              const log = await ctx.db.insert("logs", {});
              return [ctx.db.get(log), ctx.db.get(project!.owner), ctx.db.get(unknown)];
            }
            """,
            at="ctx.db.get(id)",
            found=6,
            fixed="""
            import type { Doc, Id } from "./_generated/dataModel";
            import type { MutationCtx } from "./_generated/server";

            export async function close(ctx: MutationCtx, id: Id<"projects">) {
              const project = await ctx.db.get("projects", id);
              const open = await ctx.db.query("tasks").withIndex("by_project", (q) => q.eq("project", id)).collect();
              for (const task of open.filter((one) => !one.done)) {
                await ctx.db.patch("tasks", task._id, { done: true });
                await ctx.db.delete("users", task.author);
              }
              const log = await ctx.db.insert("logs", {});
              return [ctx.db.get("logs", log), ctx.db.get("people", project!.owner), ctx.db.get(unknown)];
            }
            """,
            files=(
                (
                    "convex/schema.ts",
                    """
                    import { defineSchema, defineTable } from "convex/server";
                    import { v } from "convex/values";
                    const projects = defineTable({ owner: v.optional(v.id("people")) }).index("by_owner", ["owner"]);
                    export default defineSchema({ projects, tasks: defineTable({ author: v.id("users") }) });
                    """,
                ),
            ),
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if (module.project.version or _EXPLICIT_SINCE) < _EXPLICIT_SINCE:
            return
        if not module.root.find(_MAYBE_SHORT):
            return
        by_handler = {span_of(one.handler): one for one in module.functions if one.handler is not None}
        for contextual in contextual_functions(module):
            if not contextual.kind.is_transaction:
                continue
            found = list(receivers(module, contextual.function, "db"))
            function = by_handler.get(span_of(contextual.function))
            tables = Tables(module, frozenset(span_of(receiver) for receiver in found), function)
            for receiver in found:
                call = _short_call(receiver)
                if call is not None:
                    yield self._about(call, tables)

    def _about(self, call: SgNode, tables: Tables) -> Report:
        callee, identity = call.field("function"), arguments(call)[0]
        table = tables.of_id(identity)
        fix = None
        if table is not None:
            edit = Edit.insert(span_of(identity).start, f'"{table}", ')
            fix = Fix(f'Name the table "{table}"', (edit,))
        name = callee.text() if callee is not None else ""
        return self.report(span_of(call), fix, call=f"{name}({identity.text()})", method=name)


def _short_call(receiver: SgNode) -> SgNode | None:
    """The call of a method of `ctx.db` without a table."""
    parent = receiver.parent()
    found = member(parent) if parent is not None else None
    call = parent.parent() if parent is not None else None
    if found is None or call is None or call.kind() != "call_expression" or call.field("function") != parent:
        return None
    given = arguments(call)
    expected = _SHORT_FORMS.get(found[1])
    is_short = expected == len(given) and not any(one.kind() == "spread_element" for one in given)
    return call if is_short and string_value(given[0]) is None else None
