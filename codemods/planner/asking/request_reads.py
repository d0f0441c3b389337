"""Every use of the request in a handler: fields of its parts by name, parts as a whole, and what stands for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.planner.asking.asked import Asked, GivenRequest, asked_function
from codemods.planner.asking.edge_facts import INPUT, Part
from codemods.planner.asking.query_values import is_list, reads_inside
from codemods.planner.asking.request_facts import (
    COOKIE_PARSER,
    Fact,
    FactPattern,
    FactRead,
    fact_of,
    local_fact,
    pattern_facts,
    plain_fact,
)
from codemods.planner.checking.result_checks import whole_lines
from codemods.planner.places_of_use import Alias, assured, call_of, element_of, is_deleted, is_written, renamed, wrapped
from codemods.planner.problems import Problem
from codemods.planner.settings.app_settings import setting_around
from codemods.source import SourceFile, Span, member, named, parameters, span_of
from codemods.workspace import Workspace


class Standing(StrEnum):
    """What an expression that stands for a part is, and so what becomes of it."""

    EXPRESSION = "expression"
    """`req.body`, or a name of the parameter's own pattern: always written anew."""
    LOCAL = "local"
    """A name taken from the request by `const { body } = req`: it stays where the part stays one value."""
    ALIAS = "alias"
    """A name for the part, as of `const data = req.body`: it stays."""


@dataclass(slots=True)
class PartUse:
    """Uses of one part: field reads by name, and the nodes that stand for the part, by what they are."""

    fields: dict[str, list[SgNode]] = field(default_factory=dict)
    nodes: dict[Standing, list[SgNode]] = field(default_factory=lambda: {standing: [] for standing in Standing})
    whole: bool = False
    """Something needs the part as one value."""

    @property
    def used(self) -> bool:
        return self.whole or bool(self.fields) or any(self.nodes.values())


