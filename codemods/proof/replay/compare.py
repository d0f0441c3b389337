"""What two applications answered differently: up to a consistent renaming of ids, and to moments shortly apart."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from codemods.proof.replay.play import Answer, Exchange

TOLERANCE = 10.0
"""Seconds by which the two may be apart in what they say of the time."""

_NOT_COMPARED = frozenset(
    """connection content-length date etag keep-alive last-modified server transfer-encoding vary x-powered-by
    accept-ranges content-security-policy cross-origin-embedder-policy cross-origin-opener-policy
    cross-origin-resource-policy origin-agent-cluster referrer-policy strict-transport-security
    x-content-type-options x-dns-prefetch-control x-download-options x-frame-options
    x-permitted-cross-domain-policies x-xss-protection content-type""".split()
)
"""Headers that the server or its platform sets, and those of helmet, which the platform has its own of."""

_CONVEX_ID = re.compile(r"\b\d{2,}[A-Za-z]\w*")
_ID_LENGTH = 32
_RANDOM = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|c[a-z0-9]{24}|[0-9a-f]{24}", re.I)
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_EXPRESS_PAGE = re.compile(r"^<!DOCTYPE html>[\s\S]*<title>Error</title>[\s\S]*<pre>")
_OWN_PAGE = re.compile(r"^<pre>[^<]*</pre>$|^404 Not Found$")
_WAITS = {
    "ratelimit": re.compile(r"\b(?:reset|t)=(\d+)"),
    "ratelimit-reset": re.compile(r"^(\d+)$"),
    "retry-after": re.compile(r"^(\d+)$"),
    "x-ratelimit-reset": re.compile(r"^(\d+)$"),
}
"""Headers that say how long to wait, in seconds, or until when, and where they do."""

_LIVES = re.compile(r"(?<=Expires=)\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
_KEY = re.compile(r"\d+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[\w-]{16,}", re.I)
_NOW = 3600.0
"""Seconds: only what speaks of the time of the replay may differ a little."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs: where it is, and what it is on either side."""

    where: str
    original: str
    migrated: str


@dataclass(slots=True)
class Names:
    """Which id of the original stands for which id of the migrated application: one to one."""

    original: dict[str, str] = field(default_factory=dict)
    migrated: dict[str, str] = field(default_factory=dict)

    def note(self, old: str, new: str) -> bool:
        """True when the two stand for each other; both are new, or were paired before."""
        return self.original.setdefault(new, old) == old and self.migrated.setdefault(_table(new) + old, new) == new

    def renamed(self, text: str) -> str:
        """The migrated application's text with the ids of the original."""
        return _CONVEX_ID.sub(lambda found: self.original.get(found[0], found[0]), text)


def differences(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, list[Difference]]]:
    """Every exchange with what differs in it. Ids are paired over all of them first."""
    kept = list(exchanges)
    names = Names()
    for one in kept:
        _pair(one.original.json, one.migrated.json, names)
    for one in kept:
        yield one, [*_compared(one.original, one.migrated, names)]


def _pair(old: Any, new: Any, names: Names) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() & new.keys()):
            _pair(old[key], new[key], names)
    elif isinstance(old, list) and isinstance(new, list):
        for first, second in zip(old, new, strict=False):
            _pair(first, second, names)
    elif _is_id(old, new):
        names.note(str(old), new)


def _compared(old: Answer, new: Answer, names: Names) -> Iterator[Difference]:
    if old.status != new.status:
        yield Difference("status", f"{old.status} {_short(old.text)}", f"{new.status} {_short(new.text)}")
        return
    for name in sorted((old.headers.keys() | new.headers.keys()) - _NOT_COMPARED):
        first, second = old.headers.get(name, ""), names.renamed(new.headers.get(name, ""))
        alike = _same_text(first, second, names) or _same_wait(name, first, second) or _same_lives(name, first, second)
        if first != second and not alike:
            yield Difference(f"header {name}", first, second)
    if old.status >= 400 and _EXPRESS_PAGE.search(old.text) and _OWN_PAGE.search(new.text):
        return
    if bool(old.body) != bool(new.body):
        yield Difference("body", _short(old.text) or "(empty)", _short(new.text) or "(empty)")
    elif old.body and old.media != new.media:
        yield Difference("media type", old.media, new.media)
    elif "json" in old.media and old.json is not None and new.json is not None:
        yield from _unlike(old.json, new.json, names, "body")
    elif old.body != new.body and (not _is_text(old) or not _same_text(old.text, new.text, names)):
        yield Difference("body", _short(old.text), _short(new.text))


