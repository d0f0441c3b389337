"""`schema.parse(x)` inside a function: a ZodError does not survive a function boundary, its issues do as data."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import FUNCTION_KINDS, Edit, SourceFile, arguments, find_all, member, span_of
from codemods.workspace import External, Workspace

_PARSERS = {"parse": "parsed", "parseAsync": "parsedAsync"}


def parse_edits(workspace: Workspace, file: SourceFile, piece: SgNode) -> tuple[list[Edit], set[str]]:
    """Edits for every parse of a Zod schema whose failure leaves the function, and the library names they use."""
    edits: list[Edit] = []
    needed: set[str] = set()
    for call in find_all(piece, "call_expression"):
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        given = arguments(call)
        if parts is None or parts[1] not in _PARSERS or len(given) != 1 or not _is_zod(workspace, file, call):
            continue
        if _is_handled_here(call):
            continue
        name = _PARSERS[parts[1]]
        needed.add(name)
        edits.append(Edit(span_of(call), (f"{name}(", span_of(parts[0]), ", ", span_of(given[0]), ")")))
    return edits, needed


def _is_zod(workspace: Workspace, file: SourceFile, call: SgNode) -> bool:
    target = workspace.callee(file.path, call)
    return isinstance(target, External) and target.module.split("/")[0] == "zod"


def _is_handled_here(call: SgNode) -> bool:
    """Does a `catch` around the call ask for the class of the error?"""
    for ancestor in call.ancestors():
        if ancestor.kind() in FUNCTION_KINDS:
            return False
        clause = ancestor.field("handler") if ancestor.kind() == "try_statement" else None
        block = ancestor.field("body") if clause is not None else None
        inside = block is not None and span_of(block).holds(span_of(call))
        if clause is not None and inside and ("ZodError" in clause.text() or "issues" in clause.text()):
            return True
    return False
