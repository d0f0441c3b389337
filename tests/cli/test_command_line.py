"""The command line as a process: start-up, help, colours, pipes, and the small commands."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from builders import write_tree
from cli_app import App

HEAVY = (
    "ast_grep_py",
    "rich",
    "codemods.workspace",
    "codemods.changes",
    "codemods.rules",
    "yaml",
    "pathspec",
    "jsonschema",
)


def python(script: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["migrate", "--help"], ["check", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = f"import sys; from cli.main import main; main({arguments!r}); print(*sys.modules, file=sys.stderr)"
    done = python(script)
    assert done.returncode == 0
    assert not set(done.stderr.split()) & set(HEAVY)


def test_help_names_every_command(app: App) -> None:
    out = app.run("--help").out
    assert all(f"  {command} " in out for command in ("migrate", "undo", "check", "rules", "explain"))


@pytest.mark.parametrize("arguments", [["unknown"], ["migrate", "--unknown"], ["migrate", "a", "b"]])
def test_usage_errors_exit_with_2(app: App, arguments: list[str]) -> None:
    ran = app.run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage:" in ran.err


def test_explain_a_code_of_the_migration(app: App) -> None:
    ran = app.run("explain", "cx303")
    assert ran.code == 0
    assert ran.out.startswith("CX303 query scans the table\n\nAdd an index")


def test_explain_a_rule(app: App) -> None:
    ran = app.run("explain", "CX520")
    assert ran.code == 0
    assert "## What it does" in ran.out


def test_explain_an_unknown_code(app: App) -> None:
    ran = app.run("explain", "CX30")
    assert ran.code == 2
    assert "there is no code 'CX30'. Did you mean" in ran.err


def test_rules_are_listed(app: App) -> None:
    ran = app.run("rules")
    assert ran.code == 0
    assert all(line.startswith("CX") for line in ran.out.splitlines())


def on_a_terminal(arguments: list[str], cwd: Path, environment: dict[str, str]) -> str:
    """What the command prints when stdout is a terminal."""
    own, other = pty.openpty()
    script = "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"
    inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=cwd,
        stdout=other,
        stdin=subprocess.DEVNULL,
        env={**inherited, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    ):
        os.close(other)
        text = b""
        while chunk := _read(own):
            text += chunk
    os.close(own)
    return text.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(tmp_path: Path, environment: dict[str, str], colored: bool) -> None:
    text = 'import { query } from "./_generated/server";\nexport const a = query({ handler: () => setTimeout(f) });\n'
    write_tree(tmp_path, {"package.json": '{"dependencies": {"convex": "1.31.0"}}', "convex/a.ts": text})
    shown = on_a_terminal(["check"], tmp_path, environment)
    assert "setTimeout" in shown
    assert ("\x1b[" in shown) is colored


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    script = "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "rules"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
