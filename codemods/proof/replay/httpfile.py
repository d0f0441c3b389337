"""`.http` files, as the REST clients of editors write them.

Understood are: `###` between requests, `# @name login`, `@host = …`, `{{variable}}`, parts of earlier answers
(`{{login.response.body.token}}`), `client.global.set("id", response.body.id)` in response handlers, and
`# @wait 1.5`, seconds to wait before a request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from codemods.proof.replay.script import BadScript, Script, Step

_SEPARATOR = re.compile(r"^###(.*)$")
_VARIABLE = re.compile(r"^@(\w[\w-]*)\s*=\s*(.*)$")
_SETTING = re.compile(r"^(?:#|//)\s*@(\w+)\s*[=\s]\s*(.*)$")
_REQUEST = re.compile(r"^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+(\S.*?)(?:\s+HTTP/[\d.]+)?$")
_HEADER = re.compile(r"^([\w-]+)\s*:\s*(.*)$")
_HANDLER = re.compile(r"^>\s+(?:\{%|\S+\.js\s*$)")
_CAPTURE = re.compile(r"client\.global\.set\(\s*[\"']([\w-]+)[\"']\s*,\s*response\.body\.?([\w.\[\]]*)")


def read_http(path: Path, text: str) -> Script:
    """The requests of a file in order. Raises BadScript for a line that is none of the format's."""
    variables: dict[str, str] = {}
    steps: list[Step] = []
    block: list[tuple[int, str]] = []
    title = ""
    for number, line in [*enumerate(text.splitlines(), start=1), (0, "###")]:
        found = _SEPARATOR.match(line)
        if found is None:
            block.append((number, line))
            continue
        steps += _step(path, title, block, variables)
        title, block = found[1].strip(), []
    if not steps:
        raise BadScript(f"{path} holds no request: write one as `GET http://localhost:3000/path`")
    return Script(path, text, tuple(steps), variables)


def _step(path: Path, title: str, block: Sequence[tuple[int, str]], variables: dict[str, str]) -> list[Step]:
    settings: dict[str, str] = {}
    head = 0
    for head, (number, line) in enumerate(block):
        variable, setting = _VARIABLE.match(line), _SETTING.match(line)
        if variable is not None:
            variables[variable[1]] = variable[2].strip()
        elif setting is not None:
            settings[setting[1]] = setting[2].strip()
        elif line.strip() and not line.startswith(("#", "//")):
            return [_request(path, number, line, title, settings, block[head + 1 :], variables)]
    return []


def _request(
    path: Path,
    number: int,
    line: str,
    title: str,
    settings: dict[str, str],
    rest: Sequence[tuple[int, str]],
    variables: dict[str, str],
) -> Step:
    found = _REQUEST.match(line.strip())
    if found is None:
        raise BadScript(f"{path}:{number}: this is no request line: {line.strip()[:60]}")
    target, headers, position = found[2], {}, 0
    for position, (_, text) in enumerate(rest):
        header = _HEADER.match(text)
        if text[:1].isspace() and text.strip()[:1] in ("?", "&"):
            target += text.strip()
        elif header is not None:
            headers[header[1]] = header[2].strip()
        elif not text.strip():
            break
        elif not text.startswith(("#", "//")):
            raise BadScript(f"{path}:{number + position + 1}: this is no header: {text.strip()[:60]}")
    lines = [text for _, text in rest[position + 1 :]]
    handler = next((index for index, text in enumerate(lines) if _HANDLER.match(text)), len(lines))
    body = "\n".join(lines[:handler]).strip()
    if any(name.lower() == "content-type" and text.startswith("multipart/") for name, text in headers.items()):
        # The lines of such a body are its own, and end as those of HTTP do.
        body = "\r\n".join(body.split("\n")) + "\r\n"
    captures = dict(_CAPTURE.findall("\n".join(lines[handler:])))
    try:
        seconds = float(settings.get("wait", "0"))
    except ValueError as error:
        raise BadScript(f"{path}:{number}: `@wait` takes a number of seconds") from error
    if body.startswith("< "):
        raise BadScript(f"{path}:{number}: bodies from other files are not understood: write the body here")
    return Step(
        found[1],
        path_of(_expanded(target, variables)),
        number,
        title,
        settings.get("name", ""),
        headers,
        body or None,
        captures,
        seconds,
    )


def _expanded(target: str, variables: dict[str, str]) -> str:
    """The target with the variables of the file in it, which may hold a part of the path."""
    for _ in range(5):
        target = re.sub(r"\{\{\s*([\w-]+)\s*\}\}", lambda found: variables.get(found[1], found[0]), target)
    return target


def path_of(url: str) -> str:
    """Path and query of a URL, whatever host it names: both applications get the same."""
    if url.startswith("/"):
        return url
    if "://" in url:
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # `localhost:3000/books`, and `{{host}}/books` with a host that the editor's environment knows.
    _, slash, rest = re.sub(r"\{\{[^{}]*\}\}", lambda found: found[0].replace("/", ""), url).partition("/")
    return slash + rest if slash else "/"
