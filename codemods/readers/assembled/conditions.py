"""Conditions made simpler, and told apart: those that always count from those that depend on a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from codemods.ir.query import (
    NOTHING,
    Alike,
    All,
    Any,
    Condition,
    Named,
    Not,
    Predicate,
    Related,
    When,
    all_of,
    conjuncts,
)
from codemods.readers.assembled.reading import Reading
from codemods.readers.assembled.values import Choice, Object, Value
from codemods.source.span import Span


def read_object(
    reading: Reading, given: Value | None, what: str, entry: Callable[[str, Value], Predicate]
) -> Predicate:
    """The predicate of an object of conditions, which `entry` reads one by one; `what` it is called in a refusal."""
    value = reading.value(given, what)
    match value:
        case None:
            return NOTHING
        case Object(entries):
            return all_of([entry(key, each) for key, each in entries.items()])
        case Choice():
            return chosen(reading, value, lambda each: read_object(reading, each, what, entry))
        case _:
            reading.reject(f"{what}: {reading.origin(value)}")
            return NOTHING


def chosen(
    reading: Reading, choice: Choice, read: Callable[[Value], Predicate], absent: Predicate = NOTHING
) -> Predicate:
    """Both sides of a choice; `absent` is the side that is not there."""
    then = read(choice.then) if choice.then is not None else absent
    otherwise = read(choice.otherwise) if choice.otherwise is not None else absent
    test = choice.test
    case = reading.span(test.case) if test.case is not None else None
    made = When(reading.span(test.node), then, otherwise, case, test.is_loose)
    return _simplified(made, test.node.text(), reading.file.slice)


def with_name(reading: Reading, node: Value, predicate: Predicate) -> Predicate:
    """The predicate of a whole call: what a variable holds keeps its name."""
    holder = reading.holder(node)
    parts = [named(holder.name, predicate)] if holder is not None else list(conjuncts(predicate))
    return all_of([part if isinstance(part, Named) else unnamed(part) for each in parts for part in conjuncts(each)])


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
        case When() | Alike():
            return True
        case All(parts=parts) | Any(parts=parts):
            return any(_depends(part) for part in parts)
        case Not(part=part) | Related(part=part) | Named(part=part):
            return _depends(part)
        case _:
            return False


def _simplified(choice: When, test: str, text: Callable[[Span], str]) -> Predicate:
    """A choice without those that say nothing: equal sides, and `a || b` around parts that ask for `a` or for `b`."""
    if choice.part == choice.otherwise:
        return choice.part
    operands = {each.strip() for each in test.split("||")}
    asked = [part for part in conjuncts(choice.part) if isinstance(part, When) and part.otherwise == All(())]
    covered = all(part.case is None and text(part.test) in operands for part in asked)
    alone = len(asked) == len(list(conjuncts(choice.part))) and choice.otherwise == All(()) and choice.case is None
    return choice.part if alone and covered and len(operands) > 1 else choice
