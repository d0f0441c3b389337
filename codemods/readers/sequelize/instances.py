"""What code did to an instance before it saves it."""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.readers.calls import CallSite
from codemods.readers.literals import binding_of
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, enclosing, member, unwrap


class Changes:
    """Answers for one file."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file

    def of(self, site: CallSite) -> Mapping[str, SgNode] | str:
        """The fields that are assigned before `user.save()`, by the expressions that name them, or why that is open."""
        target = unwrap(site.target) if site.target is not None else None
        binding = binding_of(self._file, target) if target is not None else None
        if binding is None:
            return "an instance that no variable holds"
        found: dict[str, SgNode] = {}
        home = enclosing(binding.node, FUNCTION_KINDS)
        for reference in binding.references:
            problem = self._note(reference, found, home, binding)
            if problem:
                return problem
        return found

    def _note(self, reference: SgNode, found: dict[str, SgNode], home: SgNode | None, binding: Binding) -> str:
        access = reference.parent()
        if access is None:
            return ""
        above = access.parent()
        is_object = access.field("object") == reference
        if access.kind() == "subscript_expression" and is_object:
            is_set = above is not None and above.field("left") == access
            return f"a field of `{binding.name}` is chosen at run time" if is_set else ""
        if access.kind() == "arguments":
            callee = above.field("function") if above is not None else None
            changes = callee is not None and callee.text() in ("Object.assign", "_.assign", "_.merge")
            return f"`{binding.name}` is changed by `{callee.text()}`" if changes and callee is not None else ""
        parts = member(access)
        if parts is None or not is_object or above is None:
            return ""
        if above.kind() in ("assignment_expression", "augmented_assignment_expression", "update_expression"):
            if above.field("left") == access or above.field("argument") == access:
                if enclosing(access, FUNCTION_KINDS) != home and _is_before(home, access):
                    return f"`{binding.name}` is changed in another function"
                found.setdefault(parts[1], access)
            return ""
        is_called = above.kind() == "call_expression" and above.field("function") == access
        if is_called and parts[1] in ("set", "setDataValue", "setAttributes"):
            return f"`{binding.name}` is changed by `{parts[1]}`"
        return ""


def _is_before(home: SgNode | None, node: SgNode) -> bool:
    """Does another function within that one make the change?"""
    return home is None or span_of(home).holds(span_of(node))
