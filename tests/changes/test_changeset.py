"""Files are a function of the accepted groups."""

from builders import (
    ROUTES,
    actions,
    constant,
    cut,
    group,
    groups,
    module,
    new_file,
    only,
    route_edits,
    spec,
    swap,
    texts,
)

from codemods.changes import (
    Addition,
    ChangeSet,
    Conflict,
    Deletion,
    Dropped,
    FileEdit,
    Fragment,
    Joint,
    MemoryBase,
    NewModule,
    closure,
)
from codemods.changes.changeset import dependents, with_needs
from codemods.outcome import Place
from codemods.source.edits import Edit
from codemods.source.span import Span

BASE = MemoryBase({"src/routes.ts": ROUTES})


def test_fragments_become_one_module_in_order_with_computed_imports() -> None:
    users = module(
        "convex/users.ts",
        constant("zed", "users", spec("./_generated/server", "query")),
        constant("alpha", "posts", spec("./_generated/server", "mutation"), spec("convex/values", "v")),
        header="// Licence",
    )
    assert texts(ChangeSet(groups("users", "posts"), (users,)).render()) == {
        "convex/users.ts": """\
// Licence

import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const alpha = 1;

export const zed = 1;
"""
    }


def test_a_rejected_group_takes_its_fragments_and_their_imports_along() -> None:
    users = module("convex/users.ts", constant("a", "users", spec("m", "x")), constant("b", "posts", spec("n", "y")))
    result = ChangeSet(groups("users", "posts"), (users,)).render(frozenset({"posts"}))
    assert only(result, "convex/users.ts") == 'import { y } from "n";\n\nexport const b = 1;\n'


def test_a_fragment_of_several_groups_is_there_when_any_is_accepted() -> None:
    shared = Fragment(("users", "posts"), (0,), "export function toUser() {}")
    changes = ChangeSet(groups("users", "posts"), (NewModule("convex/lib.ts", (shared,)),))
    assert only(changes.render(frozenset({"posts"})), "convex/lib.ts") == "export function toUser() {}\n"
    assert changes.render(frozenset()).files == ()


def test_equal_fragments_of_two_groups_are_written_once() -> None:
    twice = module("convex/lib.ts", Fragment("users", (0,), "let a;"), Fragment("posts", (0,), "let a;"))
    assert only(ChangeSet(groups("users", "posts"), (twice,)).render(), "convex/lib.ts") == "let a;\n"


def test_the_frame_of_a_module_is_there_only_with_something_in_it() -> None:
    schema = module(
        "convex/schema.ts",
        Fragment("", (0,), "export default defineSchema({", (spec("convex/server", "defineSchema"),)),
        Fragment("users", (1, "users"), "  users: defineTable({}),", tight=True),
        Fragment("posts", (1, "posts"), "  posts: defineTable({}),", tight=True),
        Fragment("", (2,), "});", tight=True),
    )
    changes = ChangeSet(groups("users", "posts"), (schema,))
    assert only(changes.render(frozenset({"users"})), "convex/schema.ts").split("\n\n")[1] == (
        "export default defineSchema({\n  users: defineTable({}),\n});\n"
    )
    assert changes.render(frozenset()).files == ()


def test_line_ends_and_quotes_are_those_of_the_module() -> None:
    users = NewModule(
        "convex/a.ts", (Fragment("users", (0,), "a();\r\nb();\n", (spec("m", "a"),)),), newline="\r\n", quote="'"
    )
    assert only(ChangeSet(groups("users"), (users,)).render(), "convex/a.ts") == (
        "import { a } from 'm';\r\n\r\na();\r\nb();\r\n"
    )


def test_edits_of_accepted_groups_only() -> None:
    changes = ChangeSet(groups("users", "posts"), (), (route_edits(),), (), BASE)
    assert only(changes.render(frozenset({"users"})), "src/routes.ts") == ROUTES.replace(
        'router.get("/users", listUsers);\n', ""
    )
    assert changes.render(frozenset()).files == ()


def test_a_joint_edit_waits_for_all_its_groups() -> None:
    unused = Joint(cut(ROUTES, 'import { Router } from "express";\n', ""), ("users", "posts"))
    edit = FileEdit("src/routes.ts", route_edits().edits, (unused,))
    changes = ChangeSet(groups("users", "posts"), (), (edit,), (), BASE)
    assert "express" in only(changes.render(frozenset({"users"})), "src/routes.ts")
    assert "express" not in only(changes.render(), "src/routes.ts")


