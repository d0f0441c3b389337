"""Markers are written and found by one module."""

from __future__ import annotations

from codemods.source.file import SourceFile
from codemods.source.markers import find_markers, marker


def test_a_marker_is_one_line() -> None:
    assert marker("CX312", "do this,\n  then that") == "// TODO(convexify CX312): do this, then that"


def test_written_markers_are_found() -> None:
    text = f"f();\r\n  {marker('CX312', 'look at this')}\r\ng(); {marker('CX101', 'and é')}\n"
    file = SourceFile("convex/a.ts", text)
    found = find_markers(file)
    assert [(one.code, one.text, one.place.line, one.place.column) for one in found] == [
        ("CX312", "look at this", 2, 3),
        ("CX101", "and é", 3, 6),
    ]
    assert file.slice(found[0].span) == marker("CX312", "look at this")


def test_markers_in_block_comments_and_jsx_are_found() -> None:
    file = SourceFile("a.tsx", "<p>{/* TODO(convexify CX702): store it */}</p>;")
    assert [(one.code, one.text) for one in find_markers(file)] == [("CX702", "store it")]


def test_strings_are_no_markers() -> None:
    assert find_markers(SourceFile("a.ts", "const a = '// TODO(convexify CX312): no';")) == ()
