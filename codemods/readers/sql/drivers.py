"""What the drivers' methods do, and which calls are theirs: of pools and clients, of prepared statements, of functions
of the application that hand a text and its values on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.sql import Dialect, Gives
from codemods.readers.calls import CallSite, call_site
from codemods.readers.literals import Property, entries
from codemods.readers.origins import Origins
from codemods.readers.sql.definitions import DIALECTS
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, find_all, member, named, parameters, property_name, unwrap
from codemods.workspace import Declared, FunctionRef, Workspace

_QUERIES: Mapping[str, Mapping[str, Gives]] = {
    "pg": {"query": Gives.RESULT},
    "@electric-sql/pglite": {"query": Gives.RESULT},
    "mysql2": {"query": Gives.PAIR, "execute": Gives.PAIR},
}
"""Methods that are given a text and its values, and what they give."""

_CONNECTS: Mapping[str, frozenset[str]] = {
    "pg": frozenset({"connect", "release", "end", "on"}),
    "mysql2": frozenset({"getConnection", "release", "end", "beginTransaction", "commit", "on"}),
    "better-sqlite3": frozenset({"pragma", "close", "prepare"}),
}
"""Methods for which there is nothing to do."""

_PREPARED = {"get": Gives.FIRST, "all": Gives.ROWS, "run": Gives.RUN}
WORDS = re.compile(
    r"\.\s*(?:query|execute|get|all|run|prepare|connect|getConnection|release|end|exec|commit|pragma)\b|\bquery\w*\s*\(",
    re.IGNORECASE,
)
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that sends a statement: its text, and where that stands; its values, one list or `spread` arguments."""

    dialect: Dialect
    gives: Gives
    file: SourceFile
    text: SgNode
    values: tuple[SgNode, ...]
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """A call that opens or closes something, or for which nothing else is left to do."""

    method: str


