"""Progress is for people who wait at a terminal."""

import io

import pytest

from cli import progress as module
from cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_bar_when_nobody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress() as advance:
        assert advance is None


def test_no_bar_for_short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(module, "PATIENCE", 3600)
    with progress() as advance:
        assert advance is not None
        advance("src/a.ts", 1, 2)
    assert terminal.getvalue() == ""


def test_a_bar_with_count_and_file_for_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as advance:
        assert advance is not None
        advance("src/[bold]\x1b[31m.ts", 1, 2)
    assert "1/2" in terminal.getvalue()
    assert "src/[bold]␛[31m.ts" in terminal.getvalue()
