"""Middleware that goes on from promises: `users.find(token).then((user) => { …; next(); }).catch((err) => …)`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ast_grep_py import SgNode

from codemods.planner.answering.promises import (
    Callbacks,
    PromiseChain,
    catch_of,
    chain_around,
    link_span,
    verified_chain,
)
from codemods.planner.answering.replies import ResponsePlan, Standing
from codemods.planner.answering.stands import stand_of
from codemods.source import FUNCTION_KINDS, Edit, SourceFile, Span, find_all, named, parameters, span_of
from codemods.source.tree import is_async
from codemods.workspace import Workspace
from codemods.writers.edge.ported import Ported, references

_CODE = "CX701"


class StepChains:
    """The chains of one middleware: what their callbacks give is what the middleware gives."""

    def __init__(self, workspace: Workspace, ported: Ported, function: SgNode) -> None:
        self._workspace, self._ported, self._function = workspace, ported, function
        self._file: SourceFile = ported.file
        self.callbacks: list[Span] = []
        """Functions that wait from now on."""
        self.handled: list[Span] = []
        """Where obstacles that others see are none."""
        self._dropped: list[Span] = []

    def write(self, ends: Sequence[Span], plan: ResponsePlan) -> list[Span]:
        """Returns the statements of the chains, given those with which the function or a callback ends."""
        self._drop_catches()
        inside: dict[Span, list[Span]] = defaultdict(list)
        chains: dict[Span, tuple[PromiseChain, list[SgNode]]] = {}
        for callback in find_all(self._function, *FUNCTION_KINDS):
            own = [end for end in ends if span_of(callback).holds(end) and self._nearest(end) == span_of(callback)]
            if not own or span_of(callback) == span_of(self._function) or verified_chain(self._file, callback):
                continue
            chain = chain_around(callback)
            if chain is None:
                self._ported.problem(_CODE, "goes on from a callback", callback)
                continue
            inside[span_of(callback)] = own
            chains.setdefault(span_of(chain.outer), (chain, []))[1].append(callback)
        errors = frozenset(forward.statement for forward in plan.forwards)
        nexts = {span for span in inside if self._only_forwards(span)} | set(self._dropped)
        found = Callbacks(dict(inside), errors, frozenset(nexts))
        return [span for chain, own in chains.values() for span in self._chain(chain, own, found)]

    def _chain(self, chain: PromiseChain, own: Sequence[SgNode], found: Callbacks) -> list[Span]:
        stand = stand_of(chain.outer, self._function, self._file, self._workspace)
        if isinstance(stand, tuple) or stand.standing is Standing.BRANCH or stand.logs is not None:
            self._ported.problem(_CODE, "goes on after a callback", chain.outer)
            return []
        if found.obstacle(chain) is not None:
            self._ported.problem(_CODE, "goes on from a callback", chain.outer)
            return []
        start = span_of(chain.outer).start
        self.handled.append(Span(start, start + 1))
        for callback in own:
            self.callbacks.append(span_of(callback))
            if not is_async(callback):
                self._ported.edits.append(Edit.insert(span_of(callback).start, "async "))
        if stand.standing is Standing.STATEMENT and not self._file.slice(stand.statement).startswith("return"):
            self._ported.edits.append(Edit.wrap(stand.statement, "return ", ""))
        return [stand.statement]

    def _drop_catches(self) -> None:
        """`.catch(next)`: an error goes where errors go."""
        for reference in references(self._file, self._function, 2):
            call = catch_of(reference)
            if call is not None:
                self._dropped.append(span_of(reference))
                self.handled.append(span_of(reference))
                self._ported.edits.append(Edit.delete(link_span(call)))

    def _only_forwards(self, callback: Span) -> bool:
        """`(err) => next(err)`"""
        node = self._file.functions.get(callback)
        body = node.field("body") if node is not None else None
        given = parameters(self._function)[2:3]
        if node is None or body is None or not given or len(parameters(node)) != 1:
            return False
        inner = named(body) if body.kind() == "statement_block" else [body]
        text = inner[0].text().removeprefix("return ").rstrip(";") if len(inner) == 1 else ""
        return text == f"{given[0].pattern.text()}({parameters(node)[0].pattern.text()})"

    def _nearest(self, end: Span) -> Span:
        """The function that a statement stands in."""
        around = [span_of(each) for each in find_all(self._function, *FUNCTION_KINDS) if span_of(each).holds(end)]
        return min(around, key=lambda span: span.end - span.start)
