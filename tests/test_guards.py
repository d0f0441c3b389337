"""No guarded route of a sample application can be reached without its guard, whatever a request says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from guard_mutations import tampered
from guard_proof import unguarded
from guarded_routes import guarded_routes
from harness import copy_project
from sample_apps import SAMPLE_APPS, SampleApp
from side_by_side import compare_folder

from codemods.changes import Options, settle
from codemods.changes.apply import apply
from codemods.migrate import plan
from codemods.proof.replay import Step, read_script

_ARGUMENT = re.compile(r"(\w+): v\.")
_REFUSED = re.compile(r"^\w+ \S+: status is 501 ")
_OWN = ("ctx", "req", "res", "user", "role", "ip", "headers", "identity", "requestId", "locals", "__proto__x")
"""Names that middleware, edge and functions may use among themselves."""

_CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

GUARDED = [app for app in SAMPLE_APPS if guarded_routes(app.root)]


def migrate(root: Path, target: Path) -> Path:
    copy_project(root, target)
    apply(target, settle(plan(target, Options())).files)
    return target


@pytest.mark.parametrize("app", SAMPLE_APPS, ids=lambda app: app.name)
def test_no_guarded_route_is_exposed(app: SampleApp, tmp_path: Path) -> None:
    assert unguarded(app.root, migrate(app.root, tmp_path / "app")) == []


def test_the_proof_notices_every_guard_that_is_taken_away(tmp_path: Path) -> None:
    tried = [each for app in GUARDED for each in tampered(app.root, migrate(app.root, tmp_path / app.name))]
    assert [name for name, problems in tried if not problems] == []
    assert len(tried) > 20


@pytest.mark.parametrize("app", GUARDED, ids=lambda app: app.name)
def test_what_a_request_says_of_itself_changes_nothing(
    app: SampleApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request again, with every name that a function takes in its query and its body; then without its key."""
    monkeypatch.setenv("JWT_SECRET", "secret")
    names = _arguments(migrate(app.root, tmp_path / "app"))
    known = tuple(line.partition(": ")[0] for line in app.unlike)
    steps = [
        step for step in read_script(app.root / "requests.http").steps if f"{step.method} {step.target}" not in known
    ]
    forged = "\n".join(text for step in steps for text in _forged(step, names))
    result = compare_folder(tmp_path, app.root, f"@host = http://localhost\n\n{forged}", app.entry)
    assert [line for line in result.differences if not _REFUSED.search(line)] == []


def _arguments(root: Path) -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in (root / "convex").rglob("*.[jt]s")]
    return sorted({*_OWN, *(name for text in texts for name in _ARGUMENT.findall(text))})


def _forged(step: Step, names: list[str]) -> Iterator[str]:
    kept = {name: value for name, value in step.headers.items() if name.lower() not in _CREDENTIALS}
    yield _request(step, names, step.headers)
    if kept != step.headers:
        yield _request(replace(step, name=None), names, kept)


def _request(step: Step, names: list[str], headers: Mapping[str, str]) -> str:
    query = "&".join(f"{name}=forged" for name in names if f"{name}=" not in step.target)
    target = f"{step.target}{'&' if '?' in step.target else '?'}{query}"
    body = None if step.method in _WITHOUT_BODY else _body(step.body, names)
    kind = {"Content-Type": "application/json"} if body is not None else {}
    lines = [f"{name}: {value}" for name, value in {**headers, **kind}.items()]
    name = [f"# @name {step.name}"] if step.name else []
    return "\n".join(["###", *name, f"{step.method} {{{{host}}}}{target}", *lines, "", body or "", ""])


def _body(text: str | None, names: list[str]) -> str:
    """The body with the names in it; what is no object stays as it is."""
    try:
        own = json.loads(text or "{}")
    except ValueError:
        return text or ""
    return json.dumps({**dict.fromkeys(names, "forged"), **own}) if isinstance(own, dict) else json.dumps(own)
