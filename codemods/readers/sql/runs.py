"""What the text of a statement and its values are at a call, on one way through the statements before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.readers.assembled.values import Test, Tested, tested
from codemods.readers.sql.making import BuiltError, Scope, change_of, holds, is_made, place_of, short
from codemods.readers.sql.texts import HOLE, Text, Texts, piece_of
from codemods.source.bindings import Binding
from codemods.source.tree import arguments, find_all, member, named, operator_of, unwrap

_LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_LEAVES = frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"})

Words = tuple[str | SgNode, ...]
"""A text: known pieces, and expressions whose values stand in it."""


@dataclass(frozen=True, slots=True)
class List:
    items: tuple[SgNode | Words, ...]


Value = SgNode | Words | int | bool | List


class Open(Exception):
    """Raised at a test about which nothing is decided yet."""

    def __init__(self, test: Test) -> None:
        self.test = test


class Over(Exception):
    """Raised where the function ends before the call."""


@dataclass(slots=True)
class Run:
    """One way through the statements before the call."""

    scope: Scope
    decided: Mapping[tuple[str, str, bool], Tested]
    state: dict[tuple[int, int], Value] = field(default_factory=dict)

    # ---- statements -------------------------------------------------------------------------------

    def block(self, block: SgNode) -> bool:
        """Run the statements up to the call; True once it is reached."""
        if block.kind() not in ("statement_block", "program"):
            return self._statement(block)
        return any(self._statement(each) for each in named(block))

    def _statement(self, node: SgNode) -> bool:
        kind = node.kind()
        if holds(node, self.scope.call):
            return self._around(node)
        if kind in _LEAVES:
            raise Over
        if kind == "if_statement":
            self._if(node)
        elif kind == "statement_block":
            self.block(node)
        elif not self.scope.changes_in(node):
            return False
        elif kind in ("lexical_declaration", "variable_declaration"):
            for each in named(node):
                self._declare(each)
        elif kind == "expression_statement":
            self._effect(unwrap(named(node)[0]))
        else:
            raise BuiltError("it is put together in a loop" if kind in _LOOPS else "it is put together in several ways")
        return False

    def _around(self, node: SgNode) -> bool:
        """A statement that holds the call: what is before it there runs first."""
        kind = node.kind()
        if kind == "if_statement":
            condition = node.field("condition")
            then = node.field("consequence")
            assert condition is not None
            if then is not None and holds(then, self.scope.call):
                self._settle(tested(condition))
                return self.block(then)
            other = node.field("alternative")
            if other is not None and holds(other, self.scope.call):
                self._settle(tested(condition, False))
                return self.block(named(other)[0])
            return True
        if kind == "try_statement":
            body = node.field("body")
            if body is None or not holds(body, self.scope.call):
                raise BuiltError("it is sent from a `catch`")
            return self.block(body)
        if kind in _LOOPS:
            body = node.field("body")
            if body is None or self._changes_outer(node):
                raise BuiltError("it is put together in a loop")
            return self.block(body) if holds(body, self.scope.call) else True
        if kind == "statement_block":
            return self.block(node)
        self._within(node)
        return True

    def _within(self, node: SgNode) -> None:
        """`const [rows] = owner ? await one(…) : await another(…)`: the call is one side of a choice."""
        inner = self.scope.call
        while (outer := inner.parent()) is not None and inner != node:
            condition = outer.field("condition") if outer.kind() == "ternary_expression" else None
            if condition is not None and inner != condition:
                self._settle(tested(condition, inner == outer.field("consequence")))
            inner = outer

    def _changes_outer(self, loop: SgNode) -> bool:
        return any(
            not holds(loop, binding.node)
            and any(change_of(each) is not None and holds(loop, each) for each in binding.references)
            for binding in self.scope.made.values()
        )

    def _if(self, node: SgNode) -> None:
        condition, then, other = (node.field(name) for name in ("condition", "consequence", "alternative"))
        assert condition is not None and then is not None
        known = self._known(unwrap(condition))
        if known is None and not self.scope.changes_in(node):
            return
        taken = self._decide(tested(condition)) if known is None else known
        if taken:
            self.block(then)
        elif other is not None:
            self.block(named(other)[0])

    def _declare(self, node: SgNode) -> None:
        name, value = node.field("name"), node.field("value")
        binding = self.scope.of(name) if name is not None else None
        if binding is not None and value is not None:
            self.state[place_of(binding.node)] = self.value(value)
        elif value is not None and self.scope.changes_in(value):
            raise BuiltError("it is put together in several ways")

    def _effect(self, node: SgNode) -> None:
        kind, left = node.kind(), node.field("left")
        binding = self.scope.of(left) if left is not None else None
        right = node.field("right")
        if binding is not None and right is not None and kind == "assignment_expression":
            self.state[place_of(binding.node)] = self.value(right)
        elif binding is not None and right is not None and operator_of(node) == "+=":
            self.state[place_of(binding.node)] = _added(self._held(binding), self.value(right))
        elif kind in ("update_expression", "call_expression"):
            self.value(node)
        else:
            raise BuiltError("it is put together in several ways")

    # ---- tests ------------------------------------------------------------------------------------

    def _decide(self, decided: Tested) -> bool:
        test, answer = decided
        known = self.decided.get(test.key)
        if known is None:
            raise Open(test)
        return known[1] is answer

    def _settle(self, decided: Tested) -> None:
        """The call stands where a test gave what it says."""
        known = self.decided.get(decided[0].key)
        if known is not None and known[1] is not decided[1]:
            raise Over

    def _known(self, node: SgNode) -> bool | None:
        """A test that only asks for how much was put together so far."""
        if not any(self.scope.of(name) is not None for name in find_all(node, "identifier")):
            return None
        value = self.value(node)
        if isinstance(value, bool | int):
            return bool(value)
        return bool(value) if isinstance(value, tuple) else None

    # ---- values -----------------------------------------------------------------------------------

    def text(self, node: SgNode) -> Text:
        """The text that an expression is."""
        value = self.value(node)
        if not isinstance(value, tuple):
            raise BuiltError(f"`{short(node)}` is put together at run time")
        found = Text()
        for piece in value:
            if isinstance(piece, str):
                found.text += piece
            else:
                found.text += f":{HOLE}{len(found.holes)}"
                found.holes.append(piece)
        return found

    def listed(self, values: Sequence[SgNode]) -> tuple[SgNode, ...]:
        """The values that go with it, as one list."""
        if not values:
            return ()
        value = self.value(values[0])
        if not isinstance(value, List):
            raise BuiltError(f"its values are `{short(values[0])}`, put together at run time")
        return _nodes(value.items)

    def arguments(self, values: Sequence[SgNode]) -> tuple[SgNode, ...]:
        """The values that go with it, as arguments."""
        return _nodes([item for each in values for item in self._items(each)])

    def value(self, node: SgNode) -> Value:
        """What an expression gives; itself where nothing is known of it."""
        node = unwrap(node)
        match node.kind():
            case "template_string":
                return self._template(node)
            case "number":
                return int(node.text()) if node.text().isdigit() else node
            case "array":
                return List(tuple(item for each in named(node) for item in self._items(each)))
            case "ternary_expression":
                return self._chosen(node)
            case "binary_expression":
                return self._computed(node)
            case "unary_expression":
                return self._turned(node)
            case "update_expression":
                return self._counted(node)
            case "member_expression":
                return self._member(node)
            case "call_expression":
                return self._called(node)
        binding = self.scope.of(node)
        if binding is not None:
            return self._held(binding)
        return self._fixed(node)

    def _held(self, binding: Binding) -> Value:
        place = place_of(binding.node)
        if place not in self.state:
            raise BuiltError(f"`{binding.name}` is put together elsewhere")
        return self.state[place]

    def _fixed(self, node: SgNode) -> Value:
        """A text that is written out, here or in a constant."""
        known = Texts(self.scope.workspace, self.scope.file).read(node)
        return (known.text,) if known.problem is None and not known.holes else node

    def _template(self, node: SgNode) -> Words:
        found: Words = ()
        for part in node.children():
            if part.kind() == "template_substitution":
                found += _words(self.value(named(part)[0]))
            elif part.kind() in ("string_fragment", "escape_sequence"):
                found += (piece_of(part),)
        return found

    def _items(self, node: SgNode) -> tuple[SgNode | Words, ...]:
        if node.kind() == "spread_element":
            value = self.value(named(node)[0])
            if not isinstance(value, List):
                raise BuiltError("its values are spread from a list")
            return value.items
        if not any(self.scope.of(name) is not None for name in find_all(node, "identifier")):
            return (unwrap(node),)
        value = self.value(node)
        return (value,) if isinstance(value, tuple) else (unwrap(node),)

    def _again(self, item: SgNode | Words) -> Value:
        """What an item is that depends on nothing that is put together."""
        return self.value(item) if isinstance(item, SgNode) else item

    def _chosen(self, node: SgNode) -> Value:
        condition, then, other = (node.field(name) for name in ("condition", "consequence", "alternative"))
        assert condition is not None and then is not None and other is not None
        if not (is_made(then) or is_made(other)):
            return node
        known = self._known(unwrap(condition))
        taken = self._decide(tested(condition)) if known is None else known
        return self.value(then if taken else other)

    def _computed(self, node: SgNode) -> Value:
        left, right, sign = node.field("left"), node.field("right"), operator_of(node)
        if left is None or right is None:
            return node
        if sign == "+":
            return _added(self.value(left), self.value(right), node)
        if sign not in _SIGNS:
            return node
        one, other = self.value(left), self.value(right)
        if not (isinstance(one, int) and isinstance(other, int)):
            return node
        return _SIGNS[sign](one, other)

    def _turned(self, node: SgNode) -> Value:
        inner, sign = node.field("argument"), operator_of(node)
        value = self.value(inner) if inner is not None and sign in ("-", "!") else node
        if not isinstance(value, int):
            return node
        return -value if sign == "-" else not value

    def _counted(self, node: SgNode) -> Value:
        inner = node.field("argument")
        binding = self.scope.of(inner) if inner is not None else None
        if binding is None:
            return node
        before = self._held(binding)
        if not isinstance(before, int):
            raise BuiltError("it is put together in several ways")
        after = before + (1 if "++" in node.text() else -1)
        self.state[place_of(binding.node)] = after
        return after if node.text().startswith(("++", "--")) else before

    def _member(self, node: SgNode) -> Value:
        parts = member(node)
        if parts is None or parts[1] != "length" or self.scope.of(unwrap(parts[0])) is None:
            return node
        value = self.value(parts[0])
        return len(value.items) if isinstance(value, List) else node

    def _called(self, node: SgNode) -> Value:
        function = node.field("function")
        parts = member(function) if function is not None else None
        target = unwrap(parts[0]) if parts is not None else None
        if parts is None or target is None:
            return node
        binding = self.scope.of(target)
        if binding is None and target.kind() not in ("array", "call_expression", "template_string"):
            return node
        held = self.value(target)
        given = arguments(node)
        if isinstance(held, List):
            return self._of_list(node, held, parts[1], given, binding)
        return held if parts[1] == "trim" and isinstance(held, tuple) else node

    def _of_list(
        self, node: SgNode, held: List, method: str, given: Sequence[SgNode], binding: Binding | None
    ) -> Value:
        match method:
            case "push" if binding is not None:
                made = List((*held.items, *(item for each in given for item in self._items(each))))
                self.state[place_of(binding.node)] = made
                return len(made.items)
            case "join":
                between = _words(self.value(given[0])) if given else (",",)
                return tuple(
                    piece
                    for number, item in enumerate(held.items)
                    for piece in (*(between if number else ()), *_words(self._again(item)))
                )
            case "slice":
                ends = [self.value(each) for each in given]
                if all(isinstance(each, int) for each in ends):
                    return List(held.items[slice(*(ends if len(ends) == 2 else [*ends, None]))])
            case "concat":
                return List((*held.items, *(item for each in given for item in _spread(self.value(each)))))
        if binding is not None:
            raise BuiltError(f"it is put together with `{method}`")
        return node


_SIGNS: Mapping[str, Callable[[int, int], Value]] = {
    "-": lambda one, other: one - other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "===": lambda one, other: one == other,
    "==": lambda one, other: one == other,
    "!==": lambda one, other: one != other,
    "!=": lambda one, other: one != other,
}


def _nodes(items: Sequence[SgNode | Words]) -> tuple[SgNode, ...]:
    found = tuple(item for item in items if isinstance(item, SgNode))
    if len(found) < len(items):
        raise BuiltError("its values are texts that are put together")
    return found


def _spread(value: Value) -> tuple[SgNode | Words, ...]:
    if not isinstance(value, List):
        raise BuiltError("its values are spread from a list")
    return value.items


def _words(value: Value) -> Words:
    if isinstance(value, tuple):
        return value
    if isinstance(value, int):
        return (str(value),)
    if isinstance(value, List):
        raise BuiltError("a list is put into its text")
    return (value,)


def _added(one: Value, other: Value, node: SgNode | None = None) -> Value:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return (*_words(one), *_words(other))
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    if node is None:
        raise BuiltError("it is put together in several ways")
    return node
