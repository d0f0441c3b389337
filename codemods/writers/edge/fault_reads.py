"""How an error handler looks at its error: class tests, casts and callbacks, for an error that crossed as data."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source import (
    FUNCTION_KINDS,
    Binding,
    Edit,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    span_of,
    unwrap,
)
from codemods.source.tree import operator_of, parameters
from codemods.workspace import Declared, External, Workspace
from codemods.writers.edge.ported import Ported, untyped

_CASTS = ("as_expression", "type_assertion", "satisfies_expression")
_PRISMA = "PrismaClientKnownRequestError"
_RENAMED = {("mongoose", "Error"): "MongooseError"}
"""Classes that their package exports by another name."""
ZOD_MEMBERS = frozenset({"flatten", "format", "formErrors", "isEmpty"})
"""What a ZodError makes of its issues."""
_PLAIN = frozenset({"toString", "hasOwnProperty"})


class FaultReads:
    """The local names of one error handler that hold its error, and the edits of what it does with them."""

    def __init__(self, ported: Ported, function: SgNode, error: SgNode, workspace: Workspace) -> None:
        self._ported, self._function, self._workspace = ported, function, workspace
        self._file: SourceFile = ported.file
        own = self._file.bindings.resolve(error) if error.kind() == "identifier" else None
        self._own = own
        self._faults: list[Binding] = [own] if own is not None else []
        self._parts: list[Binding] = list(self._file.bindings.declared_in(error)) if own is None else []
        self._zod: SgNode | None = None
        self._remade: set[Span] = set()
        self._aliases()

    @property
    def is_loose(self) -> bool:
        """The error is replaced by what may be no error, or given to functions that want it to be of some class."""
        return any(self._is_passed(reference) or _becomes_other(reference) for reference in self.references)

    @property
    def references(self) -> list[SgNode]:
        """All uses of the error as a whole."""
        return [reference for binding in self._faults for reference in binding.references]

    def write(self) -> None:
        """All edits."""
        for node in find_all(self._function, "binary_expression"):
            self._class_test(node)
        for node in find_all(self._function, "member_expression"):
            self._class_name(node)
            self._method(node)
        if self._ported.typed:
            for kind in _CASTS:
                for node in find_all(self._function, kind):
                    self._cast(node)
            for node in find_all(self._function, "call_expression"):
                self._callbacks(node)

    # ---- names that hold the error --------------------------------------------------------------

    def _aliases(self) -> None:
        """`let error = err`, `const e = err as AppError`, `const { errors } = err`, in order."""
        for declarator in find_all(self._function, "variable_declarator"):
            name, value = declarator.field("name"), declarator.field("value")
            if name is None or value is None:
                continue
            if name.kind() == "identifier" and self._may_be_fault(value):
                binding = self._file.bindings.resolve(name)
                if binding is not None:
                    self._faults.append(binding)
                untyped(self._ported, declarator.field("type"))
            elif self._comes_from_fault(value):
                for node in [name, *find_all(name, "identifier", "shorthand_property_identifier_pattern")]:
                    found = self._file.bindings.resolve(node)
                    self._parts += [found] if found is not None else []

    def _may_be_fault(self, value: SgNode) -> bool:
        plain = unwrap(value)
        match plain.kind():
            case "identifier":
                return self._is_fault(plain)
            case "ternary_expression":
                branches = (plain.field("consequence"), plain.field("alternative"))
                return any(branch is not None and self._may_be_fault(branch) for branch in branches)
            case "binary_expression":
                sides = (plain.field("left"), plain.field("right"))
                joined = operator_of(plain) in ("||", "??", "&&")
                return joined and any(side is not None and self._may_be_fault(side) for side in sides)
            case "object":
                spreads = [child for child in named(plain) if child.kind() == "spread_element" and named(child)]
                return any(self._is_fault(named(spread)[0]) for spread in spreads)
            case _:
                return False

    def _is_fault(self, node: SgNode) -> bool:
        return self._holds(unwrap(node), self._faults)

    def _holds(self, node: SgNode, bindings: list[Binding]) -> bool:
        if node.kind() != "identifier":
            return False
        return self._file.bindings.resolve(node) in bindings

    def _comes_from_fault(self, node: SgNode) -> bool:
        """`err.errors`, `err.errors.filter(…)`, and what was taken from them before."""
        base = unwrap(node, awaited=True)
        while True:
            parts = member(base)
            inner = parts[0] if parts is not None else base.field("function")
            if inner is None or base.kind() == "new_expression":
                break
            base = unwrap(inner)
        return self._holds(base, [*self._faults, *self._parts])

    def _is_passed(self, reference: SgNode) -> bool:
        """Given to a function of the repository, without a cast."""
        parent = reference.parent()
        call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
        callee = call.field("function") or call.field("constructor") if call is not None else None
        if callee is None:
            return False
        base = unwrap(callee)
        while (parts := member(base)) is not None:
            base = parts[0]
        binding = self._file.bindings.resolve(base) if base.kind() == "identifier" else None
        return binding is not None and not span_of(self._function).holds(span_of(binding.node))

    # ---- its class ------------------------------------------------------------------------------

    def _class_test(self, node: SgNode) -> None:
        """`err instanceof NotFoundError` → `err.kinds.includes("NotFoundError")`."""
        left, right = node.field("left"), node.field("right")
        if left is None or right is None or operator_of(node) != "instanceof":
            return
        if not self._is_fault(left):
            return
        name = unwrap(left).text()
        kind = self._class(right)
        if self._is_zod(right):
            self._zod = self._zod or right
        self._ported.edits.append(Edit.replace(_negated(node), f'{self.fault_of(name)}.kinds.includes("{kind}")'))

    def _class(self, node: SgNode) -> str:
        """The name that the class itself has, whatever the file calls it."""
        own = unwrap(node).text().rsplit(".", 1)[-1]
        meaning = self._workspace.meaning_of(self._file.path, node)
        if isinstance(meaning, Declared):
            name = meaning.node.field("name")
            return name.text() if name is not None else own
        if isinstance(meaning, External) and meaning.path and meaning.path[-1] != "default":
            return _RENAMED.get((meaning.module, meaning.path[-1]), meaning.path[-1])
        return _PRISMA if _PRISMA in own else own

    def _is_zod(self, node: SgNode) -> bool:
        meaning = self._workspace.meaning_of(self._file.path, node)
        is_zod = isinstance(meaning, External) and meaning.module.split("/")[0] == "zod"
        return is_zod and self._class(node) == "ZodError"

    def _method(self, node: SgNode) -> None:
        """`err.flatten()` → `new ZodError(err.issues).flatten()`: data has no methods."""
        parts, parent = member(node), node.parent()
        if parts is None or not self._is_fault(parts[0]):
            return
        if self._zod is not None and parts[1] in ZOD_MEMBERS:
            whole = span_of(parts[0])
            self._remade.add(whole)
            self._ported.kept.append(span_of(self._zod))
            made = f"new {unwrap(self._zod).text()}({unwrap(parts[0]).text()}.issues)"
            self._ported.edits.append(Edit.replace(whole, made))
            return
        is_called = parent is not None and parent.kind() == "call_expression" and parent.field("function") == node
        field = self._given_out(parts[1]) if is_called and parent is not None and not arguments(parent) else None
        if field is not None and parent is not None:
            self._ported.edits.append(Edit(span_of(parent), (span_of(parts[0]), f".{field}")))
        elif is_called and parts[1] not in _PLAIN:
            self._ported.problem("CX701", f"calls `{parts[1]}` of the error, which is data by then", node)

    def _given_out(self, method: str) -> str | None:
        """The field that `getCode() { return this.code; }` gives, in all classes that the handler tests for."""
        found: set[str | None] = set()
        for node in find_all(self._function, "binary_expression"):
            left, right = node.field("left"), node.field("right")
            if left is None or right is None or operator_of(node) != "instanceof" or not self._is_fault(left):
                continue
            meaning = self._workspace.meaning_of(self._file.path, right)
            for declared in find_all(meaning.node, "method_definition") if isinstance(meaning, Declared) else []:
                name = declared.field("name")
                if name is not None and name.text() == method:
                    found.add(_field_given(declared))
        return found.pop() if len(found) == 1 else None

    def _class_name(self, node: SgNode) -> None:
        """`err.constructor.name` → `err.kinds[0]`."""
        parts = member(node)
        if parts is None or parts[1] != "constructor" or not self._is_fault(parts[0]):
            return
        above = node.parent()
        read = member(above) if above is not None else None
        if above is None or read is None or read[1] != "name":
            self._ported.problem("CX701", "compares the class of the error", node)
            return
        self._ported.edits.append(Edit(span_of(above), (span_of(parts[0]), ".kinds[0]")))

    def is_own(self, expression: str) -> bool:
        """Is it the error that the handler was called with?"""
        return self._own is not None and expression == self._own.name and not self._own.reassigned

    def fault_of(self, expression: str) -> str:
        """An expression that is handed on, as a fault."""
        return expression if self.is_own(expression) else f"{self._ported.use('faultOf')}({expression})"

    # ---- types ----------------------------------------------------------------------------------

    def _cast(self, node: SgNode) -> None:
        """`(err as AppError).status`, `const e = err as AppError`: the fault has every field."""
        parent = node.parent()
        top = node
        while parent is not None and parent.kind() in ("parenthesized_expression", *_CASTS):
            top, parent = parent, parent.parent()
        if parent is None or not self._is_fault(node) or (node.parent() or node).kind() in _CASTS:
            return
        reads = member(parent) if parent.kind() in ("member_expression", "subscript_expression") else None
        if reads is not None and span_of(reads[0]) in (span_of(top), span_of(unwrap(top)), span_of(node)):
            whole = parent.field("object") or top
            if span_of(whole) not in self._remade:
                self._ported.edits.append(Edit.replace(span_of(whole), unwrap(node).text()))
        elif parent.kind() == "variable_declarator":
            self._ported.edits.append(Edit.replace(span_of(node), unwrap(node).text()))

    def _callbacks(self, call: SgNode) -> None:
        """`err.errors.map((e) => …)`: nothing says what the callback gets."""
        callee = call.field("function")
        if callee is None or member(callee) is None or not self._comes_from_fault(callee):
            return
        for argument in arguments(call):
            function = unwrap(argument)
            if function.kind() not in FUNCTION_KINDS:
                continue
            bare = function.field("parameter")
            if bare is not None:
                self._ported.edits.append(Edit(span_of(bare), ("(", span_of(bare), ": any)")))
                continue
            for parameter in parameters(function):
                if parameter.type is None and parameter.default is None:
                    end = span_of(parameter.node).end
                    text = ": any[]" if parameter.is_rest else ": any"
                    self._ported.edits.append(Edit.insert(end, text))


def _field_given(method: SgNode) -> str | None:
    """`{ return this.code; }`"""
    body = method.field("body")
    returned = re.fullmatch(r"\{\s*return this\.(\w+);?\s*\}", body.text()) if body is not None else None
    return returned[1] if returned is not None else None


def _becomes_other(reference: SgNode) -> bool:
    """`error = { … }`, `error = toAppError(…)`; new errors have all that an error has."""
    parent = reference.parent()
    left, right = (parent.field("left"), parent.field("right")) if parent is not None else (None, None)
    if parent is None or left is None or right is None or not parent.kind().endswith("assignment_expression"):
        return False
    return span_of(left) == span_of(reference) and unwrap(right).kind() not in ("new_expression", "identifier")


def _negated(node: SgNode) -> Span:
    """`!(err instanceof AppError)`: a call needs no parentheses."""
    parent = node.parent()
    above = parent.parent() if parent is not None and parent.kind() == "parenthesized_expression" else None
    is_operand = above is not None and above.kind() == "unary_expression"
    return span_of(parent) if parent is not None and is_operand else span_of(node)
