"""The request of a handler as arguments of a function: which there are, and how the code reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape
from codemods.planner.asking.asked import AskedFunction
from codemods.planner.asking.edge_facts import INPUT, Part, argument_name, edge_read
from codemods.planner.asking.query_values import is_list, reads_inside
from codemods.planner.asking.request_facts import Fact, FactPattern, FactRead
from codemods.planner.asking.request_reads import (
    Element,
    PartUse,
    RequestReader,
    Standing,
    Taken,
)
from codemods.planner.asking.request_types import QueryTypes
from codemods.planner.paths import EdgePath
from codemods.planner.pieces import PieceKey
from codemods.planner.places_of_use import Alias, element_of, with_default
from codemods.planner.problems import Problem
from codemods.planner.stored.dates import date_paths
from codemods.source import Edit, SourceFile, Span, named, span_of
from codemods.source.tree import property_text
from codemods.workspace import Workspace

__all__ = ["Argument", "Part", "RequestPlan", "plan_request"]

_INHERITED = frozenset(
    """__proto__ constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString
    valueOf""".split()
)
"""What `req.body` has without anybody sending it."""

_SCALARS = frozenset({Kind.STRING, Kind.NUMBER, Kind.BIGINT, Kind.BOOLEAN, Kind.LITERAL})
_METHOD = re.compile(r"(\w+)\s*\(")
_CHECKS = frozenset(
    "string number boolean bigint int integer positive negative nonnegative nonpositive min max length gt gte lt lte "
    "multipleOf finite safe uuid guid cuid cuid2 ulid nanoid email url uri ip regex pattern hex alphanum token trim "
    "lowercase uppercase toLowerCase toUpperCase startsWith endsWith includes nonempty datetime label messages".split()
)
"""Methods of schemas that refuse values, or make others of them, but never nothing."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the function. `part` and `key` say where the edge finds it (key None: the whole part).

    `is_loose` says that the source reads `req.body?.name`: the part may be missing.
    """

    name: str
    shape: Shape
    part: Part
    key: str | None
    is_loose: bool = False
    is_absent: bool = False
    """The source reads it, and no request has it: nothing ever sets it."""


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The arguments, the edits that make the body read them, and what cannot be carried over."""

    arguments: tuple[Argument, ...]
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]
    untyped: tuple[str, ...]
    """Arguments for which nothing says what they are: `v.any()`."""
    name: str = "args"
    """The function's parameter for all arguments."""
    asked: tuple[AskedFunction, ...] = ()
    """Functions that are given what they read of the request."""
    aliases: tuple[Alias, ...] = ()
    """Other names of the request and the response, which go."""
    files: tuple[str, ...] = ()
    """Arguments that hold uploaded files, with their bytes."""

    @property
    def shape(self) -> Shape:
        """All arguments as one object."""
        children = tuple(argument.shape for argument in self.arguments)
        return Shape(Kind.OBJECT, children, tuple(argument.name for argument in self.arguments))

    @property
    def dates(self) -> tuple[str, ...]:
        """Where the dates are in the arguments."""
        return date_paths(self.shape)

    @property
    def trusts(self) -> bool:
        """Are there arguments that only the edge can set, or nobody? Then no client may call the function."""
        return any(argument.part not in INPUT or argument.is_absent for argument in self.arguments)


def plan_request(
    file: SourceFile,
    handler: SgNode,
    path: EdgePath,
    schemas: dict[Part, Shape],
    provided: frozenset[str] = frozenset(),
    workspace: Workspace | None = None,
    express: int = 4,
    gone: Span | None = None,
) -> RequestPlan:
    """Read all uses of the request in the handler of a path.

    `schemas` holds the validated shape of each part that the route validates before the handler runs. `provided` are
    the names that carried middleware sets on the request or on `res.locals`, and `cookies` where it parses them.
    With a workspace, functions that are given the whole request are read too. `express` is the major version, on which
    depends what a request without a body has for one. `gone` are statements that the handler loses.
    """
    reader = RequestReader(file, handler, provided, workspace, gone=gone)
    reader.read()
    return _Planner(file, handler, reader, path, schemas, express >= 5, QueryTypes(file, handler)).plan()


