"""Takes a file apart into elements: imports, exports, carried pieces, registrations, and what holds them together."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.migrate.removal.elements import Element, FileElements, Kind
from codemods.migrate.removal.moved import Moved
from codemods.planner.flow import LISTS
from codemods.planner.pieces import Piece, PieceKind
from codemods.readers.express.registrations import Registration
from codemods.source import SourceFile, Span, find_all, named, span_of, unwrap
from codemods.source.tree import CLASS_KINDS, FUNCTION_KINDS, VARIABLE_KINDS, property_name

TYPES = frozenset({"type_alias_declaration", "interface_declaration", "ambient_declaration"})
_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration"})
_MEMBERS = frozenset({"method_definition", "public_field_definition", "field_definition", "class_static_block"})
_ENTRIES = frozenset({"pair", "shorthand_property_identifier", "method_definition", "spread_element"})


class Splitter:
    """Splits one file."""

    def __init__(self, file: SourceFile, moved: Moved) -> None:
        self._file, self._moved = file, moved
        self._pieces = moved.pieces.get(file.path, [])
        self._registrations = moved.registrations.get(file.path, [])
        self.found = FileElements(file.path, len(file.text))

    def split(self) -> FileElements:
        for node in named(self._file.root):
            if node.kind() != "hash_bang_line":
                self._statement(node)
        return self.found

    def _statement(self, node: SgNode) -> None:
        span = span_of(node)
        if self._imports(node, span):
            return
        if self._piece(node, span) or self._exports(node, span):
            return
        element = self._add(Kind.GLUE, node, span, self._declared_name(span))
        self._members(element, node)
        self._registered(element)
        if element.kind is Kind.GLUE and declares(node) is not None and _holds_more(element):
            element.kind = Kind.HOLDER

    def _add(
        self, kind: Kind, node: SgNode | None, span: Span, name: str = "", within: Element | None = None
    ) -> Element:
        return self.found.add(Element(kind, self._file.path, span, node, name, within=within))

    def _declared_name(self, span: Span) -> str:
        scope = self._file.bindings.module
        both = sorted((*scope.values.values(), *scope.types.values()), key=lambda binding: binding.start)
        return next((binding.name for binding in both if span.start <= binding.start < span.end), "")

    # ---- imports and exports --------------------------------------------------------------------

    def _imports(self, node: SgNode, span: Span) -> bool:
        """A statement that only brings names in."""
        imports = [item for item in self._file.bindings.imports if item.statement == span]
        if not imports or node.kind() not in {"import_statement", *VARIABLE_KINDS, "expression_statement"}:
            return False
        if node.kind() in VARIABLE_KINDS and not _only_imports(node, [item.span for item in imports]):
            return False
        for item in imports:
            self._add(Kind.IMPORT, node, item.span, item.local)
        return True

    def _exports(self, node: SgNode, span: Span) -> bool:
        """A statement that only gives names out; properties of an object one by one."""
        exports = [item for item in self._file.bindings.exports if item.statement == span]
        if not exports or any(not _is_name(item.node) and item.module is None for item in exports):
            entries = [item for item in exports if item.span != span and item.name != "default"]
            whole = exports[0].node if exports and exports[0].style != "esm" else None
            if whole is None or whole.kind() != "object" or not entries:
                return False
            if len(entries) != len(named(whole)):
                return False
            exports = entries
            for item in entries:
                self._export_entry(node, item.span, item.name)
            return True
        for item in exports:
            self._add(Kind.EXPORT, node, item.span, item.name)
        return True

    def _export_entry(self, node: SgNode, span: Span, name: str) -> None:
        for piece, groups in self._pieces:
            if piece.statement is not None and span_of(piece.statement) == span:
                self._add(Kind.PIECE, piece.statement, span, name).groups = groups
                return
        element = self._add(Kind.EXPORT, node, span, name)
        entry = next((part for part in find_all(node, *_ENTRIES) if span_of(part) == span), None)
        value = _entry_value(entry) if entry is not None else None
        if value is None or (not _is_name(value) and not _is_require(value)):
            element.kind = Kind.MEMBER

    # ---- code -------------------------------------------------------------------------------------

    def _piece(self, node: SgNode, span: Span) -> bool:
        """A statement that was carried over as a whole."""
        whole = [
            (piece, groups) for piece, groups in self._pieces if piece.statement is not None and piece.span == span
        ]
        if not whole:
            return False
        declarators = _declarators(node)
        declared = any(piece.kind is PieceKind.DECLARATION for piece, _ in whole)
        element = self._add(Kind.PIECE, node, span, whole[0][0].name or "")
        element.groups = frozenset().union(*(groups for _, groups in whole))
        if not declared and len(whole) < len(declarators):
            element.refuse("it declares more than what was carried over")
        return True

    def _members(self, holder: Element, node: SgNode) -> None:
        """Members of a class, entries of an object: carried ones, and the rest."""
        body = _body(node)
        if body is None:
            return
        carried = {piece.span: (piece, groups) for piece, groups in self._pieces if self._is_member(piece, body)}
        parts = [part for part in named(body) if part.kind() in _MEMBERS | _ENTRIES]
        names = any(_is_name(_entry_value(part)) or _is_require(_entry_value(part)) for part in parts)
        if not carried and not (names and body.kind() == "object") and body.kind() != "class_body":
            return
        for part in parts:
            self._member(holder, body, part, carried.get(span_of(part)))

    def _is_member(self, piece: Piece, body: SgNode) -> bool:
        member = piece.kind in (PieceKind.METHOD, PieceKind.FIELD)
        return member and piece.owner is not None and span_of(piece.owner) == span_of(body)

    def _member(
        self, holder: Element, body: SgNode, part: SgNode, carried: tuple[Piece, frozenset[str]] | None
    ) -> None:
        label = part.field("name") or part.field("property") or part.field("key")
        name = property_name(label) if label is not None else part.text()
        if carried is not None:
            element = self._add(Kind.PIECE, part, span_of(part), name or "", holder)
            element.groups = carried[1]
            return
        value = _entry_value(part)
        if body.kind() == "object" and (_is_name(value) or _is_require(value)):
            self._add(Kind.ENTRY, part, span_of(part), name or "", holder)
        elif is_function_member(part):
            self._add(Kind.MEMBER, part, span_of(part), name or "", holder).alone = False

    # ---- registrations ----------------------------------------------------------------------------

    def _registered(self, element: Element) -> None:
        inside = [one for one in self._registrations if element.span.holds(span_of(one.call))]
        chains: dict[Span, Element] = {}
        seen: set[Span] = set()
        for registration in inside:
            if registration.span in seen:
                continue
            seen.add(registration.span)
            holder = self._holder_of(element, registration)
            if registration.link is not None and registration.statement is not None:
                span = span_of(registration.statement)
                if span == element.span:
                    element.kind, holder = Kind.CHAIN, element
                elif span not in chains:
                    holder = chains[span] = self._add(Kind.CHAIN, registration.statement, span, "", holder)
                    holder.alone = _stands_in_block(registration.statement)
                else:
                    holder = chains[span]
            self._registration(element, holder, registration)

    def _holder_of(self, element: Element, registration: Registration) -> Element:
        """The member of a class that registers, or the statement."""
        start = span_of(registration.call).start
        members = [one for one in element.inner if one.kind is Kind.MEMBER and one.span.start <= start < one.span.end]
        return members[0] if members else element

    def _registration(self, element: Element, holder: Element, registration: Registration) -> None:
        statement, span = registration.statement, registration.span
        kind = Kind.USE if registration.verb == "use" else Kind.ROUTE
        if registration.link is None and statement is not None and span_of(statement) == element.span:
            element.kind = kind
            one = element
        elif registration.link is None and statement is not None:
            one = self._add(kind, statement, span_of(statement), "", holder)
            one.alone = _stands_in_block(statement)
        else:
            one = self._add(kind, registration.call, span, "", holder)
            one.alone = registration.link is not None
        key = self._file.path, span
        if kind is Kind.ROUTE:
            one.groups = self._moved.routes.get(key, frozenset())
            if not one.groups:
                one.refuse("routes that are not carried over")


def _holds_more(element: Element) -> bool:
    """Is there more in it than members that only go with it?"""
    return any(one.kind is not Kind.MEMBER or _holds_more(one) for one in element.inner)


def declares(node: SgNode) -> SgNode | None:
    """The function, class or object that a top-level statement declares; also a constant made by a call."""
    inner = node.field("declaration") or node.field("value") if node.kind() == "export_statement" else node
    if inner is None:
        return None
    if inner.kind() in _FUNCTIONS | CLASS_KINDS:
        return inner
    if inner.kind() in VARIABLE_KINDS:
        declarators = _declarators(inner)
        value = declarators[0].field("value") if len(declarators) == 1 else None
        return unwrap(value) if value is not None else None
    if inner.kind() == "expression_statement":
        assigned = next(iter(named(inner)), None)
        right = assigned.field("right") if assigned is not None and assigned.kind() == "assignment_expression" else None
        return unwrap(right) if right is not None else None
    return unwrap(inner) if node.kind() == "export_statement" else None


def is_function_member(part: SgNode) -> bool:
    """A method, or a property that holds a function; constructors and accessors too."""
    if part.kind() == "method_definition":
        return True
    value = part.field("value")
    return value is not None and unwrap(value).kind() in FUNCTION_KINDS


def _body(node: SgNode) -> SgNode | None:
    """The class body or the object literal of a declaration."""
    value = declares(node)
    if value is None:
        return None
    if value.kind() in CLASS_KINDS:
        return value.field("body")
    return value if value.kind() == "object" else None


def _declarators(node: SgNode) -> list[SgNode]:
    inner = node.field("declaration") if node.kind() == "export_statement" else node
    return [part for part in named(inner) if part.kind() == "variable_declarator"] if inner is not None else []


def _entry_value(part: SgNode) -> SgNode | None:
    if part.kind() == "shorthand_property_identifier":
        return part
    value = part.field("value") if part.kind() == "pair" else None
    return unwrap(value) if value is not None else None


def _is_name(node: SgNode | None) -> bool:
    return node is not None and node.kind() in ("identifier", "shorthand_property_identifier", "property_identifier")


def _is_require(node: SgNode | None) -> bool:
    if node is None or node.kind() != "call_expression":
        return False
    callee = node.field("function")
    return callee is not None and callee.text() == "require"


def _only_imports(node: SgNode, spans: list[Span]) -> bool:
    """Is every declarator of the statement one that the imports come from?"""
    return all(any(span_of(declarator).holds(span) for span in spans) for declarator in _declarators(node))


def _stands_in_block(statement: SgNode) -> bool:
    parent = statement.parent()
    return parent is not None and parent.kind() in LISTS
