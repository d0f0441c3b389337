"""Re-indentation as edits: whole lines move, the inside of template strings stays where it is."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import Edit, SourceFile, Span, find_all, span_of


def shifted(file: SourceFile, node: SgNode, span: Span, source: str, target: str) -> list[Edit]:
    """Edits that move the lines within `span` (its first line excepted) from one base indentation to another."""
    if source == target:
        return []
    frozen = [span_of(template) for template in find_all(node, "template_string")]
    edits, text, offset = [], file.text, file.line_end(span.start) + 1
    while offset < span.end:
        end = file.line_end(offset)
        line = text[offset:end]
        inside_template = any(template.start < offset < template.end for template in frozen)
        if line.strip() and not inside_template:
            edit = _moved(offset, line, source, target)
            if edit is not None:
                edits.append(edit)
        offset = end + 1
    return edits


def _moved(offset: int, line: str, source: str, target: str) -> Edit | None:
    if target.startswith(source):
        return Edit.insert(offset, target[len(source) :])
    if source.startswith(target):
        extra = source[len(target) :]
        present = len(line) - len(line.lstrip(" \t"))
        length = min(len(extra), present)
        return Edit.delete(Span(offset, offset + length)) if length else None
    if line.startswith(source):
        return Edit.replace(Span(offset, offset + len(source)), target)
    return None


def indent_unit(file: SourceFile) -> str:
    """One level of indentation as the file writes it."""
    for line in file.text.splitlines():
        stripped = line.lstrip(" \t")
        if stripped and len(stripped) < len(line) and not stripped.startswith("*"):
            lead = line[: len(line) - len(stripped)]
            return "\t" if lead[0] == "\t" else ("    " if len(lead) % 4 == 0 else "  ")
    return "  "
