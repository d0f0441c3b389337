"""`migrate --interactive` writes exactly what was accepted.

The groups are asked in this order: users (which needs table), drafts (which needs posts), then what is left open.
"""

import stat
from pathlib import Path

import pytest
from builders import tree
from cli_app import App, Ran


def review(app: App, answers: str) -> Ran:
    ran = app.run("migrate", "--interactive", answers="".join(f"{letter}\n" for letter in answers))
    assert ran.code == 0, ran.err
    return ran


def headings(ran: Ran) -> list[str]:
    return [line.split("  ")[0] for line in ran.out.splitlines() if line.startswith("(")]


def written(app: App) -> set[str]:
    return {line[3:] for line in app.git("status", "--porcelain", "-uall", "--no-renames").splitlines()}


def test_accepting_everything_writes_what_apply_writes(app: App) -> None:
    review(app, "yy")
    interactive = {path: file for path, file in tree(app.root).items() if not path.startswith(".convexify")}
    app.run("undo")
    app.run("migrate", "--apply")
    assert {path: file for path, file in tree(app.root).items() if not path.startswith(".convexify")} == interactive


def test_accepting_a_route_accepts_what_it_needs_and_says_so(app: App) -> None:
    ran = review(app, "ynn")
    assert "Needs, and would accept too: table users\n" in ran.out
    assert "Accepted too, since it is needed: table users\n" in ran.out
    assert written(app) == {"convex/http.ts", "convex/schema.ts", "convex/users.ts", "src/users.ts"}


def test_rejecting_rejects_what_depends_on_it(app: App) -> None:
    assert "Rejected too, since it needs this: GET /users: src/users.ts\n" in review(app, "snQ").out


def test_what_no_accepted_route_needs_is_asked_last(app: App) -> None:
    ran = review(app, "nyn")
    assert headings(ran) == ["(1/4) GET /users", "(2/4) GET /drafts", "(4/4) table users"]
    assert written(app) == {"convex/posts.ts", "src/posts.more.ts"}


def test_rejecting_everything_writes_nothing(app: App) -> None:
    before = tree(app.root)
    assert "0 changes accepted." in review(app, "nnnn").out
    assert tree(app.root) == before


def test_a_question_shows_what_accepting_adds(app: App) -> None:
    ran = review(app, "nnny")
    first, second, third, fourth = ran.out.split("Write this change?")[:4]
    assert "convex/schema.ts (new file)" in first and "convex/users.ts (new file)" in first
    assert "+export const listDrafts" in second and "+export const listPosts" in second
    assert "convex/schema.ts (new file)" in third and "users.ts" not in third
    assert "+export const listPosts" in fourth and "listDrafts" not in fourth


def test_a_file_that_goes_is_named_with_its_size(app: App) -> None:
    assert "src/users.ts (deleted), 1 line\n" in review(app, "q").out


def test_q_writes_what_was_accepted_so_far(app: App) -> None:
    ran = review(app, "yq")
    assert "2 changes accepted; 2 undecided are left out." in ran.out
    assert "convex/users.ts" in written(app)
    assert "convex/posts.ts" not in written(app)


@pytest.mark.parametrize("answers", ["yQ", "y", ""])
def test_capital_q_and_the_end_of_the_input_write_nothing(app: App, answers: str) -> None:
    before = tree(app.root)
    ran = review(app, answers)
    assert ran.err.endswith("Nothing was written.\n")
    assert tree(app.root) == before


def test_d_rejects_the_rest_of_the_file(app: App) -> None:
    ran = review(app, "nd" + "y")
    assert headings(ran) == ["(1/4) GET /users", "(2/4) GET /drafts", "(4/4) table users"]
    assert written(app) == {"convex/schema.ts"}


def test_a_accepts_the_rest_of_the_file(app: App) -> None:
    ran = review(app, "nan")
    assert headings(ran) == ["(1/4) GET /users", "(2/4) GET /drafts", "(4/4) table users"]
    assert written(app) == {"convex/posts.ts", "src/posts.more.ts"}


def test_capital_a_accepts_all_the_rest(app: App) -> None:
    review(app, "A")
    assert {"convex/users.ts", "convex/posts.ts"} <= written(app)


def test_questions_about_the_questions(app: App) -> None:
    ran = review(app, "?xQ")
    assert ran.out.count("y - accept this change and what it needs") == 2


def test_an_empty_line_decides_nothing(app: App) -> None:
    ran = app.run("migrate", "--interactive", answers="\n\nQ\n")
    assert ran.out.count("Write this change?") == 3


def test_rejected_items_are_reported_as_skipped(app: App) -> None:
    ran = review(app, "ynn")
    assert "2  rejected in review" in ran.out


def test_s_splits_a_group_by_files_and_asks_about_the_parts_at_once(app: App) -> None:
    ran = review(app, "s" + "n" * 4)
    assert "Split into 3 parts." in ran.out
    assert headings(ran)[1:] == [
        "(1/6) GET /users: convex/http.ts",
        "(3/6) GET /users: convex/users.ts",
        "(4/6) GET /drafts",
        "(5/6) table users",
        "(6/6) GET /posts",
    ]
    assert written(app) == set()


def test_a_route_stays_in_its_source_when_only_its_new_code_is_accepted(app: App) -> None:
    ran = review(app, "s" + "yyn" + "nn")
    assert headings(ran)[3] == "(4/6) GET /users: src/users.ts"
    assert written(app) == {"convex/http.ts", "convex/schema.ts", "convex/users.ts"}
    assert "CX906 rejected in review (1)\n" in ran.out
    assert "route GET /users: accepted only in part" in ran.out


def test_all_parts_together_are_the_whole(app: App) -> None:
    ran = review(app, "s" + "yyy" + "nn")
    assert written(app) == {"convex/http.ts", "convex/schema.ts", "convex/users.ts", "src/users.ts"}
    assert "accepted only in part" not in ran.out


def test_a_group_in_one_file_cannot_be_split(app: App) -> None:
    ran = review(app, "nsQ")
    assert "This change cannot be split: all of it is in one file." in ran.out


def editor(app: App, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = Path(app.root.parent / "editor.sh")
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", str(path))


def test_e_writes_the_edited_code(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(app, monkeypatch, "sed -i 's/query({})/query({ args: {} })/' \"$1\"")
    ran = review(app, "eynn")
    assert "+export const listUsers = query({ args: {} });" in ran.out
    assert "export const listUsers = query({ args: {} });" in app.text("convex/users.ts")


def test_imports_that_edited_code_no_longer_uses_go(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(app, monkeypatch, "sed -i 's/query({})/null/' \"$1\"")
    review(app, "eynn")
    assert app.text("convex/users.ts") == "export const listUsers = null;\n"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("sed -i 's/query({})/query(/' \"$1\"", "the new code does not parse"),
        ("sed -i '/====/d' \"$1\"", "lines that begin with // ==== were changed"),
        ("sed -i '/^[^/]/d' \"$1\"", "nothing is left"),
        ("exit 1", "Nothing was edited."),
        ("true", "Nothing was edited."),
    ],
)
def test_broken_edits_are_refused_and_asked_again(
    app: App, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    editor(app, monkeypatch, script)
    ran = review(app, "eynn")
    assert told in ran.out
    assert "export const listUsers = query({});" in app.text("convex/users.ts")


def test_a_missing_editor_is_no_crash(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    assert "Nothing was edited." in review(app, "eQ").out


def test_with_another_format_the_questions_go_to_stderr(app: App) -> None:
    ran = app.run("migrate", "--interactive", "--format", "json", answers="A\n")
    assert ran.out.startswith("{")
    assert "Write this change?" in ran.err
