"""The JSON report, schema version 1: `schema.json` beside this file describes it."""

from __future__ import annotations

import json
from typing import Any

from codemods import __version__
from codemods.changes.changeset import FileChange
from codemods.outcome import Diagnostic, Item, Outcome, Place, Target
from codemods.report.facts import Report, outcome_counts

SCHEMA_VERSION = 1

_Value = str | int | None | dict[str, "_Value"] | list["_Value"]


def json_report(report: Report) -> str:
    """The report as JSON. It is plain ASCII, so that no terminal, log or viewer can be misled by its strings."""
    settled = report.settled
    data: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "tool": {"name": "convexify", "version": __version__},
        "mode": report.mode,
        "summary": _summary(report),
        "items": [_item(item) for item in settled.items],
        "changes": [_change(change) for change in settled.files],
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in settled.diagnostics],
    }
    if report.proof is not None:
        from codemods.report.proof import proof_data

        data["proof"] = proof_data(report.proof)
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in data.items()) + "\n}\n"


def _lines(value: _Value) -> str:
    """A list with a line for each of its elements; everything else on one line."""
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"


def _summary(report: Report) -> dict[str, _Value]:
    summary: dict[str, _Value] = {
        str(kind): {str(outcome): row[outcome] for outcome in Outcome}
        for kind, row in outcome_counts(report.settled.items).items()
    }
    return {**summary, "files": len(report.settled.files), "durationMs": report.duration_ms}


def _item(item: Item) -> dict[str, _Value]:
    return {
        "kind": str(item.kind),
        "name": item.name,
        "outcome": str(item.outcome),
        "reason": item.reason,
        "source": _place(item.source),
        "target": _target(item.target),
    }


def _target(target: Target | None) -> dict[str, _Value] | None:
    if target is None:
        return None
    return {"file": target.file, "export": target.export, "functionKind": target.function_kind}


def _change(change: FileChange) -> dict[str, _Value]:
    return {"action": change.action, "path": change.path, "from": change.from_path}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, _Value]:
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "help": diagnostic.help,
        **_place(diagnostic.place),
    }


def _place(place: Place) -> dict[str, _Value]:
    return {"file": place.file, "line": place.line, "column": place.column}
