"""What a file offers to other modules, by ES modules and by CommonJS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ast_grep_py import Config, SgNode

from codemods.source.file import SourceFile, span_of
from codemods.source.imports import required
from codemods.source.span import Span
from codemods.source.tree import VARIABLE_KINDS, find_all, member_path, named, property_name, string_value, unwrap

Style = Literal["esm", "commonjs", "export-equals"]

_ASSIGNMENTS: Config = {
    "rule": {
        "kind": "assignment_expression",
        "has": {"field": "left", "regex": r"^(module\s*\.\s*)?exports\b"},
    }
}


_TYPES = frozenset({"type_alias_declaration", "interface_declaration"})


@dataclass(frozen=True, slots=True)
class Export:
    """One exported name.

    `name` is "default" for a default export and also for a module that is replaced whole (`module.exports = X`,
    `export = X`; `style` tells them apart, and the properties of an object X are listed after it, each on its own).
    It is "*" for `export * from` and for CommonJS modules that pass another module on. `local` is the name of the
    declaration in this file, `node` the exported expression or declaration. Re-exports name their `module` and what
    is `imported` from it.
    """

    name: str
    local: str | None
    node: SgNode | None
    module: str | None
    imported: str | None
    span: Span
    statement: Span
    type_only: bool = False
    style: Style = "esm"


def find_exports(file: SourceFile) -> tuple[Export, ...]:
    """Every export of a file, in the order of the text."""
    if "export" not in file.text:
        return ()
    found: list[Export] = []
    for node in file.root.children():
        if node.kind() == "export_statement":
            found.extend(_statement(node))
    if "exports" in file.text:
        for assignment in file.root.find_all(_ASSIGNMENTS):
            found.extend(_assignment(assignment))
    return tuple(sorted(found, key=lambda one: one.span.start))


def _statement(node: SgNode) -> Iterator[Export]:
    statement = span_of(node)
    tokens = {child.kind() for child in node.children()}
    module = string_value(node.field("source"))
    declaration = node.field("declaration")
    value = node.field("value")
    if "default" in tokens:
        exported = declaration or value
        if exported is not None:
            yield Export("default", _name_of(exported), exported, None, None, statement, statement)
    elif declaration is not None:
        yield from _declared(declaration, statement)
    elif "export_clause" in tokens or "*" in tokens or "namespace_export" in tokens:
        yield from _listed(node, module, statement, "type" in tokens)
    elif "=" in tokens:
        exported = next(iter(named(node)), None)
        if exported is not None:
            yield from _whole(exported, statement, statement, "export-equals")


def _listed(node: SgNode, module: str | None, statement: Span, type_only: bool) -> Iterator[Export]:
    for part in node.children():
        match part.kind():
            case "*":
                yield Export("*", None, None, module, "*", statement, statement, type_only)
            case "namespace_export":
                for name in named(part):
                    exported = property_name(name) or ""
                    yield Export(exported, None, None, module, "*", statement, statement, type_only)
            case "export_clause":
                for specifier in named(part):
                    yield from _specifier(specifier, module, statement, type_only)


def _specifier(specifier: SgNode, module: str | None, statement: Span, type_only: bool) -> Iterator[Export]:
    node = specifier.field("name")
    name = property_name(node)
    exported = property_name(specifier.field("alias")) or name
    if name is None or exported is None:
        return
    typed = type_only or any(child.kind() == "type" for child in specifier.children())
    span = span_of(specifier)
    if module is None:
        yield Export(exported, name, node, None, None, span, statement, typed)
    else:
        yield Export(exported, None, None, module, name, span, statement, typed)


def _declared(declaration: SgNode, statement: Span) -> Iterator[Export]:
    kind = declaration.kind()
    if kind == "ambient_declaration":
        for inner in named(declaration):
            yield from _declared(inner, statement)
    elif kind in VARIABLE_KINDS:
        for declarator in named(declaration):
            pattern = declarator.field("name")
            for name in _pattern_names(pattern) if pattern is not None else ():
                yield Export(name.text(), name.text(), declarator, None, None, span_of(declarator), statement)
    else:
        name_text = _name_of(declaration)
        if name_text is not None:
            yield Export(name_text, name_text, declaration, None, None, statement, statement, kind in _TYPES)


def _pattern_names(pattern: SgNode) -> Iterator[SgNode]:
    if pattern.kind() == "identifier":
        yield pattern
        return
    for node in find_all(pattern, "identifier", "shorthand_property_identifier_pattern"):
        parent = node.parent()
        if parent is None or parent.kind() == "computed_property_name":
            continue
        if parent.kind() in {"assignment_pattern", "object_assignment_pattern"} and parent.field("left") != node:
            continue
        if parent.kind().endswith("_pattern"):
            yield node


def _name_of(node: SgNode) -> str | None:
    if node.kind() == "identifier":
        return node.text()
    if node.kind() == "import_alias":
        return next((child.text() for child in named(node)), None)
    name = node.field("name")
    return name.text() if name is not None else None


def _assignment(node: SgNode) -> Iterator[Export]:
    left, right = node.field("left"), node.field("right")
    if left is None or right is None:
        return
    value = _last_value(right)
    base, path = member_path(left)
    around = node.parent()
    statement = span_of(around if around is not None and around.kind() == "expression_statement" else node)
    match base.text(), path:
        case ("module", ("exports",)):
            yield from _whole(value, span_of(node), statement, "commonjs")
        case ("module", ("exports", name)) | ("exports", (name,)):
            yield _valued(name, value, span_of(node), statement, "commonjs")


def _last_value(node: SgNode) -> SgNode:
    node = unwrap(node)
    while node.kind() == "assignment_expression":
        right = node.field("right")
        if right is None:
            break
        node = unwrap(right)
    return node


def _whole(value: SgNode, span: Span, statement: Span, style: Style) -> Iterator[Export]:
    whole = _valued("default", value, span, statement, style)
    if whole.module is not None and whole.imported == "*":
        yield Export("*", None, value, whole.module, "*", span, statement, False, style)
        return
    yield whole
    if value.kind() == "object":
        for part in named(value):
            yield from _property(part, statement, style)


def _property(part: SgNode, statement: Span, style: Style) -> Iterator[Export]:
    span = span_of(part)
    match part.kind():
        case "shorthand_property_identifier":
            yield Export(part.text(), part.text(), part, None, None, span, statement, False, style)
        case "pair":
            name, value = property_name(part.field("key")), part.field("value")
            if name is not None and value is not None:
                yield _valued(name, value, span, statement, style)
        case "method_definition":
            name = property_name(part.field("name"))
            if name is not None:
                yield Export(name, None, part, None, None, span, statement, False, style)
        case "spread_element":
            spread = next(iter(named(part)), None)
            if spread is not None:
                found = required(spread)
                local = spread.text() if spread.kind() == "identifier" else None
                yield Export("*", local, spread, found and found[0], found and found[1], span, statement, False, style)


def _valued(name: str, value: SgNode, span: Span, statement: Span, style: Style) -> Export:
    found = required(value)
    local = value.text() if value.kind() == "identifier" else None
    return Export(name, local, value, found and found[0], found and found[1], span, statement, False, style)
