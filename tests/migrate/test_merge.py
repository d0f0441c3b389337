"""Generated code meets modules that exist: one file before, fragments, the file after."""

from __future__ import annotations

import pytest
from harness import dedented

from codemods.changes import ChangeSet, Fragment, ImportSpec, MemoryBase, NewModule, Result
from codemods.migrate.merge import foreign_router, merge_modules
from codemods.outcome import Diagnostic, Group, ItemKind, Place
from codemods.writers.edge.http import error_fallback

SERVER = "./_generated/server"


class Merge:
    """One existing file, and the fragments that a run brings for it, each of the group of its number."""

    def __init__(self, path: str, before: str | bytes, others: dict[str, str] | None = None) -> None:
        self._path = path
        text = before if isinstance(before, bytes) else dedented(before)
        self.base = MemoryBase({path: text, **(others or {})})
        self.diagnostics: tuple[Diagnostic, ...] = ()

    def render(self, *fragments: Fragment, path: str | None = None, accepted: frozenset[str] | None = None) -> Result:
        module = NewModule(path or self._path, fragments)
        merged = merge_modules((module,), self.base, "convex")
        names = sorted({name for fragment in fragments for name in fragment.groups})
        groups = tuple(Group(name, name, ItemKind.ROUTE, Place("src/app.ts")) for name in names)
        self.diagnostics = merged.diagnostics
        changes = ChangeSet(groups, merged.modules, merged.edits, base=self.base, conflicts=merged.conflicts)
        return changes.render(accepted)

    def after(self, *fragments: Fragment, accepted: frozenset[str] | None = None) -> str:
        """The file with all fragments; unchanged when there is nothing to do."""
        result = self.render(*fragments, accepted=accepted)
        assert result.dropped == ()
        if not result.files:
            return (self.base.read(self._path) or b"").decode()
        assert [change.path for change in result.files] == [self._path]
        return (result.files[0].after or b"").decode()

    def dropped(self, *fragments: Fragment, path: str | None = None) -> list[str]:
        """`group: code reason` of every group that cannot be written."""
        return [f"{d.group}: {d.code} {d.reason}" for d in self.render(*fragments, path=path).dropped]


def code(text: str, *imports: ImportSpec, order: int = 1, group: str | tuple[str, ...] = "one") -> Fragment:
    return Fragment(group, (1, order), dedented(text).rstrip("\n"), imports)


def function(name: str, body: str = "return null;", kind: str = "query") -> str:
    return f"export const {name} = {kind}({{\n  args: {{}},\n  handler: async () => {{\n    {body}\n  }},\n}});"


def stub(name: str, kind: str = "internalQuery") -> str:
    marker = f"// TODO(convexify CX801): GET /{name} is guarded; see src/app.ts:3"
    body = f'throw new Error("GET /{name} has not been migrated: see src/app.ts");'
    return f"{marker}\n{function(name, body, kind)}"


QUERY = ImportSpec(SERVER, "query")


# ---- declarations -----------------------------------------------------------------------------------------


def test_what_is_missing_goes_beside_its_siblings_and_brings_its_imports() -> None:
    users = Merge(
        "convex/users.ts",
        """
        import { v } from "convex/values";
        import { mutation } from "./_generated/server";

        // Mine.
        export const own = mutation(v);

        export const first = 1;

        export const third = 3;
        """,
    )
    assert users.after(
        code("export const first = 1;"),
        code("/** Second. */\nexport const second = query(2);", QUERY, order=2),
        code("export const third = 3;", order=3),
    ) == dedented(
        """
        import { v } from "convex/values";
        import { mutation, query } from "./_generated/server";

        // Mine.
        export const own = mutation(v);

        export const first = 1;

        /** Second. */
        export const second = query(2);

        export const third = 3;
        """
    )


def test_the_same_code_in_another_layout_is_left_alone() -> None:
    before = "export const list = query({ args: {}, handler: async () => {\n  // why\n  return ['a', 'b',] } })\n"
    new = 'export const list = query({\n  args: {},\n  handler: async () => {\n    return ["a", "b"];\n  },\n});'
    assert Merge("convex/users.ts", before).after(code(new)) == before


