"""python parse_only.py FOLDER: reads and parses every TypeScript file, as cheaply as this process can."""

import sys
from pathlib import Path

from ast_grep_py import SgRoot

LANGUAGES = {".ts": "typescript", ".tsx": "tsx"}


def main(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        language = LANGUAGES.get(path.suffix)
        if language is not None:
            SgRoot(path.read_text(encoding="utf-8"), language).root()


main(Path(sys.argv[1]))
