"""The proof as text, JSON and Markdown: what failed and why, with nothing of others that could mislead a reader."""

from __future__ import annotations

import json

from codemods.proof import Evidence, Proof, Stage, StageResult, Status
from codemods.report.proof import proof_json, proof_markdown, proof_text

EVIL = "\x1b[31mred\x1b[0m [bold]x[/bold] <b> `a` | b"
FRAME = ("     2 | a", ">    3 | \x1b]0;x\x07")
PROOF = Proof(
    "convex",
    (
        StageResult(Stage.PARSE, Status.PASS, 0.01, "3 files"),
        StageResult(
            Stage.TSC,
            Status.FAIL,
            2.5,
            "strict",
            (
                Evidence(
                    EVIL, "convex/a.ts", 3, 5, ("     2 | a", ">    3 | \x1b]0;x\x07"), "get", "the database calls"
                ),
            ),
        ),
        StageResult(
            Stage.REPLAY,
            Status.FAIL,
            1.0,
            "1 of 2 answers are the same",
            (Evidence("GET /x is y: body.a is 2, was 1", "r.http", 7, sides=("1", "2")),),
        ),
        StageResult(Stage.LOAD, Status.NOT_RUN, note="Node is not installed"),
    ),
)


def test_text() -> None:
    assert proof_text(PROOF, color=False) == (
        "parse      pass       0.01 s  3 files\n"
        "tsc        fail       2.50 s  1 problem; strict\n"
        "    convex/a.ts:3:5  ␛[31mred␛[0m [bold]x[/bold] <b> `a` | b\n"
        "      in get, written by: the database calls\n"
        "           2 | a\n"
        "      >    3 | ␛]0;x␇\n"
        "replay     fail       1.00 s  1 problem; 1 of 2 answers are the same\n"
        "    r.http:7:1  GET /x is y: body.a\n"
        "      Express 1\n"
        "      Convex  2\n"
        "load       not run            Node is not installed\n"
        "\n"
        "1 passed, 2 failed, 1 not run.\n"
    )


def test_colour_marks_what_failed() -> None:
    text = proof_text(PROOF, color=True)
    assert "\x1b[1;31mfail" in text and "\x1b[31mred" not in text


def test_json_is_plain_ascii() -> None:
    text = proof_json(PROOF)
    data = json.loads(text)
    assert text.isascii()
    assert [stage["status"] for stage in data["stages"]] == ["pass", "fail", "fail", "not run"]
    assert data["failed"] is True and data["folder"] == "convex"
    assert data["stages"][1]["evidence"][0]["message"] == EVIL
    assert data["stages"][2]["evidence"][0]["sides"] == ["1", "2"]


def test_markdown_means_nothing_of_what_it_shows() -> None:
    text = proof_markdown(PROOF)
    assert "| tsc | fail | 2.50 s | 1 problem; strict |" in text
    assert "\\[bold\\]x" in text and "&lt;b>" in text and "\x1b" not in text
    assert "1 passed, 2 failed, 1 not run." in text
