"""Reads writes to rows of a relation inside the data of another row.

https://www.prisma.io/docs/orm/reference/prisma-client-reference#nested-queries
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.ir.query import Action, All, Data, Loop, Nested, Step
from codemods.ir.table import Relation, RelationKind, Table
from codemods.readers.assembled.extent import assembly_of, is_run_after
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.assembled.writes import declaring_statement
from codemods.readers.literals import binding_of, is_changed, literal_of, plain
from codemods.readers.prisma.where import read_where
from codemods.source.bindings import BindingKind
from codemods.source.tree import FUNCTION_KINDS, arguments, member, named, operator_of, parameters, unwrap

ReadData = Callable[[Reading, SgNode, Table], Data]

ACTIONS: Mapping[str, Action] = {
    "create": Action.CREATE,
    "createMany": Action.CREATE,
    "connectOrCreate": Action.CONNECT_OR_CREATE,
    "set": Action.SET,
    "disconnect": Action.DISCONNECT,
    "delete": Action.DELETE,
    "connect": Action.CONNECT,
    "update": Action.UPDATE,
    "upsert": Action.UPSERT,
    "updateMany": Action.UPDATE_MANY,
    "deleteMany": Action.DELETE_MANY,
}
"""The keys of a nested write."""

_SWITCHES = frozenset({Action.DISCONNECT, Action.DELETE})
_WHOLE = frozenset({Action.CREATE})
"""Actions whose elements may come from elsewhere: they are data as they are."""


@dataclass(frozen=True, slots=True)
class _Items:
    """The elements of a list, spelled out or written once for all."""

    nodes: tuple[SgNode, ...] = ()
    loop: Loop | None = None


def read_nested(
    reading: Reading, relation: Relation, key: str, value: SgNode, target: Table, read_data: ReadData
) -> Nested | None:
    """One entry of a nested write, None when it does nothing."""
    action = ACTIONS[key]
    skip_duplicates = False
    text = unwrap(value).text()
    if action in _SWITCHES and text in ("true", "false"):
        return Nested(relation.field, action, (Step(),)) if text == "true" else None
    if key == "createMany":
        given = {prop.key: prop.value for prop in reading.properties(value, "data")}
        skip_duplicates = "skipDuplicates" in given and unwrap(given["skipDuplicates"]).text() == "true"
        value = given.get("data", value)
    items = _items(reading, value, action)
    if items is None:
        reading.reject(f"data: nested `{key}` is built elsewhere")
        return None
    steps = tuple(_step(reading, relation, action, node, target, read_data) for node in items.nodes)
    return Nested(relation.field, action, steps, items.loop, skip_duplicates)


def _step(
    reading: Reading, relation: Relation, action: Action, node: SgNode, target: Table, read_data: ReadData
) -> Step:
    match action:
        case Action.CREATE:
            return Step(data=read_data(reading, node, target))
        case Action.CONNECT | Action.DISCONNECT | Action.SET | Action.DELETE | Action.DELETE_MANY:
            return Step(read_where(reading, node, target))
        case Action.CONNECT_OR_CREATE | Action.UPSERT | Action.UPDATE_MANY | Action.UPDATE:
            return _described(reading, relation, action, node, target, read_data)


def _described(
    reading: Reading, relation: Relation, action: Action, node: SgNode, target: Table, read_data: ReadData
) -> Step:
    """`{ where, create, update }`, `{ where, data }`, and for one row its data alone."""
    is_many = relation.kind in (RelationKind.HAS_MANY, RelationKind.MANY_TO_MANY)
    literal = literal_of(reading.file, node)
    keys = {prop.key for prop in reading.properties(node, "data")} if literal is not None else set()
    if action is Action.UPDATE and not is_many and not ("data" in keys and keys <= {"where", "data"}):
        return Step(update=read_data(reading, node, target))
    given = {prop.key: prop.value for prop in reading.properties(node, "data") if not is_undefined(prop.value)}
    for key in given.keys() - {"where", "create", "update", "data"}:
        reading.reject(f"data: nested `{key}`")
    changes = given.get("update") or given.get("data")
    return Step(
        read_where(reading, given["where"], target) if "where" in given else All(()),
        read_data(reading, given["create"], target) if "create" in given else None,
        read_data(reading, changes, target) if changes is not None else None,
    )


def _items(reading: Reading, value: SgNode, action: Action) -> _Items | None:
    """The elements of one object, of a list of objects, or of `list.map((each) => ({ … }))`."""
    literal = literal_of(reading.file, value, ("object", "array"))
    if literal is not None:
        nodes = tuple(named(literal)) if literal.kind() == "array" else (literal,)
        if all(literal_of(reading.file, node) is not None for node in nodes):
            return _Items(nodes)
    found = _kept(reading, value, action) or _listed(reading, value, action)
    return found or (_Items(loop=Loop(reading.span(value))) if action in _WHOLE else None)


def _kept(reading: Reading, value: SgNode, action: Action) -> _Items | None:
    """The elements of a list that a constant holds, which is not needed any more."""
    binding = binding_of(reading.file, plain(value))
    if binding is None or binding.kind is not BindingKind.CONST or binding.value is None or is_changed(binding):
        return None
    statement = declaring_statement(binding)
    if statement is None or not is_run_after(statement, reading.call):
        return None
    found = _listed(reading, binding.value, action)
    if found is not None:
        reading.assembled[assembly_of(binding, [statement])] = None
    return found


def _listed(reading: Reading, value: SgNode, action: Action) -> _Items | None:
    """`list.map(…)`, perhaps with an empty list in the other case: `test ? list.map(…) : []`, `list?.map(…) ?? []`."""
    inner = unwrap(value)
    if inner.kind() == "ternary_expression":
        return _tested(reading, inner, action)
    right = inner.field("right") if inner.kind() == "binary_expression" else None
    left = inner.field("left")
    if right is not None and left is not None and operator_of(inner) in ("||", "??") and _is_empty(right, action):
        return _mapped(reading, left)
    found = _mapped(reading, inner)
    lacks = found is not None and found.loop is not None and found.loop.may_lack
    return None if lacks and action is Action.SET else found


def _tested(reading: Reading, choice: SgNode, action: Action) -> _Items | None:
    condition, then, otherwise = (choice.field(name) for name in ("condition", "consequence", "alternative"))
    assert condition is not None and then is not None and otherwise is not None
    held = _is_empty(otherwise, action)
    if not held and not _is_empty(then, action):
        return None
    found = _mapped(reading, then if held else otherwise)
    if found is None or found.loop is None:
        return None
    return replace(found, loop=replace(found.loop, test=reading.span(unwrap(condition)), held=held))


def _is_empty(node: SgNode, action: Action) -> bool:
    """A list without elements. Undefined is no list at all, which differs where it takes another's place."""
    inner = unwrap(node)
    return (inner.kind() == "array" and not named(inner)) or (action is not Action.SET and inner.text() == "undefined")


def _mapped(reading: Reading, value: SgNode) -> _Items | None:
    inner = unwrap(value)
    callee = inner.field("function") if inner.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    given = arguments(inner) if parts is not None and parts[1] == "map" else []
    function = unwrap(given[0]) if len(given) == 1 else None
    if parts is None or function is None or function.kind() not in FUNCTION_KINDS:
        return None
    own, result = parameters(function), _result(function)
    if len(own) != 1 or result is None or result.kind() != "object" or function.text().startswith("async"):
        return None
    assert callee is not None
    lacks = any(child.kind() == "optional_chain" for child in callee.children())
    return _Items((result,), Loop(reading.span(parts[0]), reading.span(own[0].node), may_lack=lacks))


def _result(function: SgNode) -> SgNode | None:
    """What an arrow or a function of one `return` gives."""
    body = function.field("body")
    if body is None or body.kind() != "statement_block":
        return unwrap(body) if body is not None else None
    statements = named(body)
    if len(statements) != 1 or statements[0].kind() != "return_statement" or not named(statements[0]):
        return None
    return unwrap(named(statements[0])[0])
