"""Where a change set reads the files that it changes: the disk, or a dictionary in tests."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

DEFAULT_MODE = 0o644


class Base(Protocol):
    """The files before the change, by POSIX path relative to the root."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None when there is no such file."""
        ...

    def mode(self, path: str) -> int:
        """The file's permission bits."""
        ...


class DiskBase:
    """A folder on disk. Each file is read once, so that everything is computed from one state of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, bytes | None] = {}
        self._modes: dict[str, int] = {}

    def read(self, path: str) -> bytes | None:
        if path not in self._known:
            self._known[path] = self._load(path)
        return self._known[path]

    def mode(self, path: str) -> int:
        self.read(path)
        return self._modes.get(path, DEFAULT_MODE)

    def _load(self, path: str) -> bytes | None:
        full = self._root / path
        try:
            data = full.read_bytes()
        except OSError:
            return None
        self._modes[path] = stat.S_IMODE(full.stat().st_mode)
        return data


class MemoryBase:
    """Files given as a dictionary of texts or bytes."""

    def __init__(self, files: Mapping[str, str | bytes], modes: Mapping[str, int] | None = None) -> None:
        self._files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        self._modes = dict(modes or {})

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def mode(self, path: str) -> int:
        return self._modes.get(path, DEFAULT_MODE)
