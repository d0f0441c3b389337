"""What routes go on without, although it is not carried over: middleware that provably changes none of their answers.

All other middleware that stays behind takes the routes behind it back.
"""

from __future__ import annotations

from collections.abc import Callable

from codemods.ir.app import Middleware, Role
from codemods.planner.passing.steps import Step
from codemods.planner.problems import Problem
from codemods.readers.express.packages import is_dispensable

_SILENT = frozenset(
    {
        Role.BODY_PARSER,
        Role.CORS,
        Role.SECURITY_HEADERS,
        Role.LOGGING,
        Role.COMPRESSION,
        Role.CACHE,
        Role.COOKIES,
        Role.STATIC,
    }
)
"""What packages are known to be for, and functions by all that they do: never by a name."""

_RENDERS = "CX706"


def is_silent(middleware: Middleware) -> bool:
    """Does nothing have to run for it on Convex?"""
    return middleware.role in _SILENT or is_dispensable(middleware)


def reads_no_body(middleware: Middleware) -> bool:
    """Is `req.body` there behind it only if it was there before?"""
    return middleware.role in _SILENT - {Role.BODY_PARSER}


def is_unmissed(step: Step, takes: Callable[[frozenset[str]], bool]) -> bool:
    """Does a route answer the same without a step that meets an obstacle? `takes` tells the fields that it is given.

    Without a policy for other origins, none of them may read the answer.
    """
    if step.middleware.role is Role.CORS:
        return True
    return step.harmless and not step.twin and not step.heads and not takes(step.sets)


def is_page(problem: Problem) -> bool:
    """Does an error handler stay behind as it shows a page? Then Express's own page for the status takes its place."""
    return problem.code == _RENDERS
