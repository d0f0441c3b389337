"""The stable codes of convexify: one table that `explain`, the reports and the documentation read.

CX1xx structure, CX2xx functions, CX3xx database, CX4xx validators, CX5xx runtime, CX6xx schema, CX7xx HTTP,
CX8xx security, CX9xx the tool itself. Codes of `check` rules live with their rules; these are the codes with which
`migrate` says why something was not carried over whole.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A code's title (what happened) and help (what its owner should do)."""

    id: str
    title: str
    help: str


def _table(*rows: tuple[str, str, str]) -> dict[str, Code]:
    return {code: Code(code, title, text) for code, title, text in rows}


CODES: dict[str, Code] = _table(
    # structure
    (
        "CX101",
        "handler not found",
        "Name the handler directly in the route, or export it from a module that can be read.",
    ),
    (
        "CX102",
        "route path is not a literal",
        "Write the path as a string, or register the route in convex/http.ts by hand.",
    ),
    ("CX103", "router is never mounted", "Mount the router, or delete it if it is dead code."),
    ("CX104", "module state in memory", "Keep the state in a table: module memory does not survive between calls."),
    (
        "CX105",
        "module does not survive the move",
        "Move the declaration by hand; what it depends on cannot be carried over.",
    ),
    ("CX106", "name already taken in convex/", "Rename one of the two, or delete the existing one, and run again."),
    ("CX108", "belongs to another application", "Run convexify on the folder of that application."),
    ("CX109", "another route answers first", "Delete the route, or change the order of the two."),
    ("CX110", "registered under a condition", "Register the route always, or delete it, and run again."),
    ("CX107", "same-named declarations", "Rename one of the two declarations."),
    # functions
    (
        "CX201",
        "call target could not be resolved",
        "Import the function directly or type the receiver, so that its effects can be read.",
    ),
    (
        "CX202",
        "calls the outside world",
        "Split the work: an action calls outside and runs internal functions for the database.",
    ),
    (
        "CX203",
        "response is not plain data",
        "Answer it in convex/http.ts with an httpAction (redirect, cookie, stream, file).",
    ),
    ("CX204", "promise chain or callback", "Rewrite it with async/await and run again."),
    (
        "CX205",
        "uses the request beyond params, query and body",
        "Read it in convex/http.ts and pass it on as an argument.",
    ),
    (
        "CX206",
        "`this` could not be resolved",
        "Write the method as a function, or construct the class once at module level.",
    ),
    ("CX207", "control flow around the response", "Answer once per path and return right after it."),
    (
        "CX208",
        "calls a package whose effects are unknown",
        "Check that the package runs in the Convex runtime and call it from an action.",
    ),
    ("CX209", "async work is not awaited", "Await it, or schedule it with ctx.scheduler.runAfter."),
    (
        "CX211",
        "query asks for the time or for chance",
        "Its result is kept until the data changes: pass the value as an argument, or make it a mutation.",
    ),
    (
        "CX212",
        "function is an action",
        "Nothing to do: its database work is in internal functions, each a transaction of its own.",
    ),
    ("CX210", "function is shared in a way that cannot be split", "Give the function one purpose and run again."),
    # database
    ("CX301", "database call is not understood", "Write the query by hand with ctx.db."),
    ("CX302", "database library is not supported yet", "Write the query by hand with ctx.db."),
    ("CX303", "query scans the table", "Add an index that serves the condition, or accept the scan on small tables."),
    (
        "CX304",
        "transaction may fail without failing the request",
        "Move it into an internal mutation called with ctx.runMutation.",
    ),
    ("CX305", "raw SQL", "Write the query by hand with ctx.db."),
    ("CX306", "reads an unbounded set", "Paginate it, or keep a running count."),
    (
        "CX307",
        "database call outside any route",
        "Run it as an internal function from the dashboard or the command line.",
    ),
    # validators
    (
        "CX401",
        "validation library is not supported yet",
        "Write the checks in the handler, or state them with Zod, Joi or express-validator and run again.",
    ),
    ("CX402", "argument has no type", "Replace v.any() by the validator of what clients send."),
    ("CX403", "validator part cannot be expressed", "Check the value in the handler."),
    ("CX404", "schema is not carried over", "It stays with the code that it belongs to."),
    # runtime
    ("CX501", "needs Node.js", 'Move it into an action in a "use node" file.'),
    ("CX502", "timer is not a background job", "Decide what it is for: a job, a sleep in an action, or a cron."),
    ("CX503", "timer outside any route", "Write it as a cron in convex/crons.ts or schedule it from a mutation."),
    (
        "CX505",
        "socket event left out",
        "Let the clients that listened for the event subscribe to a query of the data, with useQuery.",
    ),
    # schema
    ("CX601", "table or field was renamed", "Use the new name; stored data is imported under it."),
    ("CX602", "column type has no exact equivalent", "Check the chosen validator."),
    ("CX603", "table is already defined in convex/schema", "Compare the two definitions and keep one."),
    ("CX604", "relation is not supported yet", "Model it with a join table."),
    ("CX605", "schema definition is not supported yet", "Write the table in convex/schema by hand."),
    # HTTP
    ("CX701", "middleware is not carried over", "Write it as Hono middleware in convex/http.ts."),
    ("CX702", "file upload", "Store the file with ctx.storage and pass its id."),
    ("CX703", "static files", "Serve them from the front end's host."),
    (
        "CX705",
        "sends a file of the server's disk",
        "Store the file with ctx.storage, and answer with the URL that ctx.storage.getUrl gives.",
    ),
    ("CX706", "renders a view", "Let the front end render what the route answers as JSON."),
    ("CX704", "not an HTTP route that Convex can serve", "Serve it from another host."),
    # security
    (
        "CX801",
        "guard is not carried over",
        "Port the guard; until then the route answers 501 and the function is internal.",
    ),
    (
        "CX802",
        "rate limit is not carried over",
        "Count in a table, from a middleware in convex/http.ts; until then the route answers 501.",
    ),
    ("CX803", "secret had a fallback value", "Set the variable in the deployment: an unset secret is an error."),
    # the tool
    ("CX901", "file was not read", "Fix the file or exclude it."),
    ("CX902", "file has syntax errors", "Fix the syntax errors and run again."),
    ("CX903", "configuration file is invalid", "Fix the file; until then it is treated as missing."),
    ("CX904", "edits overlap", "Report this with the file: it is a defect of convexify."),
    (
        "CX905",
        "output did not parse",
        "Report this with the file: it is a defect of convexify. The file was left as it was.",
    ),
    ("CX906", "rejected in review", "Run the review again to decide anew."),
)
