"""The Express applications under `tests/apps`, and which of their routes stay behind for now.

Each is written in a style of its own, as real back ends are; its `requests.http` asks every route for every answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

APPS = Path(__file__).parent / "apps"


@dataclass(frozen=True, slots=True)
class SampleApp:
    """One application.

    `left` has a line for each route that is not migrated, with the reason. `unlike` are the differences of the replay
    beside the 501 of those routes: each is in the documentation's table of what the edge does otherwise.
    """

    name: str
    entry: str
    left: str = ""
    unlike: tuple[str, ...] = ()

    @property
    def refused(self) -> list[str]:
        return sorted(line.strip() for line in self.left.strip().splitlines())

    @property
    def root(self) -> Path:
        return APPS / self.name

    @property
    def requests(self) -> str:
        return (self.root / "requests.http").read_text(encoding="utf-8")


CLASSES = SampleApp("classes", "src/server.ts")
"""Controllers, services and repositories as classes, put together by hand."""

CALLBACKS = SampleApp(
    "callbacks",
    "src/server.js",
    left="""
    GET /api/reports/:id: CX207 passes the request on with next()
    """,
)
"""CommonJS: `exports.f`, promise chains, response helpers, `res.locals`, guards that fall through."""

MIDDLEWARE = SampleApp(
    "middleware",
    "src/server.ts",
    left="""
    GET /api/v1/users/:id: CX109 is registered after src/routes/v1/users.ts:10, which may answer first
    GET /api/v1/users/:id: CX207 passes the request on with next()
    """,
)
"""Middleware of the application, of mounts three deep, of routers and routes; keys and roles; formats of errors."""

REQUESTS = SampleApp(
    "requests",
    "src/server.ts",
    left="""
    GET /facts/accepts: CX205 reads `req.accepts`
    GET /facts/host: CX205 reads `req.subdomains`
    POST /facts/kind: CX205 reads `req.is`
    """,
)
"""Everything that handlers read of a request: whole, taken apart, renamed, with defaults, cast, spread."""

FIVE = SampleApp(
    "five",
    "src/server.ts",
    left="""
    GET /hello: CX205 reads `req.body` before any parser makes it
    GET /rooms/:id/files/*path: CX205 reads `req.params.path`, which the path does not have
    GET /rooms/:id/works{/:index}: CX207 passes the request on with next()
    """,
)
"""Express 5: its paths, errors of promises, requests without a body, and queries that do not nest."""

ANSWERS = SampleApp(
    "answers",
    "src/server.ts",
    left="""
    GET /documents/buffer: CX203 may send bytes: `res.send` answers with what Node has made
    GET /documents/bytes: CX203 may send bytes: `res.send` answers with what Node has made
    GET /documents/written: CX203 streams its reply
    GET /session: CX205 hands all cookies on
    GET /statuses/after: CX207 goes on after its reply
    HEAD /statuses/computed: CX704 Convex answers HEAD with what GET answers
    POST /letters/draft: CX203 hands the response on
    """,
)
"""Every way to answer: statuses, headers, cookies, redirects, texts, bytes, errors."""

WILDCARDS = SampleApp(
    "wildcards",
    "index.js",
    left="""
    GET (computed): CX102 its path is computed
    GET /legacy/old: CX105 uses `name` of the function around it
    GET /legacy/older: CX105 uses `name` of the function around it
    GET /patterns/colou?r: CX102 the path `/patterns/colou?r` is a pattern
    GET /patterns/data/:name.:ext: CX102 the path `/patterns/data/:name.:ext` is a pattern
    GET /patterns/range/:from-:to: CX102 the path `/patterns/range/:from-:to` is a pattern
    GET /places/:place/twin: CX701 runs after `param("place", inline function)`, whose place in the order cannot be told
    GET /places/:place: CX701 runs after `param("place", inline function)`, whose place in the order cannot be told
    GET /v1/colours/green: CX105 uses `colour` of the function around it
    GET /v1/colours/red: CX105 uses `colour` of the function around it
    GET /v1/places/:place/twin: CX701 runs after `param("place", inline function)`, whose place in the order cannot be told
    GET /v1/places/:place: CX701 runs after `param("place", inline function)`, whose place in the order cannot be told
    """,  # noqa: E501
    unlike=('GET /patterns/files/: status is 404 Nothing at /patterns/files/, was 200 {"path":""}',),
)
"""JavaScript modules: lists of paths, loops, conditions, patterns, parameters that load what they name."""

BLOG = SampleApp("blog", "src/server.js")
"""Mongoose: accounts and tokens, posts with comments and likes in them, populated authors, errors of validation."""

PEOPLE = SampleApp("people", "src/app.ts")
"""Mongoose in TypeScript: typed schemas, a hook and a method, paths that are hidden."""

SAMPLE_APPS = (CLASSES, CALLBACKS, MIDDLEWARE, REQUESTS, ANSWERS, FIVE, WILDCARDS, BLOG, PEOPLE)
