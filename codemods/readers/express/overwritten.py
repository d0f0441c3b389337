"""Members that hold another function by the time that they are read: `guards.auth = …`, `Object.assign(guards, …)`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.likeness import takes_request
from codemods.readers.express.objects import required_module
from codemods.source import SourceFile, arguments, find_all, member, named, parameters, span_of, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, enclosing, member_path, property_name
from codemods.workspace import Declared, FunctionRef, InFile, Role, Workspace

_DEFINES = frozenset({"assign", "defineProperty", "defineProperties"})
_OWN = frozenset({"this", "exports", "module"})
"""What a file defines its members on."""


def is_overwritten(workspace: Workspace, file: SourceFile, node: SgNode, function: FunctionRef) -> bool:
    """May the member that `node` reads, which is `function` where it is defined, be another one by then?

    A name that is taken from an object or a module is such a read as well.
    """
    parts = member(node)
    home = _declared(workspace, file, parts[0]) if parts is not None else None
    name = parts[1] if parts is not None else _taken(file, node)
    if name is None:
        return False
    homes = {function.file, *([home.file] if home is not None else [])}
    return any(_may_be(workspace, homes, home, write) for write in _writes(workspace, name, function))


def _taken(file: SourceFile, node: SgNode) -> str | None:
    """`auth` of `const { auth: check } = guards`, or of `import { auth as check } from "./guards"`."""
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    if binding is None:
        return None
    if binding.imported is not None:
        return binding.imported.imported
    return binding.path[-1] if binding.path else None


def _declared(workspace: Workspace, file: SourceFile, node: SgNode) -> Declared | None:
    meaning = workspace.meaning_of(file.path, node)
    return meaning if isinstance(meaning, Declared) else None


@dataclass(frozen=True, slots=True)
class _Write:
    """The object whose member is written, and the value, where there is one."""

    file: SourceFile
    target: SgNode
    value: SgNode | None


def _writes(workspace: Workspace, name: str, function: FunctionRef) -> Iterator[_Write]:
    """All that writes a member of that name, the definition itself aside."""
    for path in {*_writers(workspace).get(name, ()), *_writers(workspace).get("", ())}:
        for written, write in _members(workspace, path):
            if written in (name, "") and not _is(write, function):
                yield write


_WRITES = re.compile(r"\.(\w+)\s*=(?![=>])|\[\s*[\"'`](\w+)[\"'`]\s*\]\s*=(?![=>])|\bObject\.(?:assign|definePropert)")


@lru_cache(maxsize=4)
def _writers(workspace: Workspace) -> dict[str, list[str]]:
    """The files that may write a member, by its name; those under no name may write any."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in workspace.files:
        if workspace.role_of(path) is Role.TEST or not path.endswith(_SOURCES):
            continue
        for name in {match[1] or match[2] or "" for match in _WRITES.finditer(workspace.text(path))}:
            found[name].append(path)
    return found


@lru_cache(maxsize=256)
def _members(workspace: Workspace, path: str) -> tuple[tuple[str, _Write], ...]:
    """The members that a file writes; an empty name for any."""
    file = workspace.source(path)
    found: list[tuple[str, _Write]] = []
    for node in find_all(file.root, "assignment_expression"):
        parts, right = member(node.field("left") or node), node.field("right")
        if parts is not None and right is not None:
            found.append((parts[1], _Write(file, parts[0], right)))
    for call in file.calls if "Object." in file.text else ():
        found += _defined(file, call)
    return tuple(found)


_SOURCES = (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx")


def _is(write: _Write, function: FunctionRef) -> bool:
    """Is it where the function is defined?"""
    here = write.value is not None and write.file.path == function.file
    return here and write.value is not None and span_of(write.value).holds(span_of(function.node))


def _defined(file: SourceFile, call: SgNode) -> Iterator[tuple[str, _Write]]:
    """`Object.assign(guards, { auth })`, `Object.defineProperty(guards, "auth", …)`."""
    callee, given = bare(call.field("function")), arguments(call)
    parts = member(callee) if callee is not None else None
    if parts is None or parts[0].text() != "Object" or parts[1] not in _DEFINES or len(given) < 2:
        return
    write = _Write(file, given[0], None)
    if parts[1] == "defineProperty":
        yield string_value(given[1]) or "", write
        return
    for one in given[1:]:
        yield from ((key, write) for key in (_keys(one) if one.kind() == "object" else [""]))


def _keys(literal: SgNode) -> Iterator[str]:
    """The keys of an object; what it spreads may be any."""
    for part in named(literal):
        label = part.field("key") or part.field("name")
        known = property_name(label) if label is not None else part.text()
        yield known if known is not None and part.kind() != "spread_element" else ""


def _may_be(workspace: Workspace, homes: set[str], home: Declared | None, write: _Write) -> bool:
    """May what is written to be the object whose member is read?"""
    file, target = write.file, write.target
    root = unwrap(member_path(target)[0])
    module = required_module(root)
    if module is not None:
        found = workspace.resolve_import(file.path, module)
        return isinstance(found, InFile) and _leads_to(workspace, found.path, homes)
    if root.kind() != "identifier" or root.text() in _OWN:
        return False
    binding = file.bindings.resolve(root)
    if binding is None:
        return False
    if binding.kind == "parameter":
        return not _is_message(file, root) and _is_function(workspace, file, write.value)
    if binding.imported is not None:
        found = workspace.resolve_import(file.path, binding.imported.module)
        return isinstance(found, InFile) and _leads_to(workspace, found.path, homes)
    written = _declared(workspace, file, target)
    if home is not None and written is not None and written.file == home.file:
        return span_of(written.node) == span_of(home.node)
    return file.path in homes


def _leads_to(workspace: Workspace, path: str, homes: set[str]) -> bool:
    """Is it one of the files, or an index that exports what is in one?"""
    sources = {item.module for item in workspace.source(path).bindings.imports}
    found = (workspace.resolve_import(path, module) for module in sources)
    return path in homes or any(isinstance(one, InFile) and one.path in homes for one in found)


def _is_message(file: SourceFile, root: SgNode) -> bool:
    """Is it the request or the response of a handler, on which nothing is registered?"""
    binding = file.bindings.resolve(root)
    function = enclosing(binding.node, FUNCTION_KINDS) if binding is not None else None
    if function is None or not takes_request(function):
        return False
    return root.text() in {parameter.pattern.text() for parameter in parameters(function)[:2]}


def _is_function(workspace: Workspace, file: SourceFile, value: SgNode | None) -> bool:
    plain = unwrap(value) if value is not None else None
    if plain is None or plain.kind() in FUNCTION_KINDS:
        return True
    known = plain.kind() in ("identifier", "member_expression")
    return known and isinstance(workspace.function_of(file.path, plain), FunctionRef)
