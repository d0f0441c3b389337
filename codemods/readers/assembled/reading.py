"""The state of reading one call: where its source is, which tables exist, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.query import Asked, Assembly, Maker
from codemods.ir.table import Schema, Table
from codemods.readers.assembled.resolve import Composes, Labels, Resolver
from codemods.readers.assembled.stability import is_settled, is_visible
from codemods.readers.assembled.values import Held, Object, UnreadableError, Value
from codemods.readers.literals import Property, binding_of, is_changed, literal_of, plain
from codemods.source.bindings import BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.span import Span
from codemods.source.tree import unwrap
from codemods.workspace import Declared, Workspace


@dataclass(slots=True)
class Reading:
    """Collects, in order and once each, the reasons why a call is not fully understood."""

    file: SourceFile
    call: SgNode
    """The call that is read."""
    schema: Schema
    workspace: Workspace | None = None
    reasons: list[str] = field(default_factory=list)
    assembled: dict[Assembly, None] = field(default_factory=dict)
    """The variables that were read through."""
    composes: Composes | None = None
    """Which calls make a part of what is put together."""
    labels: Labels | None = None
    """What keys stand for that are expressions."""
    is_elsewhere: bool = False
    """True in another file than the call's: names of columns can be read there, values cannot be taken from it."""
    depth: int = 0
    """How many hooks lead from the call to what is read."""

    parts: bool = False
    """Objects may have entries of what a function gives."""
    asked: dict[Asked, None] = field(default_factory=dict)
    """The conditions that functions make for the call."""
    annotations: dict[Span, None] = field(default_factory=dict)
    """The written types of what holds them."""
    within: frozenset[Maker] = frozenset()
    """The functions whose condition is read."""

    def reject(self, reason: str) -> None:
        """Note something that was not understood."""
        if reason not in self.reasons:
            self.reasons.append(reason)

    def span(self, node: SgNode) -> Span:
        """The span of a value, without surrounding white space."""
        if self.is_elsewhere:
            self.reject("a value is written in another file")
        elif not is_settled(self.file, node, self.call):
            self.reject(f"`{node.text()}` may be something else at the call")
        elif not is_visible(self.file, node, self.call):
            self.reject(f"`{node.text()}` is not known at the call")
        return self.file.span(node)

    def value(self, given: Value | None, part: str, computed: bool = False) -> Value | None:
        """What an argument is at the call: an object, a list, a choice of them, or an expression that stays as it is.

        What cannot be followed is rejected under the name of the `part`, and is nothing. With `computed`, objects
        may have an entry whose key is an expression.
        """
        try:
            while isinstance(given, SgNode | Held):
                if isinstance(given, Held):
                    self.assembled[given.assembly] = None
                    given = given.value
                else:
                    resolver = self._resolver(computed)
                    found = resolver.resolve(given)
                    if isinstance(found, SgNode):
                        return given
                    self.assembled |= resolver.assembled
                    given = found
            if isinstance(given, Object) and given.computed is not None and not computed:
                raise UnreadableError("computed key")
            return given
        except UnreadableError as error:
            self.reject(f"{part}: {error}")
            return Object({})

    def untype(self, node: SgNode) -> None:
        """Take away the written type of the variable that a name stands for: what it holds says more."""
        binding = binding_of(self.file, plain(node))
        annotation = binding.declaration.field("type") if binding is not None else None
        if annotation is not None:
            self.annotations[span_of(annotation)] = None

    def _resolver(self, computed: bool = False) -> Resolver:
        return Resolver(self.file, self.call, self.workspace, computed, self.parts, self.composes, self.labels)

    def holder(self, given: Value | None) -> Assembly | None:
        """The variable that holds an argument."""
        if isinstance(given, SgNode):
            try:
                given = Resolver(
                    self.file,
                    self.call,
                    self.workspace,
                    parts=self.parts,
                    composes=self.composes,
                    labels=self.labels,
                ).resolve(given)
            except UnreadableError:
                return None
        return given.assembly if isinstance(given, Held) else None

    def table(self, name: str) -> Table | None:
        """The table of a relation."""
        return self.schema.table(name)

    def followed(self, node: SgNode) -> tuple[Reading, SgNode]:
        """The reading and the literal of a constant in another file; the node itself when it is no such constant."""
        if self.workspace is None or literal_of(self.file, node) is not None:
            return self, node
        meaning = self.workspace.meaning_of(self.file.path, node)
        value = meaning.node.field("value") if isinstance(meaning, Declared) else None
        if not isinstance(meaning, Declared) or value is None:
            return self, node
        file = self.workspace.source(meaning.file)
        known = meaning.binding is None or not (meaning.binding.reassigned or is_changed(meaning.binding))
        if not known or literal_of(file, value) is None:
            return self, node
        is_elsewhere = self.is_elsewhere or file is not self.file
        return Reading(file, self.call, self.schema, self.workspace, self.reasons, is_elsewhere=is_elsewhere), value

    def entries(self, given: Value | None, part: str, computed: bool = False) -> Mapping[str, Value]:
        """The entries of an object argument, read through variables, spreads and what statements assembled.

        What cannot be read is rejected under the name of the `part` ("where", "orderBy"). With `computed`, values may
        be objects that have an entry whose key is an expression.
        """
        value = self.value(given, part, computed)
        if isinstance(value, Object) and value.computed is None:
            return value.entries
        if value is not None:
            self.reject(f"{part}: {self.origin(value)}")
        return {}

    def origin(self, value: Value) -> str:
        """Where an argument comes from that cannot be read."""
        inner = plain(value) if isinstance(value, SgNode) else None
        binding = binding_of(self.file, inner) if inner is not None else None
        if binding is not None and binding.kind is BindingKind.PARAMETER:
            return f"`{binding.name}` comes from the caller"
        made = plain(binding.value) if binding is not None and binding.value is not None else inner
        callee = made.field("function") if made is not None and made.kind() == "call_expression" else None
        return f"made by `{shortened(callee.text())}`" if callee is not None else "built elsewhere"

    def properties(self, given: Value | None, part: str) -> list[Property]:
        """The entries that are expressions; one that depends on a test is rejected."""
        found: list[Property] = []
        for key, value in self.entries(given, part).items():
            if isinstance(value, SgNode):
                found.append(Property(key, value))
            else:
                self.reject(f"{part}: `{key}` is chosen at run time")
        return found


def shortened(text: str) -> str:
    """The text on one line, its end where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"…{line[-39:]}"


def is_undefined(node: SgNode) -> bool:
    """True for the literal `undefined`, which the libraries take as not given."""
    return unwrap(node).text() == "undefined"
