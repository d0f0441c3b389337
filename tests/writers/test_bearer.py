"""Tokens that jsonwebtoken has signed, forged or let expire: the library says of each what jsonwebtoken says."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from codemods.writers.library import RUNTIME

TESTS = Path(__file__).parent.parent
MODULES = TESTS / "convex/node_modules"


def test_tokens_are_verified_as_by_jsonwebtoken(tmp_path: Path) -> None:
    library = tmp_path / "bearer.mjs"
    bundle = [MODULES / ".bin/esbuild", RUNTIME / "bearer.ts", "--bundle", "--format=esm", "--keep-names"]
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    subprocess.run([*bundle, f"--outfile={library}", "--log-level=error"], check=True, env=environment)
    script = TESTS / "writers/bearer.mjs"
    package = TESTS / "express/node_modules/jsonwebtoken"
    done = subprocess.run(["node", script, library, package], capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) > 150
    assert [each for each in found if each["own"] != each["theirs"]] == []
