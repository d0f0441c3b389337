"""All calls of a function or constructions of a class, where they can be told: no use may escape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.imports import required
from codemods.source.tree import CLASS_KINDS, find_all, unwrap
from codemods.workspace.imports import InFile
from codemods.workspace.roles import Role

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_MAX_SITES = 24
_HARMLESS = frozenset(
    {"export_specifier", "import_specifier", "namespace_import", "import_clause", "type_annotation", "type_query"}
    | {"shorthand_property_identifier", "type_arguments", "class_heritage", "extends_clause", "export_statement"}
)
_CALLS = {"call_expression": "function", "new_expression": "constructor"}


@dataclass(frozen=True, slots=True)
class Site:
    """A call or construction in `file`."""

    file: str
    node: SgNode


class _Escapes(Exception):
    """A use that may call the function from anywhere."""


def calls_of(ev: Evaluator, file: str, function: SgNode) -> list[Site] | None:
    """Every call of `function` outside of tests; None when it may be called in ways that cannot be told."""
    try:
        if function.kind() == "method_definition":
            return list(_constructions(ev, file, function))
        return list(_calls(ev, file, function))
    except _Escapes:
        return None


def _constructions(ev: Evaluator, file: str, method: SgNode) -> Iterator[Site]:
    name, body = method.field("name"), method.parent()
    cls = body.parent() if body is not None else None
    if cls is None or cls.kind() not in CLASS_KINDS or name is None or name.text() != "constructor":
        raise _Escapes
    if ev.heritage.has_subclasses(file, cls):
        raise _Escapes
    yield from _of_declaration(ev, file, cls)


def _calls(ev: Evaluator, file: str, function: SgNode) -> Iterator[Site]:
    if function.kind() in ("function_declaration", "generator_function_declaration"):
        yield from _of_declaration(ev, file, function)
        return
    holder = function.parent()
    while holder is not None and holder.kind() in ("parenthesized_expression", "as_expression"):
        holder = holder.parent()
    match holder.kind() if holder is not None else "":
        case "variable_declarator" if holder is not None:
            yield from _of_declaration(ev, file, holder)
        case "assignment_expression" | "export_statement":
            yield from _of_export(ev, file, function)
        case "call_expression" if holder is not None and holder.field("function") == function:
            yield Site(file, holder)
        case _:
            raise _Escapes


def _of_declaration(ev: Evaluator, file: str, declaration: SgNode) -> Iterator[Site]:
    name = declaration.field("name")
    binding = ev.bindings(file).resolve(name) if name is not None else None
    if binding is None:
        yield from _of_export(ev, file, declaration)
        return
    yield from _limited(_of_binding(ev, file, binding, set()))


def _of_export(ev: Evaluator, file: str, node: SgNode) -> Iterator[Site]:
    for export in ev.bindings(file).exports:
        if export.node is not None and unwrap(export.node) == node:
            yield from _limited(_of_exported(ev, file, export.name, set()))
            return
    raise _Escapes


def _limited(sites: Iterator[Site]) -> Iterator[Site]:
    for number, site in enumerate(sites):
        if number >= _MAX_SITES:
            raise _Escapes
        yield site


def _of_binding(ev: Evaluator, file: str, binding: Binding, seen: set[tuple[str, str]]) -> Iterator[Site]:
    if binding.reassigned:
        raise _Escapes
    yield from _of_references(file, binding.references)
    if binding is not ev.bindings(file).top_level.get(binding.name):
        return
    for export in ev.bindings(file).exports:
        if export.local == binding.name and export.module is None:
            yield from _of_exported(ev, file, export.name, seen)


def _of_exported(ev: Evaluator, file: str, name: str, seen: set[tuple[str, str]]) -> Iterator[Site]:
    """Calls in the files that import `name` from `file`, through re-exports too."""
    if (file, name) in seen:
        return
    seen.add((file, name))
    for importer in ev.repository.importers(file):
        if ev.repository.role_of(importer) is not Role.TEST:
            yield from _in_importer(ev, importer, file, name, seen)


def _in_importer(ev: Evaluator, importer: str, file: str, name: str, seen: set[tuple[str, str]]) -> Iterator[Site]:
    bindings = ev.bindings(importer)
    for found in bindings.imports:
        if found.imported not in (name, "*") or ev.repository.resolve_import(importer, found.module) != InFile(file):
            continue
        whole = found.imported == "*" and name != "*"
        binding = bindings.top_level.get(found.local)
        if not found.local:
            yield from _in_place(ev, importer, found.module, name)
        elif binding is None:
            raise _Escapes
        elif whole and not (name == "default" and found.style != "esm"):
            yield from _of_references(importer, _members(binding, name))
        else:
            yield from _of_binding(ev, importer, binding, seen)
    for export in bindings.exports:
        if export.module is None or ev.repository.resolve_import(importer, export.module) != InFile(file):
            continue
        if export.imported == name and export.name != "*":
            yield from _of_exported(ev, importer, export.name, seen)
        elif export.imported == "*":
            yield from _of_exported(ev, importer, name if export.name == "*" else export.name, seen)


def _in_place(ev: Evaluator, importer: str, module: str, name: str) -> Iterator[Site]:
    """`require("./routes")(app)` and `require("./routes").attach(app)`."""
    wanted = (module, "*") if name == "default" else (module, name)
    for call in find_all(ev.repository.source(importer).root, "call_expression"):
        function = call.field("function")
        if function is not None and function.kind() != "identifier" and required(function) == wanted:
            yield Site(importer, call)


def _members(binding: Binding, name: str) -> list[SgNode]:
    """The expressions `binding.name`."""
    found: list[SgNode] = []
    for reference in binding.references:
        parent = reference.parent()
        if parent is None or parent.kind() != "member_expression":
            if parent is not None and parent.kind() in _HARMLESS:
                continue
            raise _Escapes
        taken = parent.field("property")
        if taken is not None and taken.text() == name:
            found.append(parent)
    return found


def _of_references(file: str, references: list[SgNode]) -> Iterator[Site]:
    for reference in references:
        node, parent = reference, reference.parent()
        while parent is not None and parent.kind() in ("parenthesized_expression", "non_null_expression"):
            node, parent = parent, parent.parent()
        if parent is None or parent.kind() in _HARMLESS or reference.kind() == "type_identifier":
            continue
        field = _CALLS.get(parent.kind())
        if field is not None and parent.field(field) == node:
            yield Site(file, parent)
        elif (
            (parent.kind() == "assignment_expression" and _is_export(parent, node))
            or _is_in_exports(reference)
            or (parent.kind() == "binary_expression" and "instanceof" in parent.text())
        ):
            continue
        else:
            raise _Escapes


def _is_export(assignment: SgNode, value: SgNode) -> bool:
    left = assignment.field("left")
    return assignment.field("right") == value and left is not None and "exports" in left.text()


def _is_in_exports(reference: SgNode) -> bool:
    """A property of the object that `module.exports` is set to."""
    holder = reference.parent()
    if holder is not None and holder.kind() == "pair":
        holder = holder.parent()
    around = holder.parent() if holder is not None and holder.kind() == "object" else None
    return around is not None and around.kind() == "assignment_expression" and _is_export(around, holder or reference)
