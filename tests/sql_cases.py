"""Statements over every operator, join, group, order, page and write that is read, for both databases."""

import json
from collections.abc import Iterator
from itertools import count

from sql_sides import FOLDER, Case

from codemods.ir.sql import Dialect


def cases(dialect: Dialect) -> list[Case]:
    """Every case, numbered by its group."""
    found: list[Case] = []
    for group, statements in _groups(dialect):
        numbers = count(1)
        found += [Case(f"{group}{next(numbers)}", _call(dialect, group, statement)) for statement in statements]
    return found


def _lines(name: str) -> list[str]:
    return (FOLDER / "cases" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def _given(name: str) -> list[tuple[str, str]]:
    """Statements, or parts of them, with their values behind a bar."""
    pairs = [line.rpartition("|") for line in _lines(name)]
    return [(statement.strip(), values.strip()) for statement, _, values in pairs]


def _groups(dialect: Dialect) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Conditions are tried alone, negated, beside others and under OR; shapes with and without a condition."""
    conditions = _given("sql_conditions") + _given(f"{dialect}_conditions")
    shapes = _lines("sql_shapes") + (_lines("postgres_shapes") if dialect is Dialect.POSTGRES else [])
    orders = _lines("sql_orders")
    yield "where", [(f"SELECT email FROM users WHERE {each}", values) for each, values in conditions]
    yield "not", [(f"SELECT email FROM users WHERE NOT ({each})", values) for each, values in conditions]
    yield "and", [(f"SELECT email FROM users WHERE visits > 2 AND {each}", values) for each, values in conditions[::2]]
    yield "or", [(f"SELECT email FROM users WHERE name = 'Eve' OR {each}", values) for each, values in conditions[1::2]]
    yield "count", [(f"SELECT COUNT(*) AS n FROM users WHERE {each}", values) for each, values in conditions[::3]]
    yield (
        "case",
        [
            (f"SELECT email, CASE WHEN {each} THEN 1 ELSE 2 END AS c FROM users ORDER BY email", values)
            for each, values in conditions[2::4]
        ],
    )
    yield "order", [(f"SELECT id, email FROM users ORDER BY {each}", "") for each in orders]
    yield "top", [(f"SELECT email, id FROM users ORDER BY {each} LIMIT 2", "") for each in orders if each != "2"]
    yield "page", [(f"SELECT email, id FROM users ORDER BY {each} LIMIT ? OFFSET ?", "2, 1") for each in orders[::2]]
    yield "shape", [(f"SELECT {each} FROM users", "") for each in shapes]
    yield "shapeOf", [(f"SELECT {each} FROM users WHERE role = ?", '"USER"') for each in shapes]
    yield "shapeNone", [(f"SELECT {each} FROM users WHERE role = ?", '"NONE"') for each in shapes[::2]]
    yield "join", _given("sql_joins")
    yield "write", _given("sql_writes") + _given(f"{dialect}_writes")


def _call(dialect: Dialect, group: str, statement: tuple[str, str]) -> str:
    text, values = statement
    if dialect is Dialect.POSTGRES:
        values = values.replace("YES", "true")
        for number in range(1, text.count("?") + 1):
            text = text.replace("?", f"${number}", 1)
        return f"pool.query({json.dumps(text)}{f', [{values}]' if values else ''})"
    values = values.replace("YES", "1")
    reads = text.startswith("SELECT") or "RETURNING" in text
    method = "run" if not reads else "get" if "WHERE id = ?" in text and group == "where" else "all"
    return f"db.prepare({json.dumps(text)}).{method}({values})"
