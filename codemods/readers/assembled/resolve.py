"""What an expression is at a call: literals, and variables with everything that was written into them before.

`const where = {}; if (q) where.name = q` is the object `{ name: q }` where `q` held, and `{}` where it did not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ast_grep_py import SgNode

from codemods.ir.query import Assembly
from codemods.readers.assembled.extent import assembly_of, is_returned, is_run_after, whole_statements
from codemods.readers.assembled.given import given_by
from codemods.readers.assembled.spelled import spelled_out
from codemods.readers.assembled.stability import is_settled
from codemods.readers.assembled.values import (
    Choice,
    Held,
    Items,
    Known,
    Object,
    Part,
    Test,
    Tested,
    UnreadableError,
    Value,
    either,
    opened,
    pruned,
    tested,
    under,
)
from codemods.readers.assembled.writes import Write, assigned, declaring_statement, write_of
from codemods.readers.literals import (
    CHOICES,
    Computed,
    Property,
    Spread,
    binding_of,
    entries,
    is_changed,
    is_pure,
    plain,
)
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import arguments, named, operator_of, property_name, unwrap
from codemods.workspace import Workspace

_VARIABLES = (BindingKind.CONST, BindingKind.LET, BindingKind.VAR)
_Change = Callable[[Value | None], Value | None]
Composes = Callable[[SgNode], bool]
Labels = Callable[[SgNode], str | None]
"""What the expression of a computed key stands for: `Op.gt` of `[Op.gt]`."""


class Resolver:
    """Answers for one call."""

    def __init__(
        self,
        file: SourceFile,
        call: SgNode,
        workspace: Workspace | None = None,
        computed: bool = False,
        parts: bool = False,
        composes: Composes | None = None,
        labels: Labels | None = None,
    ) -> None:
        """With `computed`, objects may have a single entry whose key is an expression; with `parts`, entries of what a
        function gives, which are known by their keys alone. `composes` says of calls that what they make is a part of
        what is put together, as objects and lists are."""
        self._file = file
        self._call = call
        self._workspace = workspace
        self._computed = computed
        self._parts = parts
        self._composes = composes or (lambda call: False)
        self._labels = labels or (lambda key: None)
        self.assembled: dict[Assembly, None] = {}
        """The variables that were read through."""
        self._open: list[Binding] = []

    def resolve(self, node: SgNode) -> Value | None:
        """The object, list or choice that an expression is; every other expression is itself, undefined is None."""
        inner = plain(node)
        match inner.kind():
            case "object":
                return self._object(inner)
            case "array":
                return self._array(inner)
            case "ternary_expression":
                return self._ternary(inner)
            case "binary_expression":
                return self._conjunction(inner)
            case "undefined":
                return None
            case "call_expression":
                return spelled_out(self._file, self._workspace, inner) or inner
            case "identifier" | "shorthand_property_identifier":
                return None if inner.text() == "undefined" else self._variable(inner)
            case _:
                return inner

    def value_of(self, value: Value | None) -> Value | None:
        """The same of a part of what was resolved, without the variables that hold it."""
        return opened(self.resolve(value) if isinstance(value, SgNode) else value)

    # literals

    def _object(self, literal: SgNode) -> Object:
        computed = _computed_entry(literal) if self._computed else None
        if computed is not None:
            return Object({}, computed)
        found: dict[str, Value] = {}
        for entry in entries(literal):
            match entry:
                case Property(key, value):
                    found.pop(key, None)
                    if plain(value).text() != "undefined":
                        found[key] = value
                case Spread(value):
                    found = self._merged(found, self._spread(value))
                case Computed(node):
                    label, value = self._labelled(node)
                    found.pop(label, None)
                    found[label] = value
        return Object(found)

    def _labelled(self, pair: SgNode) -> tuple[str, SgNode]:
        """A key that is an expression, where that is known to stand for something."""
        key, value = pair.field("key"), pair.field("value")
        is_computed = key is not None and key.kind() == "computed_property_name"
        label = self._labels(named(key)[0]) if key is not None and is_computed else None
        if label is None or value is None:
            raise UnreadableError("computed key")
        return label, value

    def _spread(self, node: SgNode) -> Value | None:
        """What `...node` brings: nothing for what is not true in `...(test && object)`."""
        inner = plain(node)
        if inner.kind() == "binary_expression" and operator_of(inner) == "&&":
            left, right = inner.field("left"), inner.field("right")
            assert left is not None and right is not None
            return self._choice(tested(left), self._spread(right), None)
        if inner.text() == "null":
            return None
        value = self.resolve(node)
        if isinstance(value, SgNode) and self._parts and self._workspace is not None:
            keys = keys_given(self._workspace, self._file, value)
            value = value if keys is None else Object({key: Part(value, key) for key in keys})
        if isinstance(value, SgNode):
            raise UnreadableError(f"spread of `{' '.join(node.text().split())[:40]}`")
        return value

    def _merged(self, into: dict[str, Value], value: Value | None) -> dict[str, Value]:
        value = opened(value)
        match value:
            case None:
                return into
            case Object(added) if value.computed is None:
                if any(key in into and isinstance(each, Part) for key, each in added.items()):
                    raise UnreadableError("a spread may change what stands before it")
                return {**{key: old for key, old in into.items() if key not in added}, **added}
            case Choice(test, then, otherwise):
                yes, no = self._merged(into, then), self._merged(into, otherwise)
                found: dict[str, Value] = {}
                for key in dict.fromkeys([*no, *yes]):
                    chosen = pruned(either((test, True), yes.get(key), no.get(key)), {})
                    if chosen is not None:
                        found[key] = chosen
                return found
            case _:
                raise UnreadableError("spread")

    def _array(self, literal: SgNode) -> Items:
        found: list[Value] = []
        for node in named(literal):
            found += self._items(node)
        return Items(tuple(found))

    def _items(self, node: SgNode) -> list[Value]:
        if node.kind() == "spread_element":
            return self._spread_items(self._spread(named(node)[0]))
        return [node]

    def _spread_items(self, value: Value | None) -> list[Value]:
        value = opened(value)
        match value:
            case None:
                return []
            case Items(items):
                return list(items)
            case Choice(test, then, otherwise):
                yes = [either((test, True), each, None) for each in self._spread_items(then)]
                no = [either((test, True), None, each) for each in self._spread_items(otherwise)]
                return [each for each in (*yes, *no) if each is not None]
            case _:
                raise UnreadableError("spread")

    def _ternary(self, node: SgNode) -> Value | None:
        condition, then, otherwise = (node.field(name) for name in ("condition", "consequence", "alternative"))
        assert condition is not None and then is not None and otherwise is not None
        yes, no = self.resolve(then), self.resolve(otherwise)
        if isinstance(yes, SgNode) and isinstance(no, SgNode) and not (self._composes(yes) or self._composes(no)):
            return node
        if no is None and _spreads(unwrap(condition), yes):
            return yes
        if self._counts(unwrap(condition), yes) and no == Object({}):
            return yes
        return self._choice(tested(condition), yes, no)

    def _conjunction(self, node: SgNode) -> Value | None:
        """`test && part`: the part, or nothing."""
        left, right = node.field("left"), node.field("right")
        if left is None or right is None or operator_of(node) != "&&" or not self._composes(unwrap(right)):
            return node
        return self._choice(tested(left), self.resolve(right), None)

    def _counts(self, condition: SgNode, given: Value | None) -> bool:
        """`list.length > 0 ? { AND: list } : {}`: without items there is no condition in either branch."""
        given = opened(given)
        if not isinstance(given, Object) or list(given.entries) != ["AND"]:
            return False
        listed = given.entries["AND"]
        name = plain(listed).text() if isinstance(listed, SgNode) else ""
        text = condition.text().replace(" ", "")
        return bool(name) and text in _counted(name)

    def _choice(self, decided: Tested, then: Value | None, otherwise: Value | None) -> Value | None:
        self._check(decided[0])
        return pruned(either(decided, then, otherwise), {})

    def _check(self, test: Test) -> None:
        """A test is made again at the call, and has to give the same there."""
        for part in (test.node, test.case):
            if part is not None and not (is_pure(part) and is_settled(self._file, part, self._call)):
                raise UnreadableError(f"depends on `{part.text()}`, which is not the same at the call")

    # variables

    def _variable(self, node: SgNode) -> Value | None:
        binding = binding_of(self._file, node)
        if binding is None or binding.kind not in _VARIABLES or binding.path or binding in self._open:
            return node
        statement = declaring_statement(binding)
        block = statement.parent() if statement is not None else None
        if not self._is_structured(binding):
            return node
        if statement is None or block is None or not is_run_after(statement, self._call):
            made = spelled_out(self._file, self._workspace, plain(binding.value)) if binding.value is not None else None
            fixed = binding.kind is BindingKind.CONST and not is_changed(binding)
            return made if made is not None and fixed else self._constant(binding, node)
        self._open.append(binding)
        try:
            return self._assembled(binding, node, statement, block)
        finally:
            self._open.pop()

    def _is_structured(self, binding: Binding) -> bool:
        """Does the variable ever hold an object or a list that is written out?"""
        given = [binding.value, *(assigned(reference) for reference in binding.references)]
        return any(each is not None and (_holds_literal(each) or self._is_part(each)) for each in given)

    def _is_part(self, node: SgNode) -> bool:
        inner = plain(node)
        if self._composes(inner):
            return True
        if inner.kind() in CHOICES:
            sides = [inner.field(name) for name in ("consequence", "alternative", "right")]
            return any(side is not None and self._is_part(side) for side in sides)
        return spelled_out(self._file, self._workspace, inner) is not None

    def _constant(self, binding: Binding, node: SgNode) -> Value | None:
        """A constant of the module that nothing writes into."""
        if binding.value is None or binding.reassigned or not binding.is_top_level:
            return node
        if plain(binding.value).kind() not in ("object", "array"):
            return node
        if any(write_of(reference, binding.value) is not None for reference in binding.references):
            raise UnreadableError("built elsewhere")
        return self.resolve(binding.value)

    def _assembled(self, binding: Binding, node: SgNode, statement: SgNode, block: SgNode) -> Value | None:
        declared = binding.value
        start = self.resolve(declared) if declared is not None else None
        changed = [write for each in binding.references if (write := write_of(each, block)) is not None]
        if isinstance(start, SgNode) and not self._composes(start):
            raise UnreadableError("built elsewhere")
        if any(write.set is not None and _uses(write.set, binding) for write in changed):
            raise UnreadableError(f"`{binding.name}` is made of itself")
        before = [write for write in changed if span_of(write.statement).start < span_of(self._call).start]
        is_left = len(before) < len(changed)
        if is_left and not is_returned(self._call, block):
            raise UnreadableError("changed after the call")
        value: Value | None = start
        for write in before:
            for test, _ in write.tests:
                self._check(test)
            value = self._change(value, write.path, write.tests, {}, self._effect(write))
        parts = [part for write in changed for part in self._parts_beside(write)]
        whole = whole_statements([statement, *parts, *(write.statement for write in changed)])
        assembly = assembly_of(binding, whole)
        self.assembled[assembly] = None
        return value if is_left else Held(assembly, value)

    def _parts_beside(self, write: Write) -> list[SgNode]:
        """`const more = keys.map(…); list.push(...more);`: what is declared for that statement alone goes with it."""
        found: list[SgNode] = []
        for node in write.pushed:
            inner = named(node)[0] if node.kind() == "spread_element" else node
            binding = binding_of(self._file, inner)
            declared = declaring_statement(binding) if binding is not None else None
            if binding is None or declared is None or declared.parent() != write.statement.parent():
                continue
            if all(span_of(write.statement).holds(span_of(each)) for each in binding.references):
                found.append(declared)
        return found

    def _effect(self, write: Write) -> _Change:
        if write.deletes:
            return lambda old: None
        if write.set is not None:
            made = write.set
            return lambda old: self.resolve(made)
        if write.merged:
            return lambda old: self._assign(old, write.merged)
        return lambda old: self._push(old, write.pushed)

    def _assign(self, old: Value | None, given: Sequence[SgNode]) -> Value:
        old = opened(old)
        if not isinstance(old, Object):
            raise UnreadableError("assigned into")
        found = dict(old.entries)
        for node in given:
            found = self._merged(found, self._spread(node))
        return Object(found)

    def _push(self, old: Value | None, given: Sequence[SgNode]) -> Value:
        old = opened(old)
        if not isinstance(old, Items):
            raise UnreadableError("pushed into")
        return Items((*old.items, *(item for node in given for item in self._items(node))))

    def _change(
        self, value: Value | None, path: Sequence[str], tests: Sequence[Tested], known: Known, effect: _Change
    ) -> Value | None:
        """The value after a change at a path in it, which was made where all tests gave what they say."""
        if any(known.get(test.key, answer) != answer for test, answer in tests):
            return value
        value = self.value_of(value)
        if isinstance(value, Choice):
            return self._change_each(value, path, tests, known, effect)
        if path:
            if not isinstance(value, Object) or value.computed is not None:
                raise UnreadableError("written into")
            inner = self._change(value.entries.get(path[0]), path[1:], tests, known, effect)
            kept = {key: old for key, old in value.entries.items() if key != path[0]}
            return Object(kept if inner is None else {**kept, path[0]: inner})
        left = [(test, answer) for test, answer in tests if test.key not in known]
        if isinstance(value, Items):
            return self._pushedunder(value, effect(value), left)
        return under(left, effect(value), value)

    def _change_each(
        self, value: Choice, path: Sequence[str], tests: Sequence[Tested], known: Known, effect: _Change
    ) -> Value | None:
        yes, no = {**known, value.test.key: True}, {**known, value.test.key: False}
        then = self._change(value.then, path, tests, yes, effect)
        otherwise = self._change(value.otherwise, path, tests, no, effect)
        return either((value.test, True), then, otherwise)

    def _pushedunder(self, old: Items, new: Value | None, tests: Sequence[Tested]) -> Value | None:
        """New items of a list are there where the tests held; another list takes its place."""
        if not isinstance(new, Items) or new.items[: len(old.items)] != old.items:
            return under(tests, new, old)
        added = (under(tests, item, None) for item in new.items[len(old.items) :])
        return Items((*old.items, *(item for item in added if item is not None)))


def _computed_entry(literal: SgNode) -> tuple[SgNode, SgNode] | None:
    """The key and the value of `{ [key]: value }`."""
    pairs = named(literal)
    label = pairs[0].field("key") if len(pairs) == 1 and pairs[0].kind() == "pair" else None
    value = pairs[0].field("value") if label is not None else None
    if label is None or value is None or label.kind() != "computed_property_name" or property_name(label) is not None:
        return None
    return named(label)[0], value


def _holds_literal(node: SgNode) -> bool:
    inner = plain(node)
    if inner.kind() in ("object", "array"):
        return True
    names = ("consequence", "alternative", "left", "right")
    return inner.kind() in CHOICES and any(
        _holds_literal(branch) for name in names if (branch := inner.field(name)) is not None
    )


def keys_given(workspace: Workspace, file: SourceFile, node: SgNode) -> list[str] | None:
    """The keys that an object may have which a function gives, None where they are not known."""
    given = given_by(workspace, file, node)
    if given is None:
        return None
    try:
        found = [
            key
            for value in given.giver.values
            for key in _keys(Resolver(given.giver.file, value, workspace).resolve(value))
        ]
    except UnreadableError:
        return None
    return list(dict.fromkeys(found))


def _keys(value: Value | None) -> Iterator[str]:
    match opened(value):
        case None:
            return
        case Object(entries, None):
            yield from entries
        case Choice(then=then, otherwise=otherwise):
            yield from _keys(then)
            yield from _keys(otherwise)
        case _:
            raise UnreadableError("made elsewhere")


def _counted(name: str) -> tuple[str, ...]:
    """How code asks whether a list has items."""
    return f"{name}.length", f"{name}.length>0", f"{name}.length!==0", f"{name}.length>=1"


def _spreads(condition: SgNode, given: Value | None) -> bool:
    """`list.length ? and(...list) : undefined`: without items there is nothing in either branch."""
    inner = arguments(given) if isinstance(given, SgNode) and given.kind() == "call_expression" else []
    if len(inner) != 1 or inner[0].kind() != "spread_element":
        return False
    return condition.text().replace(" ", "") in _counted(named(inner[0])[0].text())


def _uses(node: SgNode, binding: Binding) -> bool:
    span = span_of(node)
    return any(span.holds(span_of(reference)) for reference in binding.references)
