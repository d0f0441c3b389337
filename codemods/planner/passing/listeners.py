"""Listeners that only log how a request ended: Convex logs every call, so they go."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.readers.express.passing import ENDS, only_logs
from codemods.source import SourceFile, Span, arguments, find_all, member, parameters, span_of, string_value


def log_listeners(file: SourceFile, function: SgNode, logs: Callable[[SgNode], bool]) -> list[Span]:
    """`res.on("finish", () => log(…));`, with the declarations of what only such listeners read."""
    taken = parameters(function)
    names = [parameter.pattern.text() for parameter in taken]
    bindings = [file.bindings.resolve(parameter.pattern) for parameter in taken[:2] if parameter.name is not None]
    gone: list[Span] = []
    for reference in [use for binding in bindings if binding is not None for use in binding.references]:
        above = reference.parent()
        parts = member(above) if above is not None and above.kind() == "member_expression" else None
        call = above.parent() if above is not None and parts is not None and parts[1] in ("on", "once") else None
        given = arguments(call) if call is not None and call.kind() == "call_expression" else []
        statement = call.parent() if call is not None and len(given) == 2 else None
        if statement is None or statement.kind() != "expression_statement" or string_value(given[0]) not in ENDS:
            continue
        if only_logs(given[1], names, logs):
            gone.append(span_of(statement))
    return [*gone, *_unused(file, function, gone, names, logs)]


def _unused(
    file: SourceFile, function: SgNode, gone: list[Span], names: list[str], logs: Callable[[SgNode], bool]
) -> list[Span]:
    """The declarations of what nothing else reads."""
    found = []
    for declaration in find_all(function, "lexical_declaration", "variable_declaration") if gone else []:
        own = span_of(declaration)
        if any(span.holds(own) for span in gone):
            continue
        bindings = file.bindings.declared_in(declaration)
        uses = [span_of(use) for binding in bindings for use in binding.references]
        outside = [use for use in uses if not own.holds(use)]
        unused = outside and all(any(span.holds(use) for span in gone) for use in outside)
        if unused and only_logs(declaration, names, logs):
            found.append(own)
    return found
