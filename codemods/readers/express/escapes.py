"""Ways to register on an application that no registration shows: its methods taken as values, itself given as `this`.

What is registered like that may be a guard of any route, so each is middleware that is not carried over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.objects import VERBS, ExpressObjects
from codemods.source import SourceFile, arguments, find_all, member, named, unwrap
from codemods.source.tree import FUNCTION_KINDS, member_path, property_name, wrapped_up
from codemods.workspace import FunctionRef, Workspace

_REGISTERING = VERBS | {"use", "param", "route"}
_INNER = _REGISTERING | {"handle", "_router", "router", "stack"}
"""What Express itself calls or reads when a request comes in."""
_GIVEN_THIS = frozenset({"call", "apply", "bind"})
_CHANGING = frozenset({"assign", "defineProperty", "defineProperties", "setPrototypeOf"})
_CHANGES_LIST = frozenset({"push", "unshift", "splice", "pop", "shift", "reverse", "sort", "fill"})
_GLOBALS = frozenset({"globalThis", "global"})

_SIGNS = re.compile(r"\.(call|apply|bind)\(|\bReflect\.|\bObject\.(assign|define|setPro)|\.stack\b|global")


class Escapes:
    """Finds what the registrations of some files do not show."""

    def __init__(self, workspace: Workspace, objects: ExpressObjects, files: Sequence[str]) -> None:
        self._workspace, self._objects = workspace, objects
        self._names = frozenset(name for path in files for name in self._globals(workspace.source(path)))

    def of(self, file: SourceFile) -> Iterator[tuple[str, SgNode]]:
        """What each is called, and where it stands.

        Where the syntax is broken, calls come apart: such a file is reported as a whole.
        """
        if file.has_errors:
            return
        yield from self._values(file)
        yield from self._assigned(file)
        if _SIGNS.search(file.text) is not None or any(f"{name}." in file.text for name in self._names):
            yield from self._calls(file)

    def _is_router(self, file: SourceFile, node: SgNode) -> bool:
        return self._objects.router_of(file, node) is not None

    # ---- methods as values ----------------------------------------------------------------------

    def _values(self, file: SourceFile) -> Iterator[tuple[str, SgNode]]:
        """`const use = app.use.bind(app)`, `(0, app.use)(guard)`, `const { use } = app`."""
        for node in find_all(file.root, "member_expression"):
            parts = member(node)
            if parts is None or parts[1] not in _REGISTERING or _is_called(node) or _is_asked_for(node):
                continue
            if self._is_router(file, parts[0]):
                yield _name(node), node
        for pattern in find_all(file.root, "object_pattern"):
            above = pattern.parent()
            value = above.field("value") if above is not None and above.kind() == "variable_declarator" else None
            if value is not None and _REGISTERING & set(_keys(pattern)) and self._is_router(file, value):
                yield f"{_name(pattern)} of {_name(value)}", pattern

    # ---- members that are written ---------------------------------------------------------------

    def _assigned(self, file: SourceFile) -> Iterator[tuple[str, SgNode]]:
        """`app.handle = …`, `app.secure = function () { this.use(guard); }`."""
        for node in find_all(file.root, "assignment_expression"):
            parts, value = member(node.field("left") or node), node.field("right")
            if parts is None or value is None or not (parts[1] in _INNER or self._uses_this(file, value)):
                continue
            if parts[0].kind() != "this" and self._is_router(file, parts[0]):
                yield _name(node.field("left") or node), node

    def _uses_this(self, file: SourceFile, value: SgNode) -> bool:
        """Is it a function that may register on what it is called on?"""
        plain = unwrap(value)
        if plain.kind() in FUNCTION_KINDS:
            return "this" in plain.text()
        target = self._workspace.function_of(file.path, plain) if plain.kind() in _REFERENCES else None
        return isinstance(target, FunctionRef) and "this" in target.node.text()

    # ---- calls ----------------------------------------------------------------------------------

    def _calls(self, file: SourceFile) -> Iterator[tuple[str, SgNode]]:
        for call in file.calls:
            callee = bare(call.field("function"))
            parts = member(callee) if callee is not None else None
            if parts is None or callee is None:
                continue
            owner, name = unwrap(parts[0]), parts[1]
            given = [one for one in arguments(call) if one.kind() in _REFERENCES]
            if name in _GIVEN_THIS:
                found = self._is_given_as_this(file, owner, given[:1])
            elif owner.text() in ("Object", "Reflect"):
                found = (name in _CHANGING or owner.text() == "Reflect") and self._any_router(file, given[:2])
            elif name in _CHANGES_LIST:
                base, path = member_path(owner)
                found = path[-1:] == ("stack",) and self._is_router(file, base)
            else:
                found = name in _REGISTERING and self._is_global(file, owner)
            if found:
                yield _name(callee), call

    def _any_router(self, file: SourceFile, nodes: Sequence[SgNode]) -> bool:
        return any(self._is_router(file, node) for node in nodes)

    def _is_given_as_this(self, file: SourceFile, function: SgNode, given: Sequence[SgNode]) -> bool:
        """`secure.call(app)`: methods of the application itself are looked at as values."""
        parts = member(function)
        if not self._any_router(file, given) or (parts is not None and self._is_router(file, parts[0])):
            return False
        target = self._workspace.function_of(file.path, function)
        return not isinstance(target, FunctionRef) or "this" in target.node.text()

    # ---- the global object ----------------------------------------------------------------------

    def _globals(self, file: SourceFile) -> Iterator[str]:
        """The names under which applications are put on the global object."""
        for node in find_all(file.root, "assignment_expression") if "global" in file.text else ():
            parts, value = member(node.field("left") or node), node.field("right")
            if parts is None or value is None or not _is_global_object(file, parts[0]):
                continue
            if self._is_router(file, value):
                yield parts[1]

    def _is_global(self, file: SourceFile, node: SgNode) -> bool:
        parts = member(node)
        if parts is not None:
            return parts[1] in self._names and _is_global_object(file, parts[0])
        is_name = node.kind() == "identifier" and node.text() in self._names
        return is_name and file.bindings.resolve(node) is None


_REFERENCES = frozenset({"identifier", "member_expression"})


def _is_global_object(file: SourceFile, node: SgNode) -> bool:
    root = unwrap(node)
    return root.text() in _GLOBALS and file.bindings.resolve(root) is None


def _is_called(node: SgNode) -> bool:
    outer = wrapped_up(node)
    above = outer.parent()
    return above is not None and above.kind() == "call_expression" and above.field("function") == outer


def _is_asked_for(node: SgNode) -> bool:
    """`typeof app.get`, and types."""
    above = node.parent()
    return above is not None and (above.kind() == "type_query" or above.text().startswith("typeof "))


def _keys(pattern: SgNode) -> Iterator[str]:
    for element in named(pattern):
        key = element.field("key") or element.field("left")
        yield (property_name(key) or key.text()) if key is not None else element.text()


def _name(node: SgNode) -> str:
    text = " ".join(node.text().split())
    return text if len(text) <= 60 else text[:57] + "…"
