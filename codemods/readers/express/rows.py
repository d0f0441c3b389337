"""What expressions stand for in one turn of the loops around them: table rows, names, members and texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.readers.express.fields import own_field
from codemods.readers.express.follow import ValueNode, value_of
from codemods.source import (
    Binding,
    SourceFile,
    arguments,
    find_all,
    member,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.binding import REST
from codemods.source.tree import (
    CLASS_KINDS,
    FIELD_KINDS,
    FUNCTION_KINDS,
    enclosing,
    operator_of,
    property_name,
    unescaped,
)
from codemods.workspace import Declared, Site, Workspace

_DEPTH = 8
NAMES = frozenset({"identifier", "member_expression", "subscript_expression", "shorthand_property_identifier"})
"""Expressions that name a value."""
_FROZEN = frozenset({"Object.freeze", "Object.seal"})

_TEXT_METHODS: dict[str, Callable[[str], str]] = {
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "toString": str,
    "trim": str.strip,
}
"""Methods of a text whose result is known when the text is."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An element of `Object.entries(…)`."""

    key: str
    value: ValueNode


Element = ValueNode | Pair | str
"""What a loop variable holds in one turn: an expression, a key with its value, or a key."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the variables of the loops around a call hold in one turn; `turns` sorts turns as they run."""

    values: tuple[tuple[str, int, Element], ...] = ()
    """File and offset of the declaration that takes the element, and the element."""
    turns: tuple[int, ...] = ()
    site: Site | None = None
    """The call of the function in which this happens, where it is called several times."""
    function: SgNode | None = None
    """That function."""

    def of(self, file: SourceFile, binding: Binding) -> Element | None:
        start = span_of(binding.declaration).start
        return next((held for path, at, held in self.values if path == file.path and at == start), None)


NO_ROW = Row()


