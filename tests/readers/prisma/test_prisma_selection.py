"""How `select`, `include`, `omit` and `orderBy` are read."""

import pytest
from prisma_calls import ReadAll, ReadOne, shown


@pytest.mark.parametrize(
    ("arguments", "select", "include"),
    [
        ("", None, ""),
        ("select: { id: true, name: true, age: false }", ("id", "name"), ""),
        ("select: { id: true, posts: true }", ("id",), "posts"),
        ("select: { posts: { select: { title: true } } }", (), "posts{title}"),
        ("include: { posts: true, profile: true, teams: false }", None, "posts, profile"),
        ("include: { posts: { where: { views: { gt: 3 } } } }", None, "posts[views gt 3; ; ]"),
        ("include: { posts: { orderBy: { views: 'desc' }, take: 3 } }", None, "posts[; views desc; 3]"),
        ("include: { posts: { include: { comments: true } } }", None, "posts{comments}"),
        (
            "include: { posts: { select: { id: true, comments: { select: { text: true } } } } }",
            None,
            "posts{id, comments{text}}",
        ),
        ("include: { _count: { select: { posts: true } } }", None, "#posts"),
        ("select: { id: true, _count: true }", ("id",), "#posts, #teams"),
        ("include: { _count: { select: { posts: { where: { views: 0 } } } } }", None, "#posts[views eq 0; ; ]"),
        ("omit: { email: true, settings: true, labels: true }", ("id", "name", "age", "role", "createdAt"), ""),
    ],
)
def test_columns_and_relations(read: ReadOne, arguments: str, select: tuple[str, ...] | None, include: str) -> None:
    found = read(f"await prisma.user.findMany({{ {arguments} }});")
    assert (found.query.select, found.include, found.unsupported) == (select, include, ())


def test_a_shared_selection_is_read_through(read: ReadOne) -> None:
    found = read("const brief = { id: true, name: true } as const;\nawait prisma.user.findMany({ select: brief });")
    assert (found.query.select, found.unsupported) == (("id", "name"), ())


SHARED = 'import { prisma } from "./db";\nimport { deep, Columns } from "./shared";\n'


def test_a_selection_that_files_share_is_read_through(read_all: ReadAll) -> None:
    (first, second) = read_all(
        SHARED + "prisma.user.findMany({ include: deep });\nprisma.user.findMany({ select: Columns.brief });",
        "export const deep = { posts: { orderBy: { views: 'desc' } } } as const;\n"
        "export const Columns = { brief: { id: true } };\n",
    )
    assert (first.include, first.unsupported) == ("posts[; views desc; ]", ())
    assert (second.query.select, second.unsupported) == (("id",), ())


def test_but_values_of_another_file_are_not_taken_over(read_all: ReadAll) -> None:
    (found,) = read_all(
        SHARED + "prisma.user.findMany({ include: deep });", "export const deep = { posts: { take: LIMIT } };"
    )
    assert found.unsupported == ("a value is written in another file",)


def test_a_selection_in_a_validator_is_read_through(read: ReadOne) -> None:
    found = read(
        "const brief = Prisma.validator<Prisma.UserSelect>()({ id: true });\n"
        "await prisma.user.findMany({ select: { ...brief, name: true } });"
    )
    assert (found.query.select, found.unsupported) == (("id", "name"), ())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("select: columns", "select: built elsewhere"),
        ("select: { id: withId }", "select: `id` is chosen at run time"),
        ("select: { nick: true }", "select: unknown field `nick`"),
        ("include: { posts: deep }", "include: `posts` is chosen at run time"),
        ("include: { posts: { having: 3 } }", "include: `having` of relation `posts`"),
        ("include: { _count: { select: { likes: true } } }", "_count: unknown relation `likes`"),
    ],
)
def test_selections_that_are_not_understood(read: ReadOne, arguments: str, reason: str) -> None:
    assert read(f"await prisma.user.findMany({{ {arguments} }});").unsupported == (reason,)


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        ("{ age: 'asc' }", "age"),
        ("[{ age: 'desc' }, { name: 'asc' }]", "age desc, name"),
        ("{ age: Prisma.SortOrder.desc }", "age desc"),
        ("{ age: direction }", "age desc"),
        ("{ profile: { bio: 'asc' } }", "profile.bio"),
        ("{ posts: { _count: 'desc' } }", "count of posts desc"),
        ("{ name: { sort: 'asc', nulls: 'last' } }", "name nulls last"),
    ],
)
def test_orders(read: ReadOne, order: str, keys: str) -> None:
    found = read(f"const direction = 'desc' as const;\nawait prisma.user.findMany({{ orderBy: {order} }});")
    assert (found.order, found.unsupported) == (keys, ())


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("sorting", "orderBy: built elsewhere"),
        ("{ profile: by }", "orderBy: relation `profile`"),
        ("{ posts: { title: 'desc' } }", "orderBy: relation `posts`"),
        ("{ name: { sort: 'asc', nulls: where } }", "orderBy: position of nulls"),
    ],
)
def test_orders_that_are_not_understood(read: ReadOne, order: str, reason: str) -> None:
    assert read(f"await prisma.user.findMany({{ orderBy: {order} }});").unsupported == (reason,)


def test_limits_and_offsets_stay_source_slices(read: ReadOne) -> None:
    found = read("await prisma.user.findMany({ take: Number(limit), skip: (page - 1) * limit });")
    limit, offset = found.query.page.limit, found.query.page.offset
    assert limit is not None and offset is not None
    assert found.source[limit.start : limit.end] == "Number(limit)"
    assert found.source[offset.start : offset.end] == "(page - 1) * limit"


def test_pages_from_a_cursor_and_from_the_end(read: ReadOne) -> None:
    found = read("await prisma.user.findMany({ take: -5, cursor: { id: last }, distinct: ['age'] });")
    page = found.query.page
    assert (shown(found.source, page.limit), page.backwards) == ("5", True)
    assert (shown(found.source, page.cursor), page.distinct) == ("id eq last", ("age",))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [("cursor: after", "cursor: built elsewhere"), ("distinct: columns", "distinct: built elsewhere")],
)
def test_paging_that_is_not_understood(read: ReadOne, arguments: str, reason: str) -> None:
    assert read(f"await prisma.user.findMany({{ {arguments} }});").unsupported == (reason,)
