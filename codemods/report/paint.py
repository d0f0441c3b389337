"""Lines of styled text, turned into a string with or without terminal colours."""

from __future__ import annotations

from collections.abc import Iterable

from rich.color import ColorSystem
from rich.style import Style

Styled = tuple[str, str]
"""Text that is safe to show, and a style of rich ("" for none)."""

Line = list[Styled]


def paint(lines: Iterable[Line], color: bool) -> str:
    """All lines, each with its line end. Styles are rich's; markup in the text means nothing."""
    if not color:
        return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
    return "".join("".join(_styled(text, style) for text, style in line) + "\n" for line in lines)


def _styled(text: str, style: str) -> str:
    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD) if style else text
