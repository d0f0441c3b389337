"""Editing a text in the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path


def edit_text(text: str, suffix: str = ".ts") -> str | None:
    """The text after editing; None when it was left as it was or the editor failed."""
    handle, name = tempfile.mkstemp(suffix=suffix, prefix="convexify-", text=False)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        try:
            done = subprocess.run([*_editor(), name], check=False)
        except OSError:
            return None
        edited = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        return None if done.returncode or edited == text else edited
    finally:
        path.unlink(missing_ok=True)


def _editor() -> list[str]:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    return shlex.split(command, posix=os.name != "nt")
