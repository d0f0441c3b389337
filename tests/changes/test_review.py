"""Decisions, splitting and editing of groups, and what remains of a plan after them."""

from pathlib import Path

import pytest
from builders import constant, cut, group, groups, module, only, spec, texts

from codemods.changes import (
    Addition,
    ChangeSet,
    Deletion,
    FileEdit,
    Fragment,
    MemoryBase,
    Migration,
    NewModule,
    settle,
)
from codemods.changes.review import Review, step
from codemods.changes.revise import NotRevised, editable, revised
from codemods.changes.split import split
from codemods.outcome import Item, ItemKind, Outcome, Place, Target
from codemods.source.edits import Edit

CHAIN = (group("index"), group("table", "index"), group("users", "table"), group("posts"))


def test_groups_that_no_other_needs_are_asked_first() -> None:
    assert [g.id for g in Review(CHAIN).open] == ["users", "posts", "index", "table"]


def test_accepting_accepts_needs_and_rejecting_rejects_dependents() -> None:
    review = Review(CHAIN)
    assert review.accept(["users"]).accepted == {"users", "table", "index"}
    assert review.reject(["index"]).rejected == {"index", "table", "users"}
    assert [g.id for g in review.needs("users")] == ["index", "table"]
    assert [g.id for g in review.dependents("index")] == ["table", "users"]


def test_decided_groups_are_not_asked_again() -> None:
    assert [g.id for g in Review(CHAIN).accept(["table"]).reject(["posts"]).open] == ["users"]


def test_the_rest_of_a_file() -> None:
    review = Review((group("a", file="x.ts"), group("b", file="y.ts"), group("c", file="x.ts")))
    assert [g.id for g in review.rest_of_file(review.groups[0])] == ["a", "c"]


def moved() -> ChangeSet:
    """A file of two functions that is renamed when both groups are accepted, and edited when one is."""
    source = "one();\ntwo();\n"
    return ChangeSet(
        groups("one", "two"),
        (module("new.ts", Fragment("one", (1,), "one();"), Fragment("two", (2,), "two();"), from_path="old.ts"),),
        (FileEdit("old.ts", (cut(source, "one();\n", "one"), cut(source, "two();\n", "two"))),),
        (Deletion("old.ts", ("one", "two")),),
        MemoryBase({"old.ts": source}),
    )


def actions(changes: ChangeSet, before: set[str], after: set[str]) -> list[tuple[str, str, str | None]]:
    shown = step(changes.render(frozenset(before)), changes.render(frozenset(after)), changes.base)
    return [(change.action, change.path, change.from_path) for change in shown]


def test_a_step_shows_a_rename_that_happens_in_it() -> None:
    assert actions(moved(), set(), {"one", "two"}) == [("rename", "new.ts", "old.ts")]


def test_a_step_shows_only_what_is_new_in_it() -> None:
    assert actions(moved(), set(), {"one"}) == [("create", "new.ts", None), ("modify", "old.ts", None)]
    assert actions(moved(), {"one"}, {"one", "two"}) == [("modify", "new.ts", None), ("delete", "old.ts", None)]


def routed() -> ChangeSet:
    """A route with a function, an HTTP route that imports it, and an edit that takes it out of its source."""
    source = "route();\nrest();\n"
    return ChangeSet(
        (group("users", "table"), group("table"), group("all", "users")),
        (
            module("convex/users.ts", constant("list", "users")),
            module("convex/http.ts", constant("http", "users", spec("./users", "list"))),
            module("convex/lib.ts", Fragment(("users", "table"), (0,), "let lib;")),
            module("convex/schema.ts", constant("users", "table")),
            module("convex/all.ts", constant("all", "all")),
        ),
        (FileEdit("src/a.ts", (cut(source, "route();\n", "users"),)),),
        (),
        MemoryBase({"src/a.ts": source}),
    )


def test_parts_need_what_they_import_and_edits_need_all_new_files() -> None:
    parts = split(routed(), "users")
    assert parts is not None
    assert {g.title: g.needs for g in parts.changes.groups} == {
        "GET /users: convex/http.ts": ("table", "users/3"),
        "GET /users: convex/lib.ts": ("table",),
        "GET /users: convex/users.ts": ("table",),
        "GET /users: src/a.ts": ("table", "users/1", "users/2", "users/3"),
        "GET /table": (),
        "GET /all": ("users/1", "users/2", "users/3", "users/4"),
    }


def test_all_parts_make_the_files_of_the_whole() -> None:
    parts = split(routed(), "users")
    assert parts is not None
    assert texts(parts.changes.render()) == texts(routed().render())
    without = parts.changes.render(frozenset({"table", "users/3"}))
    assert list(texts(without)) == ["convex/lib.ts", "convex/schema.ts", "convex/users.ts"]


def test_what_lies_in_one_file_is_not_split() -> None:
    assert split(routed(), "table") is not None
    assert split(routed(), "all") is None


