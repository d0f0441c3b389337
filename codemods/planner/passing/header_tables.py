"""Objects of response headers that stand in the source: literals, and constants that hold one, imported ones too."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.running.memory import is_state
from codemods.readers.literals import Property, Spread, entries
from codemods.source import arguments, unwrap
from codemods.workspace import Declared, Workspace

_DEPTH = 4

Headers = tuple[tuple[str, SgNode], ...]


def header_table(workspace: Workspace, path: str, node: SgNode, depth: int = 0) -> Headers | None:
    """The headers of an object and their values; None where it may hold others, or several values for one."""
    home, literal = _literal(workspace, path, node)
    if literal is None or depth > _DEPTH:
        return None
    found: dict[str, SgNode] = {}
    for entry in entries(literal):
        match entry:
            case Property(key, value) if unwrap(value).kind() != "array":
                found[key] = value
            case Spread(value):
                spread = header_table(workspace, home, value, depth + 1)
                if spread is None:
                    return None
                found |= dict(spread)
            case _:
                return None
    return tuple(found.items())


def _literal(workspace: Workspace, path: str, node: SgNode) -> tuple[str, SgNode | None]:
    """The file and the object literal that an expression is, or that the constant behind it holds for good."""
    plain = _thawed(node)
    if plain.kind() == "object":
        return path, plain
    meaning = workspace.meaning_of(path, plain)
    if not isinstance(meaning, Declared):
        return path, None
    binding = meaning.binding
    if binding is None:
        value = meaning.node.field("value")
    else:
        value = None if binding.reassigned or is_state(binding) else binding.value
    literal = _thawed(value) if value is not None else None
    return meaning.file, literal if literal is not None and literal.kind() == "object" else None


def _thawed(node: SgNode) -> SgNode:
    """`Object.freeze({…})` is the object."""
    plain = unwrap(node)
    callee = plain.field("function") if plain.kind() == "call_expression" else None
    return unwrap(arguments(plain)[0]) if callee is not None and callee.text() == "Object.freeze" else plain
