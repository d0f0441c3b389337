"""What a file brings in from other modules, by ES modules and by CommonJS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ast_grep_py import Config, SgNode

from codemods.source.file import SourceFile, span_of
from codemods.source.span import Span
from codemods.source.tree import arguments, member, named, property_name, string_value, unwrap

Style = Literal["esm", "require", "import-equals", "dynamic"]

_CALLED = re.compile(r"(?:require|import)\s*\(")

_CALLS: Config = {
    "rule": {
        "kind": "call_expression",
        "has": {
            "field": "function",
            "any": [{"kind": "import"}, {"all": [{"kind": "identifier"}, {"regex": "^require$"}]}],
        },
    }
}


@dataclass(frozen=True, slots=True)
class Import:
    """One name brought in, or a module that is only loaded.

    `imported` is "default", "*" for the whole module, or the exported name; for a module that is loaded without
    taking anything from it, `local` and `imported` are "". A `require` or `import()` that is used in place, rather
    than bound to a name, has an empty `local`. `span` covers the specifier, `at` is the offset of the local name or
    -1.
    """

    local: str
    module: str
    imported: str
    type_only: bool
    span: Span
    statement: Span
    style: Style
    at: int = -1


def find_imports(file: SourceFile) -> tuple[Import, ...]:
    """Every import of a file, in the order of the text."""
    found: list[Import] = []
    if "import" in file.text:
        for node in file.root.children():
            if node.kind() == "import_statement":
                found.extend(_statement(node))
    if _CALLED.search(file.text):
        for call in file.root.find_all(_CALLS):
            found.extend(_call(call))
    return tuple(sorted(found, key=lambda one: (one.span.start, one.span.end)))


def required(node: SgNode) -> tuple[str, str] | None:
    """Module and name of `require("m")` ("*") and `require("m").x`; also of `await import("m")`."""
    node = unwrap(node, awaited=True)
    found = member(node)
    if found is not None:
        whole = required(found[0])
        return (whole[0], found[1]) if whole is not None and whole[1] == "*" else None
    if node.kind() != "call_expression":
        return None
    function = node.field("function")
    if function is None or function.text() not in {"require", "import"}:
        return None
    module = string_value(next(iter(arguments(node)), None))
    return (module, "*") if module is not None else None


def _statement(node: SgNode) -> Iterator[Import]:
    statement = span_of(node)
    children = node.children()
    type_only = any(child.kind() == "type" for child in children)
    clause = next((c for c in children if c.kind() in {"import_clause", "import_require_clause"}), None)
    if clause is not None and clause.kind() == "import_require_clause":
        module = string_value(clause.field("source"))
        name = next(iter(named(clause)), None)
        if module is not None and name is not None:
            yield _import(name, name, module, "*", type_only, statement, "import-equals")
        return
    module = string_value(node.field("source"))
    if module is None:
        return
    taken = (
        [one for part in named(clause) for one in _clause_part(part, module, type_only, statement)] if clause else []
    )
    yield from taken or [Import("", module, "", type_only, statement, statement, "esm")]


def _clause_part(part: SgNode, module: str, type_only: bool, statement: Span) -> Iterator[Import]:
    match part.kind():
        case "identifier":
            yield _import(part, part, module, "default", type_only, statement, "esm")
        case "namespace_import":
            for name in named(part):
                yield _import(part, name, module, "*", type_only, statement, "esm")
        case "named_imports":
            for specifier in named(part):
                name_node = specifier.field("name")
                local = specifier.field("alias") or name_node
                imported = property_name(name_node)
                if local is not None and imported is not None:
                    typed = type_only or any(child.kind() == "type" for child in specifier.children())
                    yield _import(specifier, local, module, imported, typed, statement, "esm")


def _import(
    node: SgNode, local: SgNode, module: str, imported: str, type_only: bool, statement: Span, style: Style
) -> Import:
    at = local.range().start.index
    return Import(local.text(), module, imported, type_only, span_of(node), statement, style, at)


def _call(call: SgNode) -> Iterator[Import]:
    module = string_value(next(iter(arguments(call)), None))
    function = call.field("function")
    if module is None or function is None:
        return
    style: Style = "require" if function.text() == "require" else "dynamic"
    taken, value = _taken(call)
    host = value.parent()
    if host is not None and host.kind() == "variable_declarator" and taken is not None and host.field("value") == value:
        around = host.parent() or host
        bound = list(_bound(host, module, taken, span_of(around), style))
        if bound:
            yield from bound
            return
    statement = value if host is None or host.kind() != "expression_statement" else host
    used = "" if statement is host and taken == "*" else (taken or "*")
    yield Import("", module, used, False, span_of(value), span_of(statement), style)


def _taken(call: SgNode) -> tuple[str | None, SgNode]:
    """The name that is taken off the call at once, and the expression around the call that takes it.

    The name is None when more than one is taken (`require("m").a.b`).
    """
    taken: str | None = "*"
    node = call
    for parent in call.ancestors():
        match parent.kind():
            case "await_expression" | "parenthesized_expression" | "non_null_expression" | "as_expression":
                node = parent
            case "member_expression" | "subscript_expression" if parent.field("object") == node:
                found = member(parent)
                taken = found[1] if taken == "*" and found is not None else None
                node = parent
            case _:
                break
    return taken, node


def _bound(declarator: SgNode, module: str, taken: str, statement: Span, style: Style) -> Iterator[Import]:
    pattern = declarator.field("name")
    if pattern is None:
        return
    if pattern.kind() == "identifier":
        yield _import(declarator, pattern, module, taken, False, statement, style)
    elif pattern.kind() == "object_pattern" and taken in {"*", "default"}:
        for part in named(pattern):
            name, local = _pattern_part(part)
            if name is not None and local is not None:
                yield _import(part, local, module, name, False, statement, style)


def _pattern_part(part: SgNode) -> tuple[str | None, SgNode | None]:
    match part.kind():
        case "shorthand_property_identifier_pattern":
            return part.text(), part
        case "object_assignment_pattern":
            local = part.field("left")
            return (local.text(), local) if local is not None else (None, None)
        case "pair_pattern":
            local = part.field("value")
            if local is not None and local.kind() == "assignment_pattern":
                local = local.field("left")
            if local is None or local.kind() != "identifier":
                return None, None
            return property_name(part.field("key")), local
        case _:
            return None, None
