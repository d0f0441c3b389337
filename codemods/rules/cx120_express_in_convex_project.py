"""Web server frameworks in a Convex project.

## What it does
Reports applications and routers of Express, Fastify, Koa and their like, and handlers written for them, in the
package that holds the Convex functions.

## Why is this bad
Convex runs functions, not servers: nothing ever listens, so the routes of such an application are never served, and
its handlers cannot reach the database.

## Example
```ts
import express from "express";

const app = express();
app.get("/tasks", (req, res) => res.json([]));
```

## Use instead
```ts
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/tasks",
  method: "GET",
  handler: httpAction(async () => Response.json([])),
});
export default http;
```
Clients of Convex's own libraries need no route at all: they call queries and mutations.

## Fix safety
There is no fix. `convexify migrate` moves a whole Express application.

## References
- https://docs.convex.dev/functions/http-actions
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.module import Module
from codemods.rules.origin import External, origin_of
from codemods.rules.rule import Invalid, Report, Rule, Valid, Where
from codemods.source.file import span_of
from codemods.source.span import Span

_FRAMEWORKS = ("express", "fastify", "koa", "@koa/router", "koa-router", "@hapi/hapi", "restify", "polka", "connect")
_MAKERS = frozenset({(), ("Router",), ("fastify",), ("server",), ("createServer",)})


class ExpressInConvexProject(Rule):
    CODE = "CX120"
    NAME = "express-in-convex-project"
    MESSAGE = "`{framework}` does not run in Convex: these routes are never served"
    HELP = "Write a query or mutation, or an httpAction in convex/http.ts; `convexify migrate` moves the application."
    LITERALS = _FRAMEWORKS
    WHERE = Where.BOTH

    VALID = (
        Valid(
            """
            import { query } from "./_generated/server";
            export const express = query({ handler: () => 1 });
            """,
        ),
        Valid(
            """
            const express = () => 1;
            express();
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { Router } from "express";
            const router = Router();
            """,
            at="Router();",
        ),
        Invalid(
            """
            const express = require("express");
            const app = express();
            """,
            at="express();",
        ),
        Invalid(
            """
            import * as express from "express";
            const r = express.Router();
            """,
            at="express.Router()",
        ),
        Invalid(
            """
            import type { Request, Response } from "express";
            export const list = (req: Request, res: Response) => res.json([]);
            """,
            at="import type",
        ),
        Invalid(
            """
            import express from "express";
            const app = express();
            """,
            at="express();",
            path="server/index.ts",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        imported = [found for found in module.bindings.imports if found.module in _FRAMEWORKS]
        if not imported:
            return
        made = list(_made(module))
        for span, framework in made or [(imported[0].statement, imported[0].module)]:
            yield self.report(span, framework=framework)


def _made(module: Module) -> Iterator[tuple[Span, str]]:
    for node in module.root.find_all({"rule": {"any": [{"kind": "call_expression"}, {"kind": "new_expression"}]}}):
        callee = node.field("function") or node.field("constructor")
        if callee is None or callee.kind() not in ("identifier", "member_expression"):
            continue
        match origin_of(module, callee):
            case External(framework, path) if framework in _FRAMEWORKS and path in _MAKERS:
                yield span_of(node), framework
            case _:
                pass
