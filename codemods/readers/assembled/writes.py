"""The statements that put an object or a list together, with the tests under which they ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.assembled.values import Test, Tested, UnreadableError, tested
from codemods.source.bindings import Binding
from codemods.source.tree import WRAPPERS, arguments, named, string_value, unwrap

_LEAVES = frozenset({"break_statement", "return_statement", "throw_statement"})


@dataclass(frozen=True, slots=True)
class Write:
    """One change of a variable: at `path` within it, `set` to a value, merged with objects, or with `pushed` items.

    `statement` is the outermost one that does nothing else: an `if` whose branches only assemble goes as a whole.
    """

    path: tuple[str, ...]
    statement: SgNode
    tests: tuple[Tested, ...]
    set: SgNode | None = None
    pushed: tuple[SgNode, ...] = ()
    merged: tuple[SgNode, ...] = ()
    deletes: bool = False


def declaring_statement(binding: Binding) -> SgNode | None:
    """The statement that declares a variable and nothing else."""
    statement = binding.declaration.parent()
    if statement is None or statement.kind() not in ("lexical_declaration", "variable_declaration"):
        return None
    return statement if len(named(statement)) == 1 else None


def assigned(reference: SgNode) -> SgNode | None:
    """The value that takes the place of what a variable held: `where = {}`."""
    parent = reference.parent()
    if parent is None or parent.kind() != "assignment_expression" or parent.field("left") != reference:
        return None
    return parent.field("right")


def write_of(reference: SgNode, block: SgNode) -> Write | None:
    """The change that a reference makes, None for one that only reads. `block` holds the declaration."""
    path, node = _path(reference)
    parent = node.parent()
    if parent is None:
        return None
    left = parent.field("left")
    match parent.kind():
        case "assignment_expression" if left is not None and left == node:
            tests, statement = tests_of(parent, block)
            return Write(path, statement, tests, set=parent.field("right"))
        case "augmented_assignment_expression" if left is not None and left == node:
            raise UnreadableError("changed by an operator")
        case "update_expression":
            raise UnreadableError("changed by an operator")
        case "unary_expression" if parent.text().startswith("delete"):
            tests, statement = tests_of(parent, block)
            return Write(path, statement, tests, deletes=True)
        case "call_expression" if path and parent.field("function") == node:
            return _call(parent, path, block)
        case "arguments" if named(parent)[0] == node and _is_assign(parent):
            call = parent.parent()
            assert call is not None
            tests, statement = tests_of(call, block)
            return Write(path, statement, tests, merged=tuple(arguments(call)[1:]))
        case _:
            return None


def _call(call: SgNode, path: tuple[str, ...], block: SgNode) -> Write | None:
    if path[-1] == "push":
        tests, statement = tests_of(call, block)
        return Write(path[:-1], statement, tests, pushed=tuple(arguments(call)))
    if path[-1] in ("map", "filter", "some", "every", "includes", "join", "forEach", "slice", "concat"):
        return None
    raise UnreadableError(f"changed by `{path[-1]}`")


def _is_assign(argument_list: SgNode) -> bool:
    call = argument_list.parent()
    function = call.field("function") if call is not None else None
    return function is not None and function.text() == "Object.assign"


def _path(reference: SgNode) -> tuple[tuple[str, ...], SgNode]:
    """The keys that lead into the variable, and the whole expression."""
    keys: list[str] = []
    node = reference
    while (parent := node.parent()) is not None:
        if parent.kind() in WRAPPERS:
            node = parent
        elif parent.kind() in ("member_expression", "subscript_expression") and parent.field("object") == node:
            name = parent.field("property")
            key = name.text() if name is not None else string_value(parent.field("index"))
            if key is None:
                raise UnreadableError("a computed key")
            keys.append(key)
            node = parent
        else:
            break
    return tuple(keys), node


def tests_of(change: SgNode, block: SgNode) -> tuple[tuple[Tested, ...], SgNode]:
    """The tests between the block and a change, the outermost first, and the statement that makes the change."""
    found: list[Tested] = []
    node, statement = change, None
    while (parent := node.parent()) is not None and node != block:
        if statement is None:
            statement = parent if parent.kind() == "expression_statement" else None
            if parent.kind() == "binary_expression" and "&&" in [child.text() for child in parent.children()]:
                left = parent.field("left")
                if left is None or left == node:
                    raise UnreadableError("changed within an expression")
                found.append(tested(left))
            elif statement is None and parent.kind() != "parenthesized_expression":
                raise UnreadableError("changed within an expression")
        elif parent != block:
            found += _tests_at(parent, node)
        node = parent
    if statement is None or node != block:
        raise UnreadableError("assembled in another function")
    return tuple(reversed(found)), statement


def _tests_at(parent: SgNode, node: SgNode) -> list[Tested]:
    match parent.kind():
        case "statement_block" | "else_clause" | "switch_body":
            return []
        case "if_statement":
            condition = parent.field("condition")
            assert condition is not None
            return [tested(condition, node == parent.field("consequence"))]
        case "switch_case" | "switch_default":
            return list(reversed(list(_cases(parent))))
        case "switch_statement":
            return []
        case "for_statement" | "for_in_statement" | "while_statement" | "do_statement":
            raise UnreadableError("assembled in a loop")
        case kind:
            raise UnreadableError(
                "assembled in a `try`" if kind == "try_statement" else "assembled in another function"
            )


def _cases(case: SgNode) -> Iterator[Tested]:
    """The tests that lead to a branch of a switch whose branches do not fall through."""
    body = case.parent()
    switch = body.parent() if body is not None else None
    subject = switch.field("value") if switch is not None else None
    if body is None or subject is None:
        return
    subject = unwrap(subject)
    for other in named(body):
        value = other.field("value")
        if other == case:
            if value is not None:
                yield Test(subject, unwrap(value)), True
                return
            continue
        statements = [child for child in named(other) if child != value]
        last = statements[-1] if statements else None
        while last is not None and last.kind() == "statement_block":
            last = named(last)[-1] if named(last) else None
        if last is None or last.kind() not in _LEAVES:
            raise UnreadableError("assembled in a switch whose branches fall through")
        if value is not None:
            yield Test(subject, unwrap(value)), False
