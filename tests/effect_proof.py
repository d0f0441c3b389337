"""Shows that no query or mutation of a Convex project reaches the world outside, a timer or Node.

The calls are followed through the whole project, by a reading of its output that knows nothing of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ast_grep_py import SgNode

from codemods.planner.running.npm import ACTING, Nature, package_nature
from codemods.planner.running.runtimes import GLOBALS
from codemods.source import SourceFile, arguments, find_all, property_name, span_of
from codemods.workspace import External, FunctionRef, Global, InFile, Workspace

_TRANSACTIONS = frozenset({"query", "mutation", "internalQuery", "internalMutation"})
_TIMERS = frozenset({"setTimeout", "setInterval", "setImmediate"})
_FORBIDDEN = ACTING | {Nature.SERVER}


def effects_out_of_place(root: Path) -> list[str]:
    """What is wrong with the project in a folder, in words: empty when all is well."""
    workspace = Workspace.open(root)
    paths = [path for path in workspace.files if path.startswith("convex/") and "/_generated/" not in path]
    files = {path: workspace.source(path) for path in paths}
    on_node = {path for path, file in files.items() if file.text.startswith('"use node"')}
    problems = [problem for path, file in files.items() for problem in _imports(workspace, path, file, on_node)]
    for path, file in files.items():
        for name, handler in _transactions(file):
            problems += [f"{path}: {name} is on Node"] if path in on_node else []
            problems += [f"{path}: {name} reaches {what}" for what in _reached(workspace, path, handler)]
    return problems


def _imports(workspace: Workspace, path: str, file: SourceFile, on_node: set[str]) -> Iterator[str]:
    """A file for the Convex runtime loads nothing for Node."""
    for item in file.bindings.imports if path not in on_node else ():
        target = workspace.resolve_import(path, item.module)
        if item.type_only:
            continue
        if isinstance(target, InFile) and target.path in on_node:
            yield f"{path}: imports {target.path}, which is on Node"
        elif not isinstance(target, InFile) and package_nature(item.module) in (Nature.NODE, Nature.SERVER):
            yield f"{path}: imports {item.module}"


def _transactions(file: SourceFile) -> Iterator[tuple[str, SgNode]]:
    """The registered queries and mutations, each with its handler."""
    for call in find_all(file.root, "call_expression"):
        maker, given = call.field("function"), arguments(call)
        if maker is None or maker.text() not in _TRANSACTIONS or len(given) != 1:
            continue
        declarator = call.parent()
        label = declarator.field("name") if declarator is not None else None
        for pair in given[0].children():
            if pair.kind() in ("pair", "method_definition") and property_name(pair.field("key")) == "handler":
                yield label.text() if label is not None else "default", pair


def _reached(workspace: Workspace, path: str, start: SgNode) -> Iterator[str]:
    """What the code in a node does that no transaction may, at any depth of calls."""
    seen, queue = {(path, span_of(start))}, [(path, start)]
    while queue:
        where, node = queue.pop()
        for call in find_all(node, "call_expression", "new_expression"):
            match workspace.callee(where, call):
                case FunctionRef(file=file, node=function) if (file, span_of(function)) not in seen:
                    seen.add((file, span_of(function)))
                    queue.append((file, function))
                case External(module=module) if package_nature(module) in _FORBIDDEN:
                    yield f"{module} ({where})"
                case Global(name=name, path=()) if name in _TIMERS or GLOBALS.get(name) in _FORBIDDEN:
                    yield f"{name} ({where})"
