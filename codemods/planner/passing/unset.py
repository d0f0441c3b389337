"""Fields of the request that no middleware has set by then: they are undefined, in Express and at the edge."""

from __future__ import annotations

from collections.abc import Iterable

from ast_grep_py import SgNode

from codemods.ir.app import Middleware, Role
from codemods.planner.passing.steps import fields_of, references_to
from codemods.planner.places_of_use import wrapped
from codemods.source import SourceFile
from codemods.workspace import Workspace

_PUTS: dict[Role, frozenset[str]] = {
    Role.BODY_PARSER: frozenset({"body", "rawBody"}),
    Role.CACHE: frozenset(),
    Role.COMPRESSION: frozenset(),
    Role.COOKIES: frozenset({"cookies", "signedCookies", "secret"}),
    Role.CORS: frozenset(),
    Role.LOGGING: frozenset({"id", "log", "allLogs"}),
    Role.RATE_LIMIT: frozenset({"rateLimit"}),
    Role.SECURITY_HEADERS: frozenset({"cspNonce"}),
    Role.STATIC: frozenset(),
}
"""What packages put on the request or the response, by what they are for. Others may put anything there."""

_PACKAGES = {
    "express-mongo-sanitize": frozenset[str](),
    "mongo-sanitizer": frozenset[str](),
    "hpp": frozenset({"queryPolluted", "bodyPolluted"}),
    "xss-clean": frozenset[str](),
}
"""The same for packages that are for something else."""


def is_unset(workspace: Workspace, name: str, before: Iterable[Middleware]) -> bool:
    """Is it sure that none of the middleware has set the field?"""
    return not any(_may_set(workspace, middleware, name) for middleware in before)


def _may_set(workspace: Workspace, middleware: Middleware, name: str) -> bool:
    definition = middleware.definition
    if definition is None:
        package = middleware.library
        return package is None or name in _PACKAGES.get(package, _PUTS.get(middleware.role, {name}))
    file = workspace.source(definition.file)
    function = file.functions.get(definition.span)
    if function is None or _hands_on(file, function):
        return True
    return any(field.name == name and field.assignment is not None for field in fields_of(file, function))


def _hands_on(file: SourceFile, function: SgNode) -> bool:
    """Does it give request or response to something that may set fields of them?"""
    uses = [use for index in (0, 1) for use in references_to(file, function, index)]
    above = [wrapped(use).parent() for use in uses]
    return not all(node is not None and node.kind() == "member_expression" for node in above)