def test_the_byte_order_mark_and_line_ends_of_an_edited_file_stay() -> None:
    data = b"\xef\xbb\xbfold();\r\nkept();"
    edit = FileEdit("a.js", (Edit.replace(Span(0, 5), "fresh()", "users"),))
    result = ChangeSet(groups("users"), (), (edit,), (), MemoryBase({"a.js": data})).render()
    assert result.files[0].after == b"\xef\xbb\xbffresh();\r\nkept();"


def test_offsets_count_characters_in_non_ascii_text() -> None:
    text = 'say("żółć 😀"); old();\n'
    edit = FileEdit("a.js", (swap(text, "old", "fresh", "users"),))
    result = ChangeSet(groups("users"), (), (edit,), (), MemoryBase({"a.js": text})).render()
    assert only(result, "a.js") == 'say("żółć 😀"); fresh();\n'


def test_a_file_goes_when_every_group_that_it_waits_for_is_accepted() -> None:
    changes = ChangeSet(
        groups("users", "posts"), (), (route_edits(),), (Deletion("src/routes.ts", ("users", "posts")),), BASE
    )
    assert actions(changes.render()) == [("delete", "src/routes.ts", None)]
    assert actions(changes.render(frozenset({"posts"}))) == [("modify", "src/routes.ts", None)]


def test_a_file_that_a_rejected_group_would_edit_never_goes() -> None:
    changes = ChangeSet(groups("users", "posts"), (), (route_edits(),), (Deletion("src/routes.ts", ("users",)),), BASE)
    assert actions(changes.render(frozenset({"users"}))) == [("modify", "src/routes.ts", None)]


def test_a_module_is_a_rename_once_its_source_goes() -> None:
    service = module("convex/model/users.ts", constant("a", "users"), constant("b", "posts"), from_path="src/routes.ts")
    changes = ChangeSet(
        groups("users", "posts"), (service,), (), (Deletion("src/routes.ts", ("users", "posts")),), BASE
    )
    assert actions(changes.render()) == [("rename", "convex/model/users.ts", "src/routes.ts")]
    assert actions(changes.render(frozenset({"users"}))) == [("create", "convex/model/users.ts", None)]


def test_one_source_is_renamed_once() -> None:
    first = module("convex/a.ts", constant("a", "users"), from_path="src/routes.ts")
    second = module("convex/b.ts", constant("b", "users"), from_path="src/routes.ts")
    changes = ChangeSet(groups("users"), (second, first), (), (Deletion("src/routes.ts", ("users",)),), BASE)
    assert actions(changes.render()) == [("rename", "convex/a.ts", "src/routes.ts"), ("create", "convex/b.ts", None)]


def test_a_rename_keeps_mode_and_byte_order_mark() -> None:
    base = MemoryBase({"src/a.ts": b"\xef\xbb\xbfold();\n"}, {"src/a.ts": 0o755})
    moved = module("convex/a.ts", constant("a", "users"), from_path="src/a.ts")
    (change,) = ChangeSet(groups("users"), (moved,), (), (Deletion("src/a.ts", ("users",)),), base).render().files
    assert change.mode == 0o755
    assert change.after == b"\xef\xbb\xbfexport const a = 1;\n"


def test_a_group_counts_only_with_everything_it_needs() -> None:
    chain = (group("users", "table"), group("table", "index"), group("index"))
    assert closure(chain, frozenset({"users", "table"})) == frozenset()
    assert closure(chain, frozenset({"table", "index"})) == {"table", "index"}
    assert with_needs(chain, ["users"]) == {"users", "table", "index"}
    assert dependents(chain, ["index"]) == {"users", "table"}


def test_groups_that_need_each_other_are_accepted_together() -> None:
    circle = (group("a", "b"), group("b", "a"))
    assert closure(circle, frozenset({"a", "b"})) == {"a", "b"}
    assert closure(circle, frozenset({"a"})) == frozenset()


