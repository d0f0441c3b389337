"""Names that no file declares in the ordinary way: globals, and what `declare global` adds to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.source.tree import annotated, find_all
from codemods.workspace.builtins import is_global
from codemods.workspace.meaning.values import GlobalValue, UnknownValue, Value, is_known

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

GLOBAL_OBJECTS = frozenset({"globalThis", "global", "window", "self"})


def undeclared(ev: Evaluator, file: str, name: str) -> Value:
    """What a name holds that its file does not declare."""
    added = declared_global(ev, name)
    if added is not None:
        return added
    if not is_global(name) and ev.repository.source(file).has_errors:
        return UnknownValue(f"`{name}` may be declared where the file has syntax errors")
    return GlobalValue(name)


def declared_global(ev: Evaluator, name: str) -> Value | None:
    """The value of `declare global { var name: T }`; None when no file declares it."""
    for file in ev.declares_global:
        for block in find_all(ev.repository.source(file).root, "ambient_declaration"):
            for declarator in find_all(block, "variable_declarator"):
                declared, annotation = declarator.field("name"), annotated(declarator.field("type"))
                if declared is not None and declared.text() == name and annotation is not None:
                    value = ev.type(file, annotation)
                    return value if is_known(value) else None
    return None
