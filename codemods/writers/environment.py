"""`config.env`, however the configuration gets it: Convex knows `process.env.NODE_ENV` alone, which is production."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.places_of_use import call_of
from codemods.source import Edit, SourceFile, find_all, member, span_of, unwrap
from codemods.workspace import Declared, External, Workspace

_NAME = "NODE_ENV"
_READ = f"process.env.{_NAME}"


def environment_edits(workspace: Workspace, file: SourceFile, function: SgNode) -> list[Edit]:
    """Reads of the environment's name through configuration objects, as reads of the environment."""
    edits = []
    for node in find_all(function, "member_expression"):
        parts = member(node)
        if parts is None or node.text() == _READ or call_of(node) is not None:
            continue
        base = unwrap(parts[0])
        while (inner := member(base)) is not None:
            base = unwrap(inner[0])
        if base.kind() == "identifier" and _is_environment(workspace, file, node):
            edits.append(Edit.replace(span_of(node), _READ))
    return edits


def _is_environment(workspace: Workspace, file: SourceFile, node: SgNode) -> bool:
    meaning = workspace.meaning_of(file.path, node)
    if isinstance(meaning, External):
        return meaning.path[-1:] == (_NAME,)
    value = meaning.node.field("value") if isinstance(meaning, Declared) else None
    if value is None:
        return False
    left = value.field("left") if value.kind() == "binary_expression" else None
    return unwrap(left if left is not None else value).text() == _READ
