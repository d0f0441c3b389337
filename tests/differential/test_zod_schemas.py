"""Zod schemas of every kind, by Zod itself and by what is made of them: the same values get in, as the same data."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest
from figures import Figures
from zod_constructs import Json
from zod_family import Family
from zod_sides import USES, Case, Said, by_migration, by_zod

SEED = 20
SCHEMAS = int(os.environ.get("ZOD_SCHEMAS", "1000"))
"""For each version of Zod."""
_BODIES = 8
_DOCUMENTED = 0.005
"""The share of answers that may differ as docs/validators.md says."""


@pytest.mark.parametrize("major", [3, 4])
def test_schemas_accept_the_same_and_make_the_same_of_it(tmp_path: Path, major: int, figures: Figures) -> None:
    family = Family(SEED, major)
    made = list(enumerate(islice(family, SCHEMAS)))
    uses = list(USES)
    cases = [
        Case(number, uses[number % len(uses)], schema, tuple(family.values(schema, _BODIES))) for number, schema in made
    ]
    zod = by_zod(major, family.constants, cases)
    migrated = by_migration(tmp_path, major, family.constants, [case for case in cases if case.number in zod])
    answers = [
        (case, *each)
        for case in cases
        if case.number in migrated
        for each in zip(case.bodies, zod[case.number], migrated[case.number], strict=True)
    ]
    differing = [answer for answer in answers if not _same(*answer)]
    documented = [answer for answer in differing if _is_documented(*answer)]
    accepted = sum(said.accepted for _, _, said, _ in answers)
    figures(
        f"Zod {major}: {len(migrated)} of {len(cases)} schemas, {len(answers)} bodies, {accepted} accepted; "
        f"{len(differing)} answers differ, {len(documented)} of them as documented"
    )
    assert [_shown(*answer) for answer in differing if answer not in documented] == []
    assert len(documented) <= len(answers) * _DOCUMENTED
    assert len(migrated) >= len(cases) * 0.98


def _same(case: Case, body: Json, zod: Said, migrated: Said) -> bool:
    if case.use == "checked" and zod.accepted and migrated.accepted:
        return _is_within(migrated.value, body, zod.value)
    return zod == migrated


def _is_within(handed: Json, body: Json, parsed: Json) -> bool:
    """What a check hands on untouched is the body, without the keys that the schema does not declare."""
    if isinstance(handed, dict) and isinstance(body, dict):
        declared = parsed if isinstance(parsed, dict) else {}
        gone = body.keys() - handed.keys()
        return (
            handed.keys() <= body.keys()
            and not gone & declared.keys()
            and all(_is_within(value, body[key], declared.get(key)) for key, value in handed.items())
        )
    if isinstance(handed, list) and isinstance(body, list):
        values = parsed if isinstance(parsed, list) else []
        return len(handed) == len(body) and all(
            _is_within(value, body[index], values[index] if index < len(values) else None)
            for index, value in enumerate(handed)
        )
    return handed == body


def _is_documented(case: Case, body: Json, zod: Said, migrated: Said) -> bool:
    """An item of a list that is undefined arrives as null."""
    return zod.accepted and migrated.accepted and _without_undefined(zod.value) == migrated.value


def _without_undefined(value: Json) -> Json:
    if value == {"type": "undefined"}:
        return None
    if isinstance(value, list):
        return [_without_undefined(item) for item in value]
    return {key: _without_undefined(item) for key, item in value.items()} if isinstance(value, dict) else value


def _shown(case: Case, body: Json, zod: Said, migrated: Said) -> str:
    return f"{case.use} {case.made.text}\n  given {body}\n  Zod {zod}\n  migrated {migrated}"
