"""How `data` is read: what a write sets, counts, connects."""

import pytest
from prisma_calls import ReadOne


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("{ title, views: 1 }", "title set title, views set 1"),
        ("{ title: body.title ?? 'new' }", "title set body.title ?? 'new'"),
        ("{ views: { increment: 1 } }", "views increment 1"),
        ("{ views: { decrement: n }, title: { set: t } }", "views decrement n, title set t"),
        ("{ ...body, title }", "...body, title set title"),
        ("{ title, ...(views && { views }) }", "title set title, ...(views && { views })"),
        ("body", "...body"),
        ("{ author: { connect: { id: userId } } }", "author connect.id userId"),
        ("{ author: { connect: { email } } }", "author connect.email email"),
        ("{ author: { disconnect: true } }", "author disconnect true"),
        ("{ comments: { connect: [{ id: a }, { id: b }] } }", "comments connect (id eq a | id eq b)"),
        (
            "{ comments: { disconnect: { id: a }, connect: { id: b } } }",
            "comments disconnect (id eq a), comments connect (id eq b)",
        ),
        ("{ views: { multiply: 2 } }", "views multiply 2"),
        ("{ author: { create: { email } } }", "author create (email set email)"),
        (
            "{ author: { connectOrCreate: { where: { email }, create: { email, name } } } }",
            "author connect-or-create (email eq email -> email set email, name set name)",
        ),
        ("{ author: { update: { name } } }", "author update (name set name)"),
        ("{ author: { delete: true } }", "author delete ()"),
        ("{ comments: { set: [] } }", "comments set ()"),
        (
            "{ comments: { deleteMany: {}, create: [{ text }] } }",
            "comments delete-many (), comments create (text set text)",
        ),
        (
            "{ comments: { update: { where: { id }, data: { text } } } }",
            "comments update (id eq id -> text set text)",
        ),
        (
            "{ comments: { upsert: { where: { id }, create: { text: a }, update: { text: b } } } }",
            "comments upsert (id eq id -> text set a / text set b)",
        ),
        (
            "{ comments: { connect: ids.map((id: number) => ({ id })) } }",
            "comments connect for each id: number of ids (id eq id)",
        ),
        ("{ comments: { create: rows } }", "comments create for each of rows ()"),
        ("{ comments: { createMany: { data: rows } } }", "comments create for each of rows ()"),
    ],
)
def test_writes(read: ReadOne, data: str, parts: str) -> None:
    found = read(f"await prisma.post.update({{ where: {{ id }}, data: {data} }});")
    assert (found.data, found.unsupported) == (parts, ())


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("{ settings: { a: { increment: 1 } } }", "settings set { a: { increment: 1 } }"),
        ("{ labels: { set: [] } }", "labels set []"),
    ],
)
def test_json_is_a_value_and_lists_are_set(read: ReadOne, data: str, parts: str) -> None:
    found = read(f"await prisma.user.update({{ where: {{ id }}, data: {data} }});")
    assert (found.data, found.unsupported) == (parts, ())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("{ [key]: 1 }", "data: computed key"),
        ("{ nick: 1 }", "data: unknown field `nick`"),
        ("{ views: up ? { increment: 1 } : 0 }", "data: `views` is chosen at run time"),
        ("{ author: link }", "data: relation `author` is built elsewhere"),
        ("{ views: { push: 2 } }", "data: `push` of `views`"),
        ("{ comments: { connect: [...rows] } }", "data: nested `connect` is built elsewhere"),
        ("{ comments: { connect: ids.map(async (id) => ({ id })) } }", "data: nested `connect` is built elsewhere"),
        ("{ comments: { replace: [] } }", "data: nested `replace`"),
        (
            "{ title, ...(userId && { author: { connect: { id: userId } } }) }",
            "data: spread writes a relation or counts",
        ),
        ("{ title, ...(up && { views: { increment: 1 } }) }", "data: spread writes a relation or counts"),
    ],
)
def test_writes_that_are_not_understood(read: ReadOne, data: str, reason: str) -> None:
    assert read(f"await prisma.post.update({{ where: {{ id }}, data: {data} }});").unsupported == (reason,)


def test_an_object_that_is_filled_later_is_one_spread(read: ReadOne) -> None:
    found = read("const data: any = {};\nif (t) data.title = t;\nawait prisma.post.update({ where: { id }, data });")
    assert (found.data, found.unsupported) == ("...data", ())


def test_but_not_when_it_is_filled_with_relations(read: ReadOne) -> None:
    found = read(
        "const data: any = {};\nif (u) data.author = { connect: { id: u } };\n"
        "await prisma.post.update({ where: { id }, data });"
    )
    assert found.unsupported == ("data: built elsewhere",)


def test_rows_of_create_many(read: ReadOne) -> None:
    found = read("await prisma.post.createMany({ data: [{ title: 'a' }, { title: 'b', ...rest }] });")
    assert isinstance(found.query.rows, tuple)
    assert len(found.query.rows) == 2
    assert found.unsupported == ()


def test_computed_rows_of_create_many_stay_a_slice(read: ReadOne) -> None:
    found = read("await prisma.post.createMany({ data: titles.map((title) => ({ title })) });")
    rows = found.query.rows
    assert rows is not None and not isinstance(rows, tuple)
    assert found.source[rows.start : rows.end] == "titles.map((title) => ({ title }))"


def test_duplicates_are_skipped_when_the_call_says_so(read: ReadOne) -> None:
    found = read("await prisma.post.createMany({ data: [], skipDuplicates: true });")
    assert (found.query.skip_duplicates, found.unsupported) == (True, ())
    found = read("await prisma.post.createMany({ data: [], skipDuplicates: flag });")
    assert found.unsupported == ("skipDuplicates is chosen at run time",)


def test_both_sides_of_an_upsert(read: ReadOne) -> None:
    found = read("await prisma.user.upsert({ where: { email }, create: { email, name }, update: { name } });")
    assert (found.where, found.data, found.update) == (
        "email eq email",
        "email set email, name set name",
        "name set name",
    )
