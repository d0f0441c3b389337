"""Listeners that only log how a request ended: Convex logs every call, so they go."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.readers.express.passing import ENDS, only_logs
from codemods.source import Edit, Span, arguments, find_all, member, parameters, span_of, string_value
from codemods.writers.ported import Ported, references, whole_line


def drop_listeners(ported: Ported, function: SgNode, logs: Callable[[SgNode], bool]) -> list[Span]:
    """Take `res.on("finish", () => log(…));` away, with the variables that only it read; returns what went."""
    names = [parameter.pattern.text() for parameter in parameters(function)]
    gone: list[Span] = []
    for reference in [*references(ported.file, function, 0), *references(ported.file, function, 1)]:
        above = reference.parent()
        parts = member(above) if above is not None and above.kind() == "member_expression" else None
        call = above.parent() if above is not None and parts is not None and parts[1] in ("on", "once") else None
        given = arguments(call) if call is not None and call.kind() == "call_expression" else []
        statement = call.parent() if call is not None and len(given) == 2 else None
        if statement is None or statement.kind() != "expression_statement" or string_value(given[0]) not in ENDS:
            continue
        if only_logs(given[1], names, logs):
            gone.append(span_of(statement))
    gone += _unused(ported, function, gone, names, logs)
    ported.edits += [Edit.delete(whole_line(ported.file, span)) for span in gone]
    return gone


def _unused(
    ported: Ported, function: SgNode, gone: list[Span], names: list[str], logs: Callable[[SgNode], bool]
) -> list[Span]:
    """The declarations of what nothing else reads."""
    found = []
    for declaration in find_all(function, "lexical_declaration", "variable_declaration") if gone else []:
        own = span_of(declaration)
        bindings = ported.file.bindings.declared_in(declaration)
        uses = [span_of(use) for binding in bindings for use in binding.references]
        outside = [use for use in uses if not own.holds(use)]
        unused = outside and all(any(span.holds(use) for span in gone) for use in outside)
        if unused and only_logs(declaration, names, logs):
            found.append(own)
    return found


def without_inner(ported: Ported, gone: list[Span]) -> list[Edit]:
    """The edits but for those of code that went."""
    whole = [whole_line(ported.file, span) for span in gone]
    return [edit for edit in ported.edits if edit.span in whole or not any(span.holds(edit.span) for span in gone)]
