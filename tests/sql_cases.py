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
    built = [Case(f"built{number}", *each) for number, each in enumerate(_built(dialect))]
    return found + built


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


_WANTED = (
    {}, {"role": "USER"}, {"least": 0}, {"least": 30}, {"q": "a"}, {"role": "ADMIN", "least": 20, "q": "E"},
    {"role": None, "q": ""}, {"role": "USER", "least": 31},
)  # fmt: skip
_PUSHED = """\
  const values: any[] = [1];
  let text = `SELECT email, age FROM users WHERE visits >= ${MARK}`;
  if (role) {
    values.push(role);
    text += ` AND role = ${MARK}`;
  }
  if (least !== undefined) {
    values.push(least);
    text += ` AND age >= ${MARK}`;
  }
  if (q) {
    values.push(`%${q}%`);
    text += ` AND (email LIKE ${MARK} OR name IS NULL)`;
  }
  text += " ORDER BY email";
"""
_JOINED = """\
  const tests: string[] = [];
  const values: any[] = [];
  let at = 1;
  if (role) {
    tests.push(`role = ${NEXT}`);
    values.push(role);
  } else {
    tests.push("role <> 'NONE'");
  }
  if (least !== undefined) {
    tests.push(`age > ${NEXT}`);
    values.push(least);
  }
  const where = tests.length > 0 ? `WHERE ${tests.join(" AND ")}` : "";
  const text = `SELECT COUNT(*) AS n FROM users ${where}`;
"""
_SET = """\
  const sets = ["visits = 9"];
  const values: any[] = [];
  if (role) {
    values.push(role);
    sets.push(`role = ${MARK}`);
  }
  if (least !== undefined) {
    values.push(least);
    sets.push(`age = ${MARK}`);
  }
  const text = `UPDATE users SET ${sets.join(", ")} WHERE email = ${MORE}` + (q ? " AND active" : "");
"""


def _built(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Calls whose text and values are put together under tests."""
    marks = {"${MARK}": "$${values.length}", "${NEXT}": "$${at++}", "${MORE}": "$${values.length + 1}"}
    for wanted in _WANTED:
        for text in (_PUSHED, _JOINED, _SET):
            given = f"  const {{ role, least, q }}: any = {json.dumps(wanted)};\n"
            for mark, number in marks.items():
                text = text.replace(mark, number if dialect is Dialect.POSTGRES else "?")
            values = '[...values, "ann@x.io"]' if "UPDATE" in text else "values"
            if dialect is Dialect.POSTGRES:
                yield f"pool.query(text, {values})", given + text
            elif "UPDATE" not in text:
                yield "db.prepare(text).all(...values)", given + text
            else:
                yield 'db.prepare(text).run(...values, "ann@x.io")', given + text


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
