"""The GitHub action passes its inputs to `convexify check`, and never into a script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ACTION = Path(__file__).parent.parent / "action.yml"
DEFAULTS = {"PATHS": ".", "SELECT": "", "IGNORE": "", "FIX": "false", "UNSAFE": "false"}


def _step() -> dict[str, object]:
    steps: list[dict[str, object]] = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    return steps[-1]


def _called_with(folder: Path, **inputs: str) -> list[str]:
    """The arguments that the last step gives to a `convexify` that only notes them."""
    noted = folder / "arguments"
    stub = folder / "convexify"
    stub.write_text(f'#!{sys.executable}\nimport sys\nopen({str(noted)!r}, "w").write("\\n".join(sys.argv[1:]))\n')
    stub.chmod(0o755)
    environment = DEFAULTS | inputs | {"PATH": f"{folder}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-eo", "pipefail", "-c", str(_step()["run"])], env=environment, check=True)
    return noted.read_text().split("\n")


@pytest.mark.parametrize(
    ("inputs", "arguments"),
    [
        ({}, ["check", "--format", "github", "--", "."]),
        ({"PATHS": "apps/web\n\nmy apps/api\n"}, ["check", "--format", "github", "--", "apps/web", "my apps/api"]),
        (
            {"SELECT": "CX5,CX722", "IGNORE": "CX524"},
            ["check", "--format", "github", "--select", "CX5,CX722", "--ignore", "CX524", "--", "."],
        ),
        ({"FIX": "true", "UNSAFE": "true"}, ["check", "--format", "github", "--fix", "--unsafe", "--", "."]),
        ({"UNSAFE": "true"}, ["check", "--format", "github", "--", "."]),
        ({"PATHS": "--fix $(touch x); y"}, ["check", "--format", "github", "--", "--fix $(touch x); y"]),
    ],
)
def test_inputs_become_arguments(tmp_path: Path, inputs: dict[str, str], arguments: list[str]) -> None:
    assert _called_with(tmp_path, **inputs) == arguments


def test_every_input_is_used_and_none_stands_in_a_script() -> None:
    text = ACTION.read_text("utf-8")
    document = yaml.safe_load(text)
    for name in document["inputs"]:
        assert f"${{{{ inputs.{name} }}}}" in text
    for step in document["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
