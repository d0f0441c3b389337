"""Middleware that comes from packages: what each is for, and what becomes of it on Convex.

The reports and the table of the documentation (`docs/middleware.md`) read the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from codemods.ir.app import Middleware, Role


class Fate(StrEnum):
    """What becomes of a package's middleware."""

    PORTED = "ported"
    """Runs at the edge, at its place."""
    DONE = "done already"
    """Convex or the edge does what it is for; routes go on without it."""
    ELSEWHERE = "elsewhere"
    """Serves what is no business of a back end on Convex; routes go on without it."""
    LEFT = "left"
    """Decides what routes answer, and is not carried over: they fail closed."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package's purpose and fate. `reason` says what does its work on Convex, or why nothing has to, or can."""

    role: Role
    fate: Fate
    reason: str


def _all(role: Role, fate: Fate, reason: str, *names: str) -> dict[str, Package]:
    return dict.fromkeys(names, Package(role, fate, reason))


LOGS = "Convex logs every call"
_MEASURES = "Convex measures every function; log streams feed other tools"
_TRACKS = "Convex reports errors by an integration that the dashboard sets up"
_FILES = "files are served by the front end's host, or from Convex storage"
_DOCS = "pages of documentation are served by another host, from the same document"
_MONITOR = "it shows the state of a Node process; the Convex dashboard shows that of functions"
_CONTEXT = "it only prepares what others read, and what reads it is reported there"
_LIMITS = "Convex ends functions that take too long, and scales with the load"
_PAGES = "headers for pages have no use on an API host"
_SESSION = "sessions live in a store of their own, which says who is signed in"
_GUARDS = "it refuses requests, and is not carried over yet"
_VALIDATES = "it validates requests, and is not carried over yet"
_UPLOADS = "uploads are not carried over yet"
_COUNTS = "it keeps its counts in the memory of a process, which Convex functions do not share"

PACKAGES: dict[str, Package] = {
    **_all(Role.BODY_PARSER, Fate.DONE, "the edge parses bodies", "body-parser"),
    **_all(Role.COOKIES, Fate.DONE, "the edge reads cookies", "cookie-parser"),
    **_all(Role.COMPRESSION, Fate.DONE, "Convex compresses answers", "compression", "shrink-ray-current"),
    **_all(Role.CORS, Fate.PORTED, "Hono's cors; where it cannot say the same, one with the package's options", "cors"),
    **_all(Role.SECURITY_HEADERS, Fate.DONE, _PAGES, "helmet", "helmet-csp", "dont-sniff-mimetype", "frameguard",
           "hide-powered-by", "hsts", "ienoopen", "referrer-policy", "x-xss-protection"),
    **_all(Role.RATE_LIMIT, Fate.PORTED, "the same counts in a table, with the same headers and refusals",
           "express-rate-limit"),
    **_all(Role.RATE_LIMIT, Fate.LEFT, _COUNTS, "express-brute", "express-limiter", "express-slow-down", "limiter",
           "rate-limiter-flexible"),
    **_all(Role.LOGGING, Fate.DONE, LOGS, "morgan", "morgan-body", "pino-http", "express-pino-logger",
           "express-winston"),
    **_all(Role.LOGGING, Fate.DONE, _MEASURES, "response-time", "express-prom-bundle", "prom-client", "swagger-stats",
           "newrelic", "dd-trace", "elastic-apm-node", "@opentelemetry/api", "@useoptic/express-middleware"),
    **_all(Role.LOGGING, Fate.DONE, _TRACKS, "@sentry/node", "@bugsnag/plugin-express", "rollbar"),
    **_all(Role.STATIC, Fate.ELSEWHERE, _MONITOR, "express-status-monitor", "@bull-board/express", "bull-arena"),
    **_all(Role.STATIC, Fate.ELSEWHERE, _FILES, "serve-static", "serve-index", "serve-favicon", "express-static-gzip",
           "helmet-crossdomain", "connect-history-api-fallback", "vite-express"),
    **_all(Role.STATIC, Fate.ELSEWHERE, _DOCS, "swagger-ui-express", "redoc-express", "@scalar/express-api-reference",
           "express-jsdoc-swagger", "express-oas-generator"),
    **_all(Role.OTHER, Fate.DONE, "no value of a request is an operator in a Convex query", "express-mongo-sanitize",
           "mongo-sanitizer"),
    **_all(Role.OTHER, Fate.PORTED, "of a query value that is given several times, the last one counts", "hpp"),
    **_all(Role.OTHER, Fate.PORTED, "the same signs are escaped in what the route reads", "xss-clean"),
    **_all(Role.OTHER, Fate.DONE, _LIMITS, "connect-timeout", "express-timeout-handler", "overload-protection",
           "toobusy-js"),
    **_all(Role.CACHE, Fate.DONE, "Convex remembers what queries answer until their data changes", "apicache",
           "express-cache-middleware", "express-expeditious", "route-cache"),
    **_all(Role.OTHER, Fate.DONE, _CONTEXT, "cls-hooked", "cls-rtracer", "express-ctx", "express-http-context",
           "express-useragent", "i18n", "request-ip"),
    **_all(Role.OTHER, Fate.PORTED, "a header or query field of a POST may name another method", "method-override"),
    **_all(Role.OTHER, Fate.LEFT, "what is sent depends on the language of the request",
           "i18next-http-middleware", "i18next-express-middleware"),
    **_all(Role.OTHER, Fate.LEFT, "it hands requests on to another server", "express-http-proxy",
           "http-proxy-middleware"),
    **_all(Role.OTHER, Fate.LEFT, "it answers queries in a language of their own", "@apollo/server",
           "apollo-server-express", "express-graphql", "graphql-http"),
    **_all(Role.OTHER, Fate.LEFT, "it escapes input by rules of its own", "express-xss-sanitizer"),
    **_all(Role.SESSION, Fate.LEFT, _SESSION, "client-sessions", "connect-flash", "cookie-session", "express-session"),
    **_all(Role.GUARD, Fate.LEFT, _GUARDS, "@clerk/clerk-sdk-node", "@clerk/express", "csrf-csrf", "csrf-sync", "csurf",
           "express-basic-auth", "express-ip-filter", "express-ipfilter", "express-oauth2-jwt-bearer",
           "express-openid-connect", "lusca", "tiny-csrf"),
    **_all(Role.GUARD, Fate.PORTED, "the same tokens get in, verified by a secret", "express-jwt"),
    **_all(Role.GUARD, Fate.PORTED, "strategies of passport-jwt that verify by a secret", "passport"),
    **_all(Role.VALIDATION, Fate.LEFT, _VALIDATES, "celebrate", "express-joi-validation", "express-openapi-validator",
           "express-zod-api", "zod-express-middleware"),
    **_all(Role.VALIDATION, Fate.PORTED, "its own checks run on the input of the request", "express-validator"),
    **_all(Role.UPLOAD, Fate.PORTED, "forms that may hold files are answered with 501, all else goes on",
           "express-fileupload"),
    **_all(Role.UPLOAD, Fate.LEFT, _UPLOADS, "connect-busboy", "connect-multiparty", "express-form-data",
           "express-formidable"),
    **_all(Role.UPLOAD, Fate.PORTED, "the edge reads the form, and stores what went to the disk", "multer"),
}  # fmt: skip
"""What is known of each package. One that is not listed decides what routes answer; its name says how."""

