"""Sends a script to two applications, request by request, each with what it answered itself."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from codemods.proof.replay.script import Script, Step

_HOLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_SECONDS = 30


class Unreachable(Exception):
    """An application could not be asked or did not answer; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application answered. Header names are lower case; several of one name are joined by a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The JSON value of the body, None when it is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One step, and what both applications answered."""

    step: Step
    original: Answer
    migrated: Answer


@dataclass(slots=True)
class _Side:
    """One application, and what it answered so far."""

    name: str
    url: str
    captured: dict[str, Any] = field(default_factory=dict)
    named: dict[str, Answer] = field(default_factory=dict)

    def ask(self, step: Step, given: Mapping[str, Any]) -> Answer:
        known = {**given, **self.captured}
        body = self._filled(step.body, known, _as_json) if step.body is not None else None
        headers = {name: self._filled(value, known) for name, value in step.headers.items()}
        answer = self._send(step.method, self._filled(step.target, known, _as_part), headers, body)
        if step.name:
            self.named[step.name] = answer
        for name, path in step.captures.items():
            value = part_of(answer.json, path)
            if value is not None:
                self.captured[name] = value
        return answer

    def _send(self, method: str, target: str, headers: Mapping[str, str], body: str | None) -> Answer:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            data = body.encode() if body is not None else None
            path = quote(parts.path.rstrip("/") + target, safe="/?&=%:;,+!*'()@$~#[]")
            connection.request(method, path, data, dict(headers))
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"{self.name} at {self.url} did not answer {method} {target}: {error}") from error
        finally:
            connection.close()
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            found[key] = f"{found[key]}, {value}" if key in found else value
        return Answer(response.status, found, content)

    def _filled(
        self, text: str, known: Mapping[str, Any], write: Callable[[re.Match[str], Any], str] | None = None
    ) -> str:
        def value(match: re.Match[str]) -> str:
            found = self._variable(match[1], known, 0)
            if found is None:
                raise Unreachable(f"`{match[0]}` stands for nothing with {self.name}: no variable or answer has it")
            return write(match, found) if write is not None else _text(found)

        return _HOLE.sub(value, text)

    def _variable(self, name: str, known: Mapping[str, Any], depth: int) -> Any:
        request, _, path = name.partition(".response.")
        if path:
            answer = self.named.get(request)
            kind, _, rest = path.partition(".")
            if answer is None:
                return None
            if kind == "headers":
                return answer.headers.get(rest.lower())
            return part_of(answer.json, rest.removeprefix("$."))
        if name not in known or depth > 5:
            return None
        value = known[name]
        if not isinstance(value, _Plain):
            return value
        return _Plain(_HOLE.sub(lambda inner: _text(self._variable(inner[1], known, depth + 1) or inner[0]), value))


def exchange(script: Script, original: str, migrated: str) -> Iterator[Exchange]:
    """Send every request to both applications. Raises Unreachable when one does not answer."""
    sides = (_Side("the original", original), _Side("the migrated application", migrated))
    for step in script.steps:
        time.sleep(step.seconds)
        given = {name: _Plain(value) for name, value in {**script.variables, **_dynamic(step)}.items()}
        first, second = (side.ask(step, given) for side in sides)
        yield Exchange(step, first, second)


def part_of(value: Any, path: str) -> Any:
    """The part of a JSON value at a dotted path: `data.0.id`, `data[0].id`; the value itself for the empty path."""
    for key in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def _dynamic(step: Step) -> dict[str, str]:
    """`{{$guid}}` and its like, the same for both applications."""
    return {"$guid": str(uuid.uuid4()), "$timestamp": str(int(time.time())), "$randomInt": str(step.line * 7919 % 1000)}


class _Plain(str):
    """Text of the request file, which stands as it is wherever it is put."""


def _as_part(match: re.Match[str], value: Any) -> str:
    """In a URL: path and query keep their shape whatever the value holds."""
    return value if isinstance(value, _Plain) else quote(_text(value), safe="")


def _as_json(match: re.Match[str], value: Any) -> str:
    """In a body: an id that is a number in one application and text in the other is written as JSON has it."""
    text, start = match.string, match.start()
    inside = text[:start].count('"') % 2 == 1
    if isinstance(value, _Plain) or text.lstrip()[:1] not in ("{", "["):
        return _text(value)
    return json.dumps(_text(value))[1:-1] if inside else json.dumps(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
