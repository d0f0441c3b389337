"""Walks a repository: which files are its source, which are passed over, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from codemods.workspace.ignore import Ignores
from codemods.workspace.skipping import Skip, directory_reason, file_reason

SOURCE_EXTENSIONS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
DECLARATION_EXTENSIONS = (".d.ts", ".d.mts", ".d.cts")
_OTHER_EXTENSIONS = (".prisma", ".sql")
_CONFIG_NAMES = ("package.json", "pnpm-workspace.yaml", "jsconfig.json")


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One JavaScript or TypeScript file; `declaration` marks a .d.ts file, which holds types but runs nothing."""

    path: str
    size: int
    declaration: bool = False


@dataclass(slots=True)
class Listing:
    """What a walk found. `links` maps each symbolic link to the path inside the root that it stands for."""

    files: list[FileInfo] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)


def discover(root: Path) -> Listing:
    """The listing of the tree at `root`, sorted by path. An unreadable part of the tree becomes a Skip."""
    listing = Listing()
    _walk(os.path.realpath(root), "", Ignores(), listing)
    listing.files.sort(key=lambda file: file.path)
    listing.others.sort()
    listing.configs.sort()
    listing.skips.sort()
    return listing


def _walk(root: str, directory: str, ignores: Ignores, listing: Listing) -> None:
    """Lists `directory` ("" or a path that ends with "/") and everything below it."""
    try:
        with os.scandir(os.path.join(root, directory)) as scanned:  # noqa: PTH118
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        listing.skips.append(Skip(directory.rstrip("/") or ".", _why(error)))
        return
    ignores = ignores.entered(directory, _gitignore(entries))
    for entry in entries:
        path = directory + entry.name
        if not _is_text(entry.name):
            listing.skips.append(Skip(path.encode("utf-8", "replace").decode(), "its name is not valid UTF-8"))
        elif entry.is_symlink():
            _list_link(root, path, entry, listing)
        elif entry.is_dir(follow_symlinks=False):
            reason = directory_reason(path, entry.name)
            if reason is None and ignores.match(path, is_directory=True):
                reason = "ignored by .gitignore"
            if reason is None:
                _walk(root, path + "/", ignores, listing)
            else:
                listing.skips.append(Skip(path, reason))
        else:
            _list_file(path, entry, ignores, listing)


def _list_file(path: str, entry: os.DirEntry[str], ignores: Ignores, listing: Listing) -> None:
    name = entry.name
    if _is_config(name):
        listing.configs.append(path)
        return
    if not name.endswith((*SOURCE_EXTENSIONS, *_OTHER_EXTENSIONS)):
        return
    if not entry.is_file(follow_symlinks=False):
        listing.skips.append(Skip(path, "not a regular file"))
        return
    size = _size(entry)
    reason = "ignored by .gitignore" if ignores.match(path, is_directory=False) else file_reason(name, size)
    if reason is not None:
        listing.skips.append(Skip(path, reason))
    elif name.endswith(_OTHER_EXTENSIONS):
        listing.others.append(path)
    else:
        listing.files.append(FileInfo(path, size, name.endswith(DECLARATION_EXTENSIONS)))


def _list_link(root: str, path: str, entry: os.DirEntry[str], listing: Listing) -> None:
    """Symbolic links are never followed: what they point to inside the root is listed where it lies."""
    if entry.name == "node_modules":
        listing.skips.append(Skip(path, "installed dependencies"))
        return
    reason, target = _link(root, path, os.path.realpath(entry.path))
    if target is not None:
        listing.links[path] = target
    if os.path.isdir(entry.path) or entry.name.endswith(SOURCE_EXTENSIONS):  # noqa: PTH112
        listing.skips.append(Skip(path, reason))


def _link(root: str, path: str, real: str) -> tuple[str, str | None]:
    """Why a symbolic link is not read, and the path in the repository that it stands for, if it does."""
    target = real[len(root) + 1 :].replace(os.sep, "/")
    if real == root:
        return "a symbolic link that leads back to the root", None
    if not real.startswith(root + os.sep):
        return "a symbolic link that leads out of the repository", None
    if not os.path.exists(real):  # noqa: PTH110
        return "a symbolic link to nothing", None
    if path.startswith(target + "/"):
        return "a symbolic link to a directory that contains it", None
    return f"a symbolic link: {target} is read where it lies", target


def _is_config(name: str) -> bool:
    return name in _CONFIG_NAMES or (name.startswith("tsconfig") and name.endswith(".json"))


def _gitignore(entries: list[os.DirEntry[str]]) -> str | None:
    for entry in entries:
        if entry.name == ".gitignore":
            try:
                return Path(entry.path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                return None
    return None


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _why(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or type(error).__name__).lower()}"


def folders_above(path: str) -> Iterator[str]:
    """The folders that hold `path`, innermost first, ending with "" for the root."""
    folder = path
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        yield folder
    yield ""
