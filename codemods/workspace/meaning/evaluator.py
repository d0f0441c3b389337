"""Evaluates expressions, types and names of one repository: the memory and the recursion that the rest shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import Protocol

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.bindings import Bindings
from codemods.source.file import SourceFile
from codemods.workspace.discovery import FileInfo
from codemods.workspace.graph import Link
from codemods.workspace.imports import Resolved
from codemods.workspace.meaning import calls, contexts, expressions, members, modules, types, variables
from codemods.workspace.meaning.heritage import Heritage
from codemods.workspace.meaning.values import CIRCULAR, UnknownValue, Value
from codemods.workspace.roles import Role

_DEPTH = 60
_NEVER = 1 << 30


class Repository(Protocol):
    """What the evaluator asks of the workspace."""

    @property
    def files(self) -> Mapping[str, FileInfo]: ...
    def source(self, path: str) -> SourceFile: ...
    def text(self, path: str) -> str: ...
    def role_of(self, path: str) -> Role: ...
    def resolve_import(self, from_path: str, spec: str) -> Resolved: ...
    def importers(self, path: str) -> tuple[str, ...]: ...
    def links(self, path: str) -> Mapping[str, Link]: ...


class Evaluator:
    """Every answer is computed once. What depends on itself is answered with CIRCULAR, and answers that met such a
    cycle are kept only by the one that began it, so that the order of questions does not matter."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.heritage = Heritage(self)
        self._known: dict[Hashable, Value] = {}
        self._active: dict[Hashable, int] = {}
        self._lowest = _NEVER
        self._defined: dict[str, bool] = {}

    def bindings(self, file: str) -> Bindings:
        """Scopes and bindings of a file."""
        return self.repository.source(file).bindings

    def value(self, file: str, node: SgNode) -> Value:
        """What the expression `node` evaluates to."""
        return self._once(("value", file, node), lambda: expressions.evaluate(self, file, node))

    def type(self, file: str, node: SgNode) -> Value:
        """A value of the type that `node` writes."""
        return self._once(("type", file, node), lambda: types.instance(self, file, node))

    def binding(self, file: str, binding: Binding) -> Value:
        """What a declared name holds."""
        return self._once(("binding", file, binding), lambda: variables.evaluate(self, file, binding))

    def binding_type(self, file: str, binding: Binding) -> Value:
        """A value of the type that a declared name stands for."""
        return self._once(("named", file, binding), lambda: types.named_instance(self, file, binding))

    def export(self, file: str, name: str) -> Value:
        """What the module `file` exports as `name`; "*" is the module itself."""
        return self._once(("export", file, name), lambda: modules.exported(self, file, name))

    def member(self, value: Value, name: str) -> Value:
        """What the property `name` of `value` holds."""
        return self._once(("member", value, name), lambda: members.member(self, value, name))

    def result(self, function: Value) -> Value:
        """What a call of `function` returns."""
        return self._once(("result", function), lambda: calls.result(self, function))

    def received(self, file: str, node: SgNode, index: int) -> Value:
        """What the function that `node` evaluates to gets as parameter number `index` wherever it is used."""
        return self._once(("received", file, node, index), lambda: contexts.received(self, file, node, index))

    def all_files(self) -> Iterable[str]:
        """The files that can matter to the server: everything but tests."""
        return (path for path in self.repository.files if self.repository.role_of(path) is not Role.TEST)

    @cached_property
    def declares_global(self) -> tuple[str, ...]:
        """The files that hold a `declare global`."""
        return tuple(file for file in self.all_files() if "declare global" in self.repository.text(file))

    def defines(self, name: str) -> bool:
        """True when some file of the repository seems to define a function or method called `name`."""
        if name not in self._defined:
            value = r"(?:async\b|function\b|\([^()]*\)\s*=>)"
            pattern = re.compile(rf"(?<![.\w]){name}\s*(?:\([^()]*\)[^;,()]*\{{|[:=]\s*{value})")
            texts = (self.repository.text(file) for file in self.all_files())
            self._defined[name] = any(name in text and pattern.search(text) for text in texts)
        return self._defined[name]

    def _once(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        if key in self._known:
            return self._known[key]
        if key in self._active:
            self._lowest = min(self._lowest, self._active[key])
            return CIRCULAR
        depth = len(self._active)
        if depth >= _DEPTH * 4:
            self._lowest = 0
            return UnknownValue("nested too deeply to be followed")
        self._active[key] = depth
        outer, self._lowest = self._lowest, _NEVER
        try:
            value = compute()
        finally:
            del self._active[key]
            lowest, self._lowest = self._lowest, outer
        if lowest >= depth:
            self._known[key] = value
        else:
            self._lowest = min(outer, lowest)
        return value
