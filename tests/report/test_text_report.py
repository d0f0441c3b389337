"""The report for people."""

import re
from pathlib import Path

import pytest
from sample_reports import FILES, full, report

from codemods.changes import FileChange, Settled
from codemods.outcome import CODES, Diagnostic, Item, ItemKind, Outcome, Place, Severity
from codemods.report import Report
from codemods.report.escape import visible
from codemods.report.text import text_report

EVIL = "\x1b[31mred\x07 [bold]not bold[/bold] \u202etxt.exe\x9b2J"


def modified(before: str, after: str) -> str:
    return text_report(report(FileChange("modify", "a.ts", None, before.encode(), after.encode())))


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_tree_comes_first_with_counts() -> None:
    assert text_report(full()).split("\n\n")[1] == (
        "convex/\n"
        "  model/\n"
        "    users.ts      +2 -0     new\n"
        "  users.ts        +1 -1     from src/users.ts\n"
        "src/\n"
        "  gone.ts         +0 -1     deleted\n"
        "package.json      +1 -1     changed"
    )


def test_hunks_follow_under_the_name_of_their_file() -> None:
    assert "src/users.ts -> convex/users.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n" in text_report(full())
    assert "src/gone.ts (deleted)\n@@ -1 +0,0 @@\n-bye\n" in text_report(full())


def test_an_applied_migration_is_not_shown_line_by_line() -> None:
    text = text_report(full("applied"))
    assert "@@" not in text
    assert "4 files changed." in text
    assert "convexify undo" in text


def test_outcomes_by_kind() -> None:
    assert (
        "            migrated  needs-review   unsupported       skipped\n"
        "routes             1             -             1             -\n"
        "timers             -             1             -             -\n"
        "files              -             -             -             1\n"
    ) in text_report(full())


def test_reasons_have_counts_places_and_help() -> None:
    assert (
        "CX502 timer is not a background job (1)\n"
        "  Decide what it is for: a job, a sleep in an action, or a cron.\n"
        "  src/a.ts:2:3  timer setTimeout: waits in a loop\n"
    ) in text_report(full())


def test_advice_that_is_special_to_a_finding_stands_below_it() -> None:
    own = Diagnostic(
        "CX903", Severity.WARNING, "package.json: oops", "Run `npm install convex`.", Place("package.json")
    )
    usual = Diagnostic("CX903", Severity.WARNING, "tsconfig.json: oops", CODES["CX903"].help, Place("tsconfig.json"))
    assert (
        "  package.json:1:1  package.json: oops\n"
        "    Run `npm install convex`.\n"
        "  tsconfig.json:1:1  tsconfig.json: oops\n"
    ) in text_report(Report(Settled(Path(), diagnostics=(own, usual))))


def test_a_diagnostic_that_repeats_an_item_is_told_once() -> None:
    assert text_report(full()).count("src/a.ts:2:3") == 1


def test_skipped_things_are_counted_by_reason() -> None:
    assert "Skipped\n      1  build output\n" in text_report(full())


def test_many_findings_are_cut_and_counted() -> None:
    items = tuple(
        Item(ItemKind.ROUTE, f"GET /{n}", Outcome.UNSUPPORTED, Place("a.ts", n), "CX703 static files")
        for n in range(1, 31)
    )
    text = text_report(report(items=items))
    assert "static files (30)" in text
    assert "and 20 more; --format json lists all of them" in text


def test_a_dry_run_says_how_to_write() -> None:
    text = text_report(report(*FILES, path="my app"))
    assert "Nothing was written: this is a dry run." in text
    assert "convexify migrate 'my app' --apply " in text


def test_nothing_to_change() -> None:
    assert text_report(report(notes=("No Express application found",))) == (
        "No Express application found\nNothing to change.\n"
    )


def test_changed_words_stand_out_within_a_changed_line() -> None:
    change = FileChange("modify", "a.ts", None, b"const total = 1;\n", b"const total = 2;\n")
    colored = text_report(report(change), color=True)
    assert "\x1b[31mconst total = \x1b[0m\x1b[7;31m1\x1b[0m\x1b[31m;\x1b[0m" in colored
    assert "\x1b[32mconst total = \x1b[0m\x1b[7;32m2\x1b[0m\x1b[32m;\x1b[0m" in colored


def test_lines_without_likeness_are_not_marked() -> None:
    change = FileChange("modify", "a.ts", None, b"abc\n", b"completely(other)\n")
    assert "\x1b[7" not in text_report(report(change), color=True)


def test_without_color_there_is_no_escape_sequence_and_the_text_is_the_same() -> None:
    assert "\x1b" not in text_report(full())
    stripped = [line.rstrip() for line in plain(text_report(full(), color=True)).splitlines()]
    assert stripped == text_report(full()).splitlines()


@pytest.mark.parametrize("color", [True, False])
def test_control_characters_and_markup_of_others_do_nothing(color: bool) -> None:
    text = text_report(
        report(
            FileChange("create", f"{EVIL}.ts", None, None, f"{EVIL}\n".encode()),
            items=(Item(ItemKind.ROUTE, EVIL, Outcome.UNSUPPORTED, Place(EVIL), f"CX703 {EVIL}"),),
            diagnostics=(Diagnostic("CX303", Severity.WARNING, EVIL, EVIL, Place(EVIL)),),
            notes=(EVIL,),
            path=EVIL,
        ),
        color,
    )
    shown = plain(text) if color else text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "␛[31mred␇ [bold]not bold[/bold] \\u202etxt.exe\\u009b2J" in shown


def test_carriage_returns_show_only_where_line_ends_differ() -> None:
    assert "␍" not in modified("a\r\nb\r\n", "a\r\nc\r\n")
    assert "-a␍\n+a\n" in modified("a\r\n", "a\n")


def test_a_missing_final_line_end_is_told() -> None:
    assert "-b\n\\ No newline at end of file\n+b\n" in modified("a\nb", "a\nb\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain żółć 😀", "plain żółć 😀"),
        ("tab\tstays", "tab\tstays"),
        ("a\x00b\x7f", "a␀b␡"),
        ("line\u2028end", "line\\u2028end"),
        ("\udcff", "\\udcff"),
        ("\ufeffbom", "\\ufeffbom"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
