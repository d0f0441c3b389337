"""Conditions that code puts together before the call: under which tests each part counts, and what is not followed."""

import pytest
from prisma_calls import ReadOne

CALL = "await prisma.user.findMany({ where });"


@pytest.mark.parametrize(
    ("where", "predicate"),
    [
        ("{ ...(q && { name: q }) }", "(q ? name eq q : anything)"),
        ("{ role: 'A', ...(q ? { name: q } : {}) }", "role eq 'A' and (q ? name eq q : anything)"),
        ("{ name: 'a', ...(q && { name: q }) }", "(q ? name eq q : name eq 'a')"),
        ("q ? { name: q } : undefined", "(q ? name eq q : anything)"),
        ("admin ? {} : { role: 'A' }", "(admin ? anything : role eq 'A')"),
        ("{ age: min ? { gte: min } : undefined }", "(min ? age gte min : anything)"),
        ("{ age: { ...(min && { gte: min }), lt: 9 } }", "(min ? age gte min : anything) and age lt 9"),
        ("{ ...(q !== undefined && { name: q }) }", "(q === undefined ? anything : name eq q)"),
        ("{ ...(!all && { role: 'A' }) }", "(all ? anything : role eq 'A')"),
        ("{ posts: tag ? { some: { title: tag } } : undefined }", "(tag ? posts some (title eq tag) : anything)"),
        ("{ OR: [{ name: q }, ...(id ? [{ id }] : [])] }", "name eq q or (id ? id eq id : nothing)"),
        ("{ AND: [{ name: q }, ...(id ? [{ id }] : [])] }", "name eq q and (id ? id eq id : anything)"),
    ],
)
def test_a_condition_that_depends_on_a_test(read: ReadOne, where: str, predicate: str) -> None:
    found = read(f"await prisma.user.findMany({{ where: {where} }});")
    assert (found.where, found.unsupported) == (predicate, ())


@pytest.mark.parametrize(
    ("code", "predicate"),
    [
        ("const where: any = {};\nif (q) where.name = q;", "where: [(q ? name eq q : anything)]"),
        ("const where: any = {};\nif (q) { where.name = q; } else where.role = 'A';",
         "where: [(q ? name eq q : anything) and (q ? anything : role eq 'A')]"),
        ("const where: any = { role: 'A' };\nif (q) where.role = q;", "where: [(q ? role eq q : role eq 'A')]"),
        ("const where: any = { role: 'A' };\nwhere.age = 3;", "role eq 'A' and age eq 3"),
        ("const where: any = { role: 'A' };\ndelete where.role;", ""),
        ("const where: any = { role: 'A' };\nObject.assign(where, { age: 3 });", "role eq 'A' and age eq 3"),
        ("const where: any = {};\nq && (where.name = q);", "where: [(q ? name eq q : anything)]"),
        ("let where = {};\nif (q) {\n if (a === 'x') where = { name: q };\nelse if (a === 'y') where = { role: q };\n}",
         "where: [(q ? (a === 'x' ? name eq q : (a === 'y' ? role eq q : anything)) : anything)]"),
        ("const where: any = {};\nif (a || b) {\n where.age = {};\n if (a) where.age.gte = a;\n"
         " if (b) where.age.lte = b;\n}",
         "where: [(a ? age gte a : anything) and (b ? age lte b : anything)]"),
        ("const where: any = { AND: [] };\nif (q) where.AND.push({ name: q });", "where: [(q ? name eq q : anything)]"),
        ("const ands = [];\nif (q) ands.push({ name: q });\nconst where = ands.length > 0 ? { AND: ands } : {};",
         "where: [(q ? name eq q : anything)]"),
        ("const ors: any[] = [{ name: 'a' }];\nif (q) ors.push({ role: q });\nconst where = { OR: ors };",
         "where: [(name eq 'a' or (q ? role eq q : nothing))]"),
        ("const where: any = {};\nswitch (kind) {\n case 'a':\n where.role = 'A';\n break;\n"
         " default:\n where.age = 1;\n}",
         "where: [(kind === 'a' ? role eq 'A' : anything) and (kind === 'a' ? anything : age eq 1)]"),
        ("const extra = q ? { name: q } : {};\nconst where = { role: 'A', ...extra };",
         "role eq 'A' and where: [(q ? name eq q : anything)]"),
    ],
)  # fmt: skip
def test_a_condition_that_statements_put_together(read: ReadOne, code: str, predicate: str) -> None:
    found = read(f"{code}\n{CALL}")
    assert (found.where, found.unsupported) == (predicate, ())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("const where: any = {};\nfor (const q of qs) where.name = q;", "where: assembled in a loop"),
        ("const where: any = {};\nqs.forEach((q) => { where.name = q; });", "where: assembled in another function"),
        ("const where: any = {};\ntry { where.name = f(); } catch {}", "where: assembled in a `try`"),
        ("const where: any = {};\nwhere[key] = q;", "where: a computed key"),
        ("const where = { ...(isAdmin() && { role: 'A' }) };",
         "where: depends on `isAdmin()`, which is not the same at the call"),
        ("const where: any = {};\nif (q) where.name = q;\nq = 1;",
         "where: depends on `q`, which is not the same at the call"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_has_a_reason(read: ReadOne, code: str, reason: str) -> None:
    assert reason in read(f"let q = input;\n{code}\n{CALL}").unsupported


def test_a_change_after_the_call_is_not_followed(read: ReadOne) -> None:
    found = read(f"const where: any = {{}};\n{CALL}\nwhere.name = 1;")
    assert found.unsupported == ("where: changed after the call",)


def test_the_statements_that_assemble_are_known_as_a_whole(read: ReadOne) -> None:
    found = read(f"const where: any = {{}};\nif (q) {{\n  where.name = q;\n}} else if (r) where.role = r;\n{CALL}")
    [assembly] = found.query.assembled
    assert [found.source[each.start : each.end].split("\n")[0] for each in assembly.statements] == [
        "const where: any = {};",
        "if (q) {",
    ]


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        ("{ [by]: way }", "[by] way"),
        ("{ age: way }", "age way"),
        ("{ [by]: 'desc' }", "[by] desc"),
        ("by ? { [by]: way } : undefined", "(by ? [by] way : none)"),
        ("by === 'a' ? { age: way } : { name: 'asc' }", "(by === 'a' ? age way : name)"),
        ("[{ role: 'asc' }, { age: way }]", "role, age way"),
        ("{ age: all ? 'desc' : way }", "age all ? 'desc' : way"),
    ],
)
def test_an_order_that_is_only_known_at_run_time(read: ReadOne, order: str, shown: str) -> None:
    found = read(f"await prisma.user.findMany({{ orderBy: {order} }});")
    assert (found.sorting, found.order, found.unsupported) == (shown, "", ())


