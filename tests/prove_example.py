"""The example, migrated and proven in all stages: its answers are compared with those of the running original."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from convex_project import NODE_MODULES
from harness import copy_project
from side_by_side import prepare, running

from codemods.changes import Options, settle
from codemods.migrate import plan
from codemods.proof import Request, verify_plan
from codemods.proof.replay import read_script
from codemods.report.proof import proof_text

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "bookshop"
REQUESTS = Path(__file__).parent / "apps" / "bookshop" / "requests.http"


def main() -> int:
    print(
        "The Express application runs on PostgreSQL in memory, its migration beside it; both get the same requests.\n"
    )
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "app"
        copy_project(EXAMPLE, target)
        (target / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
        prepare(EXAMPLE, Path(scratch) / "express")
        files = settle(plan(target, Options())).files
        with running(Path(scratch) / "express", "src/server.ts") as url:
            proof = verify_plan(target, files, Request(script=read_script(REQUESTS), original=url))
    print(proof_text(proof, color=sys.stdout.isatty()))
    return 1 if proof.failed else 0


if __name__ == "__main__":
    sys.exit(main())
