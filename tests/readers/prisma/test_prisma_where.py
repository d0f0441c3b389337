"""How `where` becomes a predicate."""

import pytest
from prisma_calls import ReadOne


@pytest.mark.parametrize(
    ("where", "predicate"),
    [
        ("{}", ""),
        ("{ id: 1 }", "id eq 1"),
        ("{ email }", "email eq email"),
        ("{ id: Number(req.params.id) }", "id eq Number(req.params.id)"),
        ("{ id: id as number }", "id eq id as number"),
        ("{ name: null }", "name eq null"),
        ("{ name: undefined, id: 1 }", "id eq 1"),
        ("{ name: 'a', age: 3 }", "name eq 'a' and age eq 3"),
        ("{ age: { gte: 1, lt: 9 } }", "age gte 1 and age lt 9"),
        ("{ role: { in: ['A', 'B'] } }", "role in ['A', 'B']"),
        ("{ role: { notIn: roles } }", "role not-in roles"),
        ("{ role: { not: 'A' } }", "role ne 'A'"),
        ("{ role: { not: { in: roles } } }", "not (role in roles)"),
        ("{ name: { equals: 'a' } }", "name eq 'a'"),
        ("{ name: { contains: q, mode: 'insensitive' } }", "name contains* q"),
        ("{ name: { startsWith: q }, email: { endsWith: q } }", "name starts-with q and email ends-with q"),
        ("{ AND: [{ id: 1 }, { age: 2 }] }", "id eq 1 and age eq 2"),
        ("{ AND: { id: 1 }, age: 2 }", "id eq 1 and age eq 2"),
        ("{ OR: [{ id: 1 }, { age: 2, role: 'A' }] }", "id eq 1 or age eq 2 and role eq 'A'"),
        ("{ age: 1, OR: [{ id: 1 }, { id: 2 }] }", "age eq 1 and (id eq 1 or id eq 2)"),
        ("{ OR: [] }", "nothing"),
        ("{ NOT: { id: 1 } }", "not (id eq 1)"),
        ("{ NOT: [{ id: 1 }, { id: 2 }] }", "not (id eq 1) and not (id eq 2)"),
        ("{ posts: { some: { title: t } } }", "posts some (title eq t)"),
        (
            "{ posts: { every: { title: t }, none: { views: 0 } } }",
            "posts every (title eq t) and posts none (views eq 0)",
        ),
        ("{ posts: { some: {} } }", "posts some ()"),
        ("{ profile: { is: { bio } } }", "profile is (bio eq bio)"),
        ("{ profile: { bio } }", "profile is (bio eq bio)"),
        ("{ profile: { isNot: { bio } } }", "not (profile is (bio eq bio))"),
        ("{ profile: null }", "profile none ()"),
        ("{ ...{ id: 1 }, age: 2 }", "id eq 1 and age eq 2"),
    ],
)
def test_conditions(read: ReadOne, where: str, predicate: str) -> None:
    found = read(f"await prisma.user.findMany({{ where: {where} }});")
    assert (found.where, found.unsupported) == (predicate, ())


@pytest.mark.parametrize(
    ("where", "predicate"),
    [
        ("{ authorId_title: { authorId, title } }", "authorId eq authorId and title eq title"),
        ("{ seen: { title: 'a', views: 1 } }", "title eq 'a' and views eq 1"),
        ("{ author: null }", "authorId eq null"),
        ("{ author: { email } }", "author is (email eq email)"),
        ("{ comments: { some: { post: { id: 1 } } } }", "comments some (post is (id eq 1))"),
    ],
)
def test_compound_keys_and_nested_relations(read: ReadOne, where: str, predicate: str) -> None:
    found = read(f"await prisma.post.findFirst({{ where: {where} }});")
    assert (found.where, found.unsupported) == (predicate, ())


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("filter", "where: built elsewhere"),
        ("{ ...filter }", "where: spread of `filter`"),
        ("{ [key]: 1 }", "where: computed key"),
        ("{ nick: 1 }", "where: unknown field `nick`"),
        ("{ id_email: { id: 1, email: 'a' } }", "where: unknown field `id_email`"),
        ("{ name: { search: 'a' } }", "where: operator `search`"),
        ("{ name: { contains: q, mode } }", "where: mode is chosen at run time"),
        ("{ settings: { path: ['a'], equals: 1 } }", "where: JSON field `settings`"),
        ("{ labels: ['a'] }", "where: list field `labels`"),
        ("{ labels: { contains: 'a' } }", "where: operator `contains` on list `labels`"),
        ("{ posts: filter }", "where: filter on relation `posts` is built elsewhere"),
        ("{ posts: { any: {} } }", "where: relation filter `any`"),
        ("{ OR: filters }", "where: OR is built elsewhere"),
        ("{ OR: [...filters] }", "where: spread of `filters`"),
    ],
)
def test_what_is_not_understood_has_a_reason(read: ReadOne, where: str, reason: str) -> None:
    assert read(f"await prisma.user.findMany({{ where: {where} }});").unsupported == (reason,)


def test_a_constant_object_is_read_through(read: ReadOne) -> None:
    found = read("const where = { role: 'A', age: { gt: min } };\nawait prisma.user.findMany({ where });")
    assert (found.where, found.unsupported) == ("role eq 'A' and age gt min", ())


def test_an_object_whose_values_may_have_changed_is_not(read: ReadOne) -> None:
    found = read("let min = 1;\nconst where = { age: min };\nmin = 2;\nawait prisma.user.findMany({ where });")
    assert found.unsupported == ("`min` may be something else at the call",)


def test_an_object_whose_values_are_computed_by_calls_is_not(read: ReadOne) -> None:
    found = read("const where = { role: nextRole() };\nawait prisma.user.findMany({ where });")
    assert found.unsupported == ("`nextRole()` may be something else at the call",)


def test_an_assembled_operator_object_is_read(read: ReadOne) -> None:
    found = read("const age: any = {};\nif (min) age.gte = min;\nawait prisma.user.findMany({ where: { age } });")
    assert (found.where, found.unsupported) == ("(min ? age gte min : anything)", ())


def test_a_value_that_may_be_an_operator_object_is_no_equality(read: ReadOne) -> None:
    found = read(
        "const age = min ? 1 : { gte: 2 } as any;\nawait prisma.user.findMany({ where: { age: f(age) || {} } });"
    )
    assert found.unsupported == ("where: condition on `age` is chosen at run time",)
