"""Pieces of source that are carried over one by one: functions, methods and declarations, with their comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.planner.domains import full_stem
from codemods.source import SourceFile, Span, member, named, span_of
from codemods.source.tree import CLASS_KINDS, FUNCTION_KINDS, WRAPPERS, property_name, wrapped_up


@dataclass(frozen=True, slots=True, order=True)
class PieceKey:
    """A piece by its file and the offset of its node."""

    file: str
    offset: int


class PieceKind(StrEnum):
    """How the piece stands in its source."""

    FUNCTION = "function"
    """A function with a name, or a constant that holds one; one that stands in another function leaves it."""
    METHOD = "method"
    """A method of a class or object that is used as a namespace: becomes a top-level function."""
    INLINE = "inline"
    """A function written in place, as the argument of a route registration."""
    FIELD = "field"
    """A constant of a class or object that is used as a namespace: becomes a top-level constant."""
    DECLARATION = "declaration"
    """A constant, type, enum or class that is carried over as it is."""


CONSTANTS = frozenset({PieceKind.DECLARATION, PieceKind.FIELD})


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `node` is the function or the declaring statement; `statement` is what is cut out of the source.

    `owner` is the class body or object literal of a method. `name` is its name in the source (None when inline).
    """

    key: PieceKey
    kind: PieceKind
    name: str | None
    node: SgNode
    statement: SgNode | None
    owner: SgNode | None = None

    @property
    def span(self) -> Span:
        return span_of(self.statement if self.statement is not None else self.node)


def function_piece(file: SourceFile, node: SgNode) -> Piece | None:
    """The piece that a function node is; None for a function nested in another one."""
    key = PieceKey(file.path, span_of(node).start)
    if node.kind() == "method_definition":
        return _method(key, node, node)
    if node.kind() in ("function_declaration", "generator_function_declaration"):
        name = node.field("name")
        return _top_level(key, node, node, name.text() if name is not None else _name_after(file))
    carrier = _carrier(node)
    parent = carrier.parent()
    if parent is None:
        return None
    match parent.kind():
        case "variable_declarator":
            name = parent.field("name")
            return _top_level(key, node, parent, name.text() if name is not None else None)
        case "assignment_expression":
            left = parent.field("left")
            exported = _exported_name(left) if left is not None else None
            own = _own_name(file, node) if exported == "default" else exported
            return _top_level(key, node, parent, own or (_added_name(file, left) if left is not None else None))
        case "export_statement":
            return Piece(key, PieceKind.FUNCTION, _own_name(file, node), node, parent)
        case "pair":
            return _method(key, node, parent)
        case "public_field_definition" | "field_definition":
            return _method(key, node, parent)
        case "arguments" | "array" | "return_statement" | "arrow_function":
            return Piece(key, PieceKind.INLINE, None, node, None)
        case _:
            return None


def _carrier(node: SgNode) -> SgNode:
    """The expression that holds the function: through parentheses, casts, and wrappers such as `asyncHandler(…)`."""
    current = node
    while (parent := current.parent()) is not None:
        if parent.kind() in WRAPPERS:
            current = parent
        elif parent.kind() == "arguments" and _is_wrapper_call(parent):
            call = parent.parent()
            if call is None:
                break
            current = call
        else:
            break
    return current


def _is_wrapper_call(given: SgNode) -> bool:
    """`const f = wrap(async () => …)`: a call with the function as its only argument, whose value is kept by name."""
    call = given.parent()
    if call is None or call.kind() != "call_expression" or len(named(given)) != 1:
        return False
    above = wrapped_up(call).parent()
    return above is not None and above.kind() in (
        "variable_declarator",
        "assignment_expression",
        "pair",
        "public_field_definition",
        "field_definition",
        "export_statement",
    )


def _exported_name(left: SgNode) -> str | None:
    """`exports.list = …`, `module.exports.list = …`, `module.exports = …`."""
    parts = member(left)
    if parts is None:
        return None
    base = parts[0].text()
    if base in ("exports", "module.exports"):
        return parts[1]
    return "default" if base == "module" and parts[1] == "exports" else None


def _added_name(file: SourceFile, left: SgNode) -> str | None:
    """`logger.requests = …`, for a constant of the module; a name that the module has is not given twice."""
    parts = member(left)
    holder = file.bindings.resolve(parts[0]) if parts is not None and parts[0].kind() == "identifier" else None
    is_own = holder is not None and holder.is_top_level and holder.imported is None and not holder.reassigned
    return parts[1] if parts is not None and is_own and parts[1] not in file.bindings.top_level else None


def _top_level(key: PieceKey, node: SgNode, declared: SgNode, name: str | None) -> Piece | None:
    statement = statement_of(declared) or nested_statement(declared)
    if statement is None or name is None:
        return None
    return Piece(key, PieceKind.FUNCTION, name, node, statement)


def _method(key: PieceKey, node: SgNode, element: SgNode) -> Piece | None:
    owner = element.parent()
    if owner is None or owner.kind() not in ("class_body", "object"):
        return None
    label = element.field("name") or element.field("property") or element.field("key")
    name = property_name(label) if label is not None else None
    return Piece(key, PieceKind.METHOD, name.lstrip("#"), node, element, owner) if name is not None else None


