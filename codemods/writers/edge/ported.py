"""A middleware function on its way to the HTTP edge: its edits, what it needs, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.planner.answering.replies import Delegate
from codemods.planner.facts import PieceUse
from codemods.planner.pieces import Piece
from codemods.planner.problems import Problem
from codemods.source import Edit, SourceFile, Span, find_all, named, parameters, span_of
from codemods.source.tree import WRAPPERS, wrapped_up
from codemods.writers.code import ImportSpec
from codemods.writers.library import spec_of

_HOLDERS = frozenset(
    {"variable_declarator", "assignment_expression", "pair", "public_field_definition", "field_definition",
     "export_statement", "return_statement", "arrow_function"}
)  # fmt: skip
_NAMES = ("identifier", "type_identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
_CONTEXT = ImportSpec("hono", "Context", "", True)
NEXT = ImportSpec("hono", "Next", "", True)
_STATUS = ImportSpec("hono/utils/http-status", "ContentfulStatusCode", "", True)


@dataclass(frozen=True, slots=True)
class Helper:
    """A function of the repository that middleware hands the request to, and the parameter that takes it.

    With `fault`, it is the error that an error handler hands on; with `twin`, the piece is no function, but holds what
    a package's function makes; with `strategy`, it is the constant of one of passport, from then on a function of the
    request; with `options`, the object of those of that function of the library.
    """

    piece: Piece
    index: int
    fault: bool = False
    twin: bool = False
    strategy: bool = False
    options: str = ""


@dataclass(slots=True)
class Ported:
    """Edits of a middleware function, the names that they use, and what stands in the way.

    `forwards` says that an error handler hands errors on to the one behind it.
    """

    file: SourceFile
    edits: list[Edit] = field(default_factory=list)
    library: dict[str, str] = field(default_factory=dict)
    """Names of the runtime library, and what they are called in the module."""
    imports: list[ImportSpec] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """What its owner should know, and what is no obstacle."""
    delegates: list[Delegate] = field(default_factory=list)
    forwards: bool = False
    own: list[Span] = field(default_factory=list)
    """Names of the function around it that it has itself from now on."""
    kept: list[Span] = field(default_factory=list)
    """Replaced source whose names are written again elsewhere."""
    asks: set[str] = field(default_factory=set)
    """What only some registrations can give: `cookies`, which have to be parsed, and `url`, `path`, `baseUrl`."""
    context_reads: set[str] = field(default_factory=set)
    """Fields of the request that middleware has to have set."""
    reads_path: bool = False
    """It asks for the path or the URL."""
    is_helper: bool = False
    """It is handed the request by middleware, and is none itself."""
    framework: set[str] = field(default_factory=set)
    """Parameters of functions in it that stand for what Express gives, whose uses have been read."""
    asynchronous: list[Span] = field(default_factory=list)
    """Functions that wait from now on."""
    returned: tuple[Span, ...] = ()
    """Statements of promise chains, which become results."""
    environment: str = ""
    """What leads to the database: `c.env`."""
    helpers: list[Helper] = field(default_factory=list)
    """Functions that are given the request."""
    uses: list[PieceUse] = field(default_factory=list)
    """What expressions that are gone stand for: pieces under their own names."""

    @property
    def typed(self) -> bool:
        return self.file.language != "javascript"

    def use(self, name: str) -> str:
        """The local name of a function or type of the library."""
        if name not in self.library:
            self.library[name] = self._local(name)
        return self.library[name]

    def context(self, reaches: bool = False) -> str:
        """The local name of Hono's Context, or of the one that `reaches` the database."""
        return self.use("EdgeContext") if reaches else self.package(_CONTEXT)

    def status(self) -> str:
        """The local name of the type of statuses that Hono takes."""
        return self.package(_STATUS)

    def all_imports(self) -> list[ImportSpec]:
        own = [spec_of(name, local if local != name else "") for name, local in self.library.items()]
        return [*own, *self.imports]

    def problem(self, code: str, text: str, node: SgNode) -> None:
        found = Problem(code, text, self.file.place(node))
        if found not in self.problems:
            self.problems.append(found)

    def erased(self) -> list[Span]:
        """The source that is gone: what is replaced, without what is shown again."""
        found = [*self.own]
        for edit in self.edits:
            start = edit.span.start
            shown = {*edit.holes, *(span for span in self.kept if edit.span.holds(span))}
            for hole in sorted(shown, key=lambda hole: hole.start):
                found.append(Span(start, hole.start))
                start = hole.end
            found.append(Span(start, edit.span.end))
        return [span for span in found if span.start < span.end]

    def package(self, spec: ImportSpec) -> str:
        """The local name of a type of a package."""
        local = self._local(spec.name, "Hono")
        found = ImportSpec(spec.module, spec.name, local if local != spec.name else "", True)
        if found not in self.imports:
            self.imports.append(found)
        return local

    def _local(self, name: str, prefix: str = "Convex") -> str:
        if name not in _names(self.file):
            return name
        start = prefix if name[0].isupper() else prefix.lower()
        return f"{start}{name[0].upper()}{name[1:]}"


