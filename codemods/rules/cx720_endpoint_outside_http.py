"""HTTP routes outside of http.ts.

## What it does
Reports routers made with `httpRouter()` in another file than `http.ts` that `http.ts` does not import, an `http.ts`
whose router is not its default export, and route handlers as other frameworks find them: exported functions called
`GET`, `POST` and so on.

## Why is this bad
Convex serves exactly one router: the default export of `http.ts` in the functions folder. Routes of any other router
are accepted without a word and never answered.

## Example
```ts
// path: convex/webhooks.ts
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({ path: "/stripe", method: "POST", handler: httpAction(async () => new Response()) });
export default http;
```

## Use instead
```ts
// path: convex/http.ts
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({ path: "/stripe", method: "POST", handler: httpAction(async () => new Response()) });
export default http;
```
The handlers may well stand in other files: export them and import them in `http.ts`.

## Fix safety
There is no fix: the routes have to be joined with those of `http.ts`.

## References
- https://docs.convex.dev/functions/http-actions
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.rules.module import Module
from codemods.rules.origin import External, origin_of
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of
from codemods.source.tree import FUNCTION_KINDS, unwrap

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ROUTERS = frozenset({("convex/server", ("httpRouter",)), ("convex-helpers/server/hono", ("HttpRouterWithHono",))})


class EndpointOutsideHttp(Rule):
    CODE = "CX720"
    NAME = "endpoint-outside-http"
    MESSAGE = "{problem}"
    HELP = "{remedy}"
    LITERALS = ("httpRouter", "HttpRouterWithHono", *_METHODS)

    VALID = (
        Valid(
            """
            import { httpRouter } from "convex/server";
            const http = httpRouter();
            export default http;
            """,
            path="convex/http.ts",
        ),
        Valid(
            """
            import { httpRouter } from "convex/server";
            export default httpRouter();
            """,
            path="convex/http.js",
        ),
        Valid(
            """
            import { httpRouter } from "convex/server";
            const http = httpRouter();
            export { http as default };
            """,
            path="convex/http.ts",
        ),
        Valid(
            """
            import { httpRouter } from "convex/server";
            export const router = httpRouter();
            """,
            path="convex/router.ts",
            files=(
                (
                    "convex/http.ts",
                    """
                    import { router } from "./router";
                    export default router;
                    """,
                ),
            ),
        ),
        Valid(
            'export const GET = "GET";',
            path="convex/methods.ts",
        ),
    )
    INVALID = (
        Invalid(
            """
            export async function POST(request: Request) {
              return Response.json(await request.json());
            }
            """,
            at="export async function POST",
        ),
        Invalid(
            """
            import { httpRouter } from "convex/server";
            const http = httpRouter();
            export default http;
            """,
            at="httpRouter();",
            path="convex/api.ts",
        ),
        Invalid(
            """
            import { httpRouter } from "convex/server";
            export const http = httpRouter();
            """,
            at="httpRouter();",
            path="convex/http.ts",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        yield from self._route_handlers(module)
        made = list(_routers(module)) if "outer" in module.text else []
        if not made:
            return
        served = posixpath.join(module.functions_folder or "", "http.ts")
        if module.name == "http":
            if not any(export.name == "default" for export in module.bindings.exports):
                remedy = "Add `export default http;`."
                yield self.report(span_of(made[0]), problem="The router is not the default export", remedy=remedy)
        elif not _is_imported_by_http(module):
            for call in made:
                remedy = f"Register these routes in {served}, or import this router there."
                problem = "Routes of this router are never served: only those of http.ts are"
                yield self.report(span_of(call), problem=problem, remedy=remedy)

    def _route_handlers(self, module: Module) -> Iterator[Report]:
        for export in module.bindings.exports:
            node = export.node
            value = node.field("value") if node is not None and node.kind() == "variable_declarator" else node
            if export.name in _METHODS and value is not None and unwrap(value).kind() in FUNCTION_KINDS:
                problem = f"Convex does not serve functions by their name `{export.name}`"
                remedy = "Make it an httpAction and register it in http.ts."
                yield self.report(export.span, problem=problem, remedy=remedy)


def _routers(module: Module) -> Iterator[SgNode]:
    for node in module.root.find_all({"rule": {"any": [{"kind": "call_expression"}, {"kind": "new_expression"}]}}):
        callee = node.field("function") or node.field("constructor")
        if callee is None or unwrap(callee).kind() != "identifier":
            continue
        match origin_of(module, callee):
            case External(name, path) if (name, path) in _ROUTERS:
                yield node
            case _:
                pass


def _is_imported_by_http(module: Module) -> bool:
    """True when http.ts imports the file, or a file that does."""
    http = (posixpath.join(module.functions_folder or "", f"http{suffix}") for suffix in (".ts", ".js", ".tsx", ".mjs"))
    pending = [found for path in http if (found := module.code.module(path)) is not None]
    seen: set[str] = set()
    while pending:
        current = pending.pop()
        if current.path not in seen:
            seen.add(current.path)
            pending.extend(current.imported)
    return module.path in seen
