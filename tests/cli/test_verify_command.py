"""`convexify verify`, `preview`, `todo` and `migrate --verify`: what is said, and with which exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import tree
from cli_app import Ran
from convex_project import NODE_MODULES
from harness import PACKAGE, write_files

from cli.main import main

APP = """
    import express from "express";

    const app = express();

    app.get("/hello/:name", (req, res) => {
      res.json({ hello: req.params.name });
    });

    app.get("/me", (req, res) => {
      res.json({ cookie: req.cookies.id });
    });

    app.listen(3000);
    """
WHOLE = APP.replace("req.cookies.id", "req.query.id")

Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., Ran]:
    """Runs the command line in a folder of its own, which has the packages that the proof needs."""
    monkeypatch.setenv("CONVEXIFY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))

    def run(*arguments: str) -> Ran:
        code = main([*arguments])
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out.decode(), captured.err.decode())

    return run


def application(root: Path, app: str = WHOLE, packages: bool = True) -> Path:
    write_files(root, {"package.json": PACKAGE, "src/app.ts": app})
    if packages:
        (root / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    return root


def test_a_migration_is_proven_before_it_is_written(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app")
    before = tree(root)
    ran = run("migrate", str(root), "--verify")
    assert ran.code == 0
    assert "7 passed, 1 not run." in ran.out
    assert "  done    2 of 2 routes (100 %)" in ran.out
    assert "  proven  parse, second-run, rules, codegen, tsc, bundle, load; replay not run" in ran.out
    assert tree(root) == before
    assert run("migrate", str(root), "--apply", "--verify").code == 0
    proof = run("verify", str(root), "--format", "json")
    stages = {stage["name"]: stage["status"] for stage in json.loads(proof.out)["stages"]}
    assert proof.code == 0
    assert set(stages.values()) == {"pass", "not run"} and stages["replay"] == "not run"


def test_a_proof_that_fails_keeps_a_migration_from_being_written(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app", WHOLE.replace("{ hello: req", "{ hello: 1 + nobody(req.params), name: req"))
    write_files(root, {"src/app.ts": (root / "src/app.ts").read_text().replace("nobody", "((x: number) => x)")})
    before = tree(root)
    ran = run("migrate", str(root), "--apply", "--verify")
    assert ran.code == 1
    assert "TS2345" in ran.out and "in getHello" in ran.out
    assert ran.err.endswith("Nothing was written: a stage of the proof failed.\n")
    assert tree(root) == before


def test_the_markdown_and_json_of_a_migration_hold_its_proof(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app")
    assert "| bundle | pass |" in run("migrate", str(root), "--verify", "--format", "markdown").out
    report = json.loads(run("migrate", str(root), "--verify", "--format", "json").out)
    assert report["proof"]["failed"] is False
    assert "proof" not in json.loads(run("migrate", str(root), "--format", "json").out)


def test_single_stages_and_a_report_in_a_file(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app")
    run("migrate", str(root), "--apply")
    report = tmp_path / "proof.md"
    ran = run("verify", str(root), "--stage", "bundle", "--format", "markdown", "--output", str(report))
    assert (ran.code, ran.out) == (0, "")
    assert report.read_text().count("\n|") == 3 and "| bundle | pass |" in report.read_text()


def test_stages_whose_tools_are_missing_say_so(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app", packages=False)
    run("migrate", str(root), "--apply")
    ran = run("verify", str(root))
    assert ran.code == 0
    assert "convex not installed: run npm install, or pass --install" in ran.out
    assert "3 passed, 5 not run." in ran.out


def test_without_node_the_stages_that_need_it_say_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = application(tmp_path / "app")
    run("migrate", str(root), "--apply")
    monkeypatch.setattr("shutil.which", lambda name, **_: None)
    ran = run("verify", str(root))
    assert ran.code == 0
    assert ran.out.count("Node 20 or newer is not installed") == 4


ERRORS = {
    "no folder": (("verify", "nowhere"), "nowhere is not a directory"),
    "no project": (("verify", "app"), "there is no Convex project"),
    "no express either": (("preview", "empty"), "there is neither a Convex project nor an Express application"),
    "a replay without an original": (("verify", "app", "--replay", "x.http"), "--replay and --original go together"),
    "no URL": (("verify", "app", "--replay", "x.http", "--original", "localhost"), "--original takes a URL such as"),
    "no request file": (("verify", "app", "--replay", "x.http", "--original", "http://a"), "x.http cannot be read"),
    "tools without a proof": (("migrate", "app", "--install"), "it goes with --verify"),
}


@pytest.mark.parametrize(("arguments", "said"), ERRORS.values(), ids=ERRORS)
def test_what_cannot_be_proven(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    application(tmp_path / "app")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err and "Traceback" not in ran.err


def test_an_original_that_does_not_answer(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app")
    run("migrate", str(root), "--apply")
    write_files(tmp_path, {"x.http": "GET http://localhost/hello/ann\n"})
    ran = run(
        "verify",
        str(root),
        "--stage",
        "replay",
        "--replay",
        str(tmp_path / "x.http"),
        "--original",
        "http://127.0.0.1:9",
    )
    assert ran.code == 1
    assert "the original at http://127.0.0.1:9 did not answer GET /hello/ann" in ran.out


def test_a_preview_of_what_was_not_written_yet(tmp_path: Path) -> None:
    root = application(tmp_path / "app")
    before = tree(root)
    command = [
        sys.executable,
        "-c",
        "import sys; from cli.main import main; sys.exit(main())",
        "preview",
        str(root),
        "--port",
        "0",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        assert said.startswith(
            f"In-memory preview of {root} (a dry run of the migration: nothing was written): http://127.0.0.1:"
        )
        assert "Nothing is deployed" in process.stderr.readline()
        url = said.rsplit(" ", 1)[1].strip()
        with urllib.request.urlopen(f"{url}/hello/ann", timeout=20) as answer:
            assert json.load(answer) == {"hello": "ann"}
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.startswith("200 GET /hello/ann ")
    assert err.endswith("Stopped.\n")
    assert tree(root) == before


def test_what_is_left_as_a_list_as_data_and_as_instructions(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app", APP)
    listed = run("todo", str(root))
    assert listed.code == 0
    assert "src/app.ts:9:5  route GET /me" in listed.out
    (left,) = json.loads(run("todo", str(root), "--format", "json").out)["left"]
    assert (left["kind"], left["name"], left["code"]) == ("route", "GET /me", "CX205")
    assert left["original"][0]["text"].startswith('app.get("/me"')
    assert "has not been migrated" in left["generated"]["text"]
    prompt = run("todo", str(root), "--format", "prompt").out
    for part in ("# Finish the migration of route GET /me", "req.cookies.id", "convex/http.ts", "convexify verify"):
        assert part in prompt
    run("migrate", str(root), "--apply")
    assert "route GET /me" in run("todo", str(root)).out


def test_nothing_left(run: Run, tmp_path: Path) -> None:
    root = application(tmp_path / "app")
    assert run("todo", str(root)).out == "Nothing is left to do.\n"
    assert run("todo", str(root), "--format", "prompt").out == ""


def test_scripts_are_checked_as_far_as_types_can_be_inferred(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "app"
    app = 'const express = require("express");\nconst app = express();\n'
    app += 'app.get("/import", (req, res) => res.json({ ok: true }));\napp.listen(3000);\n'
    write_files(root, {"package.json": PACKAGE, "app.js": app})
    (root / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    ran = run("migrate", str(root), "--verify")
    assert ran.code == 0
    assert "JavaScript: only what types can be inferred is proven" in ran.out
    assert "7 passed, 1 not run." in ran.out
    broken = app.replace("ok: true", "ok: Math.abs(Math)")
    write_files(root, {"app.js": broken})
    assert "TS2345" in run("migrate", str(root), "--verify").out


def test_nothing_is_written_through_links_that_lead_out(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write_files(elsewhere, {"app.ts": "// mine\n"})
    root = application(tmp_path / "app")
    (root / "convex").symlink_to(elsewhere, target_is_directory=True)
    run("migrate", str(root), "--verify")
    run("preview", str(root), "--port", "99999")
    assert {path.name: path.read_text() for path in elsewhere.iterdir()} == {"app.ts": "// mine\n"}


BROKEN = {"an empty compiler": ("typescript/bin/tsc", "tsc"), "an empty convex": ("convex/bin/main.js", "codegen")}


@pytest.mark.parametrize(("tool", "stage"), BROKEN.values(), ids=BROKEN)
def test_a_broken_tool_proves_nothing(run: Run, tmp_path: Path, tool: str, stage: str) -> None:
    root = application(tmp_path / "app", packages=False)
    run("migrate", str(root), "--apply")
    packages = root / "node_modules"
    packages.mkdir()
    for entry in NODE_MODULES.iterdir():
        if not entry.name.startswith(".") and entry.name != tool.partition("/")[0]:
            (packages / entry.name).symlink_to(entry)
    name, _, path = tool.partition("/")
    shutil.copytree(NODE_MODULES / name, packages / name)
    (packages / name / path).write_text("")
    assert run("verify", str(root), "--stage", stage).code == 1


def test_being_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    root = application(tmp_path / "app", WHOLE + "\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    process = subprocess.Popen(
        [*command, "migrate", str(root), "--verify"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    until = time.monotonic() + 20
    while time.monotonic() < until and not [*scratch.glob("convexify-proof-*/project/convex/_generated")]:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and b"Interrupted" in err
    assert [*scratch.iterdir()] == []
