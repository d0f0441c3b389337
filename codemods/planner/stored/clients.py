"""Database clients that are handed around: the `tx` of a transaction as a parameter and as an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.ir.spans import erased_by
from codemods.source import SourceFile, Span, arguments, find_all, parameters, span_of
from codemods.source.tree import FUNCTION_KINDS

_CLIENT_TYPE = re.compile(r"\b(?:TransactionClient|PrismaClient|Knex\.Transaction|Knex(?!\.))\b")


def client_parameter(function: SgNode, queries: Sequence[Query]) -> int | None:
    """The index of the parameter through which a function reaches the database."""
    if function.kind() not in FUNCTION_KINDS:
        return None
    clients = {query.client for query in queries}
    for index, parameter in enumerate(parameters(function)):
        typed = parameter.type is not None and _CLIENT_TYPE.search(parameter.type.text()) is not None
        if typed or (parameter.name is not None and parameter.name in clients):
            return index
    return None


def argument_at(piece: SgNode, call: Span, index: int) -> Span | None:
    """An argument of a call with the comma that goes with it; None when the call has fewer."""
    node = next((node for node in find_all(piece, "call_expression") if span_of(node) == call), None)
    given = [span_of(argument) for argument in arguments(node)] if node is not None else []
    if index >= len(given):
        return None
    if index + 1 < len(given):
        return Span(given[index].start, given[index + 1].start)
    return Span(given[index - 1].end if index else given[index].start, given[index].end)


def stray_clients(
    file: SourceFile, piece: SgNode, own: int | None, queries: Sequence[Query], dropped: Iterable[Span]
) -> list[SgNode]:
    """Uses of a client that are neither database calls nor arguments that go: nothing is there for them any more."""
    starts = {query.call.start for query in queries}
    gone = [*dropped, *(span for query in queries for span in erased_by(query))]
    names = [parameters(piece)[own].pattern] if own is not None else []
    for query in queries:
        names += _callback_names(piece, query) if query.op is Op.TRANSACTION and query.body is not None else []
    found = []
    for name in names:
        binding = file.bindings.resolve(name)
        for reference in binding.references if binding is not None else []:
            span = span_of(reference)
            if span.start not in starts and not any(each.holds(span) for each in gone):
                found.append(reference)
    return found


def _callback_names(piece: SgNode, query: Query) -> list[SgNode]:
    callback = next((n for kind in FUNCTION_KINDS for n in find_all(piece, kind) if span_of(n) == query.body), None)
    return [parameter.pattern for parameter in parameters(callback)] if callback is not None else []