class Drivers:
    """Answers for one file."""

    def __init__(self, workspace: Workspace, file: SourceFile) -> None:
        self._workspace, self._file = workspace, file
        self._origins = Origins(workspace)

    def read(self, site: CallSite) -> Sent | Control | None:
        """What a call of a driver is, None for every other call."""
        if site.is_new:
            return None
        if site.target is not None and site.method is not None:
            found = self._method(site, site.target, site.method)
            if found is not None:
                return found
        return self._wrapper(site)

    def _method(self, site: CallSite, target: SgNode, method: str) -> Sent | Control | None:
        if method in _PREPARED:
            prepared = self._prepared(self._file, target, 0)
            if prepared is not None:
                file, text = prepared
                return Sent(Dialect.SQLITE, _PREPARED[method], file, text, site.arguments, spread=True)
        known = [
            package
            for package in DIALECTS
            if method in _QUERIES.get(package, {}) or method in _CONNECTS.get(package, ())
        ]
        if not known:
            return None
        package = self._package(site, target)
        if package is None:
            return None
        gives = _QUERIES.get(package, {}).get(method)
        if gives is not None and site.arguments:
            return Sent(DIALECTS[package], gives, self._file, site.arguments[0], site.arguments[1:])
        return Control(method) if method in _CONNECTS.get(package, ()) else None

    def _package(self, site: CallSite, target: SgNode) -> str | None:
        """The driver that a receiver comes from."""
        origin = self._origins.of_receiver(self._file, site.node, target)
        if origin is None:
            origin = self._origins.of(self._file, _awaited_value(self._file, target))
        return origin.package if origin is not None and origin.package in DIALECTS else None

    # ---- prepared statements ----------------------------------------------------------------------

    def _prepared(self, file: SourceFile, node: SgNode, depth: int) -> tuple[SourceFile, SgNode] | None:
        """The text of the statement that an expression is, and its file."""
        node = unwrap(node)
        if depth > _DEPTH:
            return None
        if node.kind() == "call_expression":
            site = call_site(node)
            if site is None or site.method != "prepare" or site.target is None or not site.arguments:
                return None
            origin = self._origins.of(file, site.target)
            is_sqlite = origin is not None and origin.package == "better-sqlite3"
            return (file, site.arguments[0]) if is_sqlite else None
        for where, value in self._values(file, node):
            found = self._prepared(where, value, depth + 1)
            if found is not None:
                return found
        return None

    def _values(self, file: SourceFile, node: SgNode) -> list[tuple[SourceFile, SgNode]]:
        """The one value that a name has, through constants, properties, getters and single assignments."""
        if node.kind() in ("identifier", "shorthand_property_identifier"):
            return [found] if (found := self._value(file, node)) is not None else []
        parts = member(node)
        if parts is None:
            return []
        held = self._object(file, parts[0])
        value = _property(held[1], parts[1]) if held is not None else None
        return [(held[0], value)] if held is not None and value is not None else []

    def _value(self, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode] | None:
        binding = file.bindings.resolve(node)
        value = _single_value(binding) if binding is not None else None
        if value is not None:
            return file, value
        meaning = self._workspace.meaning_of(file.path, node)
        if isinstance(meaning, Declared):
            value = meaning.node.field("value") or _single_value(meaning.binding)
            if value is not None:
                return self._workspace.source(meaning.file), value
        return None

    def _object(self, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode] | None:
        for _ in range(_DEPTH):
            node = unwrap(node)
            if node.kind() == "object":
                return file, node
            found = self._values(file, node)
            if not found:
                return None
            file, node = found[0]
        return None

    # ---- functions of the application -------------------------------------------------------------

    def _wrapper(self, site: CallSite) -> Sent | None:
        """A call of a function that does nothing with a text and its values but to send them."""
        if not site.arguments or len(site.arguments) > 3:
            return None
        called = self._workspace.callee(self._file.path, site.node)
        if not isinstance(called, FunctionRef):
            return None
        wraps = _wrapped(self._workspace, called)
        if wraps is None:
            return None
        dialect, gives, at, values = wraps
        if at >= len(site.arguments):
            return None
        given = site.arguments[values : values + 1] if values is not None else ()
        return Sent(dialect, gives, self._file, site.arguments[at], given)


def _wrapped(workspace: Workspace, called: FunctionRef) -> tuple[Dialect, Gives, int, int | None] | None:
    """What a function gives that hands its parameters on to a driver: the dialect, the form of the result, and which
    parameters are the text and the values."""
    function = called.node
    if function.kind() not in FUNCTION_KINDS or not WORDS.search(function.text()):
        return None
    file = workspace.source(called.file)
    names = [parameter.name for parameter in parameters(function)]
    drivers = Drivers(workspace, file)
    sent: list[tuple[SgNode, Sent]] = []
    for node in find_all(function, "call_expression"):
        site = call_site(node)
        if site is None or site.target is None or site.method is None:
            continue
        found = drivers._method(site, site.target, site.method)
        if isinstance(found, Sent):
            sent.append((node, found))
    if len(sent) != 1:
        return None
    node, one = sent[0]
    does_more = any(not _is_harmless(each, node) for each in find_all(function, "call_expression"))
    if does_more or _changes_errors(function):
        return None
    text, values = one.text.text(), one.values[0].text() if one.values else None
    if text not in names or (values is not None and values not in names):
        return None
    shape = _returned(function, node)
    if shape is None:
        return None
    gives = _GIVEN.get((one.gives, shape))
    return None if gives is None else (one.dialect, gives, names.index(text), names.index(values) if values else None)


_GIVEN: Mapping[tuple[Gives, str], Gives] = {
    (Gives.RESULT, ""): Gives.RESULT,
    (Gives.RESULT, ".rows"): Gives.ROWS,
    (Gives.PAIR, ""): Gives.PAIR,
    (Gives.PAIR, "[0]"): Gives.ROWS,
}
"""What a function gives that returns the result of a driver, or this part of it."""


