"""The HTTP side of the application: routes with everything that runs before and after their handlers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from codemods.outcome import Place
from codemods.source.span import Span


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A function or expression in a source file."""

    file: str
    span: Span


class Role(StrEnum):
    """What a middleware is for, recognised by its binding or by what it does."""

    BODY_PARSER = "body parser"
    CORS = "cors"
    SECURITY_HEADERS = "security headers"
    LOGGING = "logging"
    CACHE = "cache"
    """Remembers answers, and does nothing else."""
    COMPRESSION = "compression"
    COOKIES = "cookies"
    SESSION = "session"
    STATIC = "static files"
    RATE_LIMIT = "rate limit"
    VALIDATION = "validation"
    UPLOAD = "upload"
    GUARD = "guard"
    """May refuse the request for who sends it: authentication, role, ownership."""
    CONTEXT = "request context"
    """Puts something on the request or the response for later functions, and always goes on."""
    ERROR = "error handler"
    NOT_FOUND = "not found handler"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Middleware:
    """One function in the chain. `definition` is where its body is, when that could be resolved.

    For VALIDATION by a known schema library, `schema` is the schema expression and `part` what it checks:
    body, query, params, or envelope ({ body, query, params }).
    """

    role: Role
    name: str
    place: Place
    expression: CodeRef
    definition: CodeRef | None = None
    schema: CodeRef | None = None
    part: str | None = None
    library: str | None = None
    """The package that it comes from, by the `exported` steps into it."""
    exported: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    """What must hold for it to be registered at all."""


@dataclass(frozen=True, slots=True)
class Handler:
    """The function that answers. `problem` says why it could not be found (then `definition` is None).

    `wrappers` names error-forwarding wrappers that were seen through (`asyncHandler`).
    """

    expression: CodeRef
    definition: CodeRef | None
    name: str | None
    wrappers: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold, or fail, for a registration to be made. `expression` is None where no test states it."""

    text: str
    expression: CodeRef | None
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """One registration. `path` is the full path with all mounts; None when a part of it is not literal.

    `statement` is what disappears from the source when the route is carried over whole; None for one link of a
    chain (`router.route(p).get(a).post(b)`) that other links share. `mounted` is False when no application uses the
    router. `place` is the line of the verb.
    """

    method: str
    path: str | None
    local_path: str | None
    place: Place
    registration: CodeRef
    statement: CodeRef | None
    middleware: tuple[Middleware, ...]
    handler: Handler
    mounted: bool = True
    error_handlers: tuple[Middleware, ...] = ()
    application: str = ""
    """The file of the application that serves the route."""
    conditions: tuple[Condition, ...] = ()
    """What must hold for the route to be registered at all (`process.env.DEBUG`), the outermost first."""
    order: tuple[int, ...] = ()
    """Sorts routes as Express tries them: positions of the mounts from the application down, then its own."""
    problem: str | None = None
    """What of the registration could not be read."""
    hidden: frozenset[str] = frozenset()
    """Parameters of mounts above that its router does not merge: the handler does not see them."""
    mount: str | None = None
    """The path of the mounts alone; None when a part of it is not literal."""
    expression: str | None = None
    """The regular expression that stands in the place of its path below the mounts, as written."""

    @property
    def name(self) -> str:
        """`GET /api/users/:id`."""
        return f"{self.method} {self.path if self.path is not None else self.local_path or '(computed)'}"


@dataclass(frozen=True, slots=True)
class Use:
    """Middleware registered for all requests below a path, one for each way that leads to its router.

    `path` is the full path with all mounts, `/` for all requests, None when a part of it is not literal; `order` sorts
    it among the routes. `exact` is for `all(path, fn)`, which runs for the path alone.
    """

    middleware: Middleware
    path: str | None
    order: tuple[int, ...]
    exact: bool = False
    application: str = ""
    hidden: frozenset[str] = frozenset()
    """Parameters of mounts above that its router does not merge: it does not see them."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything HTTP that the repository registers.

    `express_major` is the major version that package.json asks for (4 when unknown).
    """

    routes: tuple[Route, ...]
    middleware: tuple[Middleware, ...]
    express_major: int = 4
    uses: tuple[Use, ...] = ()
    nests_queries: bool = True
    """Brackets in the names of a query make lists and objects of it."""
