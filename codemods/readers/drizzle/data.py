"""Reads what `values` and `set` write."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import Assignment, Change, Data, DataPart
from codemods.ir.table import FieldType
from codemods.readers.assembled.reading import is_undefined, shortened
from codemods.readers.drizzle.fragments import parts_of
from codemods.readers.drizzle.scope import Scope
from codemods.readers.drizzle.source import Fragment
from codemods.readers.literals import Computed, Property, Spread, entries
from codemods.source.span import Span
from codemods.source.tree import find_all, named, unwrap

_STEP = re.compile(r"\? ([+*-]) (\?|\d+(?:\.\d+)?)")
_CHANGES: Mapping[str, Change] = {"+": Change.INCREMENT, "-": Change.DECREMENT, "*": Change.MULTIPLY}
_LISTED = re.compile(r"(\[\]|Array<.*>)$", re.DOTALL)


def read_data(scope: Scope, node: SgNode, what: str) -> Data:
    """The written values: an object that is written out, or one that comes as it is."""
    reading, inner = scope.reading, unwrap(node)
    if inner.kind() != "object":
        _reject_fragments(scope, inner, what)
        return Data((reading.span(node),))
    parts: list[DataPart] = []
    for entry in entries(inner):
        match entry:
            case Property(key, value):
                part = _assignment(scope, key, value, what)
                parts += [part] if part is not None else []
            case Spread(value):
                _reject_fragments(scope, value, what)
                parts.append(reading.span(value))
            case Computed(computed):
                reading.reject(f"{what}: `{shortened(computed.text())}`")
    return Data(tuple(parts))


def read_rows(scope: Scope, node: SgNode) -> tuple[Data, ...] | Span | Data:
    """The rows of `values`: one, several that are written out, or a list. One that is a list says so by its type."""
    inner = unwrap(node)
    if inner.kind() == "array":
        items = named(inner)
        if any(item.kind() == "spread_element" for item in items):
            return scope.reading.span(node)
        return tuple(read_data(scope, item, "values") for item in items)
    if inner.kind() == "object":
        return read_data(scope, inner, "values")
    if _is_list(scope, inner):
        return scope.reading.span(node)
    if not _is_one(scope, inner):
        scope.reading.reject(f"values: `{shortened(inner.text())}` may be one row or a list")
    return read_data(scope, inner, "values")


def _assignment(scope: Scope, key: str, value: SgNode, what: str) -> Assignment | None:
    field, inner = scope.own.field(key), unwrap(value)
    if field is None:
        if not is_undefined(inner):
            scope.reading.reject(f"{what}: unknown column `{key}`")
        return None
    if is_undefined(inner):
        return None
    fragment = scope.fragment(inner)
    if fragment is not None:
        return _step(scope, key, fragment, what)
    if scope.column(inner) is not None or scope.operator(inner) is not None:
        scope.reading.reject(f"{what}: `{key}` is `{shortened(inner.text())}`")
        return None
    if find_all(inner, "call_expression") and _reject_fragments(scope, inner, what, field.type is FieldType.JSON):
        return None
    return Assignment(key, scope.reading.span(value))


def _step(scope: Scope, key: str, fragment: Fragment, what: str) -> Assignment | None:
    """`` sql`${posts.views} + 1` ``."""
    text, values = parts_of(fragment)
    matched = _STEP.fullmatch(text)
    column = scope.column(values[0]) if matched is not None else None
    if matched is None or column is None or column.field != key or fragment.methods:
        scope.reading.reject(f"{what}: `{key}` is SQL `{shortened(fragment.template.text()[1:-1])}`")
        return None
    by = scope.reading.span(values[1]) if matched[2] == "?" else _number(scope, fragment.template)
    return Assignment(key, by, _CHANGES[matched[1]])


def _number(scope: Scope, template: SgNode) -> Span:
    """Where the number at the end of a template is written."""
    whole = scope.reading.file.span(template)
    found = next(re.finditer(r"[\d.]+(?=\s*`)", scope.reading.file.slice(whole)))
    return Span(whole.start + found.start(), whole.start + found.end())


def _reject_fragments(scope: Scope, node: SgNode, what: str, allowed: bool = False) -> bool:
    """SQL within a value that comes as it is."""
    calls = [node, *find_all(node, "call_expression", "binary_expression")] if not allowed else []
    found = [each for each in calls if scope.fragment(each) is not None]
    for each in found:
        scope.reading.reject(f"{what}: SQL `{shortened(each.text())}`")
    return bool(found)


def _declared(scope: Scope, node: SgNode) -> tuple[str, SgNode | None]:
    """The written type of a name, and the value that it was declared with."""
    binding = scope.reading.file.bindings.resolve(node) if node.kind() == "identifier" else None
    if binding is None:
        return "", None
    annotation = binding.declaration.field("type")
    text = annotation.text().lstrip(": ") if annotation is not None and not binding.path else ""
    return text, None if binding.path or binding.reassigned else binding.value


def _is_list(scope: Scope, node: SgNode) -> bool:
    written, value = _declared(scope, node)
    if _LISTED.search(written):
        return True
    made = unwrap(value, awaited=True) if value is not None else node
    if made.kind() == "array":
        return True
    callee = made.field("function")
    return callee is not None and callee.text().rsplit(".", 1)[-1] in ("map", "filter", "flatMap", "from", "slice")


def _is_one(scope: Scope, node: SgNode) -> bool:
    """Is it an object, by how it is written or by its type?"""
    written, value = _declared(scope, node)
    if written:
        return written not in ("any", "unknown")
    made = unwrap(value, awaited=True) if value is not None else node
    if made.kind() in ("object", "member_expression"):
        return True
    callee = made.field("function") if made.kind() == "call_expression" else None
    return callee is not None and callee.text().rsplit(".", 1)[-1] in ("parse", "parseAsync")
