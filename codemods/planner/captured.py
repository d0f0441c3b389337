"""What code that is moved takes along from the function around it, as arguments of a function of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.table import FieldType, Schema
from codemods.planner.places_of_use import call_of, is_written
from codemods.planner.running.memory import is_changed
from codemods.planner.running.runtimes import CONVERSIONS
from codemods.readers.literals import Entry, Property, entries
from codemods.source import FUNCTION_KINDS, Binding, SourceFile, Span, member, named, span_of, unwrap
from codemods.workspace import FunctionRef, Workspace


@dataclass(frozen=True, slots=True)
class Captured:
    """One use of a value from outside: the argument that brings it, and the expression."""

    name: str
    span: Span
    is_plain: bool = True
    """Nothing but JSON: no date is in it."""


class NotPlainError(Exception):
    """A callback takes along what no argument can bring; the text says what."""


def captured_by(
    workspace: Workspace,
    file: SourceFile,
    outer: SgNode,
    callback: SgNode,
    request: str | None,
    schema: Schema,
    at_once: bool = False,
) -> list[Captured]:
    """All uses of outer values in a callback; `order.id` becomes the argument `orderId`, a plain local its own name.

    `request` is the name of a handler's first parameter: of it, fields of its parts are taken. A callback that runs
    `at_once` may be given any value that it does not change. Raises NotPlainError.
    """
    found: list[Captured] = []
    span = span_of(outer)
    for binding in file.bindings.free(callback).bindings:
        if not span.start <= binding.start < span.end:
            continue
        references = file.bindings.references_in(binding, callback)
        if binding.reassigned if not at_once else any(_is_written(each, binding) for each in references):
            raise NotPlainError(f"`{binding.name}`, which changes")
        if at_once and binding.value is not None and unwrap(binding.value).kind() in FUNCTION_KINDS:
            raise NotPlainError(f"the function `{binding.name}`")
        for reference in references:
            depth = 2 if binding.name == request else 1
            found.append(_captured(workspace, file, binding, reference, depth, schema, at_once))
    _check_names(file, callback, found)
    return found


def _is_written(reference: SgNode, binding: Binding) -> bool:
    """Does the callback change the variable, or what it holds?"""
    return is_written(reference) or is_changed(reference, binding.value)


def _captured(
    workspace: Workspace,
    file: SourceFile,
    binding: Binding,
    reference: SgNode,
    depth: int,
    schema: Schema,
    at_once: bool,
) -> Captured:
    node, names = reference, [binding.name]
    while len(names) <= depth and (parent := node.parent()) is not None:
        parts = member(parent) if parent.kind() == "member_expression" else None
        if parts is None or span_of(parts[0]) != span_of(node) or call_of(parent) is not None:
            break
        names.append(parts[1])
        node = parent
    if depth == 2:
        if len(names) != 3:
            raise NotPlainError("the request")
        return Captured(names[2], span_of(node))
    whole = len(names) == 1 and not _is_plain(workspace, file, binding)
    dated = len(names) == 2 and names[1] in _dates(schema)
    if whole and not at_once:
        raise NotPlainError(f"`{binding.name}`, which may be more than a plain value")
    if dated and not at_once:
        raise NotPlainError(f"the date `{binding.name}.{names[1]}`")
    is_plain = not whole and not dated and (len(names) == 1 or names[1] in _columns(schema))
    name = "".join([names[0], *(name[:1].upper() + name[1:] for name in names[1:])])
    return Captured(name, span_of(node), is_plain)


def _columns(schema: Schema) -> set[str]:
    return {field.name for table in schema.tables for field in table.fields if field.type is not FieldType.JSON}


def _dates(schema: Schema) -> set[str]:
    return {field.name for table in schema.tables for field in table.fields if field.type is FieldType.DATETIME}


_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_PLAIN_VALUES = frozenset(
    {"string", "template_string", "number", "true", "false", "null", "binary_expression", "unary_expression",
     "member_expression", "subscript_expression"}
)  # fmt: skip
_ID_NAME = re.compile(r"(^i|I)ds?$")
_REQUEST_PART = re.compile(r"^\w+\.(params|query|body)$")
_PLAIN_TYPES = frozenset({"string", "number", "boolean"})
_TEXT_METHODS = frozenset(
    {"digest", "hash", "hashSync", "join", "replace", "slice", "toISOString", "toLowerCase", "toString", "toUpperCase",
     "trim"}
)  # fmt: skip
"""Methods that give a text, those that hash passwords included."""


def _is_plain(workspace: Workspace, file: SourceFile, binding: Binding) -> bool:
    """Can the value of a local be stored as it is? What is called an id is, and so are fields of the request."""
    annotation = binding.type_annotation
    if annotation is not None:
        return _named_type(annotation) in _PLAIN_TYPES
    if _ID_NAME.search(binding.name):
        return True
    declared = binding.declaration
    pattern = declared.field("name") if declared.kind() == "variable_declarator" else None
    value = declared.field("value") if pattern is not None else None
    plain = unwrap(value, awaited=True) if value is not None else None
    if pattern is None or plain is None:
        return False
    if pattern.kind() == "object_pattern":
        return _REQUEST_PART.search(plain.text()) is not None
    return _is_plain_value(workspace, file, plain)


def _is_plain_value(workspace: Workspace, file: SourceFile, value: SgNode) -> bool:
    """A text, a number or a boolean, by how it is computed, or an object of such."""
    if value.kind() == "object":
        return all(_is_plain_entry(workspace, file, entry) for entry in entries(value))
    plain = unwrap(named(value)[0]) if value.kind() == "await_expression" else value
    callee = plain.field("function") if plain.kind() == "call_expression" else None
    if callee is None:
        return plain.kind() in _PLAIN_VALUES
    accessed = member(callee)
    if callee.text() in CONVERSIONS or (accessed is not None and accessed[1] in _TEXT_METHODS):
        return True
    function = workspace.function_of(file.path, callee)
    written = function.node.field("return_type") if isinstance(function, FunctionRef) else None
    return written is not None and _named_type(written) in _PLAIN_TYPES


def _is_plain_entry(workspace: Workspace, file: SourceFile, entry: Entry) -> bool:
    if not isinstance(entry, Property):
        return False
    value = unwrap(entry.value)
    binding = file.bindings.resolve(value) if value.kind() in _NAMES else None
    return _is_plain(workspace, file, binding) if binding is not None else _is_plain_value(workspace, file, value)


def _named_type(annotation: SgNode) -> str:
    """`string` of `: string`, and of `: Promise<string>`."""
    return annotation.text().strip(": ").removeprefix("Promise<").removesuffix(">")


def _check_names(file: SourceFile, callback: SgNode, found: list[Captured]) -> None:
    """One argument has one meaning, and nothing inside the callback has its name."""
    texts: dict[str, str] = {}
    for captured in found:
        text = file.slice(captured.span)
        if texts.setdefault(captured.name, text) != text:
            raise NotPlainError(f"two values that would both be called `{captured.name}`")
    own = {node.text() for node in callback.find_all(kind="identifier") if _declares(file, callback, node)}
    for captured in found:
        if captured.name in own and captured.name != file.slice(captured.span):
            raise NotPlainError(f"a value that would be called `{captured.name}`, as another one")


def _declares(file: SourceFile, callback: SgNode, node: SgNode) -> bool:
    binding = file.bindings.resolve(node)
    span = span_of(callback)
    return binding is not None and span.start <= binding.start < span.end