def code(*, text: str = "use(query);") -> ChangeSet:
    fragment = Fragment("users", (1,), text, (spec("./s", "query"), spec("./effect")))
    return ChangeSet(groups("users", "posts"), (module("a.ts", fragment, constant("b", "posts")),))


def test_the_code_of_a_group_is_offered_under_headings() -> None:
    assert editable(code(), "users") == (
        "// The new code of GET /users. Keep the lines that begin with // ====.\n// ==== a.ts\nuse(query);\n"
    )


def test_a_group_of_edits_has_no_code_to_edit() -> None:
    assert editable(moved(), "missing") is None


def test_edited_code_replaces_the_fragment_and_drops_unused_imports() -> None:
    edited = revised(code(), "users", "// ==== a.ts\n\nother();\n", frozenset({"users", "posts"}))
    assert only(edited.render(), "a.ts") == 'import "./effect";\n\nother();\n\nexport const b = 1;\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("// ==== a.ts\nbroken(;\n", "the new code does not parse"),
        ("other();\n", "the lines that begin with // ==== were changed"),
        ("// ==== a.ts\n\n", "nothing is left"),
    ],
)
def test_edits_that_cannot_be_used(text: str, reason: str) -> None:
    with pytest.raises(NotRevised, match=reason):
        revised(code(), "users", text, frozenset({"users", "posts"}))


def item(name: str, owner: str | None) -> Item:
    target = Target("convex/a.ts", name, "query")
    return Item(ItemKind.ROUTE, name, Outcome.MIGRATED, Place("src/a.ts"), None, target, owner)


def plan(changes: ChangeSet) -> Migration:
    return Migration(Path("/app"), (item("u", "users"), item("p", "posts"), item("free", None)), (), changes)


def outcomes(migration: Migration, accepted: frozenset[str] | None = None) -> list[tuple[str, str | None]]:
    return [(str(found.outcome), found.reason) for found in settle(migration, accepted).items]


def test_items_of_rejected_groups_are_skipped() -> None:
    assert outcomes(plan(code()), frozenset({"posts"})) == [
        ("skipped", "CX906 rejected in review"),
        ("migrated", None),
        ("migrated", None),
    ]


def test_items_of_groups_that_could_not_be_written_need_review() -> None:
    assert outcomes(plan(code(text="broken(;")))[:2] == [
        ("needs-review", "CX905 the new code does not parse"),
        ("migrated", None),
    ]


def test_files_that_were_not_read_are_items_too() -> None:
    from codemods.workspace import Skip

    migration = Migration(Path("/app"), skips=(Skip("dist", "build output"),))
    assert settle(migration).items == (
        Item(ItemKind.FILE, "dist", Outcome.SKIPPED, Place("dist"), "CX901 build output"),
    )


def test_new_modules_keep_their_frame_when_split() -> None:
    frame = NewModule("s.ts", (Fragment("", (0,), "{"), Fragment("users", (1,), "a;"), Fragment("", (2,), "}")))
    changes = ChangeSet(groups("users"), (frame, module("b.ts", constant("b", "users"))))
    parts = split(changes, "users")
    assert parts is not None
    assert list(texts(parts.changes.render(frozenset({"users/1"})))) == ["b.ts"]


def test_code_added_to_existing_files_is_split_like_new_code() -> None:
    base = MemoryBase({"convex/b.ts": "b();\n", "src/routes.ts": "x\n"})
    addition = Addition(Edit.insert(4, "\nmore();"), ("users", "table"))
    changes = ChangeSet(
        (group("table"), group("users")),
        (module("convex/a.ts", constant("a", "users", spec("./b", "more"))),),
        (FileEdit("convex/b.ts", additions=(addition,)), FileEdit("src/routes.ts", (cut("x\n", "x", "users"),))),
        base=base,
    )
    parts = split(changes, "users")
    assert parts is not None
    needs = {one.title.split(": ")[1]: one.needs for one in parts.changes.groups[1:]}
    assert needs == {"convex/a.ts": ("users/2",), "convex/b.ts": (), "src/routes.ts": ("users/1", "users/2")}
    assert only(parts.changes.render(frozenset({"users/2"})), "convex/b.ts") == "b();\nmore();\n"


def test_code_added_to_existing_files_can_be_edited() -> None:
    base = MemoryBase({"convex/b.ts": "b();\r\n"})
    addition = Addition(Edit.insert(4, "\r\n\r\nlist(\r\n  1);"), ("users",), (spec("./c", "list"),))
    changes = ChangeSet((group("users"),), (), (FileEdit("convex/b.ts", additions=(addition,)),), base=base)
    text = editable(changes, "users")
    assert text is not None
    assert text.endswith("// ==== convex/b.ts\nlist(\n  1);\n")
    edited = revised(changes, "users", text.replace("list(\n  1)", "two(\n  2)"), frozenset({"users"}))
    assert only(edited.render(), "convex/b.ts") == "b();\r\n\r\ntwo(\r\n  2);\r\n"
