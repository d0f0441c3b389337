"""What an assembled object or list holds: values, and the tests on which they depend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import Assembly
from codemods.source.tree import operator_of, unwrap


class UnreadableError(Exception):
    """Raised where an object is put together in a way that cannot be followed; the text says in which."""


@dataclass(frozen=True, slots=True)
class Test:
    """An expression that decided at run time: by being true, or with `case` by being equal to that (`==` if loose)."""

    node: SgNode
    case: SgNode | None = None
    is_loose: bool = False

    @property
    def key(self) -> tuple[str, str, bool]:
        """What equal tests share."""
        return self.node.text(), self.case.text() if self.case is not None else "", self.is_loose


Tested = tuple[Test, bool]
"""A test, and what it gave."""

_EQUALITIES = {"===": (True, False), "!==": (False, False), "==": (True, True), "!=": (False, True)}


def tested(node: SgNode, answer: bool = True) -> Tested:
    """The test of an expression without its negations: `!a` is that `a` gave false, `a !== b` that `a === b` did."""
    node = unwrap(node)
    sign = operator_of(node)
    if node.kind() == "unary_expression" and sign == "!":
        inner = node.field("argument")
        return tested(inner, not answer) if inner is not None else (Test(node), answer)
    left, right = node.field("left"), node.field("right")
    if node.kind() == "binary_expression" and sign in _EQUALITIES and left is not None and right is not None:
        equal, is_loose = _EQUALITIES[sign]
        return Test(unwrap(left), unwrap(right), is_loose), answer is equal
    return Test(node), answer


@dataclass(frozen=True, slots=True)
class Choice:
    """`then` where the test held, else `otherwise`; None where there is nothing."""

    test: Test
    then: Value | None
    otherwise: Value | None


@dataclass(frozen=True, slots=True)
class Object:
    """An object by its keys, in the order in which they were set.

    `computed` is the key and the value of its only entry, where the key is an expression.
    """

    entries: Mapping[str, Value]
    computed: tuple[SgNode, SgNode] | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list. An item that is a choice of nothing is not in the list then."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a variable holds."""

    assembly: Assembly
    value: Value | None


@dataclass(frozen=True, slots=True)
class Part:
    """What an expression gives under a key, where only a function knows the rest."""

    node: SgNode
    key: str


@dataclass(frozen=True, slots=True)
class Same:
    """An object with an entry for each property that another has when it is asked, equal to it."""

    node: SgNode


Value = SgNode | Choice | Object | Items | Held | Part | Same


def opened(value: Value | None) -> Value | None:
    """The value without the variables around it."""
    while isinstance(value, Held):
        value = value.value
    return value


Known = Mapping[tuple[str, str, bool], bool]
"""What tests are known to have given."""


def pruned(value: Value | None, known: Known) -> Value | None:
    """The value without the choices that are decided already."""
    if not isinstance(value, Choice):
        return value
    answer = known.get(value.test.key)
    if answer is not None:
        return pruned(value.then if answer else value.otherwise, known)
    then = pruned(value.then, {**known, value.test.key: True})
    otherwise = pruned(value.otherwise, {**known, value.test.key: False})
    return either((value.test, True), then, otherwise)


def either(decided: Tested, then: Value | None, otherwise: Value | None) -> Value | None:
    """`then` where the test gave what it says, else `otherwise`."""
    test, answer = decided
    if then == otherwise:
        return then
    return Choice(test, then, otherwise) if answer else Choice(test, otherwise, then)


def under(tests: Sequence[Tested], new: Value | None, old: Value | None) -> Value | None:
    """`new` where all tests gave what they say, else `old`."""
    value = new
    for decided in reversed(tests):
        value = either(decided, value, old)
    return pruned(value, {})
