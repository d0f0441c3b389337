"""Which fields of a typed value are always there: written types, and types inferred from Zod schemas."""

from __future__ import annotations

import re
from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape
from codemods.planner.asking.requests import Argument
from codemods.planner.types import type_of
from codemods.source import Binding, SourceFile, find_all, member, named, parameters, property_name, unwrap
from codemods.workspace import Workspace

ShapeOf = Callable[[str, SgNode], "Shape | None"]
"""(file, schema expression) → its shape, or None when it is no schema that can be read."""

_INFERRED = re.compile(r"^(?:\w+\.)?(?:infer|output|TypeOf)\s*<\s*typeof\s+(\w+)\s*>\s*((?:\[\s*[\"']\w+[\"']\s*\])*)$")
_STEP = re.compile(r"[\"'](\w+)[\"']")


class TypedFields:
    """Answers whether a field of a variable may be missing, by the type that the variable was given."""

    def __init__(self, workspace: Workspace, shape_of: ShapeOf) -> None:
        self._workspace, self._shape_of = workspace, shape_of

    def is_present(self, file: SourceFile, binding: Binding, name: str) -> bool:
        """True when the variable's type says that the field is always there."""
        annotation = binding.type_annotation
        if annotation is not None and not binding.path:
            return self._present(file, annotation, name)
        loop = binding.declaration if binding.declaration.kind() == "for_in_statement" else None
        source = loop.field("right") if loop is not None else None
        plain = unwrap(source) if source is not None else None
        origin = file.bindings.resolve(plain) if plain is not None and plain.kind() == "identifier" else None
        if origin is None or origin.type_annotation is None or origin.path:
            return False
        element = _element(origin.type_annotation)
        return element is not None and self._present(file, element, name)

    def is_taken(self, file: SourceFile, binding: Binding) -> bool:
        """The same of the field that a parameter takes out of what it is given, `({ id }: { id: string }) => …`."""
        annotation = binding.type_annotation
        return annotation is not None and len(binding.path) == 1 and self._present(file, annotation, binding.path[0])

    def _present(self, file: SourceFile, node: SgNode, name: str, depth: int = 0) -> bool:
        plain = named(node)[0] if node.kind() == "type_annotation" and named(node) else node
        if depth > 6:
            return False
        if plain.kind() in ("object_type", "interface_body"):
            return _declares(plain, name)
        if plain.kind() == "type_identifier":
            return self._named(file, plain, name, depth)
        inferred = _INFERRED.match(" ".join(plain.text().split()))
        return inferred is not None and self._inferred(file, plain, inferred, name)

    def _named(self, file: SourceFile, node: SgNode, name: str, depth: int) -> bool:
        binding = file.bindings.resolve(node)
        found = type_of(self._workspace, file.path, binding) if binding is not None else None
        if found is None:
            return False
        target = self._workspace.source(found.file)
        declaration = found.binding.declaration
        body = declaration.field("value") or declaration.field("body")
        return body is not None and self._present(target, body, name, depth + 1)

    def _inferred(self, file: SourceFile, node: SgNode, match: re.Match[str], name: str) -> bool:
        schema = next((n for n in find_all(node, "identifier") if n.text() == match.group(1)), None)
        shape = self._shape_of(file.path, schema) if schema is not None else None
        for step in _STEP.findall(match.group(2)):
            shape = shape.child(step) if shape is not None else None
        child = shape.child(name) if shape is not None and shape.kind is Kind.OBJECT else None
        return child is not None and (not child.optional or child.default is not None)


def _declares(body: SgNode, name: str) -> bool:
    """`{ name: string }`, not optional and without undefined."""
    for signature in named(body):
        if signature.kind() != "property_signature" or property_name(signature.field("name")) != name:
            continue
        optional = any(child.kind() == "?" for child in signature.children())
        written = signature.field("type")
        text = written.text().strip(": ") if written is not None else "unknown"
        return not optional and text not in ("any", "unknown") and "undefined" not in text
    return False


def _element(annotation: SgNode) -> SgNode | None:
    """`T` of `T[]` and `Array<T>`."""
    plain = named(annotation)[0] if annotation.kind() == "type_annotation" and named(annotation) else annotation
    if plain.kind() == "array_type":
        return named(plain)[0] if named(plain) else None
    if plain.kind() == "generic_type" and plain.text().startswith(("Array<", "ReadonlyArray<")):
        arguments = next((child for child in plain.children() if child.kind() == "type_arguments"), None)
        return named(arguments)[0] if arguments is not None and named(arguments) else None
    return None


class RequestFields:
    """The shapes of a handler's request fields, by how its code names them."""

    def __init__(self, file: SourceFile, handler: SgNode, arguments: tuple[Argument, ...]) -> None:
        self._file = file
        given = parameters(handler)
        self._request = given[0].name if given else None
        self._shapes: dict[tuple[str, str], Shape] = {}
        for argument in arguments:
            if argument.key is not None:
                self._shapes[argument.part.value, argument.key] = argument.shape
            elif argument.shape.kind is Kind.OBJECT:
                for key, child in zip(argument.shape.keys, argument.shape.children, strict=True):
                    self._shapes[argument.part.value, key] = child

    def __call__(self, node: SgNode) -> Shape | None:
        """The shape of `req.params.id`, or of the name that `const { id } = req.params` declares."""
        if self._request is None:
            return None
        parts = member(node)
        if parts is not None:
            return self._of(parts[0], parts[1])
        binding = self._file.bindings.resolve(node)
        if binding is None or binding.source is None or len(binding.path) != 1:
            return None
        return self._of(binding.source, binding.path[0])

    def _of(self, part: SgNode, key: str) -> Shape | None:
        parts = member(unwrap(part))
        if parts is None or unwrap(parts[0]).text() != self._request:
            return None
        return self._shapes.get((parts[1], key))
