"""Fields of classes: where they are declared, and where constructors give them their value."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import find_all, member, named


def own_field(node: SgNode) -> SgNode | None:
    """The field definition, parameter property or `this.x = …` assignment behind `this.x`."""
    parts = member(node)
    if parts is None or parts[0].kind() != "this":
        return None
    body = next((a for a in node.ancestors() if a.kind() == "class_body"), None)
    return _field_of(body, parts[1]) if body is not None else None


def assigned_field(field: SgNode) -> SgNode:
    """A declared field, or the assignment in its class that gives it its value: what `this.x` finds as well."""
    body, name = field.parent(), _field_name(field)
    found = _field_of(body, name) if body is not None and name is not None else None
    return found if found is not None else field


def _field_of(body: SgNode, name: str) -> SgNode | None:
    fields = [f for f in named(body) if f.kind() in ("public_field_definition", "field_definition")]
    declared = next((f for f in fields if _field_name(f) == name), None)
    if declared is not None and declared.field("value") is not None:
        return declared
    for assignment in find_all(body, "assignment_expression"):
        left = assignment.field("left")
        target = member(left) if left is not None else None
        if target is not None and target[0].kind() == "this" and target[1] == name:
            return assignment
    return declared or _parameter_property(body, name)


def _field_name(field: SgNode) -> str | None:
    name = field.field("name") or field.field("property")
    return name.text() if name is not None else None


def _parameter_property(body: SgNode, name: str) -> SgNode | None:
    for parameter in find_all(body, "required_parameter", "optional_parameter"):
        pattern = parameter.field("pattern")
        modified = any(child.kind() == "accessibility_modifier" for child in parameter.children())
        if modified and pattern is not None and pattern.text() == name:
            return parameter
    return None