def test_an_existing_file_is_never_overwritten() -> None:
    made = new_file("convex/users.ts", "export const a = 1;")
    result = ChangeSet(made.groups, made.modules, base=MemoryBase({"convex/users.ts": "mine"})).render()
    assert result.files == ()
    assert [(drop.group, drop.code) for drop in result.dropped] == [("users", "CX106")]
    assert [(d.code, d.place.file) for d in result.diagnostics] == [("CX106", "convex/users.ts")]


def test_an_existing_file_with_the_same_bytes_is_no_change() -> None:
    made = new_file("convex/users.ts", "let a;")
    result = ChangeSet(made.groups, made.modules, base=MemoryBase({"convex/users.ts": "let a;\n"})).render()
    assert (result.files, result.dropped) == ((), ())


def test_a_group_with_broken_code_is_dropped_everywhere_and_the_others_stay() -> None:
    changes = ChangeSet(
        groups("users", "posts"),
        (
            module("convex/a.ts", constant("fine", "posts"), Fragment("users", (2,), "const = ;")),
            module("convex/b.ts", constant("lost", "users")),
        ),
    )
    result = changes.render()
    assert texts(result) == {"convex/a.ts": "export const fine = 1;\n"}
    assert [(drop.group, drop.code) for drop in result.dropped] == [("users", "CX905")]


def test_what_needs_a_dropped_group_falls_with_it_and_says_so() -> None:
    changes = ChangeSet(
        (group("users", "table"), group("table")),
        (
            module("convex/a.ts", constant("a", "users")),
            module("convex/schema.ts", Fragment("table", (0,), "const = ;")),
        ),
    )
    result = changes.render()
    assert result.files == ()
    assert {drop.group: drop.reason for drop in result.dropped} == {
        "table": "the new code does not parse",
        "users": "needs GET /table: the new code does not parse",
    }
    assert len(result.diagnostics) == 1


def test_an_edit_that_makes_a_file_parse_worse_is_taken_back() -> None:
    edit = FileEdit(
        "src/routes.ts", (swap(ROUTES, "listUsers);", "((", "users"), swap(ROUTES, "listPosts", "fine", "posts"))
    )
    result = ChangeSet(groups("users", "posts"), (), (edit,), (), BASE).render()
    assert only(result, "src/routes.ts") == ROUTES.replace("listPosts", "fine")
    assert [(drop.group, drop.code) for drop in result.dropped] == [("users", "CX905")]


def test_a_file_that_was_broken_before_may_be_edited() -> None:
    text = "const = ;\nold();\n"
    edit = FileEdit("a.ts", (swap(text, "old", "fresh", "users"),))
    result = ChangeSet(groups("users"), (), (edit,), (), MemoryBase({"a.ts": text})).render()
    assert only(result, "a.ts") == "const = ;\nfresh();\n"


def test_invalid_json_counts_as_broken() -> None:
    edit = FileEdit("package.json", (swap("{}\n", "}", ",}", "users"),))
    result = ChangeSet(groups("users"), (), (edit,), (), MemoryBase({"package.json": "{}\n"})).render()
    assert [drop.code for drop in result.dropped] == ["CX905"]


def test_overlapping_edits_drop_the_later_group_everywhere() -> None:
    edit = FileEdit(
        "src/routes.ts",
        (swap(ROUTES, "export default router", "fine()", "users"), swap(ROUTES, "default router", "x", "posts")),
    )
    extra = module("convex/posts.ts", constant("posts", "posts"))
    result = ChangeSet(groups("users", "posts"), (extra,), (edit,), (), BASE).render()
    assert [(drop.group, drop.code) for drop in result.dropped] == [("posts", "CX904")]
    assert list(texts(result)) == ["src/routes.ts"]


def test_two_things_under_one_imported_name_are_refused() -> None:
    clash = module(
        "convex/a.ts", constant("a", "users", spec("./x", "User")), constant("b", "posts", spec("y", "User"))
    )
    result = ChangeSet(groups("users", "posts"), (clash,)).render()
    assert [(drop.group, drop.code) for drop in result.dropped] == [("posts", "CX107")]
    assert only(result, "convex/a.ts").startswith('import { User } from "./x";')


def test_text_that_utf8_cannot_hold_is_refused() -> None:
    assert [drop.code for drop in new_file("convex/a.ts", 'const a = "\ud800";').render().dropped] == ["CX905"]


