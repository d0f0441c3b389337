"""Short ways to write change sets and trees in tests."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from codemods.changes import ChangeSet, FileEdit, Fragment, ImportSpec, NewModule, Result
from codemods.outcome import Group, ItemKind, Place
from codemods.source.edits import Edit
from codemods.source.span import Span

ROUTES = """\
import { Router } from "express";
const router = Router();

router.get("/users", listUsers);
router.get("/posts", listPosts);

export default router;
"""


def group(name: str, *needs: str, file: str = "src/routes.ts") -> Group:
    return Group(name, f"GET /{name}", ItemKind.ROUTE, Place(file), needs)


def groups(*names: str) -> tuple[Group, ...]:
    return tuple(group(name) for name in names)


def spec(module: str, name: str = "", local: str = "", type_only: bool = False) -> ImportSpec:
    return ImportSpec(module, name, local, type_only)


def constant(name: str, owner: str, *imports: ImportSpec, order: int = 1) -> Fragment:
    return Fragment(owner, (order, name), f"export const {name} = 1;", imports)


def module(path: str, *fragments: Fragment, header: str = "", from_path: str | None = None) -> NewModule:
    return NewModule(path, fragments, header, from_path)


def cut(text: str, part: str, owner: str) -> Edit:
    """An edit that removes a part of the text."""
    start = text.index(part)
    return Edit.delete(Span(start, start + len(part)), owner)


def swap(text: str, part: str, other: str, owner: str) -> Edit:
    """An edit that replaces a part of the text."""
    start = text.index(part)
    return Edit.replace(Span(start, start + len(part)), other, owner)


def route_edits() -> FileEdit:
    """Removes each route of ROUTES with the group of its name."""
    return FileEdit(
        "src/routes.ts",
        (
            cut(ROUTES, 'router.get("/users", listUsers);\n', "users"),
            cut(ROUTES, 'router.get("/posts", listPosts);\n', "posts"),
        ),
    )


def texts(result: Result) -> dict[str, str | None]:
    """Path to new text, None for files that go."""
    return {change.path: None if change.after is None else change.after.decode() for change in result.files}


def actions(result: Result) -> list[tuple[str, str, str | None]]:
    return [(change.action, change.path, change.from_path) for change in result.files]


def only(result: Result, path: str) -> str:
    text = texts(result)[path]
    assert text is not None
    return text


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, data in files.items():
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def tree(root: Path) -> dict[str, tuple[bytes | None, int]]:
    """Every file and folder outside of .git with its bytes and permission bits."""
    found: dict[str, tuple[bytes | None, int]] = {}
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name != ".git"]
        for name in [*names, *files]:
            full = Path(folder) / name
            data = full.read_bytes() if full.is_file() else None
            found[full.relative_to(root).as_posix()] = (data, stat.S_IMODE(full.lstat().st_mode))
    return found


def new_file(path: str, text: str, owner: str = "users") -> ChangeSet:
    return ChangeSet(groups(owner), (NewModule(path, (Fragment(owner, (1,), text),)),))
