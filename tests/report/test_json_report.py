"""The JSON report keeps to its published schema."""

import json
from importlib.resources import files

import jsonschema
import pytest
from sample_reports import FILES, full, report

from codemods.changes import FileChange
from codemods.outcome import Item, ItemKind, Outcome, Place
from codemods.report import Mode
from codemods.report.json import json_report

SCHEMA = json.loads((files("codemods.report") / "schema.json").read_text())


def data(text: str) -> dict[str, object]:
    loaded = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(loaded)
    assert isinstance(loaded, dict)
    return loaded


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("mode", ["dry-run", "applied"])
def test_a_full_report_is_valid(mode: Mode) -> None:
    assert data(json_report(full(mode)))["mode"] == mode


def test_an_empty_report_is_valid() -> None:
    assert data(json_report(report()))["summary"] == {"files": 0, "durationMs": 12}


def test_the_summary_counts_every_outcome_of_a_kind() -> None:
    assert data(json_report(full()))["summary"] == {
        "route": {"migrated": 1, "needs-review": 0, "unsupported": 1, "skipped": 0},
        "timer": {"migrated": 0, "needs-review": 1, "unsupported": 0, "skipped": 0},
        "file": {"migrated": 0, "needs-review": 0, "unsupported": 0, "skipped": 1},
        "files": 4,
        "durationMs": 12,
    }


def test_items_changes_and_diagnostics() -> None:
    found = data(json_report(report(*FILES[1:2], items=full().settled.items[:1])))
    assert found["items"] == [
        {
            "kind": "route",
            "name": "GET /users/:id",
            "outcome": "migrated",
            "reason": None,
            "source": {"file": "src/users.ts", "line": 4, "column": 1},
            "target": {"file": "convex/users.ts", "export": "getUser", "functionKind": "query"},
        }
    ]
    assert found["changes"] == [{"action": "rename", "path": "convex/users.ts", "from": "src/users.ts"}]


def test_hostile_names_cannot_reach_a_terminal() -> None:
    evil = "evil\x1b[31m\x9b\u202e\udcff\n"
    text = json_report(
        report(
            FileChange("create", evil, None, None, b""),
            items=(Item(ItemKind.ROUTE, evil, Outcome.MIGRATED, Place(evil)),),
        )
    )
    assert all(character == "\n" or 32 <= ord(character) < 127 for character in text)
    assert json.loads(text)["changes"][0]["path"] == evil
