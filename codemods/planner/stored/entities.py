"""Objects of TypeORM's entities: they are plain ones now."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.facts import Replaced
from codemods.readers.sql.entities import is_entity
from codemods.source import SourceFile, arguments, find_all, named, span_of
from codemods.workspace import Declared, Workspace


def new_entity(workspace: Workspace, file: SourceFile, reference: SgNode) -> Replaced | None:
    """`new User()` → `({} as any)`, of a class that does nothing of its own when an object is made."""
    made = reference.parent()
    if made is None or made.kind() != "new_expression" or arguments(made):
        return None
    meaning = workspace.meaning_of(file.path, reference)
    if not isinstance(meaning, Declared) or not is_entity(workspace.source(meaning.file), meaning.node):
        return None
    body = meaning.node.field("body")
    does_more = find_all(meaning.node, "method_definition") or any(
        each.field("value") is not None for each in (named(body) if body is not None else ())
    )
    return None if does_more else Replaced(span_of(made), "({} as any)")
