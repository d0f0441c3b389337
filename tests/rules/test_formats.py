"""The forms of a report, and that no file content can take one over."""

from __future__ import annotations

import json
import re
from importlib.resources import files

from jsonschema import validate

from codemods.outcome import Place, Severity
from codemods.rules.finding import CheckResult, Finding, FixedFile, Stats
from codemods.rules.formats import to_github, to_json, to_text
from codemods.rules.rule import Applicability, Fix
from codemods.source.span import Span


def finding(
    message: str = "`setTimeout` throws", file: str = "convex/a.ts", line: str = "  setTimeout(f, 1);", column: int = 3
) -> Finding:
    place = Place(file, 7, column)
    end = Place(file, 7, column + 10)
    fix = Fix("Schedule it", (), Applicability.SAFE)
    return Finding(
        "CX520", "timer-in-query", Severity.ERROR, message, "Schedule it.", place, end, line, Span(0, 1), fix
    )


def result(*findings: Finding) -> CheckResult:
    return CheckResult(findings, stats=Stats(projects=1, files=12, parsed=3, rules=20, suppressed=2))


def test_text_shows_code_place_frame_and_help() -> None:
    assert to_text(result(finding())) == (
        "CX520 `setTimeout` throws\n"
        "  convex/a.ts:7:3\n"
        "  7 |   setTimeout(f, 1);\n"
        "    |   ^^^^^^^^^^\n"
        "  help: Schedule it.\n"
        "  fix:  Schedule it (--fix)\n"
        "\n"
        "1 finding, 1 can be fixed with --fix, 2 suppressed (12 files checked).\n"
    )


def test_text_without_findings() -> None:
    assert to_text(CheckResult((), stats=Stats(files=1))) == "No findings (1 file checked).\n"


def test_text_counts_what_was_fixed() -> None:
    fixed = (FixedFile("convex/a.ts", b"a", b"b", ("Schedule it", "Schedule it")),)
    assert "No findings, 2 fixed in 1 file" in to_text(CheckResult((), fixed, Stats(files=1)))


def test_carets_stand_under_wide_and_tabbed_text() -> None:
    shown = to_text(result(finding(line="\t日本 setTimeout(f, 1);", column=5)))
    assert "  7 |   日本 setTimeout(f, 1);\n    |        ^^^^^^^^^^\n" in shown


def test_long_lines_are_cut_around_the_finding() -> None:
    line = "x" * 5000 + "setTimeout(f, 1);" + "y" * 5000
    shown = to_text(result(finding(line=line, column=5001)))
    assert "setTimeout(f, 1)" in shown
    assert max(map(len, shown.splitlines())) < 200


def test_text_shows_control_sequences_and_markup_as_they_are() -> None:
    hostile = "\x1b]0;owned\x07[bold red]x[/] \u202e\x9b31m\r"
    shown = to_text(result(finding(hostile, "convex/\x1b[31ma.ts", hostile)), colour=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "[bold red]x[/]" in shown
    assert "␛]0;owned␇" in shown


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[" in to_text(result(finding()), colour=True)
    assert "\x1b[" not in to_text(result(finding()))


def test_json_has_the_fields_of_the_migration_report() -> None:
    document = json.loads(to_json(result(finding("“é” \x1b")), "1.2.3"))
    assert document["schemaVersion"] == 1
    assert document["tool"] == {"name": "convexify", "version": "1.2.3"}
    assert document["summary"] == {
        "diagnostics": 1,
        "fixable": 1,
        "suppressed": 2,
        "projects": 1,
        "files": 12,
        "rules": 20,
    }
    assert document["diagnostics"] == [
        {
            "code": "CX520",
            "rule": "timer-in-query",
            "severity": "error",
            "message": "“é” \x1b",
            "help": "Schedule it.",
            "file": "convex/a.ts",
            "line": 7,
            "column": 3,
            "endLine": 7,
            "endColumn": 13,
            "fix": {"title": "Schedule it", "applicability": "safe"},
        }
    ]


def test_json_fits_its_published_schema() -> None:
    schema = json.loads(files("codemods.rules").joinpath("report.schema.json").read_text("utf-8"))
    fixed = (FixedFile("convex/a.ts", b"a", b"b", ("Schedule it",)),)
    for checked in (CheckResult(()), CheckResult((finding(),), fixed, notes=("a note",))):
        validate(json.loads(to_json(checked, "1.2.3")), schema)


def test_github_writes_one_command_a_finding() -> None:
    assert to_github(result(finding())) == (
        "::error file=convex/a.ts,line=7,endLine=7,col=3,endColumn=13,title=CX520 timer-in-query"
        "::`setTimeout` throws%0ASchedule it.\n"
    )


def test_github_escapes_what_could_end_or_begin_a_command() -> None:
    hostile = "100%\r\n::set-output name=x::y"
    shown = to_github(result(finding(hostile, "convex/a,b:c%\n::error::.ts")))
    assert shown.count("\n") == 1
    assert shown.startswith("::error file=convex/a%2Cb%3Ac%25␊%3A%3Aerror%3A%3A.ts,line=7")
    assert "100%25␍␊::set-output" in shown
