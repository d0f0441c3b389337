"""Selections made of a list of names: `select: keys.reduce((all, key) => ({ ...all, [key]: true }), {})`."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.ir.table import Table
from codemods.readers.assembled.reading import Reading
from codemods.readers.literals import binding_of, literal_of, plain
from codemods.source.tree import (
    FUNCTION_KINDS,
    arguments,
    enclosing,
    find_all,
    member,
    named,
    parameters,
    string_value,
    unwrap,
)
from codemods.workspace import InPackage
from codemods.workspace.generated import PRISMA_CLIENT

_LIST = re.compile(r"(?:readonly\s+)?\(?(?P<plain>[\w$.\s]+?)\)?\[\]|(?:Readonly)?Array<(?P<generic>[\w$.\s]+)>")
_KEYS = re.compile(r"keyof\s+(?P<model>[\w$]+)|(?P<member>[\w$]+)\.(?P<enum>\w+)ScalarFieldEnum")


def chosen_names(node: SgNode) -> SgNode | None:
    """The list of which an expression makes an object that has each of its elements as a key, and `true` under it."""
    call = unwrap(node)
    if call.kind() != "call_expression":
        return None
    function, given = call.field("function"), arguments(call)
    parts = member(function) if function is not None else None
    if parts is None or not given:
        return None
    holder, name = parts
    if name == "reduce" and len(given) == 2 and unwrap(given[1]).text() == "{}":
        return holder if _adds_key(given[0]) else None
    if name == "fromEntries" and holder.text() == "Object" and len(given) == 1:
        return _mapped(unwrap(given[0]))
    return None


def _adds_key(callback: SgNode) -> bool:
    """`(all, key) => ({ ...all, [key]: true })`, or one that sets `all[key]` and returns `all`."""
    names = _parameters(callback, 2)
    body = unwrap(callback).field("body")
    if names is None or body is None:
        return False
    all_, key = (re.escape(name) for name in names)
    text = unwrap(body).text()
    spread = rf"\{{\s*\.\.\.\s*{all_}\s*,\s*\[\s*{key}\s*\]\s*:\s*true\s*,?\s*\}}"
    written = rf"{all_}\[\s*{key}\s*\]\s*=\s*true\s*;?\s*return\s+{all_}\s*;?"
    return re.fullmatch(rf"{spread}|\{{\s*(?:return\s+{spread}\s*;?|{written})\s*\}}", text) is not None


def _mapped(call: SgNode) -> SgNode | None:
    """The list of `list.map((key) => [key, true])`."""
    function, given = call.field("function"), arguments(call)
    parts = member(function) if function is not None and call.kind() == "call_expression" else None
    if parts is None or parts[1] != "map" or len(given) != 1:
        return None
    names, body = _parameters(given[0], 1), unwrap(given[0]).field("body")
    if names is None or body is None:
        return None
    pair = re.fullmatch(rf"\[\s*{re.escape(names[0])}\s*,\s*true\s*,?\s*\]", _without_cast(body).text())
    return parts[0] if pair is not None else None


def _without_cast(body: SgNode) -> SgNode:
    inner = unwrap(body)
    return unwrap(named(inner)[0]) if inner.kind() in ("as_expression", "satisfies_expression") else inner


def _parameters(callback: SgNode, count: int) -> list[str] | None:
    function = unwrap(callback)
    if function.kind() not in FUNCTION_KINDS:
        return None
    names = [parameter.name for parameter in parameters(function)]
    return [name for name in names if name] if len(names) == count and all(names) else None


def names_columns(reading: Reading, names: SgNode, table: Table) -> bool:
    """Does a list hold names of columns of the table only? Its literal says so, or its written type."""
    literal = literal_of(reading.file, names, ("array",))
    if literal is not None:
        known = [string_value(item) for item in named(literal)]
        return bool(known) and all(name is not None and table.field(name) is not None for name in known)
    binding = binding_of(reading.file, plain(names))
    annotation = binding.declaration.field("type") if binding is not None else None
    return annotation is not None and _is_column_type(reading, annotation, table)


def _is_column_type(reading: Reading, annotation: SgNode, table: Table) -> bool:
    written = _LIST.fullmatch(annotation.text().lstrip(":").strip())
    if written is None:
        return False
    element = (written["plain"] or written["generic"]).strip()
    keys = _KEYS.fullmatch(_bound_of(annotation, element) or element)
    if keys is None:
        return False
    if keys["enum"] is not None:
        return keys["enum"] == table.name and _is_of_client(reading, annotation, keys["member"])
    return keys["model"] == table.name and _is_of_client(reading, annotation, keys["model"])


def _bound_of(node: SgNode, name: str) -> str | None:
    """What a type parameter of the function around extends."""
    function = enclosing(node, FUNCTION_KINDS)
    given = function.field("type_parameters") if function is not None else None
    for parameter in named(given) if given is not None else []:
        label, bound = parameter.field("name"), parameter.field("constraint")
        if label is not None and label.text() == name and bound is not None:
            return bound.text().removeprefix("extends").strip()
    return None


def _is_of_client(reading: Reading, annotation: SgNode, name: str) -> bool:
    """Does a name in the types of the function around stand for something of the generated client?"""
    function = enclosing(annotation, FUNCTION_KINDS)
    around = annotation if function is None else function
    node = next((each for each in find_all(around, "type_identifier", "identifier") if each.text() == name), None)
    binding = reading.file.bindings.resolve(node) if node is not None else None
    if binding is None or binding.imported is None or reading.workspace is None:
        return False
    return reading.workspace.resolve_import(reading.file.path, binding.imported.module) == InPackage(PRISMA_CLIENT)
