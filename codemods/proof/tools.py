"""The npm packages that the proof needs: the project's own, or a pinned set that is installed once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codemods.proof.node import find_npm

PINNED: Mapping[str, str] = {
    "convex": "1.48.0",
    "convex-helpers": "0.1.124",
    "convex-test": "0.0.60",
    "esbuild": "0.27.0",
    "hono": "4.13.19",
    "typescript": "5.9.3",
}
"""The tools, at the versions that this release of convexify was tested with."""

_SECONDS = 600


class InstallError(Exception):
    """The packages could not be installed; the message says what npm said."""


@dataclass(frozen=True, slots=True)
class Packages:
    """A folder of installed packages."""

    folder: Path

    def missing(self, names: Iterable[str]) -> list[str]:
        """The names that are not installed there."""
        return sorted(name for name in names if not (self.folder / name / "package.json").is_file())


def cache_folder() -> Path:
    """Where the tool workspaces are kept: the user's cache, or CONVEXIFY_CACHE."""
    own = os.environ.get("CONVEXIFY_CACHE")
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(own) if own else (Path(base) if base else Path.home() / ".cache") / "convexify"


def installed(wanted: Mapping[str, str]) -> Packages | None:
    """The tool workspace that holds these packages, if it was installed before."""
    folder = _workspace(wanted) / "node_modules"
    return Packages(folder) if folder.is_dir() else None


def install(wanted: Mapping[str, str]) -> Packages:
    """Install these packages, by name and version range, without running any script of theirs. Raises InstallError."""
    known = installed(wanted)
    if known is not None:
        return known
    npm = find_npm()
    if npm is None:
        raise InstallError("there is no npm: install Node 20 or newer (https://nodejs.org, or `convexify[proof]`)")
    target = _workspace(wanted)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="installing-", dir=target.parent))
    try:
        manifest = {"name": "convexify-tools", "private": True, "dependencies": dict(sorted(wanted.items()))}
        (made / "package.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        command = [*npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=_SECONDS, check=False)
        if done.returncode != 0:
            raise InstallError(done.stderr.strip()[-2000:] or f"npm ended with {done.returncode}")
        if not target.exists():
            made.rename(target)
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"npm did not end within {_SECONDS} seconds") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return Packages(target / "node_modules")


def wanted_packages(imported: Collection[str], declared: Mapping[str, str]) -> dict[str, str]:
    """The tools, and the packages that the functions import at the versions that package.json asks for."""
    types = [f"@types/{name.lstrip('@').replace('/', '__')}" for name in (*imported, "node")]
    own = {name: declared[name] for name in (*imported, *types) if name in declared and _is_version(declared[name])}
    return {**own, **PINNED}


def _is_version(spec: str) -> bool:
    """False for what leads elsewhere than to the registry: files, workspaces, URLs, git."""
    return ":" not in spec and "/" not in spec


def _workspace(wanted: Mapping[str, str]) -> Path:
    text = json.dumps(sorted(wanted.items()))
    return cache_folder() / "tools" / hashlib.sha256(text.encode()).hexdigest()[:16]
