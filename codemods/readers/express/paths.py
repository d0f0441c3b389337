"""The path of a registration: which argument it is, and its text."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.express.follow import ValueNode
from codemods.readers.express.rows import Row, Rows
from codemods.source import SourceFile, named, string_value, unwrap
from codemods.workspace import Global, Workspace

_PATH_KINDS = frozenset({"string", "template_string", "regex", "binary_expression"})


def split_path(
    workspace: Workspace, rows: Rows, file: SourceFile, verb: str, given: list[SgNode], row: Row
) -> tuple[SgNode | None, list[SgNode]]:
    """The path argument and the rest; `use` may come without a path."""
    if verb != "use":
        return given[0], given[1:]
    first = rows.at(file, given[0], row)
    if isinstance(first, str):
        return given[0], given[1:]
    node = unwrap(first.node) if isinstance(first, ValueNode) else unwrap(given[0])
    held = workspace.source(first.file) if isinstance(first, ValueNode) else file
    if node.kind() in _PATH_KINDS or (len(given) > 1 and _is_text(workspace, rows, held, node)):
        return given[0], given[1:]
    if node.kind() == "array" and named(node) and all(unwrap(e).kind() in _PATH_KINDS for e in named(node)):
        return given[0], given[1:]
    return None, given


def _is_text(workspace: Workspace, rows: Rows, file: SourceFile, node: SgNode) -> bool:
    """A constant or field that holds a path or paths: `use(config.route, …)`, `use(API_PREFIX, …)`."""
    value = rows.literal(ValueNode(file.path, node)).node
    if value.kind() in _PATH_KINDS:
        return True
    if value.kind() == "array":
        return bool(named(value)) and all(unwrap(e).kind() in _PATH_KINDS for e in named(value))
    if node.kind() not in ("identifier", "member_expression"):
        return rows.text(file, node) is not None
    found = workspace.instance_of(file.path, node)
    return isinstance(found, Global) and found.name == "String"


def is_path_like(node: SgNode) -> bool:
    text = string_value(node)
    if text is not None:
        return text == "" or text[0] in "/*:("
    return node.kind() in ("regex", "array", "template_string", "identifier", "member_expression", "binary_expression")
