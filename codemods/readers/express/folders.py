"""Folders on the disk as the code puts their paths together: what is written there, and what is served from there."""

from __future__ import annotations

import posixpath

from ast_grep_py import SgNode

from codemods.readers.express.follow import value_of
from codemods.source import arguments, named, string_value, unwrap
from codemods.workspace import External, Workspace

_HOME = "/\0"
"""The folder in which the application is started, whatever it is called there."""
_DEPTH = 6
_JOINS = frozenset({"join", "normalize", "resolve"})
_FROM_URL = frozenset({"fileURLToPath"})


def folder_of(workspace: Workspace, path: str, node: SgNode) -> str | None:
    """A path below the application's folder, `uploads/photos`, or an absolute one; None where it cannot be read."""
    text = _text(workspace, path, node, 0)
    if text is None:
        return None
    whole = posixpath.normpath(posixpath.join(_HOME, text))
    if whole == _HOME:
        return "."
    return whole.removeprefix(f"{_HOME}/")


def _text(workspace: Workspace, path: str, node: SgNode, depth: int) -> str | None:
    plain, found = unwrap(node), None
    written = string_value(plain)
    if written is not None or depth > _DEPTH:
        return written
    match plain.kind():
        case "template_string":
            found = _joined(workspace, path, named(plain), "", depth)
        case "string_fragment":
            found = plain.text()
        case "template_substitution":
            found = _text(workspace, path, named(plain)[0], depth + 1)
        case "binary_expression" if (operator := plain.field("operator")) is not None and operator.text() == "+":
            sides = [side for side in (plain.field("left"), plain.field("right")) if side is not None]
            found = _joined(workspace, path, sides, "", depth)
        case "call_expression":
            found = _called(workspace, path, plain, depth)
        case "member_expression" if plain.text() in ("import.meta.dirname", "import.meta.filename"):
            found = _module(workspace, path, plain.text().endswith("dirname"))
        case "identifier" | "member_expression":
            value = value_of(workspace, path, plain)
            if value is not None:
                found = _text(workspace, value.file, value.node, depth + 1)
            elif plain.text() in ("__dirname", "__filename"):
                found = _module(workspace, path, plain.text() == "__dirname")
    return found


def _joined(workspace: Workspace, path: str, parts: list[SgNode], between: str, depth: int) -> str | None:
    texts = [_text(workspace, path, part, depth + 1) for part in parts]
    known = [text for text in texts if text is not None]
    return between.join(known) if len(known) == len(texts) else None


def _called(workspace: Workspace, path: str, call: SgNode, depth: int) -> str | None:
    """`path.join(process.cwd(), "uploads")`, `path.dirname(fileURLToPath(import.meta.url))`."""
    callee, given = call.field("function"), arguments(call)
    if callee is not None and callee.text() == "process.cwd":
        return _HOME
    target = workspace.callee(path, call)
    if not isinstance(target, External) or target.module.removeprefix("node:") not in ("path", "url"):
        return None
    name = target.path[-1] if target.path else ""
    if name in _FROM_URL and given and given[0].text() == "import.meta.url":
        return _module(workspace, path, False)
    texts = [text for one in given if (text := _text(workspace, path, one, depth + 1)) is not None]
    if len(texts) < len(given):
        return None
    if name == "dirname" and len(texts) == 1:
        return posixpath.dirname(texts[0])
    if name == "resolve":
        return posixpath.normpath(posixpath.join(_HOME, *texts))
    return posixpath.normpath("/".join(text for text in texts if text)) if name in _JOINS and any(texts) else None


def _module(workspace: Workspace, path: str, folder: bool) -> str:
    """A file of the repository, or its folder, on the disk."""
    own = posixpath.relpath(path, workspace.home_of(path) or ".")
    return posixpath.normpath(posixpath.join(_HOME, posixpath.dirname(own) if folder else own))