@dataclass(slots=True)
class _Planner:
    file: SourceFile
    handler: SgNode
    reader: RequestReader
    path: EdgePath
    schemas: dict[Part, Shape]
    may_lack_body: bool
    query_types: QueryTypes
    arguments: list[Argument] = field(default_factory=list)
    untyped: list[str] = field(default_factory=list)
    nested: set[Part] = field(default_factory=set)
    facts: dict[Fact, str] = field(default_factory=dict)
    """What the edge sets, and the argument for it."""
    name: str = "args"

    def plan(self) -> RequestPlan:
        text = self.handler.text()
        names = ("args", "input", "convexArgs")
        self.name = next((name for name in names if not re.search(rf"\b{name}\b", text)), names[-1])
        edits: list[Edit] = []
        for part, use in self.reader.uses.items():
            if use.used:
                self._add(part, use)
            self._check(part, use)
            edits += self._edits(part, use)
        for fact in self.reader.asked:
            self._add_fact(fact)
        for read in self.reader.facts:
            for fact in read.facts:
                self._add_fact(fact)
            edits += self._fact_edits(read)
        for taken in self.reader.taken:
            edits += self._taken(taken)
        edits += self._opened()
        edits += [Edit.delete(asked) for asked in self.reader.asked_for]
        for given in self.reader.given:
            edits.append(Edit.replace(given.argument, self._object(given.function)))
        problems = tuple(dict.fromkeys(self.reader.problems))
        arguments, untyped, aliases = tuple(self.arguments), tuple(self.untyped), tuple(self.reader.aliases)
        return RequestPlan(arguments, tuple(edits), problems, untyped, self.name, self._asked(), aliases)

    def _asked(self) -> tuple[AskedFunction, ...]:
        found: dict[PieceKey, AskedFunction] = {}
        for given in self.reader.given:
            found |= {function.piece.key: function for function in given.function.all}
        return tuple(found.values())

    def _check(self, part: Part, use: PartUse) -> None:
        if part is Part.PARAMS and use.whole and self.path.hidden:
            text = "reads all of `req.params`, but its router does not merge those of the path above"
            self.reader.problem(self.handler, text)
        for key, nodes in use.fields.items():
            place = nodes[0] if nodes else self.handler
            if self._is_unread(part, use, key):
                self.reader.problem(place, f"reads `req.params.{key}`, which the path does not have")
            if not key.isascii() or key.startswith("$"):
                self.reader.problem(place, f"reads `req.{part}.{key}`, a name that Convex does not take")
            if key in _INHERITED:
                self.reader.problem(place, f"reads `req.{part}.{key}`, which every object has")

    # ---- arguments --------------------------------------------------------------------------------

    def _add(self, part: Part, use: PartUse) -> None:
        shape = self.schemas.get(part)
        keys = self._keys(part, shape, use)
        taken = {argument.name for argument in self.arguments}
        every = (*keys, *self._absent(part, use))
        clash = any(key in taken for key in every) or not all(_plain_key(key) for key in every)
        if not (use.whole or clash or (shape is not None and shape.kind is not Kind.OBJECT)):
            for key in keys:
                known = self._known(part, key, shape)
                own = self._own_shape(part, key, use)
                is_loose = part is Part.BODY and any(map(_is_loose, use.fields.get(key, [])))
                self.arguments.append(Argument(key, known or own, part, key, is_loose))
                if known is None and own.kind is Kind.ANY:
                    self.untyped.append(key)
            lacking = self._absent(part, use)
            self.arguments += [Argument(key, nothing(self.file), part, key, is_absent=True) for key in lacking]
            return
        if part.value in taken:
            self.reader.problem(self.handler, f"an argument is already called `{part}`")
        self.nested.add(part)
        self.arguments.append(Argument(part.value, shape or self._whole_shape(part), part, None))
        if shape is None and part is not Part.PARAMS:
            self.untyped.append(part.value)

    def _known(self, part: Part, key: str, shape: Shape | None) -> Shape | None:
        """What a schema says of a value; a parameter that the path always has is there whatever a schema allows."""
        known = shape.child(key) if shape is not None else None
        if known is None or part is not Part.PARAMS or key not in self.path.parameters or key in self.path.optional:
            return known
        return replace(known, optional=False) if _gives_something(known) else known

    def _absent(self, part: Part, use: PartUse) -> tuple[str, ...]:
        """Path parameters that the handler reads, and the path does not have, as where it serves several."""
        names = self.path.parameters
        return tuple(key for key in use.fields if key not in names) if part is Part.PARAMS else ()

    def _is_unread(self, part: Part, use: PartUse, key: str) -> bool:
        """Is it a parameter that the path may have, by a name that the edge does not know, or one of a whole?"""
        is_whole = part in self.schemas or part in self.nested
        return key in self._absent(part, use) and (is_whole or self.path.ends_openly or "*" in self.path.text)

    def _keys(self, part: Part, shape: Shape | None, use: PartUse) -> tuple[str, ...]:
        """The keys that become arguments: those the handler reads, or all that the schema lets through."""
        if part is Part.PARAMS:
            names = self.path.parameters
            return tuple(name for name in names if name in use.fields) or names
        if shape is not None and shape.kind is Kind.OBJECT:
            declared = [key for key in shape.keys if key in use.fields]
            return tuple(dict.fromkeys([*declared, *use.fields]))
        return tuple(use.fields)

    def _whole_shape(self, part: Part) -> Shape:
        if part is Part.PARAMS:
            names = self.path.parameters
            return Shape(Kind.OBJECT, tuple(self._text(name) for name in names), names)
        return Shape(Kind.ANY, optional=part is Part.BODY and self.may_lack_body)

    def _text(self, name: str) -> Shape:
        """A parameter of the path, which may be missing from it."""
        return Shape(Kind.STRING, optional=name in self.path.optional)

    def _own_shape(self, part: Part, key: str, use: PartUse) -> Shape:
        """What is known of a value that no schema checks."""
        if part is Part.PARAMS:
            return self._text(key)
        if part is Part.QUERY and self.query_types.says_more(key):
            return Shape(Kind.ANY, optional=True)
        return _shape_of(part, use.fields.get(key, []))

    def _add_fact(self, fact: Fact) -> None:
        """An argument that the edge sets; what the sender may choose keeps its name."""
        if fact in self.facts:
            return
        taken = {argument.name for argument in self.arguments}
        own = argument_name(fact.part, fact.key)
        longer = f"request{own[:1].upper()}{own[1:]}"
        wishes = (own, longer, *(f"{longer}{number}" for number in range(2, 99)))
        self.facts[fact] = next(wish for wish in wishes if wish not in taken)
        shape = edge_read(fact.part, fact.key).shape
        self.arguments.append(Argument(self.facts[fact], shape, fact.part, fact.key))

    # ---- edits ------------------------------------------------------------------------------------

    def _edits(self, part: Part, use: PartUse) -> list[Edit]:
        """Every expression that stands for the part; names taken from the request only where the part is flat."""
        nested = part in self.nested
        target = f"{self.name}.{part}" if nested else self.name
        nodes = [*use.nodes[Standing.EXPRESSION], *([] if nested else use.nodes[Standing.LOCAL])]
        found = []
        for node in nodes:
            shorthand = node.kind() == "shorthand_property_identifier"
            span = span_of(node if nested else with_default(node))
            chain = None if nested else _chain_behind(node)
            if chain is not None:
                found.append(Edit.replace(Span(span.start, span_of(chain).end), f"{target}."))
                continue
            found.append(Edit.replace(span, f"{node.text()}: {target}" if shorthand else target))
        return found

    def _fact_edits(self, read: FactRead) -> list[Edit]:
        """`req.ip` → `args.ip`; a pattern over `req.headers` takes the same names from `args`, or from a new object."""
        if read.taken or read.node.kind() == "pair_pattern":
            return []
        if read.fact is not None:
            target = f"{self.name}.{self.facts[read.fact]}"
            shorthand = read.node.kind() == "shorthand_property_identifier"
            return [Edit.replace(span_of(read.node), f"{read.node.text()}: {target}" if shorthand else target)]
        assert read.pattern is not None
        pattern = ", ".join(self._fact_texts(read.pattern))
        value = Edit.replace(span_of(read.node), self.name)
        return [Edit.replace(span_of(read.pattern.node), f"{{ {pattern} }}"), value] if pattern else [value]

    def _fact_texts(self, pattern: FactPattern) -> list[str]:
        return [_renamed(node, self.facts[fact]) for node, fact in pattern.elements]

    def _kept(self, element: Element) -> list[str]:
        """The elements of `const { … } = args` for one of `const { … } = req`."""
        if element.fact is not None:
            return [_renamed(element.node, self.facts[element.fact])]
        if element.facts is not None:
            return self._fact_texts(element.facts)
        if element.part in self.nested:
            return [element.node.text()]
        return [inner.text() for inner in named(element.inner)] if element.inner is not None else []

    def _taken(self, taken: Taken) -> list[Edit]:
        """`const { body, params: { id } } = req` → `const { body, id } = args`, or nothing at all."""
        kept = [text for element in taken.elements for text in self._kept(element)]
        if kept:
            pattern = Edit.replace(span_of(taken.pattern), f"{{ {', '.join(kept)} }}")
            return [pattern, Edit.replace(span_of(taken.reference), self.name)]
        declaration = taken.declarator.parent()
        if declaration is None or len(named(declaration)) != 1:
            self.reader.problem(taken.declarator, "takes the request apart beside other variables")
            return []
        return [Edit.delete(_whole_line(self.file, span_of(declaration)))]

    def _object(self, function: AskedFunction) -> str:
        """`{ params: { id: args.id }, ip: args.ip }`: what a function reads of the request that it is given."""
        fields = [f"{part}: {self._part_object(part, keys)}" for part, keys in function.input.items()]
        for part in (Part.HEADERS, Part.COOKIES):
            asked = [fact for fact in function.facts if fact.part is part]
            if any(fact.key is None for fact in asked):
                fields.append(f"{part}: {self._value(Fact(part, None))}")
            elif asked:
                pairs = ", ".join(f"{property_text(fact.key or '')}: {self._value(fact)}" for fact in asked)
                fields.append(f"{part}: {{ {pairs} }}")
        plain = [fact for fact in function.facts if fact.part in (Part.REQUEST, Part.CONTEXT)]
        fields += [f"{fact.key}: {self._value(fact)}" for fact in plain]
        return f"{{ {', '.join(fields)} }}"

    def _value(self, fact: Fact) -> str:
        return f"{self.name}.{self.facts[fact]}"

    def _part_object(self, part: Part, keys: tuple[str, ...] | None) -> str:
        if part in self.nested:
            return f"{self.name}.{part}"
        return f"{{ {', '.join(f'{key}: {self.name}.{key}' for key in keys or ())} }}"

    def _opened(self) -> list[Edit]:
        """`({ params: { id } }, res) => { … }` → `(ctx, args) => { const { id } = args; … }`."""
        kept = [text for element in self.reader.opened for text in self._kept(element)]
        body = self.handler.field("body")
        if not kept or body is None:
            return []
        statement = f"const {{ {', '.join(kept)} }} = {self.name};"
        first, opening = next(iter(named(body)), None), span_of(body).start + 1
        if first is None or "\n" not in self.file.text[opening : span_of(first).start]:
            return [Edit.insert(opening, f" {statement}")]
        return [Edit.insert(opening, f"\n{self.file.indent_at(span_of(first).start)}{statement}")]


