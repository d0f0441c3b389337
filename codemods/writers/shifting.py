"""Re-indentation of written code: whole lines move, the inside of template strings stays where it is."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source import SourceFile, Span, find_all, parse, span_of

_WORD = re.compile(r"[A-Za-z_$][\w$]*")


def reindented(text: str, language: str, source: str, target: str) -> str:
    """All lines but the first moved from one base indentation to another."""
    if source == target or "\n" not in text:
        return text
    frozen = [span_of(node) for node in find_all(parse(text, language), "template_string")]
    lines, offset = [], 0
    for number, line in enumerate(text.split("\n")):
        inside_template = any(span.start < offset < span.end for span in frozen)
        movable = number > 0 and line.strip() and not inside_template
        lines.append(_moved(line, source, target) if movable else line)
        offset += len(line) + 1
    return "\n".join(lines)


def _moved(line: str, source: str, target: str) -> str:
    if line.startswith(source):
        return target + line[len(source) :]
    return target + line.lstrip(" \t")


def without_useless_catch(text: str, language: str) -> str:
    """`try { … } catch (e) { throw e; }` is its block: forwarding to Express's error handler is all it did."""
    while True:
        found = _useless(text, language)
        if found is None:
            return text
        outer, inner = found
        start = text.rfind("\n", 0, outer.start) + 1
        indent = text[start : outer.start]
        block = text[inner.start : inner.end]
        first = text.rfind("\n", 0, inner.start) + 1
        deeper = text[first : inner.start]
        moved = reindented(block, language, deeper, indent) if not deeper.strip() and not indent.strip() else block
        text = text[: outer.start] + moved + text[outer.end :]


def _useless(text: str, language: str) -> tuple[Span, Span] | None:
    root = parse(text, language)
    for node in find_all(root, "try_statement"):
        block, clause = node.field("body"), node.field("handler")
        if block is None or clause is None or node.field("finalizer") is not None:
            continue
        body, parameter = clause.field("body"), clause.field("parameter")
        statements = [child for child in block.children() if child.kind() not in ("{", "}")]
        if body is None or parameter is None or not statements:
            continue
        children = [child for child in body.children() if child.kind() not in ("{", "}")]
        passes_on = len(children) == 1 and children[0].text().rstrip(";") == f"throw {parameter.text()}"
        if passes_on and not _own_names(statements) & _names_outside(root, node):
            return span_of(node), Span(span_of(statements[0]).start, span_of(statements[-1]).end)
    return None


_DECLARATIONS = ("variable_declarator", "function_declaration", "class_declaration")


def _own_names(statements: list[SgNode]) -> set[str]:
    """The names that the statements declare; patterns give all their words."""
    labels = [d.field("name") for statement in statements for d in find_all(statement, *_DECLARATIONS)]
    return {word for label in labels if label is not None for word in _WORD.findall(label.text())}


def _names_outside(root: SgNode, node: SgNode) -> set[str]:
    """Every identifier of the text that is not part of a node."""
    inside = span_of(node)
    found = find_all(root, "identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
    return {name.text() for name in found if not inside.holds(span_of(name))}


def indent_unit(file: SourceFile) -> str:
    """One level of indentation as the file writes it."""
    for line in file.text.splitlines():
        stripped = line.lstrip(" \t")
        if stripped and len(stripped) < len(line) and not stripped.startswith("*"):
            lead = line[: len(line) - len(stripped)]
            return "\t" if lead[0] == "\t" else ("    " if len(lead) % 4 == 0 else "  ")
    return "  "
