"""Error classes with a field `data`: an error of Convex keeps under that name what crosses function boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.planner.errors import extends_error
from codemods.planner.scan import Scan
from codemods.source import CLASS_KINDS, BindingKind, SourceFile, Span, find_all, member, named, span_of, unwrap
from codemods.workspace import Workspace

OWN = "ownData"
"""What the field is called from then on. It crosses as `data`, which is what error handlers are shown."""

_FIELD = "data"
_FIELDS = ("public_field_definition", "field_definition")


def data_fields(file: SourceFile, node: SgNode) -> list[Span]:
    """Where a class names its field `data`: declarations, `this.data`, and a parameter that is a field too."""
    found = [span_of(label) for each in find_all(node, *_FIELDS) for label in _labels(each) if label.text() == _FIELD]
    for each in find_all(node, "member_expression"):
        parts, label = member(each), each.field("property")
        if parts is not None and label is not None and parts[0].text() == "this" and parts[1] == _FIELD:
            found.append(span_of(label))
    for parameter in find_all(node, "required_parameter", "optional_parameter"):
        pattern = parameter.field("pattern")
        is_field = any(child.kind() in ("accessibility_modifier", "readonly") for child in parameter.children())
        if pattern is not None and is_field and pattern.text() == _FIELD:
            binding = file.bindings.resolve(pattern)
            found += [span_of(pattern), *map(span_of, binding.references if binding is not None else ())]
    return sorted(set(found), key=lambda span: span.start)


def read_error_data(scan: Scan) -> None:
    """Refuse code that reads `data` of an error that it caught, where the application's errors have such a field."""
    for node in find_all(scan.node, "member_expression"):
        parts = member(node)
        if parts is None or parts[1] != _FIELD or not _is_caught(scan.file, unwrap(parts[0])):
            continue
        if _has_data_fields(scan.workspace):
            scan.problem(node, "CX210", f"reads `{node.text()}` of an error, which is what Convex sends of it")


def _labels(field: SgNode) -> Iterator[SgNode]:
    label = field.field("name") or field.field("property")
    yield from [label] if label is not None else named(field)[:1]


def _is_caught(file: SourceFile, base: SgNode) -> bool:
    binding = file.bindings.resolve(base) if base.kind() == "identifier" else None
    return binding is not None and binding.kind is BindingKind.CATCH


@lru_cache(maxsize=4)
def _has_data_fields(workspace: Workspace) -> bool:
    for path in workspace.files:
        if _FIELD not in workspace.text(path) or " extends " not in workspace.text(path):
            continue
        file = workspace.source(path)
        classes = find_all(file.root, *sorted(CLASS_KINDS))
        if any(extends_error(workspace, path, node) and data_fields(file, node) for node in classes):
            return True
    return False