def overloads(piece: Piece) -> list[SgNode]:
    """The signatures of a function that stand right above it, in the order of the text."""
    found: list[SgNode] = []
    before = piece.statement.prev() if piece.kind is PieceKind.FUNCTION and piece.statement is not None else None
    while before is not None:
        if before.kind() != "comment":
            signature = before.field("declaration") if before.kind() == "export_statement" else before
            name = signature.field("name") if signature is not None else None
            if (
                signature is None
                or signature.kind() != "function_signature"
                or name is None
                or name.text() != piece.name
            ):
                break
            found.insert(0, before)
        before = before.prev()
    return found


def annotation_of(piece: Piece) -> SgNode | None:
    """The type that stands at the constant of a function: `const check: Check = (value) => …`."""
    holder = _carrier(piece.node).parent() if piece.kind is PieceKind.FUNCTION else None
    return holder.field("type") if holder is not None and holder.kind() == "variable_declarator" else None


def signature_of(statement: SgNode) -> SgNode:
    """The signature that a statement is, or exports."""
    return statement.field("declaration") or statement


def statement_of(node: SgNode) -> SgNode | None:
    """The top-level statement (with its `export`) that a node is the whole of, or one declarator of."""
    return _statement_in(node, "program")


def nested_statement(node: SgNode) -> SgNode | None:
    """The same for a statement of a function, such as one that makes a router or a service of what it is given."""
    statement = _statement_in(node, "statement_block")
    block = statement.parent() if statement is not None else None
    around = block.parent() if block is not None else None
    return statement if around is not None and around.kind() in FUNCTION_KINDS else None


def _statement_in(node: SgNode, holder: str) -> SgNode | None:
    current: SgNode | None = node
    while current is not None:
        parent = current.parent()
        if parent is None:
            return None
        if parent.kind() == holder:
            return current
        if parent.kind() not in (
            "export_statement",
            "lexical_declaration",
            "variable_declaration",
            "variable_declarator",
            "expression_statement",
            "assignment_expression",
            "ambient_declaration",
        ):
            return None
        current = parent
    return None


def field_piece(file: SourceFile, element: SgNode, name: str) -> Piece | None:
    """The piece of a field of a class, or of a property of an object literal, that holds a constant."""
    owner = element.parent()
    key = PieceKey(file.path, span_of(element).start)
    return Piece(key, PieceKind.FIELD, name.lstrip("#"), element, element, owner) if owner is not None else None


def declaration_piece(file: SourceFile, declaration: SgNode, name: str) -> Piece | None:
    """The piece of a top-level constant, type, enum or class; a value that is exported without a name gets one."""
    statement = statement_of(declaration) or nested_statement(declaration)
    if statement is None:
        return None
    if name in ("default", ""):
        name = _name_after(file)
    return Piece(PieceKey(file.path, span_of(statement).start), PieceKind.DECLARATION, name, statement, statement)


def _own_name(file: SourceFile, function: SgNode) -> str:
    name = function.field("name")
    return name.text() if name is not None else _name_after(file)


def _name_after(file: SourceFile) -> str:
    """The name of a file's default export: the file's own, or its folder's for an index."""
    name = full_stem(file.path)
    name = name if name[:1].isalpha() else f"the{name}"
    return name if name not in file.bindings.top_level else f"{name}Default"


def owner_class(node: SgNode) -> SgNode | None:
    """The class whose body a method or field stands in."""
    body = next((a for a in node.ancestors() if a.kind() == "class_body"), None)
    parent = body.parent() if body is not None else None
    return parent if parent is not None and parent.kind() in CLASS_KINDS else None


def own_this(function: SgNode, node: SgNode) -> bool:
    """Does a `this` within a function mean the function's own receiver (arrows do not change it)?"""
    for ancestor in node.ancestors():
        if span_of(ancestor) == span_of(function):
            return True
        if ancestor.kind() in FUNCTION_KINDS and ancestor.kind() != "arrow_function":
            return False
        if ancestor.kind() in CLASS_KINDS:
            return False
    return False


def is_in_function(node: SgNode, outer: SgNode) -> bool:
    """Is a function between a node and one around it?"""
    span = span_of(outer)
    return any(each.kind() in FUNCTION_KINDS and span.holds(span_of(each)) for each in node.ancestors())


def with_comments(file: SourceFile, statement: SgNode) -> Span:
    """A statement with the comments that stand right above it, from the start of their first line."""
    first = statement
    while (before := first.prev()) is not None and before.kind() == "comment":
        gap = file.text[span_of(before).end : span_of(first).start]
        if gap.count("\n") > 1 or file.text[file.line_start(span_of(before).start) : span_of(before).start].strip():
            break
        first = before
    return Span(span_of(first).start, statement_end(file, statement))


def statement_end(file: SourceFile, statement: SgNode) -> int:
    """The end of a statement with its semicolon and a comment at the end of its line."""
    end = span_of(statement).end
    text = file.text
    while end < len(text) and text[end] in " \t":
        end += 1
    if end < len(text) and text[end] == ";":
        end += 1
    else:
        end = span_of(statement).end
    rest = text[end : file.line_end(end)]
    return end + len(rest.rstrip()) if rest.strip().startswith("//") else end


def context_name(file: SourceFile, node: SgNode) -> str:
    """`ctx`, or a fresh name where the piece has its own `ctx`."""
    return "convexCtx" if re.search(r"\bctx\b", file.slice(span_of(node))) else "ctx"
