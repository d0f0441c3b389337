"""From an expression to the expression that its name stands for: one step further than the declaration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.assembled.stability import changes
from codemods.source import SourceFile, arguments, find_all, member, parameters, span_of, unwrap
from codemods.source.tree import wrapped_up
from codemods.workspace import Declared, FunctionRef, InFile, Workspace


@dataclass(frozen=True, slots=True)
class ValueNode:
    """An expression in a file."""

    file: str
    node: SgNode


def value_of(workspace: Workspace, path: str, node: SgNode) -> ValueNode | None:
    """The initialiser of the constant, field or property that a name means; None when there is none to read.

    A list that is added to later is none: what it holds by then cannot be read.
    """
    meaning = workspace.meaning_of(path, node)
    value = _value(meaning) if isinstance(meaning, Declared) else None
    if value is None or not isinstance(meaning, Declared):
        return None
    plain = unwrap(value)
    if plain.kind() == "array" and any(_changes(workspace, use) for use in _uses(workspace, meaning)):
        return None
    return ValueNode(meaning.file, plain)


def _value(meaning: Declared) -> SgNode | None:
    binding = meaning.binding
    if binding is None:
        return meaning.node.field("value") or meaning.node
    return None if binding.reassigned else binding.value


def _uses(workspace: Workspace, meaning: Declared) -> Iterator[ValueNode]:
    """All that may name a declaration, in its own file and in those that import it; properties count by their names."""
    if meaning.binding is not None:
        yield from (ValueNode(meaning.file, reference) for reference in meaning.binding.references)
    importers = [path for path in workspace.importers(meaning.file) if workspace.role_of(path) != "test"]
    for path in importers if meaning.binding is not None else ():
        bindings = workspace.source(path).bindings
        for item in bindings.imports:
            local = bindings.top_level.get(item.local)
            if local is not None and workspace.resolve_import(path, item.module) == InFile(meaning.file):
                yield from (ValueNode(path, reference) for reference in local.references)
    for path in (meaning.file, *importers):
        if meaning.name in workspace.text(path):
            named = (node for node in find_all(workspace.source(path).root, "member_expression"))
            yield from (ValueNode(path, node) for node in named if (member(node) or (node, ""))[1] == meaning.name)


def _changes(workspace: Workspace, use: ValueNode) -> bool:
    """Is what is named changed there, or by the function that it is given to?"""
    if changes(use.node):
        return True
    node = wrapped_up(use.node)
    given = node.parent()
    call = given.parent() if given is not None and given.kind() == "arguments" else None
    target = workspace.callee(use.file, call) if call is not None and call.kind() == "call_expression" else None
    if call is None or not isinstance(target, FunctionRef):
        return False
    index = [span_of(argument) for argument in arguments(call)].index(span_of(node))
    taken = parameters(target.node)[index : index + 1]
    bindings = workspace.source(target.file).bindings
    found = [bindings.resolve(one.pattern) for one in taken if one.pattern.kind() == "identifier"]
    return any(changes(reference) for binding in found if binding is not None for reference in binding.references)


def inline_function(file: SourceFile, node: SgNode) -> FunctionRef:
    """A function written in place."""
    return FunctionRef(file.path, node, None, "")


def bare(node: SgNode | None) -> SgNode | None:
    """`unwrap` for a field that may be missing."""
    return unwrap(node) if node is not None else None
