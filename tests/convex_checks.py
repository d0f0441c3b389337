"""A Convex project on disk, and checks of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from codemods.rules.engine import CheckOptions, check_paths
from codemods.rules.finding import CheckResult

PACKAGE_JSON = '{ "name": "app", "dependencies": { "convex": "^1.48.0" } }'


class ConvexProject:
    """A folder with a package.json that depends on convex, filled file by file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("package.json", PACKAGE_JSON)

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def check(
        self,
        *paths: str,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        fix: bool = False,
        unsafe: bool = False,
    ) -> CheckResult:
        options = CheckOptions(tuple(select), tuple(ignore), fix, unsafe, base=self.root)
        return check_paths([self.root / path for path in paths or ("",)], options)

    def codes(self, *paths: str, select: Iterable[str] = ()) -> list[str]:
        return [finding.code for finding in self.check(*paths, select=select).findings]
