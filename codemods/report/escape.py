"""Text of others, made safe to show: what would steer a terminal or reorder a line becomes visible instead."""

from __future__ import annotations

_CONTROLS = {number: chr(0x2400 + number) for number in range(32) if chr(number) != "\t"} | {127: "\u2421"}
_INVISIBLE = [*range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_MARKS = {0xFEFF: "\\ufeff"} | {number: f"\\u{number:04x}" for number in [*_INVISIBLE, *range(0xD800, 0xE000)]}
_VISIBLE = _CONTROLS | _MARKS


def visible(text: str) -> str:
    """One line of text with control characters, direction marks and lone surrogates shown as what they are."""
    return text if text.isascii() and text.isprintable() else text.translate(_VISIBLE)


def for_markdown(text: str) -> str:
    """Text to stand in a Markdown paragraph or table cell without meaning anything there."""
    safe = visible(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in safe)


_MARKDOWN = frozenset("\\`*_[]|#@~")


def code_span(text: str) -> str:
    """Text as inline code, whatever backticks it holds; fit for a table cell."""
    safe = visible(text).replace("|", "\\|")
    ticks = "`"
    while ticks in safe:
        ticks += "`"
    pad = " " if "`" in safe else ""
    return f"{ticks}{pad}{safe}{pad}{ticks}"


def fence_for(text: str) -> str:
    """A code fence that nothing in the text closes."""
    fence = "```"
    while fence in text:
        fence += "`"
    return fence