def nothing(file: SourceFile) -> Shape:
    """What may be missing although TypeScript takes it for a text, as it does all that is read of a path."""
    return Shape(Kind.STRING if file.language == "javascript" else Kind.ANY, optional=True)


def _renamed(element: SgNode, name: str) -> str:
    """An element of a pattern that takes its value under another key."""
    key, _ = element_of(element)
    if key == name:
        return element.text()
    value = element.field("value") if element.kind() == "pair_pattern" else None
    local = (value or element).text()
    return local if local == name else f"{name}: {local}"


def _chain_behind(node: SgNode) -> SgNode | None:
    """The `?.` of `req.body?.name`: the arguments are always there."""
    above = node.parent()
    if above is None or above.kind() != "member_expression" or span_of(above).start != span_of(node).start:
        return None
    return next((child for child in above.children() if child.kind() == "optional_chain"), None)


def _is_loose(read: SgNode) -> bool:
    """`req.body?.name`"""
    return read.kind() == "member_expression" and any(child.kind() == "optional_chain" for child in read.children())


def _gives_something(shape: Shape) -> bool:
    """Does a schema make something of every value that it takes? A transformation may make undefined of it."""
    words = [word for each in shape.residual for word in _METHOD.findall(each)[:1]]
    return shape.kind in _SCALARS and len(words) == len(shape.residual) and _CHECKS.issuperset(words)


def _plain_key(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) is not None and key.strip("_") != ""


def _shape_of(part: Part, nodes: list[SgNode]) -> Shape:
    """Query values are strings, lists or objects, body fields anything: nothing says more."""
    if part is Part.BODY:
        return Shape(Kind.ANY, optional=True)
    text = Shape(Kind.STRING)
    if reads_inside(nodes) is not None:
        return Shape(Kind.ANY, optional=True)
    if is_list(nodes):
        return Shape(Kind.UNION, (text, Shape(Kind.ARRAY, (text,))), optional=True)
    return Shape(Kind.STRING, optional=True)


def _whole_line(file: SourceFile, span: Span) -> Span:
    """A statement with its line, when it stands alone on it."""
    start, end = file.line_start(span.start), file.line_end(span.end)
    if file.text[start : span.start].strip() or file.text[span.end : end].strip() or end == len(file.text):
        return span
    newline = 2 if file.text[end : end + 2] == "\r\n" else 1
    return Span(start, end + newline)
