"""Packages that tell a service of errors: their calls decide nothing, and Convex reports errors to it by itself."""

from __future__ import annotations

from codemods.workspace import External

_SENTRY = {
    "addBreadcrumb": None, "captureException": "error", "captureMessage": "info", "setContext": None,
    "setExtra": None, "setExtras": None, "setTag": None, "setTags": None, "setUser": None,
}  # fmt: skip

REPORTERS: dict[str, dict[str, str | None]] = dict.fromkeys(["@sentry/node", "@sentry/node-core"], _SENTRY)
"""By package, its functions with the console's method that says the same; None for those that only say whom an error
would be about."""


def reports(target: External) -> bool:
    """Is it a function that tells of an error, or whom it is about?"""
    return target.path[-1:] != () and target.path[-1] in REPORTERS.get(target.module, {})


def console_method(target: External) -> str | None:
    """`captureException` → `error`"""
    return REPORTERS[target.module][target.path[-1]]
