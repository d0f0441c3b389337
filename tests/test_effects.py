"""No query or mutation of what is written reaches the network, a timer or Node.

CONVEXIFY_REPOSITORIES=/path/to/clones pytest tests/test_effects.py   looks at the migrations of real repositories too
"""

from __future__ import annotations

from pathlib import Path

import pytest
from effect_proof import effects_out_of_place
from harness import CodemodTest, write_files
from outside_app import FILES
from test_guarded_repositories import REPOSITORIES, migrate

HELPERS = 'export const now = () => 1;\nexport const ask = async () => (await fetch("https://a.test")).json();\n'
OUT_OF_PLACE = {
    "the network in a helper": ("await ask();", "", "reaches fetch (convex/helpers.ts)"),
    "a timer": ("setTimeout(() => now(), 5);", "", "reaches setTimeout (convex/things.ts)"),
    "slow work": (
        'await bcrypt.hash("x", 4);',
        'import bcrypt from "bcryptjs";',
        "reaches bcryptjs (convex/things.ts)",
    ),
    "a module of Node": ("now();", 'import fs from "node:fs";', "imports node:fs"),
    "a file on Node": ("now();", 'import { send } from "./mailNode";', "imports convex/mailNode.ts, which is on Node"),
}


@pytest.mark.parametrize(("work", "imports", "problem"), OUT_OF_PLACE.values(), ids=OUT_OF_PLACE)
def test_what_is_out_of_place_is_found(tmp_path: Path, work: str, imports: str, problem: str) -> None:
    files = {
        "package.json": '{"dependencies": {"convex": "^1.48.0", "bcryptjs": "^3.0.0"}}',
        "convex/helpers.ts": HELPERS,
        "convex/mailNode.ts": '"use node";\nexport const send = async () => 1;\n',
        "convex/things.ts": f"""
            import {{ query }} from "./_generated/server";
            import {{ ask, now }} from "./helpers";
            {imports}

            export const list = query({{ args: {{}}, handler: async () => {{ {work} }} }});
            """,
    }
    write_files(tmp_path, files)
    found = effects_out_of_place(tmp_path)
    assert len(found) == 1 and found[0].endswith(problem)


def test_nothing_is_out_of_place_beside_work_of_the_world_outside(codemod: CodemodTest) -> None:
    assert effects_out_of_place(codemod.migrate(FILES).root) == []


@pytest.mark.skipif(not REPOSITORIES, reason="CONVEXIFY_REPOSITORIES names no folder of repositories")
@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_nothing_is_out_of_place_in_real_repositories(repository: Path, tmp_path: Path) -> None:
    target = tmp_path / "app"
    for folder in migrate(repository, target):
        assert effects_out_of_place(target / folder) == []