_HARMLESS = re.compile(
    r"(?:\w+\.)?(?:console|log|logger)\.\w+$|(?:Date|performance)\.now$|(?:String|Math\.\w+|JSON\.stringify)$"
    r"|\w+\.(?:toFixed|release|toString|slice|substring|connect|getConnection)$"
)
"""Calls beside that of the driver with which a function still only sends: it logs, or takes the time."""


def _is_harmless(call: SgNode, driver: SgNode) -> bool:
    callee = call.field("function")
    return call == driver or (callee is not None and _HARMLESS.search(callee.text()) is not None)


def _changes_errors(function: SgNode) -> bool:
    """Does a `catch` do anything but to throw what it caught?"""
    for clause in find_all(function, "catch_clause"):
        parameter, body = clause.field("parameter"), clause.field("body")
        last = named(body)[-1] if body is not None and named(body) else None
        thrown = named(last)[0].text() if last is not None and last.kind() == "throw_statement" else None
        if parameter is None or thrown != parameter.text():
            return True
    return False


def _returned(function: SgNode, call: SgNode) -> str | None:
    """The part of a call's result that a function returns: "" for all of it. None where it returns something else."""
    body = function.field("body")
    returns = find_all(function, "return_statement")
    if body is not None and body.kind() != "statement_block":
        return "" if unwrap(body, awaited=True) == call else None
    values = [unwrap(named(each)[0], awaited=True) for each in returns if named(each)]
    if len(values) != 1 or len(returns) != 1:
        return None
    value = values[0]
    if value == call:
        return ""
    name = _held_name(call)
    if name is None:
        return None
    pattern, part = name
    if value.kind() == "identifier" and value.text() == pattern:
        return part
    access = member(value)
    if access is not None and access[0].text() == pattern and part == "":
        return f".{access[1]}"
    return None


def _held_name(call: SgNode) -> tuple[str, str] | None:
    """The variable that holds the result of a call: `const res = await …`, or `const [rows] = await …`."""
    node = call
    parent = node.parent()
    while parent is not None and parent.kind() in ("await_expression", "as_expression", "parenthesized_expression"):
        node, parent = parent, parent.parent()
    name = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    if name is None:
        return None
    if name.kind() == "identifier":
        return name.text(), ""
    first = named(name)[0] if name.kind() == "array_pattern" and named(name) else None
    return (first.text(), "[0]") if first is not None and first.kind() == "identifier" else None


def _awaited_value(file: SourceFile, node: SgNode) -> SgNode:
    """What a constant was made from, `await pool.connect()`, else the node."""
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    value = binding.value if binding is not None and not binding.reassigned and not binding.path else None
    return unwrap(value, awaited=True) if value is not None else node


def _single_value(binding: Binding | None) -> SgNode | None:
    """What a variable is given, where it is given one value only."""
    if binding is None or binding.path:
        return None
    assigned = []
    for reference in binding.references:
        parent = reference.parent()
        left = parent.field("left") if parent is not None and parent.kind() == "assignment_expression" else None
        if parent is not None and left is not None and left == reference:
            right = parent.field("right")
            assigned += [right] if right is not None else []
    values = [*([binding.value] if binding.value is not None else []), *assigned]
    return values[0] if len(values) == 1 else None


def _property(literal: SgNode, name: str) -> SgNode | None:
    """The value of a property of an object, also what a getter returns."""
    for entry in entries(literal):
        if isinstance(entry, Property) and entry.key == name:
            return entry.value
    for method in named(literal):
        is_getter = method.kind() == "method_definition" and any(child.kind() == "get" for child in method.children())
        body = method.field("body")
        if is_getter and body is not None and property_name(method.field("name")) == name:
            returns = find_all(body, "return_statement")
            values = named(returns[0]) if len(returns) == 1 else []
            return values[0] if len(named(body)) == 1 and values else None
    return None
