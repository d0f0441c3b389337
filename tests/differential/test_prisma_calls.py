"""Every kind of Prisma call does what Prisma's client does, or is refused by name."""

from pathlib import Path

import pytest
from figures import Figures
from prisma_cases import cases
from prisma_sides import compare_cases, listed

KNOWN = {
    'contains: "%"': "stands for any text in Prisma's conditions on text",
    'contains: "_"': "stands for any character there",
    'orderBy: { email: "desc" }, cursor: { email: "cyd@y.io" }': "no page starts at a row that is not in it",
    "manager: { disconnect: true } }, include": "a row that loses a key counts as updated",
    'balance: "abc"': "a value that is no decimal number is a RangeError, not a PrismaClientValidationError",
    "posts: { delete: [{ id: ids.tips }] }": "a row that is not connected is a missing one: P2025, not P2017",
}
"""Where the migrated call differs, and how: by a part of the call."""

REFUSED = {
    "comparison of a generated id": 3,
    "fluent relation `posts`": 1,
    "fluent relation `manager`": 1,
    "fluent relation `profile`": 1,
    "divide of age": 1,
    "increment of balance": 1,
}
"""How often which construct is not migrated."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("differential")


def test_migrated_calls_do_what_prisma_does(folder: Path, figures: Figures) -> None:
    every = cases()
    found = compare_cases(folder / "mutations", every, typed=True)
    figures("\n".join(listed(found)))
    assert found.type_errors == []
    different = [case.body for case in every if case.name in found.different]
    assert [body for body in different if not any(part in body for part in KNOWN)] == []
    assert len(different) == len(KNOWN)
    assert len(KNOWN) <= len(every) / 100
    reasons = list(found.refused.values())
    assert {reason: reasons.count(reason) for reason in reasons} == REFUSED


def test_so_do_calls_that_an_action_makes(folder: Path) -> None:
    """Every sixth: their work crosses into internal functions, and their rows back."""
    every = [case for case in cases() if "$transaction" not in case.body and "await " not in case.body][::6]
    found = compare_cases(folder / "actions", every, in_action=True)
    different = [case.body for case in every if case.name in found.different]
    assert [body for body in different if not any(part in body for part in KNOWN)] == []
    assert len(found.refused) < len(every) / 10