class Rows:
    """Reads expressions of one repository as they are in a turn of their loops."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def at(self, file: SourceFile, node: SgNode, row: Row, depth: int = 0) -> Element:
        """The expression that loop variables put in the place of an expression; itself where none has a part in it."""
        plain, same = unwrap(node), ValueNode(file.path, node)
        if plain.kind() not in NAMES or depth > _DEPTH:
            return same
        if plain.kind() in ("identifier", "shorthand_property_identifier"):
            return self._held(file, plain, row) or same
        target, key = plain.field("object"), self._key(file, plain, row)
        if target is None or key is None:
            return same
        base = self.at(file, target, row, depth + 1)
        if base == ValueNode(file.path, target) and plain.kind() == "member_expression":
            return same
        return self._part(base, (key,)) or same

    def literal(self, value: ValueNode) -> ValueNode:
        """The expression behind names, members and fields, as far as one can be read."""
        for _ in range(_DEPTH):
            followed = self._followed(value)
            if followed is None or followed == value:
                return value
            value = followed
        return value

    def text(self, file: SourceFile, node: SgNode, row: Row = NO_ROW, depth: int = 0) -> str | None:
        """The string that an expression always is: literals, constants, templates and sums of them; else None."""
        plain = unwrap(node)
        literal = string_value(plain)
        if literal is not None or depth > _DEPTH:
            return literal
        match plain.kind():
            case "template_string":
                return self._template(file, plain, row, depth)
            case "binary_expression":
                return self._sum(file, plain, row, depth)
            case "call_expression":
                return self._method(file, plain, row, depth)
            case kind if kind in NAMES:
                found = self.at(file, plain, row)
                if isinstance(found, str):
                    return found
                behind = self.literal(found) if isinstance(found, ValueNode) else None
                if behind is None or behind.node == plain:
                    return None
                return self.text(self._workspace.source(behind.file), behind.node, NO_ROW, depth + 1)
            case _:
                return None

    def opened(self, value: ValueNode) -> list[ValueNode]:
        """The elements of a list, also of a named or spread one, as deep as lists go; anything else alone."""
        plain = unwrap(value.node)
        spread = plain.kind() == "spread_element"
        behind = self.literal(ValueNode(value.file, named(plain)[0]) if spread and named(plain) else value)
        if behind.node.kind() != "array":
            return [value]
        return [each for node in named(behind.node) for each in self.opened(ValueNode(behind.file, node))]

    def argument(self, file: SourceFile, binding: Binding) -> ValueNode | None:
        """What a parameter gets, where its function is called in one place only."""
        function = enclosing(binding.node, FUNCTION_KINDS)
        sites = self._workspace.calls_of(file.path, function) if function is not None else None
        if function is None or sites is None or len(sites) != 1:
            return None
        return self.passed(sites[0].file, arguments(sites[0].call), function, binding)

    def passed(self, path: str, given: list[SgNode], function: SgNode, binding: Binding) -> ValueNode | None:
        """What a call with the arguments `given` hands to a parameter, or to a name that its pattern takes."""
        declared = span_of(binding.declaration)
        index = next((i for i, p in enumerate(parameters(function)) if span_of(p.node) == declared), None)
        if index is None or index >= len(given) or any(node.kind() == "spread_element" for node in given[: index + 1]):
            return None
        found = self._part(ValueNode(path, given[index]), binding.path)
        return found if isinstance(found, ValueNode) else None

    # ---- names and members ---------------------------------------------------------------------------------------

    def _held(self, file: SourceFile, node: SgNode, row: Row) -> Element | None:
        binding = file.bindings.resolve(node) if row.values else None
        held = row.of(file, binding) if binding is not None else None
        return self._part(held, binding.path) if binding is not None and held is not None else None

    def _key(self, file: SourceFile, node: SgNode, row: Row) -> str | None:
        parts, index = member(node), node.field("index")
        if parts is not None:
            return parts[1]
        if index is None:
            return None
        return index.text() if index.kind() == "number" else self.text(file, index, row)

    def _part(self, element: Element, path: tuple[str, ...]) -> Element | None:
        """What is at the end of a path into literals and instances."""
        for key in path:
            if isinstance(element, Pair):
                element = element.key if key == "0" else element.value
                continue
            found = self._member(element, key) if isinstance(element, ValueNode) and key not in (REST, "[]") else None
            if found is None:
                return None
            element = found
        return element

    def _member(self, value: ValueNode, key: str) -> ValueNode | None:
        behind = self.literal(value)
        elements = named(behind.node)
        if behind.node.kind() == "array" and key.isdigit():
            return ValueNode(behind.file, elements[int(key)]) if int(key) < len(elements) else None
        if behind.node.kind() == "object":
            found = next((v for name, v in properties(behind) or () if name == key), None)
            if found is not None:
                return found
        whole = self._workspace.meaning_of(value.file, value.node)
        if isinstance(whole, Declared) and whole.node.kind() == "enum_declaration":
            return next(
                (ValueNode(whole.file, n) for n in find_all(whole.node, "enum_assignment") if _is(n, key)), None
            )
        meaning = self._workspace.member_of(value.file, value.node, key)
        return _declared(meaning) if isinstance(meaning, Declared) and not self._inherits(value, meaning) else None

    def _inherits(self, value: ValueNode, meaning: Declared) -> bool:
        """Is it a field of a base class of the instance? Which router such a field holds depends on the instance."""
        if meaning.node.kind() not in FIELD_KINDS:
            return False
        made, home = self._workspace.instance_of(value.file, value.node), enclosing(meaning.node, CLASS_KINDS)
        return isinstance(made, Declared) and made.node != home

    def _followed(self, value: ValueNode) -> ValueNode | None:
        """One step behind a name, a member, a field or a call that changes nothing."""
        file, node = self._workspace.source(value.file), unwrap(value.node)
        match node.kind():
            case "public_field_definition" | "field_definition":
                return _of_field(ValueNode(value.file, node))
            case "assignment_expression" | "enum_assignment":
                right = node.field("right") or node.field("value")
                return ValueNode(value.file, right) if right is not None else None
            case "call_expression":
                callee, given = node.field("function"), arguments(node)
                frozen = callee is not None and callee.text() in _FROZEN and len(given) == 1
                return ValueNode(value.file, given[0]) if frozen else None
            case "required_parameter" | "optional_parameter":
                name = node.field("pattern")
                return self._name(file, name) if name is not None else None
            case "identifier" | "shorthand_property_identifier":
                return self._name(file, node)
            case "member_expression" | "subscript_expression":
                return self._chain(file, node)
            case _:
                return replace(value, node=node)

    def _name(self, file: SourceFile, node: SgNode) -> ValueNode | None:
        binding = file.bindings.resolve(node)
        if binding is not None and binding.kind == "parameter":
            return self.argument(file, binding)
        return value_of(self._workspace, file.path, node)

    def _chain(self, file: SourceFile, node: SgNode) -> ValueNode | None:
        field = own_field(node)
        if field is not None:
            return ValueNode(file.path, field)
        found = value_of(self._workspace, file.path, node)
        if found is not None:
            return found
        target, key = node.field("object"), self._key(file, node, NO_ROW)
        return self._member(ValueNode(file.path, target), key) if target is not None and key is not None else None

    # ---- texts ---------------------------------------------------------------------------------------------------

    def _template(self, file: SourceFile, node: SgNode, row: Row, depth: int) -> str | None:
        parts: list[str] = []
        position = span_of(node).start + 1
        for child in node.children():
            if child.kind() != "template_substitution":
                continue
            inner = named(child)
            text = self._shown(file, inner[0], row, depth + 1) if inner else None
            if text is None:
                return None
            parts += [unescaped(file.text[position : span_of(child).start]), text]
            position = span_of(child).end
        return "".join([*parts, unescaped(file.text[position : span_of(node).end - 1])])

    def _shown(self, file: SourceFile, node: SgNode, row: Row, depth: int) -> str | None:
        """What a template shows of a value: a text, or the digits of a number."""
        found = self.at(file, node, row)
        behind = self.literal(found).node if isinstance(found, ValueNode) else None
        digits = behind is not None and behind.kind() == "number" and behind.text().isdigit()
        return behind.text() if behind is not None and digits else self.text(file, node, row, depth)

    def _sum(self, file: SourceFile, node: SgNode, row: Row, depth: int) -> str | None:
        sides = node.field("left"), node.field("right")
        texts = [self.text(file, side, row, depth + 1) if side is not None else None for side in sides]
        if operator_of(node) != "+" or texts[0] is None or texts[1] is None:
            return None
        return texts[0] + texts[1]

    def _method(self, file: SourceFile, node: SgNode, row: Row, depth: int) -> str | None:
        callee, given = node.field("function"), arguments(node)
        parts = member(callee) if callee is not None else None
        if parts is None or (parts[1] not in _TEXT_METHODS and parts[1] != "concat"):
            return None
        texts = [self.text(file, one, row, depth + 1) for one in (parts[0], *given)]
        known = [text for text in texts if text is not None]
        if len(known) != len(texts) or (given and parts[1] != "concat"):
            return None
        return "".join(known) if parts[1] == "concat" else _TEXT_METHODS[parts[1]](known[0])


def properties(literal: ValueNode) -> list[tuple[str, ValueNode]] | None:
    """Names and values of an object literal; None when one of them cannot be told."""
    found: list[tuple[str, ValueNode]] = []
    for part in named(literal.node):
        key, value = part.field("key"), part.field("value")
        name = property_name(key) if key is not None else part.text()
        is_read = part.kind() in ("pair", "shorthand_property_identifier") and name is not None
        if not is_read or name is None:
            return None
        found.append((name, ValueNode(literal.file, value or part)))
    return found


def _is(assignment: SgNode, name: str) -> bool:
    return property_name(assignment.field("name")) == name


def _declared(meaning: Declared) -> ValueNode:
    """What a property stands for: its value, or the field itself, by which routers are known."""
    value = meaning.node.field("value") if meaning.node.kind() == "pair" else None
    return ValueNode(meaning.file, value or meaning.node)


def _of_field(value: ValueNode) -> ValueNode | None:
    held = value.node.field("value")
    return ValueNode(value.file, held) if held is not None else None
