"""Web server frameworks in a Convex project.

## What it does
Reports applications and routers of Express, Fastify, Koa and their like in the package that holds the Convex
functions, and in the functions folder also what is written for them: imports of their types, and functions that
answer by `res.json(…)` or `res.status(…)`.

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

from ast_grep_py import SgNode

from codemods.rules.functions import called
from codemods.rules.module import Module
from codemods.rules.origin import External, origin_of
from codemods.rules.rule import Invalid, Report, Rule, Valid, Where
from codemods.source.file import span_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, arguments, member, parameters, unwrap

_FRAMEWORKS = ("express", "fastify", "koa", "@koa/router", "koa-router", "@hapi/hapi", "restify", "polka", "connect")
_ANSWERS = frozenset({"json", "status", "sendStatus"})
_MAKERS = frozenset({(), ("Router",), ("fastify",), ("server",), ("createServer",)})


class ExpressInConvexProject(Rule):
    CODE = "CX120"
    NAME = "express-in-convex-project"
    MESSAGE = "{framework} does not run in Convex, which serves only what convex/http.ts registers"
    HELP = "Write a query or mutation, or an httpAction in convex/http.ts; `convexify migrate` moves the application."
    LITERALS = (*_FRAMEWORKS, ".json(", ".status(", ".sendStatus(")
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
        Valid(
            """
            export async function parsed(url: string, response: Response) {
              return { url, body: await response.json(), status: response.status };
            }
            """,
        ),
        Valid(
            """
            import type { Request, Response } from "express";
            export const list = (req: Request, res: Response) => res.json([]);
            """,
            path="server/handlers.ts",
        ),
        Valid(
            "export const list = (req, res) => res.status(200).json([]);",
            path="src/pages/api/list.js",
        ),
    )
    INVALID = (
        Invalid(
            "export const list = async (req, res) => res.status(200).json([]);",
            at="async (req, res)",
            path="convex/tasks.js",
        ),
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
        imports = module.bindings.imports if module.holds(_FRAMEWORKS) else ()
        imported = [found for found in imports if found.module in _FRAMEWORKS]
        if imported:
            found = list(_made(module))
            if not found and module.functions_folder is not None:
                found = [(imported[0].statement, imported[0].module)]
            for span, framework in found:
                yield self.report(span, framework=f"`{framework}`")
        elif module.functions_folder is not None:
            for handler in _handlers(module):
                yield self.report(span_of(handler), framework="An Express handler")


def _handlers(module: Module) -> Iterator[SgNode]:
    """Exported functions whose second parameter is used as only the response of such a framework can be."""
    for export in module.bindings.exports:
        node = export.node
        held = node.field("value") if node is not None and node.kind() == "variable_declarator" else node
        function = unwrap(held) if held is not None else None
        if function is None or function.kind() not in FUNCTION_KINDS:
            continue
        response = next(iter(parameters(function)[1:2]), None)
        answered = module.bindings.resolve(response.pattern) if response is not None else None
        if answered is not None and any(_answers(reference) for reference in answered.references):
            yield function


def _answers(reference: SgNode) -> bool:
    """True for `res.json(x)` and `res.status(404)`; `response.json()` of fetch takes no argument."""
    parent = reference.parent()
    found = member(parent) if parent is not None else None
    call = called(reference)
    return found is not None and found[1] in _ANSWERS and call is not None and len(arguments(call)) == 1


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
