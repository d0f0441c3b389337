"""Statements that code puts together under tests: every text that may come out, with the values that go with it.

The statements before a call are run on what is known of them, once for each way in which their tests may go:
`sql += " AND owner = ?"; values.push(owner)` under `if (owner)` makes two texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import Assembly
from codemods.readers.assembled.values import Tested
from codemods.readers.sql.making import BuiltError, Scope
from codemods.readers.sql.runs import Open, Over, Run
from codemods.readers.sql.texts import Text
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, enclosing, named
from codemods.workspace import Workspace

_MOST = 256


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which the tests may go, and the statement that is sent then."""

    decided: Mapping[tuple[str, str, bool], Tested]
    text: Text
    values: tuple[SgNode, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """All variants of one call, and the variables that nothing else is for."""

    variants: tuple[Variant, ...]
    assembled: tuple[Assembly, ...]


def built(
    workspace: Workspace,
    file: SourceFile,
    call: SgNode,
    text: SgNode,
    values: Sequence[SgNode],
    spread: bool,
    is_sent: Callable[[SgNode], bool],
) -> Built:
    """The statements that a call may send, whose `values` are one list or `spread` arguments. `is_sent` says of calls
    that they are a driver's."""
    function = enclosing(call, FUNCTION_KINDS)
    body = function.field("body") if function is not None else file.root
    assert body is not None
    scope = Scope(workspace, file, call, body, is_sent)
    scope.add(text, is_text=True)
    for each in values:
        scope.add(named(each)[0] if each.kind() == "spread_element" else each, is_text=False)
    found = list(_explored(scope, text, values, spread))
    if not found:
        raise BuiltError("no text of it is known")
    return Built(tuple(found), scope.assembled())


def _explored(scope: Scope, text: SgNode, values: Sequence[SgNode], spread: bool) -> Iterator[Variant]:
    waiting: list[dict[tuple[str, str, bool], Tested]] = [{}]
    runs = 0
    while waiting:
        decided = waiting.pop()
        runs += 1
        if runs > 2 * _MOST:
            raise BuiltError("more tests decide on its text than are followed")
        run = Run(scope, decided)
        try:
            run.block(scope.body)
            yield Variant(decided, run.text(text), run.arguments(values) if spread else run.listed(values))
        except Open as open_:
            waiting += [{**decided, open_.test.key: (open_.test, answer)} for answer in (False, True)]
        except Over:
            continue
