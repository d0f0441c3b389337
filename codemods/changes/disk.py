"""The few operations by which convexify changes a disk, each announced first, so that tests can stop at any of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

Observer = Callable[[str, Path], None]


def _ignore(operation: str, path: Path) -> None:
    """The observer outside of tests."""


class Disk:
    """Durable file operations. The observer hears of each step before it is taken, and once amid a long write."""

    def __init__(self, observe: Observer = _ignore) -> None:
        self._observe = observe

    def write(self, path: Path, data: bytes, mode: int | None = None) -> None:
        """Write a new file and force it to the disk. Not atomic: callers write beside the goal and rename."""
        self._observe("create", path)
        with path.open("wb") as handle:
            half = len(data) // 2
            handle.write(data[:half])
            handle.flush()
            self._observe("write", path)
            handle.write(data[half:])
            handle.flush()
            if mode is not None:
                path.chmod(mode)
            os.fsync(handle.fileno())

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another one, in one step."""
        self._observe("rename", target)
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file that may be gone already."""
        self._observe("remove", path)
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        """Make a folder whose parent exists; it may exist already."""
        self._observe("make folder", path)
        path.mkdir(exist_ok=True)

    def remove_folder(self, path: Path) -> bool:
        """Remove a folder if it is there and empty; False when it holds something."""
        self._observe("remove folder", path)
        try:
            path.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def remove_tree(self, path: Path) -> None:
        """Remove a folder of ours with all it holds."""
        self._observe("remove tree", path)
        shutil.rmtree(path, ignore_errors=True)

    def set_mode(self, path: Path, mode: int) -> None:
        """Set the permission bits of a file."""
        self._observe("set mode", path)
        path.chmod(mode)

    def sync(self, folder: Path) -> None:
        """Force a folder's entries to the disk, where the system can."""
        self._observe("sync", folder)
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            return
        try:
            os.fsync(handle)
        except OSError:
            pass
        finally:
            os.close(handle)
