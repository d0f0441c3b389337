"""Functions that are given the whole request: what they read of it, and so what they are given instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.asking.edge_facts import Part, edge_read
from codemods.planner.asking.request_facts import Fact, FactRead
from codemods.planner.pieces import Piece, PieceKind, function_piece
from codemods.source import Edit, SourceFile, Span, arguments, parameters, span_of
from codemods.source.tree import property_text
from codemods.workspace import FunctionRef, Workspace


@dataclass(frozen=True, slots=True)
class Asked:
    """What a function reads: keys of the input by part (None: the part as a whole), and facts of the edge.

    `reads` are the places of the facts, `inner` the functions that it gives the request to.
    """

    input: Mapping[Part, tuple[str, ...] | None]
    facts: tuple[Fact, ...]
    reads: tuple[FactRead, ...]
    inner: tuple[AskedFunction, ...]


@dataclass(frozen=True, slots=True)
class AskedFunction:
    """A function that reads the request; `edits` make it read an object of what it asks for."""

    piece: Piece
    index: int
    asked: Asked
    edits: tuple[Edit, ...]

    @property
    def input(self) -> Mapping[Part, tuple[str, ...] | None]:
        return self.asked.input

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.asked.facts

    @property
    def request(self) -> str | None:
        """The name of its parameter."""
        return parameters(self.piece.node)[self.index].name

    @property
    def all(self) -> Iterator[AskedFunction]:
        """The function with those that it gives the request to."""
        yield self
        for inner in self.asked.inner:
            yield from inner.all


@dataclass(frozen=True, slots=True)
class GivenRequest:
    """The request as an argument of a call."""

    argument: Span
    function: AskedFunction


Ask = Callable[[SourceFile, SgNode, int], "Asked | None"]


def asked_function(workspace: Workspace | None, file: SourceFile, argument: SgNode, ask: Ask) -> AskedFunction | None:
    """The function of the repository that is given the request by a call, when it can be read."""
    given = argument.parent()
    call = given.parent() if given is not None and given.kind() == "arguments" else None
    if workspace is None or call is None or call.kind() != "call_expression":
        return None
    target = workspace.callee(file.path, call)
    if not isinstance(target, FunctionRef):
        return None
    source = workspace.source(target.file)
    piece, taken = function_piece(source, target.node), parameters(target.node)
    index = [span_of(node) for node in arguments(call)].index(span_of(argument))
    if piece is None or piece.kind is PieceKind.INLINE or len(taken) <= index or taken[index].is_rest:
        return None
    asked = ask(source, target.node, index)
    return AskedFunction(piece, index, asked, tuple(_edits(source, piece, index, asked))) if asked is not None else None


def _edits(file: SourceFile, piece: Piece, index: int, asked: Asked) -> Iterator[Edit]:
    parameter = parameters(piece.node)[index]
    if parameter.type is not None:
        yield Edit.replace(span_of(parameter.type), _type(asked))
    for read in asked.reads:
        plain = f"{parameter.name}{_path(read.fact)}" if read.fact is not None else ""
        text = read.node.text()
        if (
            plain
            and not read.taken
            and parameter.name is not None
            and text.startswith(parameter.name)
            and text != plain
        ):
            yield Edit.replace(span_of(read.node), plain.replace(".", "?.", 1) if parameter.is_optional else plain)


def _path(fact: Fact) -> str:
    """`.headers["user-agent"]`"""
    if fact.part in (Part.REQUEST, Part.CONTEXT):
        return f".{fact.key}"
    if fact.key is None:
        return f".{fact.part}"
    text = property_text(fact.key)
    return f".{fact.part}.{text}" if text == fact.key else f".{fact.part}[{text}]"


def _type(asked: Asked) -> str:
    """`{ params: { id: string }; headers: { "user-agent"?: string }; ip?: string }`"""
    fields = [f"{part}: {_input_type(part, keys)}" for part, keys in asked.input.items()]
    for part in (Part.HEADERS, Part.COOKIES):
        found = [fact for fact in asked.facts if fact.part is part]
        if any(fact.key is None for fact in found):
            fields.append(f"{part}: Record<string, string>")
        elif found:
            each = "; ".join(f"{property_text(fact.key or '')}?: {_fact_type(fact)}" for fact in found)
            fields.append(f"{part}: {{ {each} }}")
    for fact in asked.facts:
        if fact.part in (Part.REQUEST, Part.CONTEXT):
            optional = "?" if edge_read(fact.part, fact.key).shape.optional else ""
            fields.append(f"{fact.key}{optional}: {_fact_type(fact)}")
    return f"{{ {'; '.join(fields)} }}"


def _fact_type(fact: Fact) -> str:
    kind = edge_read(fact.part, fact.key).shape.kind
    return str(kind)


def _input_type(part: Part, keys: tuple[str, ...] | None) -> str:
    if part is Part.BODY or keys is None:
        return "any" if part is not Part.PARAMS else "Record<string, string>"
    kind = "string" if part is Part.PARAMS else "any"
    return f"{{ {'; '.join(f'{key}: {kind}' for key in keys)} }}"