def test_another_function_of_the_same_name_is_a_conflict_of_its_route_alone() -> None:
    users = Merge("convex/users.ts", function("getUser", "return 1;"))
    fragments = code(function("getUser")), code(function("listUsers"), order=2, group="two")
    result = users.render(*fragments)
    assert users.dropped(*fragments) == ["one: CX106 convex/users.ts has another getUser already"]
    assert [(d.code, d.place) for d in result.diagnostics] == [("CX106", Place("convex/users.ts", 1, 1))]
    assert result.files[0].after == f"{function('getUser', 'return 1;')}\n\n{function('listUsers')}".encode()


def test_a_type_and_a_value_may_share_their_name() -> None:
    before = "export type user = string;\n"
    assert (
        Merge("convex/users.ts", before).after(code("export const user = 1;")) == f"{before}\nexport const user = 1;\n"
    )


def test_the_stub_of_an_earlier_run_is_replaced_with_its_marker_and_its_imports() -> None:
    before = f'import {{ internalQuery }} from "./_generated/server";\n\n{stub("getMe")}\n\nexport const kept = 1;\n'
    after = f'import {{ query }} from "./_generated/server";\n\n{function("getMe")}\n\nexport const kept = 1;\n'
    assert Merge("convex/users.ts", before).after(code(function("getMe"), QUERY)) == after


def test_a_stub_that_serves_another_route_too_is_left_alone() -> None:
    before = f"{stub('getMe')}\n"
    other = stub("getMe").replace("GET /getMe", "POST /getMe")
    assert Merge("convex/users.ts", before).after(code(other)) == before


def test_a_stub_says_the_reason_of_the_last_run() -> None:
    before, new = f"{stub('getMe')}\n", stub("getMe").replace("is guarded", "is limited")
    assert Merge("convex/users.ts", before).after(code(new)) == f"{new}\n"


def test_a_stub_stays_when_only_the_lines_of_its_sources_moved() -> None:
    before, new = f"{stub('getMe')}\n", stub("getMe").replace("src/app.ts:3", "src/app.ts:5")
    assert Merge("convex/users.ts", before).after(code(new)) == before


def test_a_stub_does_not_replace_a_function_that_its_owner_wrote() -> None:
    before = f"{function('getMe')}\n"
    assert Merge("convex/users.ts", before).after(code(stub("getMe"))) == before


def test_a_fragment_of_several_groups_is_added_for_any_of_them() -> None:
    users = Merge("convex/users.ts", "export const a = 1;\n")
    shared = code("export const b = 2;", group=("one", "two"))
    assert users.after(shared, accepted=frozenset({"two"})) == "export const a = 1;\n\nexport const b = 2;\n"


def test_overloads_are_one_declaration() -> None:
    before = "export function f(a: 1): 1;\nexport function f(a: 2): 2;\nexport function f(a: any) { return a; }\n"
    assert Merge("convex/lib/rows.ts", before).after(code(before)) == before


def test_line_ends_byte_order_mark_and_quotes_stay() -> None:
    before = "\ufeffimport { v } from 'convex/values';\r\n\r\nexport const a = v;\r\n"
    assert Merge("convex/users.ts", before.encode()).after(code("export const b = query(\n  1);", QUERY)) == (
        "\ufeffimport { v } from 'convex/values';\r\nimport { query } from './_generated/server';\r\n\r\n"
        "export const a = v;\r\n\r\nexport const b = query(\r\n  1);\r\n"
    )


def test_an_import_whose_name_is_taken_is_a_conflict() -> None:
    users = Merge("convex/users.ts", "const query = 1;\n")
    found = users.dropped(code("export const b = query;", QUERY))
    assert found == ["one: CX107 query means something else in convex/users.ts"]


def test_the_same_words_that_mean_something_else_are_a_conflict() -> None:
    users = Merge("convex/users.ts", 'import { hash } from "./mine";\nexport const a = hash(1);\n')
    new = code("export const a = hash(1);", ImportSpec("./lib/hash", "hash"))
    assert users.dropped(new) == ["one: CX107 hash means something else in convex/users.ts"]


@pytest.mark.parametrize("path", ["convex/lib/rows.ts", "convex/tables/users.ts", "convex/lib/enums.ts"])
def test_library_code_that_its_owner_changed_is_left_alone(path: str) -> None:
    changed = "export function row() {}\n\nexport function find() { return 'mine'; }\n"
    fragments = code("export function row() {}"), code("export function find() { return 1; }", order=2)
    assert Merge(path, changed).after(*fragments) == changed


