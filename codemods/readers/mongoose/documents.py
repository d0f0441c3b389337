"""Which model the document in a variable is of: what was read or made with it, and is saved or removed again."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.ir.table import Table
from codemods.readers.calls import CallSite, call_site
from codemods.readers.mongoose.methods import MODEL_METHODS
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile
from codemods.source.tree import find_all, unwrap
from codemods.workspace import Workspace

_GIVE_ONE = frozenset(
    {"findOne", "findById", "create", "findByIdAndUpdate", "findOneAndUpdate", "findOneAndDelete", "findByIdAndDelete"}
)

ModelOf = Callable[[SgNode], "Table | None"]


def document_table(workspace: Workspace, file: SourceFile, site: CallSite, model_of: ModelOf) -> Table | None:
    """The table of the document that a method is called on, where all values of its variable are of one model."""
    target = site.target
    if target is None or target.kind() != "identifier":
        return None
    binding = file.bindings.resolve(target)
    if binding is None or binding.path:
        return None
    values = _values(file, binding)
    tables = [_made_of(value, model_of) for value in values]
    first = tables[0] if tables else None
    return first if first is not None and all(table is first for table in tables) else None


def _values(file: SourceFile, binding: Binding) -> list[SgNode]:
    """Everything that a variable is given; `undefined` and null are nothing to save."""
    found = [binding.value] if binding.value is not None else []
    for reference in binding.references if binding.reassigned else ():
        parent = reference.parent()
        if parent is not None and parent.kind() == "assignment_expression" and parent.field("left") == reference:
            right = parent.field("right")
            found += [right] if right is not None else []
    return [value for value in found if unwrap(value).text() not in ("undefined", "null")]


def _made_of(value: SgNode, model_of: ModelOf) -> Table | None:
    node = unwrap(value, awaited=True)
    if node.kind() == "new_expression":
        site = call_site(node)
        return model_of(site.function) if site is not None else None
    while node.kind() == "call_expression":
        site = call_site(node)
        if site is None or site.target is None:
            return None
        if site.method in MODEL_METHODS and (table := model_of(site.target)) is not None:
            is_plain = "lean" in value.text() and find_all(value, "call_expression") and ".lean(" in value.text()
            return table if site.method in _GIVE_ONE and not is_plain else None
        node = unwrap(site.target)
    return None
