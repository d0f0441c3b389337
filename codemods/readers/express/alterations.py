"""What changes the requests or answers of an application from outside its chain of middleware.

Settings (`app.set("json replacer", …)`), patches of prototypes (`express.response.json = …`, `BigInt.prototype.toJSON =
…`), functions around the application (`http.createServer((req, res) => …app(req, res))`), and registrations that cannot
be seen (`app.use.call(app, guard)`). They run for every route.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Middleware, Role
from codemods.readers.express.escapes import Escapes
from codemods.readers.express.objects import ExpressObjects
from codemods.source import SourceFile, arguments, find_all, member, span_of, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, enclosing
from codemods.workspace import Workspace

_QUERIES = "query parser"
_SETTINGS = frozenset({"json replacer", "json escape", _QUERIES})
"""Settings of Express that requests or answers depend on."""

_APPLICATION = re.compile(r"\bexpress\(\s*\)")

_SETTERS = frozenset({"set", "enable", "disable"})

_BUILT_IN = "Array|BigInt|Boolean|Date|Error|Function|Map|Number|Object|Promise|RegExp|Set|String|Symbol"

_PATCHED = re.compile(rf"^(\(*\w+(?:\s+as\s+\w+\)+)?\.(response|request|application)|\(*({_BUILT_IN})\.prototype)\b")

# Every alternative starts with a letter or sign of its own: that keeps the search fast.
_SIGNS = re.compile(
    "|".join(
        [
            *(rf"{setting}[\"'`]" for setting in sorted(_SETTINGS)),
            *(rf"{name}\.prototype\b" for name in _BUILT_IN.split("|")),
            r"\.(?:response|request|application)\b",
            r"\(\s*\w*re?q\w*\s*,\s*\w*re?s\w*\s*\)",
        ]
    )
)


def read_alterations(
    workspace: Workspace, objects: ExpressObjects, files: list[str], parser: str | None
) -> list[Middleware]:
    """Everything in the files that changes what all routes do, as middleware that is not carried over.

    `parser` is the parser of queries, where it is known.
    """
    known = frozenset({_QUERIES} if parser is not None else ())
    escapes = Escapes(workspace, objects, files)
    return [
        Middleware(Role.OTHER, name, file.place(node), CodeRef(file.path, span_of(node)))
        for file in map(workspace.source, files)
        for name, node in (*_alterations(file, objects, known), *escapes.of(file))
    ]


def _alterations(file: SourceFile, objects: ExpressObjects, known: frozenset[str]) -> Iterator[tuple[str, SgNode]]:
    if _SIGNS.search(file.text) is not None:
        yield from _settings(file, known)
        yield from _patches(file, objects)
        yield from _around(file, objects)


def query_parser(workspace: Workspace, files: list[str], express: int) -> str | None:
    """How the application is told to read queries: `extended`, or `simple`, which Express 4 has to hear in time.

    None where it is not said, or not plainly, or where another application may not have been told.
    """
    setting = f"{_QUERIES}[\"'`]"
    if sum(len(_APPLICATION.findall(workspace.text(path))) for path in files) > 1:
        return None
    found = {
        string_value(arguments(call)[1]) if len(arguments(call)) > 1 else None
        for path in files
        if re.search(setting, workspace.text(path))
        for name, call in _set(workspace.source(path))
        if name == _QUERIES
    }
    known = {"extended"} if express < 5 else {"extended", "simple"}
    return found.pop() if len(found) == 1 and found <= known else None


def _settings(file: SourceFile, known: frozenset[str]) -> Iterator[tuple[str, SgNode]]:
    """Settings that stay behind, those `known` aside."""
    for name, call in _set(file):
        parts = member(call.field("function") or call)
        if parts is not None and name not in known:
            yield f"{parts[0].text()}.{parts[1]}({arguments(call)[0].text()}, …)", call


def _set(file: SourceFile) -> Iterator[tuple[str, SgNode]]:
    for call in file.calls:
        parts, given = member(call.field("function") or call), arguments(call)
        name = string_value(given[0]) if given else None
        if parts is not None and parts[1] in _SETTERS and name in _SETTINGS and name is not None:
            yield name, call


def _patches(file: SourceFile, objects: ExpressObjects) -> Iterator[tuple[str, SgNode]]:
    """Assignments to members of what all applications share."""
    for node in find_all(file.root, "assignment_expression"):
        left = node.field("left")
        match = _PATCHED.match(left.text()) if left is not None else None
        if left is None or match is None:
            continue
        owner = left
        while (parts := member(owner)) is not None:
            owner = unwrap(parts[0])
        if match.group(3) is not None or _is_express(file, objects, owner):
            yield " ".join(left.text().split()), node


def _is_express(file: SourceFile, objects: ExpressObjects, node: SgNode) -> bool:
    binding = file.bindings.resolve(node)
    imported = binding.imported if binding is not None else None
    return (imported is not None and imported.module == "express") or objects.router_of(file, node) is not None


def _around(file: SourceFile, objects: ExpressObjects) -> Iterator[tuple[str, SgNode]]:
    """Functions that call an application themselves, and do more with the request or the answer than to hand it on."""
    for call in file.calls:
        callee, given = call.field("function"), arguments(call)
        if callee is None or unwrap(callee).kind() != "identifier" or len(given) not in (2, 3):
            continue
        around = enclosing(call, FUNCTION_KINDS)
        if around is None or objects.router_of(file, callee) is None:
            continue
        bindings = [file.bindings.resolve(unwrap(node)) for node in given if unwrap(node).kind() == "identifier"]
        uses = [use for binding in bindings if binding is not None for use in binding.references]
        handed = span_of(call)
        if not all(handed.holds(span_of(use)) for use in uses):
            yield f"the function around {callee.text()}(…)", around