def test_a_file_of_someone_else_at_the_path_of_the_library_is_added_to_or_a_conflict() -> None:
    enums = Merge("convex/lib/enums.ts", "export const mine = 1;\nexport const Role = 'x';\n")
    new = code("export const Role = 1;"), code("export const Size = 2;", order=2, group="two")
    assert enums.dropped(*new) == ["one: CX106 convex/lib/enums.ts has another Role already"]
    assert enums.after(new[1]) == "export const mine = 1;\nexport const Role = 'x';\n\nexport const Size = 2;\n"


def test_a_module_of_the_same_name_in_the_other_language_is_a_conflict() -> None:
    users = Merge("convex/users.js", "export const a = 1;\n")
    assert users.dropped(code("export const b = 2;"), path="convex/users.ts") == [
        "one: CX106 convex/users.js is there, and convex/users.ts would be the same module to Convex"
    ]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (b"export const a = (;\n", "one: CX902 convex/users.ts has syntax errors, so nothing can be added to it"),
        (b"\xff\n", "one: CX901 convex/users.ts cannot be added to: it is not valid UTF-8 (byte 0)"),
    ],
)
def test_files_that_cannot_be_read_are_conflicts(before: bytes, expected: str) -> None:
    assert Merge("convex/users.ts", before).dropped(code("export const b = 2;")) == [expected]


# ---- http.ts ----------------------------------------------------------------------------------------------

HTTP = """\
const app = new Hono();

app.get("/users/:id", (c) => c.json(1));

app.get("/old", notMigrated("CX801"));

app.onError((error, c) => c.text("no", 500));

export default new HttpRouterWithHono(app);
"""


def routes(*lines: str) -> tuple[Fragment, ...]:
    prologue = Fragment("one", (0, ""), "const app = new Hono({ strict: false });")
    closing = Fragment("one", (9, ""), "export default new HttpRouterWithHono(app);")
    return (prologue, *(code(line, order=number) for number, line in enumerate(lines)), closing)


def test_registrations_go_behind_the_others_and_before_the_handlers_of_last_resort() -> None:
    after = Merge("convex/http.ts", HTTP).after(*routes('app.get("/a", x);', 'app.post("/b", x);'))
    assert after == HTTP.replace('"CX801"));\n', '"CX801"));\n\napp.get("/a", x);\n\napp.post("/b", x);\n')


def test_a_placeholder_is_replaced_in_place() -> None:
    old = next(line for line in HTTP.splitlines() if "notMigrated" in line)
    after = Merge("convex/http.ts", HTTP).after(*routes('app.get("/old", (c) => {\n  return c.json(2);\n});'))
    assert after == HTTP.replace(old, 'app.get("/old", (c) => {\n  return c.json(2);\n});')


def test_placeholders_for_patterns_are_told_apart() -> None:
    """All of them are registered for `*`, and ask for their requests themselves."""
    first, second = (
        f'app.get("*", async (c, next) => {{\n  if (!/^\\/{name}$/.test(c.req.path)) return next();\n'
        '  return notMigrated("CX102")(c);\n});'
        for name in ("a.", "b.")
    )
    last = 'app.get("*", (c) => {\n  return c.json(1);\n});'
    http = HTTP.replace("export default", f"{first}\n\nexport default")
    after = Merge("convex/http.ts", http).after(*routes(first, second, last))
    assert [after.count(each) for each in (first, second, last)] == [1, 1, 1]


def test_a_registration_that_an_earlier_one_would_hide_goes_before_it() -> None:
    after = Merge("convex/http.ts", HTTP).after(*routes('app.get("/users/me", x);', 'app.post("/users/me", x);'))
    hidden, free = 'app.get("/users/me", x);\n\napp.get("/users/:id"', '"CX801"));\n\napp.post("/users/me", x);'
    assert hidden in after
    assert free in after


def test_the_order_of_this_run_is_kept() -> None:
    """Both are in the source, the general one first: so it answers, then as now."""
    first, second = 'app.get("/users/:id", (c) => c.json(1));', 'app.get("/users/me", x);'
    after = Merge("convex/http.ts", HTTP).after(*routes(first, second))
    assert after.index(first) < after.index(second)


def test_an_answer_that_exists_is_left_alone_and_reported() -> None:
    http = Merge("convex/http.ts", HTTP)
    assert http.after(*routes('app.get("/users/:id", (c) => c.json(2));')) == HTTP
    assert [(d.code, d.message, d.place.line) for d in http.diagnostics] == [
        ("CX106", "convex/http.ts has another GET /users/:id already, which was left as it is", 3)
    ]


