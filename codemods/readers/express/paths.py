"""The path of a registration: which argument it is, and its text."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.express.follow import constant_text, value_of
from codemods.source import SourceFile, named, string_value, unwrap
from codemods.workspace import Global, Workspace

_PATH_KINDS = frozenset({"string", "template_string", "regex", "binary_expression"})


def split_path(
    workspace: Workspace, file: SourceFile, verb: str, given: list[SgNode]
) -> tuple[SgNode | None, list[SgNode]]:
    """The path argument and the rest; `use` may come without a path."""
    if verb != "use":
        return given[0], given[1:]
    first = unwrap(given[0])
    if first.kind() in _PATH_KINDS or (len(given) > 1 and _is_text(workspace, file, first)):
        return given[0], given[1:]
    if first.kind() == "array" and named(first) and all(unwrap(e).kind() in _PATH_KINDS for e in named(first)):
        return given[0], given[1:]
    return None, given


def _is_text(workspace: Workspace, file: SourceFile, node: SgNode) -> bool:
    """A constant or field that holds a path: `use(config.route, …)`, `use(API_PREFIX, …)`."""
    if node.kind() not in ("identifier", "member_expression"):
        return False
    value = value_of(workspace, file.path, node)
    if value is not None:
        return value.node.kind() in _PATH_KINDS
    found = workspace.instance_of(file.path, node)
    return isinstance(found, Global) and found.name == "String"


def path_text(workspace: Workspace, file: SourceFile, node: SgNode | None) -> str | None:
    """The text of a path: a literal, or a constant that holds one. Empty without a path, None when it is computed."""
    return "" if node is None else constant_text(workspace, file, node)


def is_path_like(node: SgNode) -> bool:
    text = string_value(node)
    if text is not None:
        return text == "" or text[0] in "/*:("
    return node.kind() in ("regex", "array", "template_string", "identifier", "member_expression", "binary_expression")
