"""Says of a place in generated code which function holds it, and who wrote it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from codemods.proof.words import Evidence
from codemods.source import SourceFile, find_all
from codemods.writers.library import all_names

AROUND = 2
_WIDTH = 200
YOURS = "your code"
_FILES = {
    "http": "the HTTP edge",
    "schema": "the schema",
    "crons": "the cron jobs",
    "convex.config": "the declared environment",
}
_DATABASE = re.compile(r"\bctx\.(?:db|runQuery|runMutation)\b|\b(?:row|rows|rowOrThrow|countRows|find|given)\(")
_REGISTERED = re.compile(r"=\s*(?:internal)?(?:[qQ]uery|[mM]utation|[aA]ction)\(")


def placed(root: Path, folder: str, evidence: Evidence) -> Evidence:
    """The evidence with the lines around it, and with function and producer where it lies in the functions folder."""
    path = root / evidence.file
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError):
        return evidence
    lines = text.splitlines()
    first = max(evidence.line - AROUND, 1)
    frame = tuple(
        f"{'>' if number == evidence.line else ' '} {number:4} | {lines[number - 1][:_WIDTH]}"
        for number in range(first, min(evidence.line + AROUND, len(lines)) + 1)
    )
    function, producer = None, None
    if evidence.file.startswith(f"{folder}/"):
        inside = evidence.file.removeprefix(f"{folder}/")
        function = _function(SourceFile(evidence.file, text), evidence.line)
        line = lines[evidence.line - 1] if evidence.line <= len(lines) else ""
        producer = _producer(inside, function, line, text)
    return replace(evidence, frame=frame, function=function, producer=producer)


def _function(file: SourceFile, line: int) -> str | None:
    """The top-level declaration that holds a line."""
    for statement in file.root.children():
        found = statement.range()
        if found.start.line <= line - 1 <= found.end.line:
            holders = find_all(statement, "function_declaration", "class_declaration", "variable_declarator")
            name = holders[0].field("name") if holders else None
            return name.text() if name is not None else None
    return None


def _producer(path: str, function: str | None, line: str, text: str) -> str:
    stem = path.rsplit(".", 1)[0]
    if stem in _FILES:
        return _FILES[stem]
    if path.startswith("tables/"):
        return "the functions of tables"
    if path.startswith("lib/") and function in all_names():
        return "the runtime library"
    if _DATABASE.search(line):
        return "the database calls"
    declared = re.search(rf"\b{re.escape(function)}\b.*", text) if function else None
    if declared is not None and _REGISTERED.search(declared[0]) and "(ctx" in line:
        return "the registration of functions"
    return YOURS