def test_what_handlers_need_is_defined_before_they_are_registered() -> None:
    missing = code("const answerMissing = () => null;", order=7), code('app.all("/*", answerMissing);', order=8)
    after = Merge("convex/http.ts", HTTP).after(*routes(), *missing)
    assert after.index("const app") < after.index("const answerMissing") < after.index('app.all("/*", answerMissing)')
    assert after.index('app.all("/*"') > after.index('app.get("/old"')


def test_routes_may_be_registered_twice() -> None:
    twice = ('app.get("/a", notMigrated("CX801"));', 'app.get("/a", notMigrated("CX802"));')
    before = Merge("convex/http.ts", HTTP).after(*routes(*twice))
    assert Merge("convex/http.ts", before).after(*routes(*twice)) == before
    repaired = Merge("convex/http.ts", before).after(*routes(twice[0], 'app.get("/a", x);'))
    assert repaired == before.replace(twice[1], 'app.get("/a", x);')


def test_an_error_handler_takes_the_place_of_the_last_resort() -> None:
    last, own = error_fallback([]).text, error_fallback(["handleError"]).text
    before = HTTP.replace('app.onError((error, c) => c.text("no", 500));', last)
    http = Merge("convex/http.ts", before)
    assert http.after(*routes(), code(own, order=9)) == before.replace(last, own)
    other = Merge("convex/http.ts", before.replace(last, own))
    assert other.after(*routes(), code(last, order=9)) == before.replace(last, own)
    assert http.diagnostics == other.diagnostics == ()


@pytest.mark.parametrize(
    "text",
    [
        'const http = httpRouter();\nhttp.route({ path: "/a", method: "GET" });\nexport default http;\n',
        "const app = new Hono();\nexport default app;\n",
        "const app = new Hono(\n",
    ],
)
def test_another_kind_of_router_is_foreign(text: str) -> None:
    found = foreign_router(MemoryBase({"convex/http.ts": text}), "convex/http.ts")
    assert found is not None
    assert (found.code, found.place.file) == ("CX106", "convex/http.ts")
    assert "Hono" in found.help


def test_no_router_and_one_of_ours_are_not_foreign() -> None:
    assert foreign_router(MemoryBase({}), "convex/http.ts") is None
    assert foreign_router(MemoryBase({"convex/http.ts": HTTP}), "convex/http.ts") is None


# ---- schema.ts --------------------------------------------------------------------------------------------

USERS = '  users: defineTable({\n    name: v.string(),\n  }).index("by_name", ["name"]),'
POSTS = "  posts: defineTable({ title: v.string() }),"


def schema(*tables: str) -> tuple[Fragment, ...]:
    imports = (ImportSpec("convex/server", "defineSchema"), ImportSpec("convex/server", "defineTable"))
    opening = Fragment("", (0, ""), "export default defineSchema({", (*imports, ImportSpec("convex/values", "v")))
    found = [Fragment(f"table{n}", (1, n), text, (), tight=True) for n, text in enumerate(tables)]
    return (opening, *found, Fragment("", (2, ""), "});", (), tight=True))


SCHEMA = """\
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  users: defineTable({ name: v.string() }).index("by_name", ["name"]), // mine
});
"""


def test_missing_tables_are_added_behind_the_others() -> None:
    after = Merge("convex/schema.ts", SCHEMA).after(*schema(USERS, POSTS))
    assert after == SCHEMA.replace("// mine\n", f"// mine\n{POSTS}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("defineSchema({})", f"defineSchema({{\n{USERS}\n{POSTS}\n}})"),
        ("defineSchema({ a: 1 })", f"defineSchema({{ a: 1,\n{USERS}\n{POSTS[:-1]}\n}})"),
        ("defineSchema({\n  a: 1\n})", f"defineSchema({{\n  a: 1,\n{USERS}\n{POSTS[:-1]}\n}})"),
    ],
)
def test_tables_fit_into_any_layout(before: str, after: str) -> None:
    head = 'import { defineSchema, defineTable } from "convex/server";\nimport { v } from "convex/values";\n'
    assert Merge("convex/schema.ts", f"{head}export default {before};\n").after(*schema(USERS, POSTS)) == (
        f"{head}export default {after};\n"
    )