def test_an_order_that_a_switch_chooses(read: ReadOne) -> None:
    cases = "case 'a': orderBy = { age: way }; break;\n default: orderBy = { name: way };"
    code = f"let orderBy: any;\nswitch (by) {{\n {cases}\n}}"
    found = read(f"{code}\nawait prisma.user.findMany({{ orderBy }});")
    assert (found.sorting, found.unsupported) == ("(by === 'a' ? age way : name way)", ())


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("if (n) options.take = Number(n);", "n ? Number(n)"),
        ("if (n !== undefined) options.take = n;", "n"),
        ("options.take = 3;", "3"),
        ("if (!all) options.take = 5;", "!all ? 5"),
    ],
)
def test_arguments_that_statements_put_together(read: ReadOne, code: str, limit: str) -> None:
    found = read(f"const options: any = {{ where: {{ role: 'A' }} }};\n{code}\nawait prisma.user.findMany(options);")
    assert (found.where, found.limit, found.unsupported) == ("role eq 'A'", limit, ())


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("filterOf(q)", "where: made by `filterOf`"),
        ("given", "where: `given` comes from the caller"),
        ("{ ...given }", "where: spread of `given`"),
        ("{ OR: FIELDS.map((field) => ({ [field]: { contains: field } })) }", "where: OR is built elsewhere"),
        ("{ OR: Object.keys(given).map((key) => ({ [key]: given[key] })) }", "where: built elsewhere"),
    ],
)
def test_what_comes_from_elsewhere_is_named(read: ReadOne, where: str, reason: str) -> None:
    code = f"export const f = (given: any, q: any) => prisma.user.findMany({{ where: {where} }});"
    assert read(f"const FIELDS = ['name'];\n{code}").unsupported == (reason,)


def test_a_constant_list_of_columns_is_spelled_out(read: ReadOne) -> None:
    code = (
        "const FIELDS = ['name', 'email'] as const;\nconst or = FIELDS.map((field) => ({ [field]: { contains: q } }));"
    )
    found = read(f"{code}\nawait prisma.user.findMany({{ where: {{ OR: or }} }});")
    assert (found.where, found.unsupported) == ("name contains q or email contains q", ())