def test_an_edited_file_that_is_gone_drops_its_groups() -> None:
    result = ChangeSet(groups("users", "posts"), (), (route_edits(),)).render()
    assert [(drop.group, drop.code) for drop in result.dropped] == [("users", "CX901"), ("posts", "CX901")]


def test_a_group_that_does_not_exist_is_reported() -> None:
    changes = ChangeSet((group("users", "nothing"),), (module("a.ts", constant("a", "ghost")),))
    assert changes.render().dropped == (Dropped("users", "CX904", "needs a group that does not exist"),)
    assert [d.message for d in changes.render().diagnostics] == [
        "a.ts: the group ghost does not exist",
        "src/routes.ts: the group nothing does not exist",
    ]


def test_the_same_path_given_twice_is_one_file() -> None:
    changes = ChangeSet(
        groups("users", "posts"),
        (module("a.ts", constant("a", "users")), module("a.ts", constant("b", "posts"))),
    )
    assert only(changes.render(), "a.ts") == "export const a = 1;\n\nexport const b = 1;\n"


LIB = MemoryBase({"convex/lib.ts": '\ufeffimport { a } from "m";\r\n\r\nexport const one = a;\r\n'})


def added(name: str, *owners: str) -> Addition:
    end = len('import { a } from "m";\r\n\r\nexport const one = a;')
    text = f"\r\n\r\nexport const {name} = {name[0]};"
    return Addition(Edit.insert(end, text), owners, (spec("m", name[0]),))


def test_an_addition_is_made_for_any_of_its_groups_and_brings_its_imports() -> None:
    edit = FileEdit("convex/lib.ts", additions=(added("both", "users", "posts"), added("post", "posts")))
    changes = ChangeSet(groups("users", "posts"), edits=(edit,), base=LIB)
    users, both = (only(changes.render(some), "convex/lib.ts") for some in (frozenset({"users"}), None))
    assert users == ('\ufeffimport { a, b } from "m";\r\n\r\nexport const one = a;\r\n\r\nexport const both = b;\r\n')
    assert both == (
        '\ufeffimport { a, b, p } from "m";\r\n\r\nexport const one = a;\r\n\r\nexport const both = b;\r\n\r\n'
        "export const post = p;\r\n"
    )
    assert changes.render(frozenset()).files == ()


def test_an_addition_whose_import_is_taken_drops_its_groups_alone() -> None:
    base = MemoryBase({"a.ts": "const b = 1;\n"})
    edit = FileEdit(
        "a.ts",
        additions=(
            Addition(Edit.insert(12, "\nb();"), ("users",), (spec("m", "b"),)),
            Addition(Edit.insert(12, "\nok();"), ("posts",)),
        ),
    )
    result = ChangeSet(groups("users", "posts"), edits=(edit,), base=base).render()
    assert result.dropped == (Dropped("users", "CX107", "b means something else in a.ts"),)
    assert only(result, "a.ts") == "const b = 1;\nok();\n"


def test_additions_that_overlap_drop_the_groups_of_the_later_one() -> None:
    base = MemoryBase({"a.ts": "const b = 1;\n"})
    first = Addition(Edit.replace(Span(0, 12), "one;"), ("users",))
    second = Addition(Edit.replace(Span(6, 12), "two;"), ("posts",))
    changes = ChangeSet(groups("users", "posts"), edits=(FileEdit("a.ts", additions=(first, second)),), base=base)
    result = changes.render()
    assert [(drop.group, drop.code) for drop in result.dropped] == [("posts", "CX904")]
    assert only(result, "a.ts") == "one;\n"


def test_a_conflict_keeps_its_group_and_those_that_need_it_from_being_written() -> None:
    conflict = Conflict("table", "CX603", "convex/schema.ts defines users in another way", Place("convex/schema.ts", 4))
    changes = ChangeSet(
        (group("table"), group("users", "table"), group("posts")),
        (module("a.ts", constant("a", "users"), constant("b", "posts")),),
        conflicts=(conflict,),
    )
    result = changes.render()
    assert only(result, "a.ts") == "export const b = 1;\n"
    assert [(drop.group, drop.code) for drop in result.dropped] == [("table", "CX603"), ("users", "CX603")]
    assert [(one.message, one.place) for one in result.diagnostics] == [(conflict.reason, conflict.place)]
    assert changes.render(frozenset({"posts"})).diagnostics == ()