def test_a_table_of_another_shape_is_a_conflict_of_that_table() -> None:
    found = Merge("convex/schema.ts", SCHEMA).dropped(*schema(USERS.replace("string", "number"), POSTS))
    assert found == ["table0: CX603 convex/schema.ts defines users in another way: name differs"]


def test_indexes_that_a_table_lacks_are_added() -> None:
    more = USERS.removesuffix(",").replace(
        ').index("by_name"', ')\n    .index("by_age", ["age"])\n    .index("by_name"'
    )
    after = Merge("convex/schema.ts", SCHEMA).after(*schema(f"{more},"))
    tail = '\n    .index("by_age", ["age"])\n    .index("by_name", ["name"]), // mine'
    assert after == SCHEMA.replace('.index("by_name", ["name"]), // mine', tail)


def test_indexes_of_its_owner_stay() -> None:
    before = SCHEMA.replace('["name"]),', '["name"]).searchIndex("s", { searchField: "name" }),')
    more = USERS.removesuffix(",") + '\n    .index("by_name_and_age", ["name", "age"]),'
    after = Merge("convex/schema.ts", before).after(*schema(more))
    added = 'searchIndex("s", { searchField: "name" })\n    .index("by_name_and_age", ["name", "age"]),'
    assert after == before.replace('searchIndex("s", { searchField: "name" }),', added)


def test_an_index_of_the_same_name_on_other_fields_is_a_conflict() -> None:
    found = Merge("convex/schema.ts", SCHEMA).dropped(*schema(USERS.replace('["name"]', '["age"]')))
    assert found == ["table0: CX603 convex/schema.ts defines users in another way: the index by_name differs"]


def test_spread_tables_count() -> None:
    imports = 'import { authTables } from "@convex-dev/auth/server";\nimport { mine } from "./mine";\n'
    before = imports + SCHEMA.replace("  users:", "  ...authTables,\n  ...mine,\n  users2:")
    merge = Merge("convex/schema.ts", before, {"convex/mine.ts": "export const mine = { posts: defineTable({}) };"})
    tags = "  tags: defineTable({}),"
    assert merge.dropped(*schema(USERS, POSTS, tags)) == [
        "table0: CX603 convex/schema.ts takes tables from ...authTables, which may define users",
        "table1: CX603 convex/schema.ts takes tables from ...mine, which may define posts",
    ]


def test_a_schema_of_another_kind_is_a_conflict() -> None:
    merge = Merge("convex/schema.ts", 'export { default } from "./tables";\n')
    reason = "CX603 convex/schema.ts does not list its tables in defineSchema({ … }), so users cannot be added"
    assert merge.dropped(*schema(USERS)) == [f"table0: {reason}"]


# ---- convex.config.ts -------------------------------------------------------------------------------------


def variables(*names: str) -> tuple[Fragment, ...]:
    imports = (ImportSpec("convex/server", "defineApp"), ImportSpec("convex/values", "v"))
    opening = Fragment("", (0, ""), "export default defineApp({\n  env: {", imports)
    lines = [Fragment("one", (1, name), f"    {name}: v.optional(v.string()),", (), tight=True) for name in names]
    return (opening, *lines, Fragment("", (2, ""), "  },\n});", (), tight=True))


HEAD = 'import { defineApp } from "convex/server";\nimport { v } from "convex/values";\n'
A, B = "    A: v.optional(v.string()),", "    B: v.optional(v.string()),"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"defineApp({{\n  env: {{\n{A}\n  }},\n}})", f"defineApp({{\n  env: {{\n{A}\n{B}\n  }},\n}})"),
        ("defineApp()", f"defineApp({{\n  env: {{\n{A}\n{B}\n  }},\n}})"),
        ("defineApp({})", f"defineApp({{\n  env: {{\n{A}\n{B}\n  }},\n}})"),
        ("defineApp({\n  x: 1,\n})", f"defineApp({{\n  env: {{\n{A}\n{B}\n  }},\n  x: 1,\n}})"),
    ],
)
def test_variables_are_declared_in_any_layout(before: str, after: str) -> None:
    file = f"{HEAD}const app = {before};\napp.use(v);\nexport default app;\n"
    assert Merge("convex/convex.config.ts", file).after(*variables("A", "B")) == file.replace(before, after)


def test_a_variable_that_is_declared_stays_as_it_is() -> None:
    file = f"{HEAD}export default defineApp({{ env: {{ A: v.string() }} }});\n"
    assert Merge("convex/convex.config.ts", file).after(*variables("A")) == file
