"""Recognises SQL in a string and names a statement for a report: `SELECT users`."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source.tree import named, string_value, unwrap

_STATEMENT = (
    r"(?:SELECT[\s(*]|INSERT\s|REPLACE\s+INTO|UPDATE\s|DELETE\s+FROM|WITH\s|MERGE\s+INTO|BEGIN\b|COMMIT\b|ROLLBACK\b|SAVEPOINT\b"
    r"|START\s+TRANSACTION|CALL\s|CREATE\s|ALTER\s|DROP\s|TRUNCATE\s|PRAGMA\s|LISTEN\s|NOTIFY\s|LOCK\s)"
)
_COMMENT = r"--[^\n]*?(?:\n|\\n)|/\*[\s\S]*?\*/"
_SQL = re.compile(rf"(?:[\s(;]|{_COMMENT})*(?P<statement>{_STATEMENT})", re.IGNORECASE)
_QUOTED = re.compile(rf"[\"'`](?:[\s(;]|\\[nrt]|{_COMMENT})*{_STATEMENT}", re.IGNORECASE)
_NAME = r"[`\"\[]?(\$?[\w.{}$]+)"
_TABLES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern + _NAME, re.IGNORECASE)
    for pattern in (
        r"\bINSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\s+",
        r"\bREPLACE\s+INTO\s+",
        r"^\W*UPDATE\s+(?:ONLY\s+)?",
        r"\bDELETE\s+FROM\s+(?:ONLY\s+)?",
        r"\bTABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?",
        r"\bFROM\s+(?:ONLY\s+)?",
    )
)
_TEXT_KINDS = frozenset({"string", "template_string", "binary_expression"})


def sql_text(node: SgNode) -> str | None:
    """The SQL that an argument holds as text, None when it is no text or none that looks like SQL."""
    node = unwrap(node)
    if node.kind() not in _TEXT_KINDS:
        return None
    text = _content(node)
    found = _SQL.match(text)
    return text[found.start("statement") :] if found is not None else None


def may_hold_sql(code: str) -> bool:
    """False for code in which no string can be SQL, as its text shows."""
    return _QUOTED.search(code) is not None


def _content(node: SgNode) -> str:
    if node.kind() == "binary_expression":
        first = named(node)[0]
        return _content(unwrap(first)) if first.kind() in _TEXT_KINDS else ""
    value = string_value(node)
    return node.text()[1:-1] if value is None else value


def statement_name(text: str) -> str:
    """Verb and table: `SELECT users`, `INSERT orders`, `BEGIN`."""
    verb = re.match(r"\W*(\w+)", text)
    name = verb[1].upper() if verb else "SQL"
    for pattern in _TABLES:
        found = pattern.search(text)
        if found:
            table = found[1].strip(".")
            return f"{name} {'(computed)' if '$' in table else table}"
    return name
