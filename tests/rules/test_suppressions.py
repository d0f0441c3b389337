"""`// convexify-ignore CX524: reason` holds findings back, and is itself checked."""

from __future__ import annotations

import pytest
from convex_checks import ConvexProject

HEAD = 'import { query } from "./_generated/server";\n'
NOW = "export const a = query({ args: {}, handler: () => Date.now() });"


def codes(project: ConvexProject, text: str) -> list[str]:
    project.write("convex/a.ts", HEAD + text)
    return project.codes()


@pytest.mark.parametrize(
    "text",
    [
        f"// convexify-ignore CX524: shown once\n{NOW}\n",
        f"{NOW} // convexify-ignore CX524: shown once\n",
        f"/* convexify-ignore CX524: shown once */\n{NOW}\n",
        f"// convexify-ignore CX524: shown once\n// and never again\n\n{NOW}\n",
        f"// convexify-ignore CX524: shown once\r\n{NOW}\r\n",
    ],
    ids=["line before", "end of line", "block comment", "further comments between", "CRLF"],
)
def test_suppresses(project: ConvexProject, text: str) -> None:
    assert codes(project, text) == []
    assert project.check().stats.suppressed == 1


def test_several_codes(project: ConvexProject) -> None:
    text = "// convexify-ignore CX524, CX220: a health check\nexport const a = query((ctx) => Date.now());\n"
    assert codes(project, text) == []


def test_covers_one_line_only(project: ConvexProject) -> None:
    later = NOW.replace("const a", "const b")
    assert codes(project, f"// convexify-ignore CX524: shown once\n{NOW}\n{later}\n") == ["CX524"]


def test_other_codes_are_still_reported(project: ConvexProject) -> None:
    assert codes(project, f"// convexify-ignore CX520: wrong code\n{NOW}\n") == ["CX920", "CX524"]


def test_without_reason_it_suppresses_but_is_reported(project: ConvexProject) -> None:
    assert codes(project, f"// convexify-ignore CX524\n{NOW}\n") == ["CX921"]


def test_a_string_is_no_suppression(project: ConvexProject) -> None:
    assert codes(project, f'const s = "// convexify-ignore CX524: no";\n{NOW}\n') == ["CX524"]


def test_rules_that_did_not_run_do_not_make_it_unused(project: ConvexProject) -> None:
    project.write("convex/a.ts", f"{HEAD}// convexify-ignore CX524: shown once\n{NOW}\n")
    assert project.codes(select=["CX9"]) == []
