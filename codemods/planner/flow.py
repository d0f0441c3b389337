"""Where control goes inside one function: what runs after a statement, and which paths end without an answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source import FUNCTION_KINDS, Span, named, span_of

LISTS = frozenset({"program", "statement_block", "switch_case", "switch_default"})
"""What holds statements one after the other."""

LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})


@dataclass(frozen=True, slots=True)
class Rest:
    """The statements that run after another one, and the bare `return;` or `break;` that leads to the end."""

    statements: tuple[SgNode, ...]
    end: SgNode | None


def rest_after(statement: SgNode, function: SgNode) -> Rest:
    """All that may run after a statement until its function ends; a loop around it counts as running again.

    A `finally` block is left out: it runs after a `return` too.
    """
    found: list[SgNode] = []
    end: SgNode | None = None
    current = statement
    while span_of(current) != span_of(function):
        jumped = False
        for following in _followers(current):
            kind = following.kind()
            if kind == "return_statement" and not named(following):
                return Rest(tuple(found), end or following)
            if kind == "break_statement" and (target := _broken(following)) is not None:
                current, end, jumped = target, end or following, True
                break
            found.append(following)
            if kind in ("return_statement", "throw_statement", "continue_statement", "break_statement"):
                return Rest(tuple(found), None)
        if jumped:
            continue
        parent = current.parent()
        if parent is None:
            break
        if parent.kind() in LOOPS:
            found.append(parent)
        if parent.kind() in ("switch_case", "switch_default"):
            found += _later_cases(parent)
        current = parent
    return Rest(tuple(found), end)


def next_statement(statement: SgNode) -> SgNode | None:
    """The statement behind one, comments left out."""
    following = statement.next()
    while following is not None and (following.kind() == "comment" or not following.is_named()):
        following = following.next()
    return following


def _followers(statement: SgNode) -> list[SgNode]:
    """The statements behind one in the same list."""
    parent = statement.parent()
    if parent is None or parent.kind() not in LISTS:
        return []
    return [child for child in named(parent) if child.range().start.index >= statement.range().end.index]


def _broken(statement: SgNode) -> SgNode | None:
    """The loop or switch that a plain `break;` leaves."""
    if named(statement):
        return None
    for ancestor in statement.ancestors():
        if ancestor.kind() in LOOPS or ancestor.kind() == "switch_statement":
            return ancestor
        if ancestor.kind() in FUNCTION_KINDS:
            break
    return None


def _later_cases(case: SgNode) -> list[SgNode]:
    """The cases into which a case falls that ends without a `break`."""
    following, found = case.next(), []
    while following is not None:
        if following.kind() in ("switch_case", "switch_default"):
            found.append(following)
        following = following.next()
    return found


def open_ends(function: SgNode, answers: Collection[Span]) -> list[SgNode]:
    """Where a function may end without one of its answers: returns, and the function itself for its end."""
    body = function.field("body")
    if body is None or span_of(body) in answers:
        return []
    paths = _Paths(answers)
    if body.kind() != "statement_block":
        return [body]
    return [*paths.strays, function] if paths.falls(body) else paths.strays


def may_end(block: SgNode, throws: Collection[Span]) -> bool:
    """Can a block be left in another way than by an error? `throws` are statements that will be thrown errors."""
    paths = _Paths(throws)
    return paths.falls(block) or bool(paths.strays)


class _Paths:
    """Follows all paths. `falls` says whether a statement can be left by its end."""

    def __init__(self, answers: Collection[Span]) -> None:
        self._answers = frozenset(answers)
        self._broken: set[Span] = set()
        self.strays: list[SgNode] = []

    def falls(self, node: SgNode) -> bool:
        if span_of(node) in self._answers:
            return False
        match node.kind():
            case "statement_block":
                return self._list(named(node))
            case "return_statement":
                self.strays.append(node)
                return False
            case "throw_statement" | "continue_statement":
                return False
            case "break_statement":
                target = _broken(node)
                self._broken |= {span_of(target)} if target is not None else set()
                return named(node) != []
            case "if_statement":
                return self._branches(node)
            case "else_clause" | "finally_clause" | "labeled_statement":
                return self.falls(named(node)[-1])
            case "try_statement":
                return self._try(node)
            case "switch_statement":
                return self._switch(node)
            case kind if kind in LOOPS:
                return self._loop(node)
            case _:
                return True

    def _list(self, statements: list[SgNode]) -> bool:
        return all(self.falls(statement) for statement in statements)

    def _branches(self, node: SgNode) -> bool:
        then, otherwise = node.field("consequence"), node.field("alternative")
        falls = [self.falls(branch) for branch in (then, otherwise) if branch is not None]
        return any(falls) or otherwise is None

    def _try(self, node: SgNode) -> bool:
        block, clause, finalizer = node.field("body"), node.field("handler"), node.field("finalizer")
        caught = clause.field("body") if clause is not None else None
        falls = [self.falls(part) for part in (block, caught) if part is not None]
        return (finalizer is None or self.falls(finalizer)) and any(falls)

    def _switch(self, node: SgNode) -> bool:
        body = node.field("body")
        cases = named(body) if body is not None else []
        falls = [self._list(_case_statements(case)) for case in cases]
        default = any(case.kind() == "switch_default" for case in cases)
        return not default or span_of(node) in self._broken or not falls or falls[-1]

    def _loop(self, node: SgNode) -> bool:
        body = node.field("body")
        falls = self.falls(body) if body is not None else True
        if span_of(node) in self._broken:
            return True
        if _is_endless(node):
            return False
        return falls or node.kind() != "do_statement"


def _case_statements(case: SgNode) -> list[SgNode]:
    value = case.field("value")
    return [child for child in named(case) if value is None or span_of(child) != span_of(value)]


def _is_endless(loop: SgNode) -> bool:
    """`while (true)` and `for (;;)`."""
    condition = loop.field("condition")
    if condition is None or condition.kind() == "empty_statement":
        return loop.kind() == "for_statement"
    return condition.text().strip("() ") in ("true", "1")
