"""The proof as text, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator

from codemods import __version__
from codemods.proof.words import Evidence, Proof, StageResult, Status
from codemods.report.escape import code_span, fence_for, for_markdown, visible
from codemods.report.facts import plural
from codemods.report.paint import Line, paint

SHOWN = 8
SCHEMA_VERSION = 1
_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.NOT_RUN: "yellow"}
_WIDTH = max(len(str(status)) for status in Status)
_NAMES = 11


def proof_lines(proof: Proof) -> Iterator[Line]:
    """A line a stage, the evidence of those that failed below it, and the count."""
    for result in proof.results:
        yield from _stage(result)
    yield []
    yield [(_counted(proof), "bold red" if proof.failed else "bold")]


def proof_text(proof: Proof, color: bool) -> str:
    return paint(proof_lines(proof), color)


def proof_json(proof: Proof) -> str:
    """Schema version 1: every stage with its status, time, note and evidence."""
    tool = {"name": "convexify", "version": __version__}
    return json.dumps({"schemaVersion": SCHEMA_VERSION, "tool": tool, **proof_data(proof)}, indent=1) + "\n"


def proof_data(proof: Proof) -> dict[str, object]:
    """The proof as a part of a larger JSON report."""
    stages = [_stage_data(result) for result in proof.results]
    return {"folder": proof.folder, "failed": proof.failed, "stages": stages}


def proof_markdown(proof: Proof) -> str:
    """A table of the stages, and the evidence of those that failed."""
    rows = [
        f"| {result.stage} | {result.status} | {result.seconds:.2f} s | {for_markdown(_said(result))} |"
        for result in proof.results
    ]
    table = "\n".join(["| stage | result | time | |", "|---|---|---:|---|", *rows])
    parts = ["# Proof", table, for_markdown(_counted(proof)), *map(_section, proof.results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _stage(result: StageResult) -> Iterator[Line]:
    seconds = f"{result.seconds:6.2f} s" if result.status is not Status.NOT_RUN else " " * 8
    yield [
        (f"{result.stage!s:<{_NAMES}}", ""),
        (f"{result.status!s:<{_WIDTH}}", _STYLES[result.status]),
        (f"  {seconds}  ", "dim"),
        (visible(_said(result)), ""),
    ]
    for evidence in result.evidence[:SHOWN]:
        yield from _evidence(evidence)
    more = len(result.evidence) - SHOWN
    if more > 0:
        yield [(f"    and {more} more; --format json lists all of them", "dim")]


def _said(result: StageResult) -> str:
    found = plural(len(result.evidence), "problem") if result.evidence else ""
    return "; ".join(part for part in (found, result.note) if part)


def _evidence(evidence: Evidence) -> Iterator[Line]:
    place = f"{evidence.file}:{evidence.line}:{evidence.column}  " if evidence.file else ""
    if evidence.sides is not None:
        original, migrated = evidence.sides
        what = evidence.message.removesuffix(f" is {migrated}, was {original}")
        yield [(f"    {visible(place)}", "cyan"), (visible(what), "")]
        for name, said, style in zip(("Express", "Convex"), evidence.sides, ("green", "red"), strict=True):
            yield [(f"      {name:<8}", "dim"), (visible(said), style)]
        return
    yield [(f"    {visible(place)}", "cyan"), (visible(evidence.message), "")]
    if evidence.producer is not None:
        holder = f"in {evidence.function}, " if evidence.function else ""
        yield [(f"      {visible(holder)}written by: {evidence.producer}", "dim")]
    for line in evidence.frame:
        yield [(f"      {visible(line)}", "dim" if not line.startswith(">") else "")]


def _counted(proof: Proof) -> str:
    counts = [(proof.count(status), str(status)) for status in Status]
    words = {"pass": "passed", "fail": "failed", "not run": "not run"}
    return ", ".join(f"{count} {words[name]}" for count, name in counts if count) + "."


def _section(result: StageResult) -> str:
    if not result.evidence:
        return ""
    return "\n\n".join([f"## {result.stage}", *map(_item, result.evidence)])


def _item(evidence: Evidence) -> str:
    place = f"{code_span(f'{evidence.file}:{evidence.line}:{evidence.column}')} " if evidence.file else ""
    head = f"{place}{for_markdown(evidence.message)}"
    if not evidence.frame:
        return head
    frame = "\n".join(visible(line) for line in evidence.frame)
    fence = fence_for(frame)
    return f"{head}\n\n{fence}\n{frame}\n{fence}"


def _stage_data(result: StageResult) -> dict[str, object]:
    return {
        "name": str(result.stage),
        "status": str(result.status),
        "seconds": result.seconds,
        "note": result.note,
        "evidence": [
            {
                "message": evidence.message,
                "file": evidence.file,
                "line": evidence.line,
                "column": evidence.column,
                "frame": list(evidence.frame),
                "function": evidence.function,
                "producer": evidence.producer,
                "sides": list(evidence.sides) if evidence.sides is not None else None,
            }
            for evidence in result.evidence
        ],
    }
