"""Express's paths in Hono's words: what has an exact form is carried over, all else is refused with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = re.compile(r"[^:*?+()\[\]{}%]*")
_PARAMETER = re.compile(r":(\w+)")
_PATTERN = re.compile(r":(\w+)\(([^()/]+)\)")
_OPTIONAL = {4: re.compile(r"^(?P<before>.*)/:(?P<name>\w+)\?$"), 5: re.compile(r"^(?P<before>.*)\{/:(?P<name>\w+)\}$")}
"""A last segment that may be missing, by major version of Express."""

_BELOW = {4: re.compile(r"^(?P<before>.*[^/])/\*$"), 5: re.compile(r"^(?P<before>.*[^/])/\*(?P<name>\w+)$")}
"""Everything below a path; Express 4 gives it the number 0, Express 5 makes a list of a named one."""

_NAMED = re.compile(r"(\\/)?(\\\.)?:(\w+)(\(.*?\))?(\*)?(\?)?")
"""A parameter of Express 4 between escaped slashes and dots, as its path-to-regexp 0.1 reads it."""

_TOKEN = re.compile(r"\\(?P<escaped>.)|[:*](?P<name>\w+)|(?P<sign>[{}])|(?P<other>.)")
"""What a path of Express 5 is made of (path-to-regexp 8)."""


@dataclass(frozen=True, slots=True)
class EdgePath:
    """A path of Hono, and the parameters that a handler may read from it; `optional` ones may be missing."""

    text: str
    parameters: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    """Parameters that the path has, but the handler does not see."""

    @property
    def ends_openly(self) -> bool:
        """May a request have fewer segments, or more?"""
        return self.text.endswith(("?", "{.+}"))


def edge_path(path: str, express: int) -> EdgePath | str:
    """The path as Hono writes it, or why it has no form for it, after the words "the path".

    Of two parameters of one name, Hono tells the first, Express the last.
    """
    found = _edge_path(path, express)
    names = [name for _, name in re.findall(r"(^|/):(\w+)", found.text)] if isinstance(found, EdgePath) else []
    twice = next((name for name in names if names.count(name) > 1), None)
    return f"`{path}` names `{twice}` twice" if twice is not None else found


def _edge_path(path: str, express: int) -> EdgePath | str:
    plain = re.sub(r"/{2,}", "/", path)
    version = 5 if express >= 5 else 4
    optional, below = _OPTIONAL[version].match(plain), _BELOW[version].match(plain)
    ends = optional or below
    known = _segments(ends["before"] if ends is not None else plain)
    if known is None:
        return f"`{path}` is a pattern"
    text, parameters = known
    if optional is not None:
        name = optional["name"]
        return EdgePath(f"{text}/:{name}?", (*parameters, name), frozenset({name}))
    if below is None:
        return EdgePath(text, parameters)
    name = below["name"] if version == 5 else "0"
    return EdgePath(f"{text}/:{name}{{.+}}", parameters if version == 5 else (*parameters, name))


def _segments(path: str) -> tuple[str, tuple[str, ...]] | None:
    """The path and its parameters; None with a segment that is neither plain text nor one parameter."""
    names: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        pattern = _PATTERN.fullmatch(segment)
        found = pattern or _PARAMETER.fullmatch(segment)
        if found is not None:
            names.append(found[1])
        elif not _PLAIN.fullmatch(segment):
            return None
        if pattern is not None:
            segments[number] = f":{pattern[1]}{{{pattern[2]}}}"
    return "/".join(segments), tuple(dict.fromkeys(names))


def expression_of(path: str, express: int) -> str | None:
    """A regular expression for the requests that a pattern stands for, a literal of its own.

    None for what Express itself does not take as a path.
    """
    text = _tokens(path) if express >= 5 else _stars(_NAMED.sub(_parameter, re.sub(r"[/.]", r"\\\g<0>", path)))
    try:
        re.compile(text)
    except re.error:
        return None
    return f"/^{text}$/"


def _parameter(found: re.Match[str]) -> str:
    slash, dot, _, pattern, star, optional = (part or "" for part in found.groups())
    more = rf"(?:[\/{dot}].+?)?" if star else ""
    value = pattern or rf"([^\/{dot}]+?)"
    return f"(?:{slash}{dot}{value}{more})?" if optional else f"{slash}(?:{dot}{value}{more})"


def _stars(text: str) -> str:
    return text.replace("*", "(.*)")


def _tokens(path: str) -> str:
    groups = {"{": "(?:", "}": ")?"}
    found = []
    for token in _TOKEN.finditer(path):
        plain = token["escaped"] or token["other"]
        if plain is not None:
            found.append(rf"\{plain}" if plain in "/.()[]{}+?*^$|\\" else plain)
        elif token["sign"] is not None:
            found.append(groups[token["sign"]])
        else:
            found.append(".+" if token[0][0] == "*" else r"[^\/]+")
    return "".join(found)
