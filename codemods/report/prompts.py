"""What a coding assistant has to know of Convex to finish what is left, by the code of the reason."""

from __future__ import annotations

ALWAYS = (
    "Queries only read, mutations read and write in one transaction; neither may use fetch, timers or Node modules.",
    "Actions may do everything else but have no ctx.db: they run internal queries and mutations by "
    "ctx.runQuery and ctx.runMutation, each a transaction of its own.",
    "Functions declare their arguments by validators from `convex/values`; keys that are not declared are refused.",
    "Only null, booleans, numbers, bigints, strings, ArrayBuffers, arrays and plain objects cross a "
    "function boundary: no Date, Map, class instance or undefined in an array.",
    "An error reaches the caller with its data only when it is a ConvexError; of others the message is lost.",
)

FACTS: dict[str, tuple[str, ...]] = {
    "CX1": (
        "Files of the functions folder are ES modules; their paths hold letters, digits, underscores and dots only.",
        "State in a module is lost between calls: what has to last goes into a table.",
    ),
    "CX2": (
        "The HTTP edge is convex/http.ts: a Hono application on HttpRouterWithHono, whose handlers are "
        "HTTP actions. It may set headers and cookies, redirect, and stream; it calls functions by "
        "c.env.runQuery, runMutation and runAction.",
        "An action whose handler returns what ctx.run* gave needs a written return type: `: Promise<…>`.",
        "Work that nothing awaits is dropped when a function ends: schedule it with ctx.scheduler.runAfter.",
    ),
    "CX3": (
        "Reads use an index of convex/schema: ctx.db.query(table).withIndex(name, (q) => q.eq(field, "
        "value)), then first, unique, take, collect or paginate. There is no join, offset, count or "
        "group: do it in code, bounded.",
        "Writes are insert, patch, replace and delete by id: ctx.db.patch(table, id, changes). Unique "
        "columns are checked by an index read in the same mutation. The functions in convex/tables do all "
        "that; use them.",
        "A mutation is a transaction: throwing takes everything back.",
    ),
    "CX4": (
        "Validators: v.string(), v.number(), v.boolean(), v.null(), v.id(table), v.array(x), "
        "v.object({…}), v.record(k, x), v.union(…), v.literal(x), v.optional(x), v.any(). What they "
        "cannot say is checked in the handler.",
        "Zod runs in functions, but no Zod schema can be `args`.",
    ),
    "CX5": (
        'Node modules need a file that begins with "use node", which may hold actions only, and which no '
        "other file of the default runtime may import.",
        "Timers: ctx.scheduler.runAfter(ms, internal.file.name, args) in mutations and actions; crons in "
        "convex/crons.ts.",
        "Present in the default runtime: fetch (actions), crypto, URL, TextEncoder, Blob; not present: "
        "Buffer, process.",
    ),
    "CX6": (
        "Tables are defined in convex/schema by defineTable; field names are identifiers without a leading underscore.",
    ),
    "CX7": (
        "Multipart forms: an HTTP action reads request.formData(), stores the blob by ctx.storage.store "
        "and passes its id on; or the client posts to a URL from ctx.storage.generateUploadUrl.",
        "Convex serves no static files and holds no sockets; queries are reactive for clients that subscribe.",
    ),
    "CX8": (
        "Fail closed: a route that was guarded must not become a public function without its guard. Keep "
        "the function internal, verify the bearer token at the edge (`verify` of hono/jwt with the "
        "application's own secret, read from env), and pass the caller's id as an argument that is set "
        "last and that no field of the request can reach.",
        "What a guard reads from the database is read inside the function, before the work, in the source's order.",
        "Limits on how often something is called: the rate-limiter component, never memory.",
    ),
}
"""By the first letters of a code."""


def facts_for(code: str) -> tuple[str, ...]:
    """The facts for one code, the general ones first."""
    return (*ALWAYS, *FACTS.get(code[:3], ()))
