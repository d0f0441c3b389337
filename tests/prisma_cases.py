"""Calls over every operator and option of Prisma's client: lists of conditions, orders, pages, shapes and whole calls,
one a line in `differential/cases`, and the calls that are made of them."""

from collections.abc import Iterable, Iterator
from itertools import count

from prisma_sides import FOLDER, Case


def _lines(name: str) -> list[str]:
    return (FOLDER / "cases" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def cases() -> list[Case]:
    """Every case, numbered by its group."""
    found: list[Case] = []
    for group, bodies in _groups():
        numbers = count(1)
        found += [Case(f"{group}{next(numbers)}", body) for body in bodies]
    return found


def _groups() -> Iterator[tuple[str, Iterable[str]]]:
    """Conditions are tried alone, negated, beside others and under OR; orders with and without a limit."""
    users, posts = _lines("user_conditions"), _lines("post_conditions")
    orders, pages, shapes = _lines("user_orders"), _lines("pages"), _lines("user_shapes")
    yield "userWhere", _many("user", users)
    yield "userNot", _many("user", [f"NOT: {{ {each} }}" for each in users[::2]])
    yield "userAnd", _many("user", [f"active: true, {each}" for each in users[1::4] if "active" not in each])
    yield "userOr", _many("user", [f'OR: [{{ {each} }}, {{ name: "Eve" }}]' for each in users[1::3]])
    yield "userNor", _many("user", [f"NOT: {{ OR: [{{ {each} }}, {{ age: 27 }}] }}" for each in users[2::5]])
    yield "userList", _many("user", [f"AND: [{{ {each} }}, {{ NOT: [{{ age: 41 }}] }}]" for each in users[3::6]])
    yield "userCount", [f"prisma.user.count({{ where: {{ {each} }} }})" for each in users[3::5]]
    yield "postWhere", _many("post", posts)
    yield "postNot", _many("post", [f"NOT: {{ {each} }}" for each in posts[1::2]])
    yield "postOr", _many("post", [f'OR: [{{ {each} }}, {{ slug: "notes" }}]' for each in posts[::4]])
    yield "userOrder", [f"prisma.user.findMany({{ orderBy: {each} }})" for each in orders]
    yield "userTop", [f"prisma.user.findMany({{ orderBy: {each}, take: 3 }})" for each in orders[::2]]
    yield "page", [f'prisma.user.findMany({{ orderBy: {{ id: "asc" }}, {each} }})' for each in pages]
    by = '[{ role: "desc" }, { email: "asc" }]'
    yield "pageBy", [f"prisma.user.findMany({{ orderBy: {by}, {each} }})" for each in pages]
    of = 'where: { active: true }, orderBy: { email: "desc" }'
    yield "pageOf", [f"prisma.user.findMany({{ {of}, {each} }})" for each in pages]
    yield "userShape", [f'prisma.user.findMany({{ {each}, orderBy: {{ email: "asc" }} }})' for each in shapes]
    yield "oneShape", [f"prisma.user.findUnique({{ where: {{ id: ids.ann }}, {each} }})" for each in shapes]
    yield "read", _lines("reads")
    yield "aggregate", _lines("aggregates")
    yield "write", _lines("writes")
    yield "transaction", _lines("transactions")


def _many(model: str, conditions: Iterable[str]) -> list[str]:
    return [f"prisma.{model}.findMany({{ where: {{ {each} }} }})" for each in conditions]
