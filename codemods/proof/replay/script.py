"""Request scripts: what to ask, in order. Read from `.http` files or from OpenAPI documents with examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class BadScript(Exception):
    """A request file that cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `{{name}}` in target, headers and body stands for a variable or for a part of an earlier answer.

    `target` is path and query. `line` is where the request begins in its file, `seconds` how long to wait before it.
    `captures` name parts of the answer by dotted paths into its JSON.
    """

    method: str
    target: str
    line: int
    title: str = ""
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    captures: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Script:
    """Requests in order, with the variables that the file defines."""

    path: Path
    text: str
    steps: tuple[Step, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


def read_script(path: Path) -> Script:
    """The requests of a file: OpenAPI by its content, else `.http`. Raises BadScript."""
    from codemods.proof.replay.httpfile import read_http
    from codemods.proof.replay.openapi import looks_like_openapi, read_openapi

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadScript(f"{path} cannot be read: {error}") from error
    return read_openapi(path, text) if looks_like_openapi(path, text) else read_http(path, text)
