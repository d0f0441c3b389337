"""Recognises SQL in a string and names a statement for a report: `SELECT users`."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source.tree import named, string_value, unwrap

_STATEMENT = re.compile(
    r"^\W*(SELECT[\s(*]|INSERT\s|REPLACE\s+INTO|UPDATE\s|DELETE\s+FROM|WITH\s|MERGE\s+INTO|BEGIN\b|COMMIT\b|ROLLBACK\b|SAVEPOINT\b"
    r"|START\s+TRANSACTION|CALL\s|CREATE\s|ALTER\s|DROP\s|TRUNCATE\s|PRAGMA\s|LISTEN\s|NOTIFY\s|LOCK\s)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(--[^\n]*\n|/\*.*?\*/)", re.DOTALL)
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
    while (comment := _COMMENT.match(text)) is not None:
        text = text[comment.end() :]
    return text if _STATEMENT.match(text) else None


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