HOSTS = frozenset(
    {
        "@codegenie/serverless-express",
        "@vendia/serverless-express",
        "aws-serverless-express",
        "chai",
        "express-list-endpoints",
        "firebase-functions",
        "http",
        "http-terminator",
        "http2",
        "https",
        "serverless-http",
        "spdy",
        "supertest",
    }
)
"""Packages whose functions are given an application to serve it, or to look at it."""

OF_EXPRESS: dict[str, Package] = {
    "json": Package(Role.BODY_PARSER, Fate.DONE, "the edge parses bodies"),
    "urlencoded": Package(Role.BODY_PARSER, Fate.PORTED, "the edge reads forms where it is told to"),
    "text": Package(Role.BODY_PARSER, Fate.PORTED, "the edge reads text where it is told to"),
    "raw": Package(Role.OTHER, Fate.LEFT, "functions get no bytes of a body"),
    "static": Package(Role.STATIC, Fate.ELSEWHERE, _FILES),
}
"""Middleware that Express itself exports."""

OF_PASSPORT: dict[str, Package] = {
    "initialize": Package(Role.OTHER, Fate.DONE, "it only prepares requests for passport.authenticate, a guard"),
    "session": Package(Role.SESSION, Fate.LEFT, _SESSION),
}
"""Middleware of Passport that guards nothing itself."""

OF_ZOD: dict[str, Package] = {
    "validateRequest": Package(Role.VALIDATION, Fate.PORTED, "the same schemas check, and refuse in the same words"),
}
"""Middleware of zod-express-middleware that leaves the request as it is."""

_ZOD = "zod-express-middleware"
_PARTS = {"body-parser": OF_EXPRESS, "express": OF_EXPRESS, "passport": OF_PASSPORT, _ZOD: OF_ZOD}


def package_of(module: str, exported: tuple[str, ...]) -> Package | None:
    """What is known of middleware by its package and the steps into it; None for unknown packages."""
    parts = _PARTS.get(module, {})
    return next((parts[name] for name in exported if name in parts), None) or PACKAGES.get(module)


def known(middleware: Middleware) -> Package | None:
    """What is known of a middleware by the package that it comes from."""
    return package_of(middleware.library, middleware.exported) if middleware.library is not None else None


def is_dispensable(middleware: Middleware) -> bool:
    """Do routes answer the same without it?"""
    package = known(middleware)
    return package is not None and package.fate in (Fate.DONE, Fate.ELSEWHERE)


def documentation() -> str:
    """The page `docs/middleware.md`: every known package with what becomes of it, those that share it in one row."""
    rows: dict[Package, list[str]] = {}
    parts = {f"{module}.{name}": one for module, of in _DOCUMENTED.items() for name, one in of.items()}
    for name, package in (PACKAGES | parts).items():
        rows.setdefault(package, []).append(f"`{name}`")
    ordered = sorted(rows.items(), key=lambda row: (list(Fate).index(row[0].fate), list(Role).index(row[0].role)))
    lines = [f"| {', '.join(sorted(names))} | {one.role} | {one.fate} | {one.reason} |" for one, names in ordered]
    return "\n".join([*_PAGE, *lines, ""])


_DOCUMENTED = {"express": OF_EXPRESS, "passport": OF_PASSPORT, _ZOD: OF_ZOD}
_PAGE = (
    "# Middleware of packages",
    "",
    "What `convexify migrate` makes of middleware that comes from a package:",
    "",
    "- *ported*: it runs in `convex/http.ts`, at its place in the order.",
    "- *done already*: Convex or the edge does what it is for, and routes are carried over without it.",
    "- *elsewhere*: it serves what has no place in a Convex back end, and routes are carried over without it.",
    "- *left*: it decides what routes answer and is not carried over. Routes behind it answer 501 until it is.",
    "",
    "A package that is not listed counts as *left*. `codemods/readers/express/packages.py` is the table.",
    "",
    "| package | for | on Convex | how, or why |",
    "|---|---|---|---|",
)
