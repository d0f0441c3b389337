"""The documentation of what becomes of Zod's constructs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.ir.validator import Validator
from codemods.readers.zod.constructors import COERCED, CONSTRUCTORS
from codemods.readers.zod.methods import METHODS
from codemods.readers.zod.schemas import find_schemas
from codemods.workspace import Workspace
from codemods.writers.zod_page import EXAMPLES, documentation

PAGE = Path(__file__).parents[2] / "docs" / "validators.md"
KNOWN = """
const Base = z.object({ a: z.string(), b: z.number().optional() });
const Other = z.object({ c: z.boolean() });
const COLORS = ["red", "blue"] as const;
enum Level { Low = "low", High = "high" }
const f: any = make();
"""
ALL = [example for examples in EXAMPLES.values() for example in examples]

Read = Callable[[str, int], Validator]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the examples, all of them in one file for each version of Zod."""
    known: dict[tuple[str, int], Validator] = {}
    for major in (3, 4):
        root = tmp_path / str(major)
        root.mkdir()
        (root / "package.json").write_text(f'{{"dependencies": {{"zod": "^{major}.0.0"}}}}', encoding="utf-8")
        lines = "".join(f"const S{number} = {example};\n" for number, example in enumerate(ALL))
        (root / "app.ts").write_text(f'import {{ z }} from "zod";\n{KNOWN}{lines}', encoding="utf-8")
        for schema in find_schemas(Workspace.open(root), "app.ts"):
            if schema.name is not None and schema.name[1:].isdigit():
                known[ALL[int(schema.name[1:])], major] = schema.validator
    return lambda example, major: known[example, major]


def test_the_page_is_up_to_date(read: Read, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--snapshot-update"):
        PAGE.write_text(documentation(read), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == documentation(read), "write it anew with --snapshot-update"


@pytest.mark.parametrize("name", sorted({*CONSTRUCTORS, *(f"coerce.{name}" for name in COERCED)}))
def test_every_constructor_has_an_example(name: str) -> None:
    assert any(f"z.{name}(" in example for example in ALL)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_has_an_example(name: str) -> None:
    assert any(f").{name}(" in example or f"Base.{name}(" in example for example in ALL)
