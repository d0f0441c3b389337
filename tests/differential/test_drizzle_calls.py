"""Every kind of Drizzle call does what Drizzle does on PostgreSQL, or is refused by name."""

from pathlib import Path

from drizzle_cases import cases
from drizzle_sides import compare_cases
from figures import Figures
from prisma_sides import listed

_JSON = "Drizzle loads rows of relations as JSON, in which decimal numbers lose their last zeros"
KNOWN = {
    "boss: true": _JSON,
    "editor: true": _JSON,
}
"""Where the migrated call differs, and how: by a part of the call."""


def test_migrated_calls_do_what_drizzle_does(tmp_path: Path, figures: Figures) -> None:
    every = cases()
    found = compare_cases(tmp_path, every, typed=True)
    figures("\n".join(listed(found)))
    assert found.type_errors == []
    different = [case.body for case in every if case.name in found.different]
    assert [body for body in different if not any(part in body for part in KNOWN)] == []
    assert len(different) <= len(every) / 100
    assert len(found.refused) <= len(every) / 50