def fresh_context(function: SgNode) -> str:
    """A name for Hono's context that the function does not use."""
    names = {node.text() for node in find_all(function, "identifier", "shorthand_property_identifier")}
    return next(name for name in ("c", "context", "honoContext") if name not in names)


def _names(file: SourceFile) -> frozenset[str]:
    return frozenset(node.text() for node in find_all(file.root, *_NAMES))


def signature(ported: Ported, function: SgNode, written: str) -> None:
    """Give a function other parameters; types and wrappers around it that say what it was go."""
    given = function.field("parameters") or function.field("parameter")
    if given is not None:
        ported.edits.append(Edit.replace(span_of(given), written))
    untyped(ported, function.field("return_type"))
    carrier = _carrier(function)
    outer, inner = span_of(carrier), span_of(function)
    if outer.start < inner.start:
        ported.edits.append(Edit.delete(Span(outer.start, inner.start)))
    if inner.end < outer.end:
        ported.edits.append(Edit.delete(Span(inner.end, outer.end)))
    holder = carrier.parent()
    if holder is not None and holder.kind() in ("variable_declarator", "public_field_definition"):
        untyped(ported, holder.field("type"))
    for comment in find_all(function, "comment"):
        if "@ts-expect-error" in comment.text():
            ported.edits.append(Edit.replace(span_of(comment), comment.text().replace("expect-error", "ignore")))


def untyped(ported: Ported, annotation: SgNode | None) -> None:
    """Take an annotation away."""
    if annotation is not None:
        ported.edits.append(Edit.delete(span_of(annotation)))


def _carrier(function: SgNode) -> SgNode:
    """The function with the casts and wrapper calls (`asyncHandler(…)`) around it, where a name or return holds it."""
    current = function
    while (parent := current.parent()) is not None:
        call = parent.parent()
        if parent.kind() in WRAPPERS:
            current = parent
        elif parent.kind() == "arguments" and len(named(parent)) == 1 and call is not None and _is_held(call):
            current = call
        else:
            break
    return current


def _is_held(call: SgNode) -> bool:
    above = wrapped_up(call).parent()
    return call.kind() == "call_expression" and above is not None and above.kind() in _HOLDERS


def parameter_node(function: SgNode, index: int) -> SgNode | None:
    """The pattern of a parameter."""
    given = parameters(function)
    return given[index].pattern if len(given) > index else None


def references(file: SourceFile, function: SgNode, index: int) -> list[SgNode]:
    """All uses of a parameter."""
    pattern = parameter_node(function, index)
    binding = file.bindings.resolve(pattern) if pattern is not None and pattern.kind() == "identifier" else None
    return binding.references if binding is not None else []


def whole_line(file: SourceFile, span: Span) -> Span:
    """A statement with its line, when it stands alone on it."""
    start, end = file.line_start(span.start), file.line_end(span.end)
    alone = not file.text[start : span.start].strip() and not file.text[span.end : end].strip()
    if not alone:
        return span
    after = min(end + (2 if file.text[end : end + 2] == "\r\n" else 1), len(file.text))
    following = file.line_end(after)
    if _is_blank_before(file, start) and following < len(file.text) and not file.text[after:following].strip():
        after = following + (2 if file.text[following : following + 2] == "\r\n" else 1)
    return Span(start, after)


def _is_blank_before(file: SourceFile, start: int) -> bool:
    """Is the line before an empty one?"""
    return start > 0 and not file.text[file.line_start(start - 1) : start].strip()
