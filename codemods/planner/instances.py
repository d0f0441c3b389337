"""Objects that a function makes for itself, or gets from a singleton: their methods are functions of a module."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.facts import PieceUse, Style
from codemods.planner.pieces import PieceKind, function_piece
from codemods.planner.places_of_use import call_of
from codemods.planner.scan import Scan
from codemods.source import Binding, arguments, find_all, member, named, parameters, span_of, unwrap
from codemods.source.tree import VARIABLE_KINDS, is_async
from codemods.workspace import Declared, FunctionRef

_PLAIN = frozenset({"identifier", "member_expression", "string", "number", "true", "false", "null", "this"})


class Instances:
    """Reads the objects of one piece whose class keeps nothing: making one is nothing, calling one is a call."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan

    def read(self) -> None:
        for node in find_all(self._scan.node, "new_expression", "call_expression"):
            if self._scan.starts_query(node) or self._scan.is_erased(node) or not self._is_made(node):
                continue
            above = node.parent()
            if above is not None and above.kind() == "variable_declarator":
                self._kept(above)
            elif above is not None and above.kind() == "member_expression":
                self._used_at_once(node, above)

    def _is_made(self, node: SgNode) -> bool:
        """`new UserService(repository)`, `UserService.getInstance()`: nothing happens but that there is an object."""
        workspace, path = self._scan.workspace, self._scan.file.path
        if not isinstance(workspace.instance_of(path, node), Declared):
            return False
        if not all(_is_plain(given) for given in arguments(node)):
            return False
        target = workspace.callee(path, node)
        if not isinstance(target, FunctionRef):
            return False
        if node.kind() == "call_expression":
            return not arguments(node) and _only_makes(target.node)
        return target.node.kind() != "method_definition" or _only_keeps(target.node)

    def _kept(self, declarator: SgNode) -> None:
        """`const users = new UserService();`, of which only methods are called."""
        label, statement = declarator.field("name"), declarator.parent()
        binding = self._scan.file.bindings.resolve(label) if label is not None else None
        if binding is None or binding.path or binding.reassigned or statement is None:
            return
        if statement.kind() not in VARIABLE_KINDS or len(named(statement)) != 1:
            return
        uses = [self._method(reference.parent(), binding) for reference in binding.references]
        found = [use for use in uses if use is not None]
        if found and len(found) == len(uses):
            self._scan.facts.uses += found
            self._scan.drop(statement)

    def _method(self, expression: SgNode | None, binding: Binding) -> PieceUse | None:
        parts = member(expression) if expression is not None else None
        if expression is None or parts is None or unwrap(parts[0]).text() != binding.name:
            return None
        return self._use(expression, binding.name)

    def _used_at_once(self, node: SgNode, expression: SgNode) -> None:
        use = self._use(expression, "")
        if use is not None:
            self._scan.facts.uses.append(use)
            self._scan.erase(span_of(node))

    def _use(self, expression: SgNode, local: str) -> PieceUse | None:
        target = self._scan.workspace.function_of(self._scan.file.path, expression)
        call = call_of(expression)
        if not isinstance(target, FunctionRef) or call is None:
            return None
        piece = function_piece(self._scan.workspace.source(target.file), target.node)
        if piece is None or piece.kind is not PieceKind.METHOD:
            return None
        self._scan.know(piece)
        return PieceUse(piece.key, span_of(expression), local, Style.NAMESPACE, span_of(call))


def makes_values(target: FunctionRef) -> bool:
    """Does a static method make an object of its class from what it is given, as `new Answer(data)`?

    Such a class moves as it is, where nothing in it waits for anything.
    """
    owner = target.owner_class
    label = owner.field("name") if owner is not None else None
    if owner is None or label is None or not parameters(target.node):
        return False
    made = (node.field("constructor") for node in find_all(target.node, "new_expression"))
    methods = find_all(owner, "method_definition")
    return any(one is not None and one.text() in (label.text(), "this") for one in made) and not any(
        map(is_async, methods)
    )


def _is_plain(given: SgNode) -> bool:
    plain = unwrap(given)
    if plain.kind() == "new_expression":
        return all(_is_plain(inner) for inner in arguments(plain))
    return plain.kind() in _PLAIN


def _only_makes(function: SgNode) -> bool:
    """`if (!it) it = new It(); return it;`: calls nothing, and takes nothing."""
    body = function.field("body")
    return body is not None and not parameters(function) and body.find(kind="call_expression") is None


def _only_keeps(constructor: SgNode) -> bool:
    """`this.users = users;`: a constructor that only puts away what it is given."""
    body = constructor.field("body")
    return body is not None and all(_keeps(statement) for statement in named(body))


def _keeps(statement: SgNode) -> bool:
    if statement.kind() == "comment":
        return True
    inner = next(iter(named(statement)), None)
    if inner is None or statement.kind() != "expression_statement":
        return False
    if inner.kind() == "call_expression":
        callee = inner.field("function")
        return callee is not None and callee.kind() == "super" and all(_is_plain(given) for given in arguments(inner))
    left, right = inner.field("left"), inner.field("right")
    parts = member(left) if left is not None else None
    keeps = inner.kind() == "assignment_expression" and parts is not None and parts[0].kind() == "this"
    return keeps and right is not None and _is_plain(right)