def _unlike(old: Any, new: Any, names: Names, path: str) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if key not in old or key not in new:
                absent = "(absent)"
                first = _short(json.dumps(old[key])) if key in old else absent
                yield Difference(f"{path}.{key}", first, _short(json.dumps(new[key])) if key in new else absent)
            else:
                yield from _unlike(old[key], new[key], names, f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (first, second) in enumerate(zip(old, new, strict=True)):
            yield from _unlike(first, second, names, f"{path}[{index}]")
    elif not _same(old, new, names):
        yield Difference(path, _short(json.dumps(old)), _short(json.dumps(new)))


def _same(old: Any, new: Any, names: Names) -> bool:
    if type(old) is type(new) and old == new:
        return True
    if _is_id(old, new):
        return names.note(str(old), new)
    if isinstance(old, str) and isinstance(new, str):
        return _same_text(old, new, names)
    is_number = isinstance(old, int | float) and isinstance(new, int | float)
    if not is_number or isinstance(old, bool) or isinstance(new, bool):
        return False
    return bool(old == new) or _same_moment(old, new)


def _same_text(old: str, new: str, names: Names) -> bool:
    renamed = names.renamed(new)
    if old == renamed:
        return True
    if _MOMENT.fullmatch(old) and _MOMENT.fullmatch(new):
        return _ends_alike(old, new) and _close(_seconds(old), _seconds(new), TOLERANCE)
    if _TOKEN.fullmatch(old) and _TOKEN.fullmatch(new):
        first, second = _claims(old), _claims(new)
        return first is not None and second is not None and not [*_unlike(first, second, names, "")]
    if _RANDOM.fullmatch(old) and _RANDOM.fullmatch(new):
        return names.note(old, new)
    return False


def _same_wait(name: str, old: str, new: str) -> bool:
    """The same but for a few seconds by which the two windows started apart."""
    pattern = _WAITS.get(name)
    first, second = (pattern.search(old), pattern.search(new)) if pattern is not None else (None, None)
    if pattern is None or first is None or second is None:
        return False
    alike = old[: first.start(1)] + old[first.end(1) :] == new[: second.start(1)] + new[second.end(1) :]
    return alike and abs(int(first[1]) - int(second[1])) <= TOLERANCE


def _same_lives(name: str, old: str, new: str) -> bool:
    """Cookies that are the same but for the seconds at which they end."""
    if name != "set-cookie" or _LIVES.sub("", old) != _LIVES.sub("", new):
        return False
    pairs = zip(_LIVES.findall(old), _LIVES.findall(new), strict=True)
    return all(abs(_http_date(first) - _http_date(second)) <= TOLERANCE for first, second in pairs)


def _http_date(text: str) -> float:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").timestamp()


def _same_moment(old: float, new: float) -> bool:
    """Both are moments of the replay, in seconds or milliseconds."""
    return any(_close(old / unit, new / unit, TOLERANCE) for unit in (1.0, 1000.0))


def _close(old: float | None, new: float | None, tolerance: float) -> bool:
    """Two moments in seconds, about now and shortly apart."""
    return old is not None and new is not None and abs(old - time.time()) < _NOW and abs(old - new) <= tolerance


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _ends_alike(old: str, new: str) -> bool:
    """Both name the time zone in the same way."""
    return re.sub(r"[\d.]+", "", old) == re.sub(r"[\d.]+", "", new)


def _is_text(answer: Answer) -> bool:
    try:
        answer.body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _claims(token: str) -> Any:
    """Header and claims of a JSON web token; what it is signed with is another matter."""
    try:
        parts = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in token.split(".")[:2]]
    except ValueError:
        return None
    if not all(isinstance(part, dict) for part in parts):
        return None
    head, claims = parts
    return [head, {name: _lasting(name, value, claims.get("iat")) for name, value in claims.items()}]


def _lasting(name: str, value: Any, issued: Any) -> Any:
    """When a token begins and ends to be good, in seconds after it was issued: that may be far from now."""
    is_moment = name in ("exp", "nbf") and isinstance(value, int) and isinstance(issued, int)
    return value - issued if is_moment else value


def _is_id(old: Any, new: Any) -> bool:
    """A key of the source and a Convex id in its place; the in-memory ones end with the name of their table."""
    if not isinstance(new, str) or len(new) < _ID_LENGTH or not _CONVEX_ID.fullmatch(new) or old == new:
        return False
    is_number = isinstance(old, int) and not isinstance(old, bool)
    return is_number or (isinstance(old, str) and _KEY.fullmatch(old) is not None)


def _table(new: str) -> str:
    return new.lstrip("0123456789")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"
