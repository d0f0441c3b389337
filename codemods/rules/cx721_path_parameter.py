"""Path parameters in HTTP routes.

## What it does
Reports `:param` and `*` in the `path` or `pathPrefix` of a route of Convex's own `httpRouter()`.

## Why is this bad
Convex's router has no path parameters: `/tasks/:id` is served for requests to exactly that text, so the route is never
met. The type checker accepts it.

## Example
```ts
// path: convex/http.ts
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/tasks/:id",
  method: "GET",
  handler: httpAction(async () => new Response()),
});
export default http;
```

## Use instead
```ts
// path: convex/http.ts
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  pathPrefix: "/tasks/",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const id = new URL(request.url).pathname.slice("/tasks/".length);
    return new Response(id);
  }),
});
export default http;
```
Hono has real parameters: `HttpRouterWithHono` of `convex-helpers/server/hono`.

## Fix safety
There is no fix: the handler has to take the parameter from the URL.

## References
- https://docs.convex.dev/functions/http-actions
- https://stack.convex.dev/hono-with-convex
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.rules.module import Module
from codemods.rules.objects import entries
from codemods.rules.origin import External, origin_of, root_origin
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of
from codemods.source.tree import arguments, member, string_value

_PARAMETER = re.compile(r"/:\w+|\*|/\[\w+\]|/\{\w+\}")


class PathParameter(Rule):
    CODE = "CX721"
    NAME = "path-parameter"
    MESSAGE = "`{part}` is not a parameter: Convex serves `{path}` as it stands"
    HELP = 'Use pathPrefix: "{prefix}" and read the rest of the path from request.url, or use Hono.'
    LITERALS = ("httpRouter",)

    VALID = (
        Valid(
            """
            import { httpRouter } from "convex/server";
            const http = httpRouter();
            http.route({ path: "/a", method: "GET", handler: f });
            export default http;
            """,
            path="convex/http.ts",
        ),
        Valid(
            """
            import { Hono } from "hono";
            import { httpRouter } from "convex/server";
            const app = new Hono();
            app.route({ path: "/a/:id" });
            export default httpRouter();
            """,
            path="convex/http.ts",
        ),
    )
    INVALID = (
        Invalid(
            """
            import { httpRouter } from "convex/server";
            const http = httpRouter();
            http.route({ path: "/a/:id/b", method: "GET", handler: f });
            export default http;
            """,
            at='"/a/:id/b"',
            path="convex/http.ts",
        ),
        Invalid(
            """
            import { httpRouter } from "convex/server";
            const http = httpRouter();
            http.route({ pathPrefix: `/a/*`, method: 'GET', handler: f });
            export default http;
            """,
            at="`/a/*`",
            path="convex/http.ts",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for node in _paths(module):
            path = string_value(node) or ""
            found = _PARAMETER.search(path)
            if found is not None:
                prefix = path[: found.start()].rstrip("/") + "/"
                yield self.report(span_of(node), part=found[0].lstrip("/"), path=path, prefix=prefix)


def _paths(module: Module) -> Iterator[SgNode]:
    """The paths of the routes that are registered on a router of Convex."""
    for call in module.root.find_all(pattern="$ROUTER.route($ROUTE)"):
        callee = call.field("function")
        found = member(callee) if callee is not None else None
        definition = next(iter(arguments(call)), None)
        if found is None or definition is None or definition.kind() != "object":
            continue
        if _is_router(module, found[0]):
            routed = entries(definition)
            yield from (routed[name] for name in ("path", "pathPrefix") if name in routed)


def _is_router(module: Module, node: SgNode) -> bool:
    origin = origin_of(module, node)
    found = origin if isinstance(origin, External) else root_origin(module, node)
    return found == External("convex/server", ("httpRouter",))
