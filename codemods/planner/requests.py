"""How a handler uses its request: which params, query and body fields it reads, and in which form they arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape
from codemods.planner.problems import Problem
from codemods.source import Edit, SourceFile, member, named, parameters, span_of, unwrap
from codemods.source.tree import property_name


class Part(StrEnum):
    """The parts of a request that become arguments."""

    PARAMS = "params"
    QUERY = "query"
    BODY = "body"


@dataclass(slots=True)
class PartUse:
    """Uses of one part: field reads by name, and uses of the part as a whole."""

    fields: dict[str, list[SgNode]] = field(default_factory=dict)
    objects: list[SgNode] = field(default_factory=list)
    """Nodes `req.body` that stand before `.field` or on the right of a destructuring."""
    whole: list[SgNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the function. `source` is where the edge finds it: part and key (None: the whole part)."""

    name: str
    shape: Shape
    part: Part
    key: str | None


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The arguments, the edits that make the body read them, and what cannot be carried over."""

    arguments: tuple[Argument, ...]
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]
    untyped: tuple[str, ...]
    """Arguments for which nothing says what they are: `v.any()`."""


def plan_request(
    file: SourceFile,
    handler: SgNode,
    path_params: tuple[str, ...],
    schemas: dict[Part, Shape],
    args_name: str,
) -> RequestPlan:
    """Read all uses of the request in a handler.

    `schemas` holds the validated shape of each part that the route validates before the handler runs.
    """
    reader = _Reader(file, handler, args_name)
    reader.read()
    return reader.plan(path_params, schemas)


class _Reader:
    def __init__(self, file: SourceFile, handler: SgNode, args_name: str) -> None:
        self._file, self._handler, self._args = file, handler, args_name
        self._uses = {part: PartUse() for part in Part}
        self._problems: list[Problem] = []

    def read(self) -> None:
        given = parameters(self._handler)
        if not given:
            return
        request = given[0]
        if request.name is None:
            self._read_pattern(request.pattern)
            return
        binding = self._file.bindings.resolve(request.pattern)
        references = binding.references if binding is not None else []
        for reference in references:
            self._read_reference(reference)

    def _problem(self, node: SgNode, text: str, code: str = "CX205") -> None:
        self._problems.append(Problem(code, text, self._file.place(node)))

    def _read_pattern(self, pattern: SgNode) -> None:
        """`({ params, body }, res) => …`: the names bound to parts stand for `req.params` and so on."""
        for element in named(pattern):
            local = element
            key = element.text()
            if element.kind() == "pair_pattern":
                key = property_name(element.field("key")) or "?"
                local = element.field("value") or element
            if key not in tuple(Part) or local.kind() not in ("identifier", "shorthand_property_identifier_pattern"):
                self._problem(element, f"reads `{key}` of the request in a pattern")
                continue
            binding = self._file.bindings.resolve(local)
            for reference in binding.references if binding is not None else []:
                self._read_part(Part(key), reference)

    def _read_reference(self, reference: SgNode) -> None:
        above = reference.parent()
        while above is not None and above.kind() in (
            "parenthesized_expression",
            "as_expression",
            "non_null_expression",
        ):
            above = above.parent()
        if above is not None and above.kind() == "variable_declarator":
            self._read_destructured_request(above)
            return
        parts = member(above) if above is not None else None
        if above is None or parts is None or span_of(unwrap(parts[0])) != span_of(reference):
            self._problem(reference, "hands the whole request on")
            return
        if parts[1] not in tuple(Part):
            self._problem(above, f"reads `req.{parts[1]}`")
            return
        self._read_part(Part(parts[1]), above)

    def _read_destructured_request(self, declarator: SgNode) -> None:
        pattern = declarator.field("name")
        if pattern is None or pattern.kind() != "object_pattern":
            self._problem(declarator, "keeps the request in a variable")
            return
        for element in named(pattern):
            key = element.text()
            value = element
            if element.kind() == "pair_pattern":
                key = property_name(element.field("key")) or "?"
                value = element.field("value") or element
            if key not in tuple(Part):
                self._problem(element, f"reads `req.{key}`")
            elif value.kind() == "object_pattern":
                self._note_fields(Part(key), value)
                self._uses[Part(key)].whole.append(element)
            else:
                self._uses[Part(key)].whole.append(element)

    def _read_part(self, part: Part, node: SgNode) -> None:
        """`node` is `req.body` or a name bound to it."""
        use, above = self._uses[part], node.parent()
        cast = above
        while cast is not None and cast.kind() in ("as_expression", "parenthesized_expression", "non_null_expression"):
            cast = cast.parent()
        parts = (
            member(above)
            if above is not None and above.kind() in ("member_expression", "subscript_expression")
            else None
        )
        if cast is not None and parts is None and cast.kind() in ("member_expression", "subscript_expression"):
            parts = member(cast)
            above = cast
        if above is not None and parts is not None and span_of(unwrap(parts[0])) == span_of(node):
            if _is_assigned(above):
                self._problem(above, f"writes to `req.{part}`")
            use.fields.setdefault(parts[1], []).append(above)
            use.objects.append(node)
            return
        if _is_assigned(node):
            self._problem(node, f"writes to `req.{part}`")
            return
        pattern = cast.field("name") if cast is not None and cast.kind() == "variable_declarator" else None
        if pattern is not None and pattern.kind() == "object_pattern" and self._note_fields(part, pattern):
            use.objects.append(node)
            return
        use.whole.append(node)

    def _note_fields(self, part: Part, pattern: SgNode) -> bool:
        """Note the keys of a destructuring; False when a rest element or a computed key needs the whole part."""
        keys = [_pattern_key(element) for element in named(pattern)]
        if any(key is None for key in keys):
            return False
        for key in keys:
            if key is not None:
                self._uses[part].fields.setdefault(key, [])
        return True

    # ---- the plan -------------------------------------------------------------------------------

    def plan(self, path_params: tuple[str, ...], schemas: dict[Part, Shape]) -> RequestPlan:
        taken: dict[str, Part] = {}
        arguments: list[Argument] = []
        edits: list[Edit] = []
        untyped: list[str] = []
        for part in Part:
            use = self._uses[part]
            shape = schemas.get(part)
            names = path_params if part is Part.PARAMS else tuple(use.fields)
            for name in use.fields:
                if part is Part.PARAMS and name not in path_params:
                    self._problem(
                        use.fields[name][0] if use.fields[name] else self._handler,
                        f"reads `req.params.{name}`, which the path does not have",
                    )
            used = bool(use.fields or use.objects or use.whole)
            if not used:
                continue
            keys = self._keys(part, names, shape, use)
            clash = any(key in taken for key in keys) or not all(_plain_key(key) for key in keys)
            nested = bool(use.whole) or clash or (shape is not None and shape.kind is not Kind.OBJECT)
            if nested:
                if part.value in taken:
                    self._problem(self._handler, f"an argument is already called `{part}`")
                taken[part.value] = part
                arguments.append(Argument(part.value, self._whole_shape(part, names, shape), part, None))
                if shape is None and part is Part.BODY:
                    untyped.append(part.value)
            else:
                for key in keys:
                    taken[key] = part
                    known = shape.child(key) if shape is not None else None
                    arguments.append(Argument(key, known or _default_shape(part), part, key))
                    if known is None and part is Part.BODY:
                        untyped.append(key)
            edits += self._edits(part, use, nested)
        return RequestPlan(tuple(arguments), tuple(edits), tuple(self._problems), tuple(untyped))

    def _keys(self, part: Part, names: tuple[str, ...], shape: Shape | None, use: PartUse) -> tuple[str, ...]:
        """The keys that become arguments: those the handler reads, or all that the schema lets through."""
        if part is Part.PARAMS:
            return tuple(name for name in names if name in use.fields) or tuple(names)
        if shape is not None and shape.kind is Kind.OBJECT:
            declared = [key for key in shape.keys if key in use.fields]
            return tuple(dict.fromkeys([*declared, *use.fields]))
        return tuple(use.fields)

    def _whole_shape(self, part: Part, names: tuple[str, ...], shape: Shape | None) -> Shape:
        if shape is not None:
            return shape
        if part is Part.PARAMS:
            return Shape(Kind.OBJECT, tuple(Shape(Kind.STRING) for _ in names), names)
        if part is Part.QUERY:
            return Shape(Kind.RECORD, (Shape(Kind.STRING), Shape(Kind.STRING)))
        return Shape(Kind.ANY)

    def _edits(self, part: Part, use: PartUse, nested: bool) -> list[Edit]:
        target = f"{self._args}.{part}" if nested else self._args
        found = [Edit.replace(span_of(node), target) for node in use.objects]
        found += [Edit.replace(span_of(node), target) for node in use.whole if node.kind() == "member_expression"]
        return found


def _plain_key(key: str) -> bool:
    return key.replace("_", "a").isalnum() and not key[0].isdigit() and key.isascii() and key.strip("_") != ""


def _default_shape(part: Part) -> Shape:
    """Params are always there and strings, query values strings, body fields anything: the source did not say."""
    if part is Part.PARAMS:
        return Shape(Kind.STRING)
    return Shape(Kind.STRING if part is Part.QUERY else Kind.ANY, optional=True)


def _pattern_key(element: SgNode) -> str | None:
    match element.kind():
        case "shorthand_property_identifier_pattern":
            return element.text()
        case "pair_pattern":
            return property_name(element.field("key"))
        case "object_assignment_pattern":
            left = element.field("left")
            return (
                _pattern_key(left)
                if left is not None and left.kind() != "identifier"
                else (left.text() if left else None)
            )
        case _:
            return None


def _is_assigned(node: SgNode) -> bool:
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() in ("assignment_expression", "augmented_assignment_expression"):
        left = parent.field("left")
        return left is not None and span_of(left) == span_of(node)
    return parent.kind() == "unary_expression" and parent.text().startswith("delete")
