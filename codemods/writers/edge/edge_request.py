"""What error handlers and not-found handlers read of the request, read from Hono's context instead."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from ast_grep_py import SgNode

from codemods.planner.asking.edge_facts import Part, edge_read
from codemods.planner.asking.request_facts import Fact, FactRead, fact_of
from codemods.source import FUNCTION_KINDS, Edit, SourceFile, Span, member, span_of, unwrap
from codemods.source.tree import wrapped_up
from codemods.writers.edge.ported import Ported, parameter_node, references

_INPUT = {"query": "{c}.req.query()", "params": "{c}.req.param()"}
PARTIAL = frozenset({"cookies", "url", "path", "baseUrl"})
"""What depends on the other middleware, or on where the code is mounted."""
_BELOW = frozenset({"url", "path", "baseUrl"})
_PATHS = _BELOW | {"originalUrl"}
_ALONE = frozenset({"arguments", "array", "arrow_function", "pair", "return_statement", "variable_declarator"})
"""Where an expression needs no parentheses to be awaited."""
_LOGGER = re.compile(r"^(console|[\w.]*log(ger)?)\.(log|info|warn|error|debug|trace|http|verbose|fatal)$", re.I)


def request_reads(
    ported: Ported,
    function: SgNode,
    index: int,
    context: str,
    provided: frozenset[str] = frozenset(),
    written: Sequence[Span] = (),
    logs: Callable[[SgNode], bool] = lambda call: False,
) -> None:
    """Rewrite every use of the request; what the edge does not know is only dropped where it was logged.

    `provided` are the fields that middleware may have set; what is `written` has other edits. Nobody misses a field
    in what `logs`.
    """
    pattern = parameter_node(function, index)
    if pattern is not None and pattern.kind() != "identifier":
        ported.problem("CX701", "takes its request apart", pattern)
    for reference in references(ported.file, function, index):
        if any(span.holds(span_of(reference)) for span in written):
            continue
        needed = frozenset(ported.context_reads)
        edit = read_edit(ported, reference, context, provided) or dropped(ported.file, reference)
        if _is_only_logged(reference, logs):
            ported.context_reads &= needed
        if edit is None:
            ported.problem("CX701", f"reads `{whole_read(reference).text()}`", reference)
        else:
            ported.edits.append(edit)


def _is_only_logged(reference: SgNode, logs: Callable[[SgNode], bool]) -> bool:
    """`log(message, { user: req.user?.id })`: does it go to the log, whatever it is?"""
    read = _member_of(reference)
    field = wrapped_up(read[0]) if read is not None else None
    above = field.parent() if field is not None else None
    if above is None or (above.kind() in ("member_expression", "subscript_expression") and "?." not in _joint(above)):
        return False
    around = itertools.takewhile(lambda node: node.kind() not in FUNCTION_KINDS, reference.ancestors())
    return any(node.kind() == "call_expression" and logs(node) for node in around)


def _joint(chain: SgNode) -> str:
    """What stands between an object and its field."""
    return "".join(child.text() for child in chain.children()[1:-1])


def read_edit(
    ported: Ported,
    reference: SgNode,
    context: str,
    provided: frozenset[str] = frozenset(),
    waits: bool = False,
    depth: int | None = None,
) -> Edit | None:
    """What the edge knows of the request, by one use of it; `waits` says that it may be awaited there.

    `depth` counts the segments of the path that are cut off where the code is mounted, if that is known.
    """
    read = _member_of(reference)
    if read is None:
        return None
    node, name = read
    if name in _INPUT:
        return Edit.replace(span_of(node), _INPUT[name].format(c=context))
    found = fact_of(name, node, provided)
    if isinstance(found, FactRead) and found.pattern is not None and name == Part.HEADERS:
        return Edit.replace(span_of(found.node), f"{context}.req.header()")
    if not isinstance(found, FactRead) or found.fact is None:
        return None
    text = fact_text(ported, found.fact, context, waits, depth)
    if text is None:
        return None
    above = found.node.parent()
    joined = text.startswith("await ") and (above is None or above.kind() not in _ALONE)
    return Edit.replace(span_of(found.node), f"({text})" if joined else text)


def fact_text(ported: Ported, fact: Fact, context: str, waits: bool, depth: int | None = None) -> str | None:
    """Hono's expression for a fact; None for one that would have to be awaited where nothing can be."""
    known = edge_read(fact.part, fact.key, context, depth or 0)
    if known.text.startswith("await ") and not waits:
        return None
    ported.asks |= {fact.key or "", fact.part.value} & (PARTIAL if depth is None else PARTIAL - _BELOW)
    ported.reads_path |= fact.key in _PATHS
    ported.context_reads |= {fact.key or ""} if fact.part is Part.CONTEXT else set()
    text = known.text
    for library in known.library:
        text = text.replace(f"{library}(", f"{ported.use(library)}(")
    return text


def _member_of(node: SgNode) -> tuple[SgNode, str] | None:
    """The member expression whose object is the node, and the name after the dot."""
    current = wrapped_up(node)
    parent = current.parent()
    parts = member(parent) if parent is not None else None
    if parent is None or parts is None or span_of(parts[0]) not in (span_of(current), span_of(node)):
        return None
    return parent, parts[1]


def whole_read(reference: SgNode) -> SgNode:
    """The read that the request is the start of."""
    parent = reference.parent()
    read = parent is not None and parent.kind() in ("member_expression", "subscript_expression")
    return parent if parent is not None and read else reference


def dropped(file: SourceFile, reference: SgNode) -> Edit | None:
    """`logger.error(message, { user: req.user?.id })`: a field that only the log had."""
    part: SgNode | None = None
    for ancestor in reference.ancestors():
        parent = ancestor.parent()
        if ancestor.kind() in FUNCTION_KINDS or parent is None:
            return None
        if part is None and (parent.kind() in ("object", "arguments") or ancestor.kind() == "template_substitution"):
            part = ancestor
        if ancestor.kind() == "call_expression" and part is not None:
            callee = ancestor.field("function")
            logs = callee is not None and _LOGGER.match(unwrap(callee).text()) is not None
            return _without(file, part) if logs else None
    return None


def _without(file: SourceFile, part: SgNode) -> Edit | None:
    if part.kind() == "template_substitution":
        return Edit.delete(span_of(part))
    plain = part.kind() in ("pair", "member_expression", "subscript_expression")
    return Edit.delete(with_comma(file, part)) if plain else None


def with_comma(file: SourceFile, node: SgNode) -> Span:
    """A list's element with its comma and, where it stands alone, its line."""
    span = span_of(node)
    text = file.text
    after = re.compile(r"\s*,").match(text, span.end)
    if after is not None:
        start = file.line_start(span.start)
        line = re.compile(r"[ \t]*\r?\n").match(text, after.end())
        if line is not None and not text[start : span.start].strip():
            return Span(start, line.end())
        return Span(span.start, after.end() + (text[after.end() : after.end() + 1] == " "))
    before = re.compile(r",\s*$").search(text, 0, span.start)
    return Span(before.start(), span.end) if before is not None else span
