"""The answers of a migrated app against those of its original, up to ids and the times at which things happened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convex_project import Advance, Answer, Json, Request

MINUTE = 60_000
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SET_BY_THE_APP = frozenset({"createdAt", "updatedAt", "paidAt"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the original answered; `request` names the step it answered to."""

    request: str
    status: int
    body: Json


@dataclass(slots=True)
class Ids:
    """Which recorded id stands for which new one: one to one within a table.

    The in-memory backend's ids end with the name of their table.
    """

    _recorded: dict[str, Json] = field(default_factory=dict)
    _new: dict[tuple[str, Json], str] = field(default_factory=dict)

    def match(self, recorded: Json, new: str) -> bool:
        table = new.lstrip("0123456789")
        return self._recorded.setdefault(new, recorded) == recorded and (
            self._new.setdefault((table, recorded), new) == new
        )


def read_steps(path: Path) -> list[Request | Advance]:
    return [_step(raw) for raw in json.loads(path.read_text(encoding="utf-8"))]


def read_answers(path: Path) -> list[Recorded]:
    return [Recorded(**raw) for raw in json.loads(path.read_text(encoding="utf-8"))]


def differences(recorded: list[Recorded], answers: list[Answer]) -> list[str]:
    """One line for each value that is not what the original answered."""
    ids = Ids()
    assert len(recorded) == len(answers)
    return [
        f"{number}. {old.request}: {line}"
        for number, (old, new) in enumerate(zip(recorded, answers, strict=True), start=1)
        for line in _differences(old, new, ids)
    ]


def _step(raw: Mapping[str, Json]) -> Request | Advance:
    if "advance" in raw:
        milliseconds = raw["advance"]
        assert isinstance(milliseconds, int)
        return Advance(milliseconds / MINUTE)
    return Request(**raw)  # type: ignore[arg-type]


def _differences(old: Recorded, new: Answer, ids: Ids) -> Iterator[str]:
    if new.failure is not None:
        yield f"an error left the router: {new.failure}"
        return
    if old.status != new.status:
        yield f"status {new.status} instead of {old.status}: {new.text}"
        return
    media = new.headers.get("content-type", "").split(";")[0]
    if old.body is not None and media != "application/json":
        yield f"media type {media!r}"
    yield from _unlike(old.body, new.body, ids, "body")


def _unlike(old: Json, new: Json, ids: Ids, path: str) -> Iterator[str]:
    key = path.rpartition(".")[2]
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for name, value in old.items():
            yield from _unlike(value, new[name], ids, f"{path}.{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (first, second) in enumerate(zip(old, new, strict=True)):
            yield from _unlike(first, second, ids, f"{path}.{index}")
    elif (key == "id" or key.endswith("Id")) and isinstance(new, str):
        if not ids.match(old, new):
            yield f"{path}: {new} stands for another id than {old}"
    elif not (key in SET_BY_THE_APP and _is_time(old) and _is_time(new)) and old != new:
        yield f"{path}: {json.dumps(new)} instead of {json.dumps(old)}"


def _is_time(value: Json) -> bool:
    return isinstance(value, str) and TIMESTAMP.fullmatch(value) is not None
