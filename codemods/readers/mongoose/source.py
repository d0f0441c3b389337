"""Where Mongoose's own names come from: its models, schemas and types, whatever a file calls them."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source.file import SourceFile
from codemods.source.tree import arguments, string_value, unwrap
from codemods.workspace import Declared, External, Workspace

PACKAGES = frozenset({"mongoose"})
_DEPTH = 6


def export_of(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[str, ...] | None:
    """The path of what an expression names within Mongoose: `("Schema", "Types", "ObjectId")`."""
    meaning = workspace.meaning_of(file.path, node)
    return _path(meaning) if isinstance(meaning, External) else None


def called_export(workspace: Workspace, file: SourceFile, call: SgNode) -> tuple[str, ...] | None:
    """The path of the function of Mongoose that a call or `new` expression runs."""
    callee = workspace.callee(file.path, call)
    return _path(callee) if isinstance(callee, External) else None


def _path(found: External) -> tuple[str, ...] | None:
    if found.module not in PACKAGES:
        return None
    return tuple(step for step in found.path if step != "default")


def is_call_of(workspace: Workspace, file: SourceFile, node: SgNode, name: str) -> bool:
    """Is it `mongoose.model(…)`, `new Schema(…)` and the like?"""
    if node.kind() not in ("call_expression", "new_expression"):
        return False
    return called_export(workspace, file, node) == (name,)


def followed(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode]:
    """The expression that a name stands for, through constants and imports; the node itself when it is none."""
    for _ in range(_DEPTH):
        node = unwrap(node)
        if node.kind() not in ("identifier", "member_expression", "shorthand_property_identifier"):
            break
        meaning = workspace.meaning_of(file.path, node)
        if not isinstance(meaning, Declared):
            break
        value = meaning.node.field("value")
        file = workspace.source(meaning.file)
        if value is None:
            return file, unwrap(meaning.node)
        node = value
    return file, unwrap(node)


def model_call(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode] | None:
    """The `mongoose.model(…)` call that made the model an expression names, with its file."""
    where, found = followed(workspace, file, node)
    if found.kind() == "binary_expression":
        # `mongoose.models.User || mongoose.model("User", schema)`
        right = found.field("right")
        found = unwrap(right) if right is not None else found
    is_model = is_call_of(workspace, where, found, "model") and len(arguments(found)) > 1
    return (where, found) if is_model else None


def model_name(workspace: Workspace, file: SourceFile, call: SgNode) -> str | None:
    """The name that a `model(…)` call gives, itself or by a constant."""
    given = arguments(call)
    return string_value(followed(workspace, file, given[0])[1]) if given else None


def named_model(workspace: Workspace, file: SourceFile, node: SgNode) -> str | None:
    """The name of the model that an expression stands for, made here or asked for: `mongoose.model("User")`."""
    made = model_call(workspace, file, node)
    if made is not None:
        return model_name(workspace, *made)
    where, found = followed(workspace, file, node)
    return model_name(workspace, where, found) if is_call_of(workspace, where, found, "model") else None
