"""JSON as tsconfig files write it: with comments and trailing commas."""

from __future__ import annotations

import json
import re

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])')


class InvalidConfig(Exception):
    """A configuration file that cannot be read; `str(error)` says why, `line` where (counted from 1)."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def parse_object(text: str) -> dict[str, object]:
    """The JSON object in `text`. Raises InvalidConfig when there is none."""
    plain = _STRING_OR_COMMENT.sub(_keep_string, text.removeprefix("\ufeff"))
    plain = _STRING_OR_COMMA.sub(_keep_string, plain)
    try:
        value: object = json.loads(plain)
    except json.JSONDecodeError as error:
        raise _invalid(error) from error
    except RecursionError as error:
        raise InvalidConfig("nested too deeply") from error
    if not isinstance(value, dict):
        raise InvalidConfig("holds no JSON object")
    return value


def strict_problem(text: str) -> InvalidConfig | None:
    """Why tools that take JSON alone, without comments and trailing commas, refuse the text."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        return _invalid(error)
    return None


def _invalid(error: json.JSONDecodeError) -> InvalidConfig:
    return InvalidConfig(f"not valid JSON: {error.msg.lower()}", error.lineno)


def _keep_string(match: re.Match[str]) -> str:
    """Strings stay; comments and commas become blanks, with their line ends, so that line numbers hold."""
    text = match.group()
    return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)


def strings(value: object) -> dict[str, str]:
    """The entries of `value` whose values are text; empty for anything but an object."""
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in value.items() if isinstance(item, str)}


def string_list(value: object) -> tuple[str, ...]:
    """The texts in the list `value`; empty for anything else."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
