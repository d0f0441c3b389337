"""Every use of an expression, where all of them can be told: the calls of it, and the calls it is passed to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.bindings import Export, Import
from codemods.source.imports import required
from codemods.source.tree import (
    CLASS_KINDS,
    FUNCTION_KINDS,
    enclosing,
    find_all,
    member,
    property_name,
    string_value,
    unwrap,
    wrapped_up,
)
from codemods.workspace.roles import Role

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_MAX_USES = 32
_MAX_STEPS = 400
# The step from an array to its elements.
_ELEMENT = "[]"
# Parents under which a name is neither called nor handed on.
_HARMLESS = frozenset(
    {"export_specifier", "import_specifier", "namespace_import", "import_clause", "type_annotation", "type_query"}
    | {"type_arguments", "class_heritage", "extends_clause", "expression_statement", "typeof", "unary_expression"}
)
_CALLS = {"call_expression": "function", "new_expression": "constructor"}


@dataclass(frozen=True, slots=True)
class Use:
    """`node` is a call of the expression, or, when `is_argument`, an argument through which it is passed on."""

    file: str
    node: SgNode
    is_argument: bool = False


class Escapes(Exception):
    """The expression is used in a way from which it cannot be followed."""


def uses_of(ev: Evaluator, file: str, expression: SgNode) -> list[Use] | None:
    """The uses of what `expression` evaluates to, outside of tests; None when they cannot all be told."""
    search = _Search(ev)
    try:
        found = list(search.expression(file, expression))
    except (Escapes, RecursionError):
        return None
    return found


class _Search:
    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev
        self._found = 0
        self._steps = 0
        self._seen: set[tuple[str, str, tuple[str, ...]]] = set()

    def expression(self, file: str, node: SgNode, path: tuple[str, ...] = ()) -> Iterator[Use]:
        """Uses of the property `path` of the value of `node`, or of the value itself when `path` is empty."""
        self._step()
        node = wrapped_up(node)
        parent = node.parent()
        if node.kind() in ("function_declaration", "generator_function_declaration") or (
            node.kind() in CLASS_KINDS and node.kind() != "class"
        ):
            yield from self._declared(file, node, path)
        elif node.kind() == "method_definition":
            yield from self._method(file, node, path)
        elif parent is not None:
            yield from self._held(file, node, parent, path)

    def _held(self, file: str, node: SgNode, parent: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        """Uses of an expression, told by what surrounds it."""
        match parent.kind():
            case "variable_declarator":
                yield from self._declared(file, parent, path)
            case "public_field_definition" | "field_definition":
                yield from self._field(file, parent, path)
            case "pair":
                yield from self._property(file, parent, property_name(parent.field("key")), path)
            case "object":
                yield from self._property(file, node, node.text(), path)
            case "assignment_expression" | "export_statement":
                yield from self._assigned(file, node, parent, path)
            case "array":
                yield from self.expression(file, parent, (_ELEMENT, *path))
            case "spread_element" if path == (_ELEMENT,) and _parent_kind(parent) == "arguments":
                yield self._count(Use(file, parent, is_argument=True))
            case "arguments" if path in ((), (_ELEMENT,)):
                yield self._count(Use(file, node, is_argument=True))
            case "arrow_function" | "return_statement":
                yield from self._returned(file, node, parent, path)
            case "call_expression" | "new_expression" if parent.field(_CALLS[parent.kind()]) == node and not path:
                yield self._count(Use(file, parent))
            case "member_expression" | "subscript_expression" if node == parent.field("object"):
                yield from self._taken(file, parent, path)
            case "binary_expression" if any(sign in ("instanceof", "in") for sign in _signs(parent)):
                return
            case kind if kind in _HARMLESS:
                return
            case _:
                raise Escapes

    def _taken(self, file: str, access: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        """`x.name`: a use only when `name` is what is looked for."""
        found = member(access)
        name = found[1] if found is not None else None
        if name is None:
            raise Escapes
        if path and path[0] == _ELEMENT:
            raise Escapes
        if not path:
            if name not in ("bind", "call", "apply"):
                return
            if name != "bind":
                raise Escapes
            bound = access.parent()
            if bound is None or bound.kind() != "call_expression":
                raise Escapes
            yield from self.expression(file, bound)
        elif name == path[0] and not _is_written(access):
            yield from self.expression(file, access, path[1:])

    def _declared(self, file: str, declaration: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        name = declaration.field("name")
        if name is None:
            yield from self._exported_node(file, declaration, path)
            return
        if name.kind() == "object_pattern":
            raise Escapes
        binding = self._ev.bindings(file).resolve(name)
        if binding is None:
            raise Escapes
        yield from self._binding(file, binding, path)

    def _binding(self, file: str, binding: Binding, path: tuple[str, ...]) -> Iterator[Use]:
        key = (file, f"{binding.name}@{binding.start}", path)
        if key in self._seen:
            return
        self._seen.add(key)
        if binding.reassigned:
            raise Escapes
        for reference in binding.references:
            if reference.kind() != "type_identifier" and not _is_whole_export(reference):
                yield from self.expression(file, reference, path)
        if binding is self._ev.bindings(file).top_level.get(binding.name):
            for export in self._ev.bindings(file).exports:
                if export.local == binding.name and export.module is None:
                    yield from self._exported(file, export.name, path)

    def _exported_node(self, file: str, node: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        for export in self._ev.bindings(file).exports:
            if export.node is not None and unwrap(export.node) == unwrap(node):
                yield from self._exported(file, export.name, path)
                return
        raise Escapes

    def _assigned(self, file: str, node: SgNode, parent: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        left = parent.field("left")
        if left is None:
            yield from self._exported_node(file, node, path)
            return
        if left == node:
            raise Escapes
        found = member(left)
        if found is None or found[0].text() in ("this", "self"):
            raise Escapes
        if left.text() == "module.exports" or found[0].text() in ("exports", "module.exports"):
            yield from self._exported(file, "default" if left.text() == "module.exports" else found[1], path)
            return
        binding = self._ev.bindings(file).resolve(found[0]) if found[0].kind() == "identifier" else None
        if binding is None:
            raise Escapes
        yield from self._binding(file, binding, (found[1], *path))

    def _property(self, file: str, part: SgNode, name: str | None, path: tuple[str, ...]) -> Iterator[Use]:
        literal = part.parent()
        if name is None or literal is None:
            raise Escapes
        yield from self.expression(file, literal, (name, *path))

    def _method(self, file: str, method: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        """A method of an object is a property of it; a constructor is used by constructing its class."""
        body, name = method.parent(), property_name(method.field("name"))
        if name is None or body is None:
            raise Escapes
        if body.kind() == "object":
            yield from self.expression(file, body, (name, *path))
        elif name == "constructor":
            cls = body.parent()
            if cls is None or self._ev.heritage.has_subclasses(file, cls):
                raise Escapes
            for use in self.expression(file, cls):
                if use.is_argument or use.node.kind() != "new_expression":
                    raise Escapes
                yield use
        else:
            yield from self._field(file, method, path)

    def _field(self, file: str, part: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        """A member of a class: uses of it on every instance that is made, and on `this`."""
        body, name = part.parent(), property_name(part.field("name") or part.field("property"))
        cls = body.parent() if body is not None else None
        if cls is None or name is None or cls.kind() not in CLASS_KINDS:
            raise Escapes
        if self._ev.heritage.has_subclasses(file, cls) or any(c.kind() == "implements_clause" for c in _heritage(cls)):
            raise Escapes
        wanted = (name, *path)
        for this in find_all(cls, "this"):
            yield from self.expression(file, this, wanted)
        if any(child.kind() == "static" for child in part.children()):
            yield from self.expression(file, cls, wanted)
            return
        for use in list(self.expression(file, cls)):
            if use.is_argument or use.node.kind() != "new_expression":
                raise Escapes
            yield from self.expression(use.file, use.node, wanted)

    def _returned(self, file: str, node: SgNode, parent: SgNode, path: tuple[str, ...]) -> Iterator[Use]:
        """What a function returns is used where the function is called."""
        function: SgNode | None = parent
        if parent.kind() == "return_statement":
            function = enclosing(parent, FUNCTION_KINDS)
        elif parent.field("body") != node:
            raise Escapes
        if function is None or any(child.kind() == "async" for child in function.children()):
            raise Escapes
        for use in list(self.expression(file, function)):
            if use.is_argument:
                raise Escapes
            yield from self.expression(use.file, use.node, path)

    def _exported(self, file: str, name: str, path: tuple[str, ...]) -> Iterator[Use]:
        """Uses in the files that import `name` from `file`, through re-exports too."""
        key = (file, f"export {name}", path)
        if key in self._seen:
            return
        self._seen.add(key)
        for importer in self._ev.repository.importers(file):
            if self._ev.repository.role_of(importer) is not Role.TEST:
                link = self._ev.repository.links(importer).get(file)
                for found in link.imports if link is not None else ():
                    yield from self._imported(importer, found, name, path)
                for export in link.exports if link is not None else ():
                    yield from self._passed_on(importer, export, name, path)

    def _imported(self, importer: str, found: Import, name: str, path: tuple[str, ...]) -> Iterator[Use]:
        if found.imported == name or (name == "default" and found.imported == "*" and found.style != "esm"):
            wanted = path
        elif found.imported == "*":
            wanted = (name, *path)
        elif name == "default" and path and found.imported == path[0] and found.style == "require":
            wanted = path[1:]
        else:
            return
        if not found.local:
            yield from self._in_place(importer, found, wanted)
            return
        binding = self._ev.bindings(importer).top_level.get(found.local)
        if binding is None:
            raise Escapes
        yield from self._binding(importer, binding, wanted)

    def _in_place(self, importer: str, found: Import, path: tuple[str, ...]) -> Iterator[Use]:
        """`require("./routes")(app)`: the import itself is the expression."""
        for call in self._ev.repository.source(importer).calls:
            inside = found.span.start <= call.range().start.index and call.range().end.index <= found.span.end
            if inside and required(call) == (found.module, "*"):
                yield from self.expression(importer, call, path)

    def _passed_on(self, importer: str, export: Export, name: str, path: tuple[str, ...]) -> Iterator[Use]:
        if export.name == "*":
            yield from self._exported(importer, name, path)
        elif export.imported == name or (export.imported == "*" and name == "default" and export.style == "commonjs"):
            yield from self._exported(importer, export.name, path)
        elif export.imported == "*":
            yield from self._exported(importer, export.name, (name, *path))

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Escapes

    def _count(self, use: Use) -> Use:
        self._found += 1
        if self._found > _MAX_USES:
            raise Escapes
        return use


def _is_written(access: SgNode) -> bool:
    parent = access.parent()
    return parent is not None and parent.kind() == "assignment_expression" and parent.field("left") == access


def _parent_kind(node: SgNode) -> str:
    parent = node.parent()
    return parent.kind() if parent is not None else ""


def _signs(binary: SgNode) -> list[str]:
    return [child.text() for child in binary.children() if not child.is_named()]


def _heritage(cls: SgNode) -> list[SgNode]:
    return [clause for part in cls.children() if part.kind() == "class_heritage" for clause in part.children()]


def _is_whole_export(reference: SgNode) -> bool:
    """A reference that only exports: its uses are found through the exports of the file."""
    parent = reference.parent()
    if parent is None:
        return False
    if parent.kind() in ("export_specifier", "export_statement"):
        return True
    holder = parent.parent() if parent.kind() == "pair" else parent
    literal = holder if holder is not None and holder.kind() == "object" else None
    target = (literal.parent() if literal is not None else parent) or parent
    if target.kind() != "assignment_expression":
        return False
    left = target.field("left")
    return left is not None and left != reference and string_value(left) is None and "exports" in left.text()
