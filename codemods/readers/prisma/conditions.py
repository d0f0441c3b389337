"""Conditions made simpler, and told apart: those that always count from those that depend on a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from codemods.ir.query import All, Any, Condition, Named, Not, Predicate, Related, When, conjuncts
from codemods.source.span import Span


def named(name: str, predicate: Predicate) -> Predicate:
    """The condition under the name of its variable, but for comparisons that always count: an index may serve those."""
    parts = list(conjuncts(predicate))
    rest = [part for part in parts if not isinstance(part, Condition)]
    if not any(_depends(part) for part in rest):
        return predicate
    fixed = [part for part in parts if isinstance(part, Condition)]
    return All((*fixed, Named(name, All(tuple(unnamed(part) for part in rest)))))


def unnamed(predicate: Predicate) -> Predicate:
    """The condition without names."""
    match predicate:
        case Named(part=part):
            return unnamed(part)
        case All(parts=parts):
            return All(tuple(unnamed(part) for part in parts))
        case Any(parts=parts):
            return Any(tuple(unnamed(part) for part in parts))
        case Not(part=part) | Related(part=part):
            return replace(predicate, part=unnamed(part))
        case When(part=part, otherwise=otherwise):
            return replace(predicate, part=unnamed(part), otherwise=unnamed(otherwise))
        case _:
            return predicate


def _depends(predicate: Predicate) -> bool:
    match predicate:
        case When():
            return True
        case All(parts=parts) | Any(parts=parts):
            return any(_depends(part) for part in parts)
        case Not(part=part) | Related(part=part) | Named(part=part):
            return _depends(part)
        case _:
            return False


def simplified(choice: When, test: str, text: Callable[[Span], str]) -> Predicate:
    """A choice without those that say nothing: equal sides, and `a || b` around parts that ask for `a` or for `b`."""
    if choice.part == choice.otherwise:
        return choice.part
    operands = {each.strip() for each in test.split("||")}
    asked = [part for part in conjuncts(choice.part) if isinstance(part, When) and part.otherwise == All(())]
    covered = all(part.case is None and text(part.test) in operands for part in asked)
    alone = len(asked) == len(list(conjuncts(choice.part))) and choice.otherwise == All(()) and choice.case is None
    return choice.part if alone and covered and len(operands) > 1 else choice