@dataclass(frozen=True, slots=True)
class Element:
    """One element of `const { body, params: { id }, ip } = req`.

    `inner` is the pattern that takes the part apart; `fact` is what the element takes when that is no part.
    """

    part: Part
    node: SgNode
    inner: SgNode | None = None
    fact: Fact | None = None
    facts: FactPattern | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A declarator that takes the request apart, and the reference to the request in it."""

    declarator: SgNode
    pattern: SgNode
    reference: SgNode
    elements: tuple[Element, ...]


_DEPTH = 4


class RequestReader:
    """Reads one handler. `provided` are the names that middleware has put on the request or on `res.locals`.

    With a workspace, functions that are given the whole request are read too; for these `index` numbers the parameter
    that it is, and `depth` says how many calls they are away.
    """

    def __init__(
        self,
        file: SourceFile,
        handler: SgNode,
        provided: frozenset[str] = frozenset(),
        workspace: Workspace | None = None,
        index: int = 0,
        depth: int = 0,
        gone: Span | None = None,
    ) -> None:
        """`gone` are statements that the handler loses."""
        self._gone = gone
        self._file, self._handler, self._provided = file, handler, provided
        self._workspace, self._index, self._depth = workspace, index, depth
        self.uses = {part: PartUse() for part in INPUT}
        self.facts: list[FactRead] = []
        self.taken: list[Taken] = []
        self.opened: list[Element] = []
        """Patterns inside the pattern that the handler has for its request."""
        self.given: list[GivenRequest] = []
        self.asked: list[Fact] = []
        """What functions read that are given the whole request."""
        self.asked_for: list[Span] = []
        """`req.cookies && `: tests of what is always there."""
        self.aliases: list[Alias] = []
        """Other names of the request and the response."""
        self.problems: list[Problem] = []

    def read(self) -> None:
        given = parameters(self._handler)
        if len(given) > 1 and given[1].name is not None and self._depth == 0:
            self._locals(given[1].pattern)
        if len(given) <= self._index:
            return
        request = given[self._index]
        if request.name is None:
            self._parameter_pattern(request.pattern)
            return
        for reference in self._named_anew(self._references(request.pattern)):
            if self._gone is None or not self._gone.holds(span_of(reference)):
                self._reference(reference)

    def problem(self, node: SgNode, text: str) -> None:
        self.problems.append(Problem("CX205", text, self._file.place(node)))

    def _references(self, name: SgNode) -> list[SgNode]:
        binding = self._file.bindings.resolve(name)
        return binding.references if binding is not None else []

    def _named_anew(self, references: Sequence[SgNode]) -> Iterator[SgNode]:
        """The uses of a parameter by any of its names."""
        for reference in references:
            found = renamed(self._file, reference) if self._depth == 0 else None
            if found is None:
                yield reference
            else:
                self.aliases.append(found)
                yield from self._named_anew(found.uses)

    # ---- the request ------------------------------------------------------------------------------

    def _parameter_pattern(self, pattern: SgNode) -> None:
        """`({ params, body: { email }, ip }, res) => …`: the names bound to parts stand for `req.params` and so on."""
        for node in named(pattern):
            key, local = element_of(node)
            if local is None or node.kind() == "object_assignment_pattern":
                self.problem(node, f"reads `{key}` of the request in a pattern")
            elif local.kind() == "object_pattern":
                self._opened(key, node, local)
            else:
                for reference in self._references(local):
                    self._property(key, reference)

    def _opened(self, key: str, node: SgNode, inner: SgNode) -> None:
        """`({ params: { id } }, res) => …`"""
        body = self._handler.field("body")
        element = self._inner(key, node, inner)
        if element is not None and self._depth == 0 and (body is None or body.kind() != "statement_block"):
            self.problem(node, f"takes `{key}` of the request apart in a pattern")
        elif element is not None:
            self.opened.append(element)

    def _inner(self, key: str, node: SgNode, inner: SgNode) -> Element | None:
        """An element with a pattern of its own, its names noted."""
        if key in INPUT:
            if not self._fields_of(Part(key), inner):
                self.uses[Part(key)].whole = True
            return Element(Part(key), node, inner)
        parsed = key == "headers" or (key == COOKIE_PARSER and COOKIE_PARSER in self._provided)
        facts = pattern_facts(key, inner) if parsed else None
        if facts is None:
            self.problem(node, f"reads `req.{key}`" if key else "takes the rest of the request")
            return None
        self.facts.append(FactRead(node, None, facts))
        return Element(Part(key), node, inner, facts=facts)

    def _reference(self, reference: SgNode) -> None:
        outer = wrapped(reference)
        above = outer.parent()
        if above is not None and above.kind() == "variable_declarator":
            self._take(above, reference)
            return
        parts = member(above) if above is not None else None
        if above is None or parts is None or span_of(parts[0]) != span_of(outer):
            self._hand_on(reference)
        else:
            self._property(parts[1], above)

    def _hand_on(self, reference: SgNode) -> None:
        """`clientOf(req)`: a function of the repository that reads no more than the edge knows."""
        argument = wrapped(reference)
        found = asked_function(self._workspace, self._file, argument, self._ask) if self._depth < _DEPTH else None
        if found is None:
            self.problem(reference, "hands the whole request on")
            return
        self.given.append(GivenRequest(span_of(argument), found))
        self.asked += found.facts
        for part, keys in found.input.items():
            self.uses[part].whole = self.uses[part].whole or keys is None
            for key in keys or ():
                self.uses[part].fields.setdefault(key, [])

    def _ask(self, file: SourceFile, function: SgNode, index: int) -> Asked | None:
        """What a function reads of the request that is its parameter; None for more than the edge knows."""
        reader = RequestReader(file, function, self._provided, self._workspace, index, self._depth + 1)
        reader.read()
        queries = reader.uses[Part.QUERY].fields.values()
        if reader.problems or any(is_list(nodes) or reads_inside(nodes) for nodes in queries):
            return None
        found = {part: None if use.whole else tuple(use.fields) for part, use in reader.uses.items() if use.used}
        facts = dict.fromkeys([*(fact for read in reader.facts for fact in read.facts), *reader.asked])
        return Asked(found, tuple(facts), tuple(reader.facts), tuple(given.function for given in reader.given))

    def _property(self, name: str, node: SgNode) -> None:
        """`node` reads that property of the request, or is a name bound to it."""
        if name in INPUT:
            self._part(Part(name), node, Standing.EXPRESSION)
            return
        if name == "app" and self._workspace is not None and setting_around(self._workspace, self._file.path, node):
            return
        asked = assured(node) if name == "headers" or (name == COOKIE_PARSER and name in self._provided) else None
        if asked is not None:
            self.asked_for.append(asked)
            return
        named_so = self._uses_of_name(node) if name == COOKIE_PARSER and name in self._provided else None
        if named_so is not None:
            for use in named_so:
                self._property(name, use)
            return
        found = fact_of(name, node, self._provided)
        if isinstance(found, FactRead):
            self.facts.append(found)
        else:
            self.problem(node, found or f"reads `req.{name}`")

    def _uses_of_name(self, node: SgNode) -> list[SgNode] | None:
        """`const cookies = req.cookies;` goes: its name stands for what it was given."""
        declarator = wrapped(node).parent()
        if declarator is None or declarator.kind() != "variable_declarator" or self._depth > 0:
            return None
        name, declaration = declarator.field("name"), declarator.parent()
        binding = self._file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
        is_plain = declaration is not None and len(named(declaration)) == 1 and declarator.field("type") is None
        if binding is None or binding.reassigned or not is_plain or declaration is None:
            return None
        self.asked_for.append(whole_lines(self._file, span_of(declaration)))
        return list(binding.references)

    def _take(self, declarator: SgNode, reference: SgNode) -> None:
        """`const { body, params: { id }, ip } = req`"""
        pattern = declarator.field("name")
        if pattern is None or pattern.kind() != "object_pattern" or declarator.field("type") is not None:
            self.problem(declarator, "keeps the request in a variable")
            return
        found = [self._taken_element(node) for node in named(pattern)]
        elements = tuple(element for element in found if element is not None)
        self.taken.append(Taken(declarator, pattern, reference, elements))

    def _taken_element(self, node: SgNode) -> Element | None:
        """One element; None for one that leaves nothing."""
        key, local = element_of(node)
        if local is None:
            self.problem(node, f"reads `req.{key}`" if key else "takes the rest of the request")
        elif local.kind() == "object_pattern":
            return self._inner(key, node, local)
        elif key in INPUT:
            for use in self._references(local):
                self._part(Part(key), use, Standing.LOCAL)
            return Element(Part(key), node)
        elif key in (Part.HEADERS, Part.COOKIES):
            for use in self._references(local):
                self._property(key, use)
        else:
            return self._taken_fact(key, node)
        return None

    def _taken_fact(self, key: str, node: SgNode) -> Element | None:
        """`const { ip: address, user } = req`"""
        fact = plain_fact(key, self._provided)
        if fact is None:
            self.problem(node, f"reads `req.{key}`" if key else "takes the rest of the request")
            return None
        self.facts.append(FactRead(node, fact, taken=True))
        return Element(fact.part, node, fact=fact)

    def _locals(self, response: SgNode) -> None:
        """`res.locals.user`, as middleware has left it."""
        for reference in self._named_anew(self._references(response)):
            above = wrapped(reference).parent()
            parts = member(above) if above is not None else None
            if above is None or parts is None or parts[1] != "locals":
                continue
            found = local_fact(above, self._provided)
            if found is not None:
                self.facts.append(found)

    # ---- a part -----------------------------------------------------------------------------------

    def _part(self, part: Part, node: SgNode, standing: Standing) -> None:
        """`node` is `req.body` or a name bound to it."""
        use = self.uses[part]
        use.nodes[standing].append(node)
        outer = wrapped(node)
        above = outer.parent()
        if above is None:
            return
        parts = member(above) if above.kind() in ("member_expression", "subscript_expression") else None
        if parts is not None and span_of(parts[0]) == span_of(outer):
            self._field(part, above, parts[1])
        elif is_written(outer):
            self.problem(node, f"writes to `req.{part}`")
        elif above.kind() == "variable_declarator":
            self._declared(part, above)
        else:
            use.whole = True

    def _field(self, part: Part, node: SgNode, name: str) -> None:
        """`req.body.name`; a method of the part, or its length, needs all of it."""
        use = self.uses[part]
        if call_of(node) is not None or (name == "length" and part is Part.BODY):
            use.whole = True
            return
        if is_deleted(node) or (is_written(node) and part is not Part.BODY):
            self.problem(node, f"writes to `req.{part}`")
        use.fields.setdefault(name, []).extend([node, *self._named(node)])

    def _named(self, node: SgNode) -> list[SgNode]:
        """The uses of `const tags = req.query.tags`."""
        above = wrapped(node).parent()
        name = above.field("name") if above is not None and above.kind() == "variable_declarator" else None
        return self._references(name) if name is not None and name.kind() == "identifier" else []

    def _declared(self, part: Part, declarator: SgNode) -> None:
        """`const { name } = req.body` reads fields, `const data = req.body` gives the part a name."""
        name = declarator.field("name")
        use = self.uses[part]
        if name is None or declarator.field("type") is not None:
            use.whole = True
        elif name.kind() == "object_pattern":
            use.whole = not self._fields_of(part, name) or use.whole
        elif name.kind() == "identifier":
            binding = self._file.bindings.resolve(name)
            if binding is None or binding.reassigned:
                use.whole = True
                return
            for reference in binding.references:
                self._part(part, reference, Standing.ALIAS)

    def _fields_of(self, part: Part, pattern: SgNode) -> bool:
        """Note the keys of a destructuring; False when a rest element or a computed key needs the whole part."""
        keys = [element_of(element)[0] for element in named(pattern)]
        if any(key == "" for key in keys):
            return False
        for key, element in zip(keys, named(pattern), strict=True):
            local = element_of(element)[1]
            references = self._references(local) if local is not None and local.kind() != "object_pattern" else []
            self.uses[part].fields.setdefault(key, []).extend(references)
        return True
