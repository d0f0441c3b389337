"""The forms in which a check is reported: text for people, JSON for programs, workflow commands for GitHub."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from codemods.outcome import Severity
from codemods.rules.finding import CheckResult, Finding
from codemods.rules.rule import Applicability

SCHEMA_VERSION = 1
_FRAME_WIDTH = 160
_TAB = "  "
_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_GITHUB_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_GITHUB_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def to_text(result: CheckResult, colour: bool = False) -> str:
    """Findings with code frames, then one line that sums up.

    Nothing from a file reaches the terminal as a control sequence, and nothing is read as markup.
    """
    out = StringIO()
    console = Console(file=out, force_terminal=colour, no_color=not colour, highlight=False, width=10_000)
    for finding in result.findings:
        console.print(_block(finding), soft_wrap=True)
    for note in result.notes:
        console.print(Text(printable(note)), soft_wrap=True)
    console.print(Text(_summary(result)), soft_wrap=True)
    return out.getvalue()


def to_json(result: CheckResult, version: str) -> str:
    """One JSON document; `diagnostics` has the fields of the migration report and adds rule, end and fix."""
    return json.dumps(
        {
            "schemaVersion": SCHEMA_VERSION,
            "tool": {"name": "convexify", "version": version},
            "mode": "check",
            "summary": {
                "diagnostics": len(result.findings),
                "fixable": sum(1 for finding in result.findings if _written_by(finding)),
                "suppressed": result.stats.suppressed,
                "projects": result.stats.projects,
                "files": result.stats.files,
                "rules": result.stats.rules,
            },
            "diagnostics": [_json_finding(finding) for finding in result.findings],
            "fixed": [{"path": file.path, "fixes": list(file.titles)} for file in result.fixed],
            "notes": list(result.notes),
        },
        indent=2,
        ensure_ascii=False,
    )


def to_github(result: CheckResult) -> str:
    """A workflow command a finding; no text of a file can end its command or begin another."""
    return "".join(f"{_command(finding)}\n" for finding in result.findings)


def printable(text: str) -> str:
    """The text on one line, with control and direction characters made visible instead of effective."""
    return "".join(_visible(character) for character in text.replace("\t", _TAB))


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0x80 <= code < 0xA0 or character in _BIDI_CONTROLS or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return character


def _block(finding: Finding) -> Text:
    place = finding.place
    block = Text()
    block.append(finding.code, style=_COLOURS[finding.severity])
    block.append(f" {printable(finding.message)}", style="bold")
    block.append(f"\n  {printable(place.file)}:{place.line}:{place.column}\n", style="cyan")
    block.append_text(_frame(finding))
    block.append(f"  help: {printable(finding.help)}\n")
    if finding.fix:
        block.append(f"  fix:  {printable(finding.fix.title)}{_how_to_fix(finding.fix.applicability)}\n", style="green")
    return block


def _how_to_fix(applicability: Applicability) -> str:
    return {
        Applicability.SAFE: " (--fix)",
        Applicability.UNSAFE: " (--fix --unsafe)",
        Applicability.DISPLAY: "",
    }[applicability]


def _frame(finding: Finding) -> Text:
    """The source line with carets under what the finding speaks of; a long line is cut around it."""
    line, column = finding.line_text, finding.place.column - 1
    end = finding.end.column - 1 if finding.end.line == finding.place.line else len(line)
    left = max(0, column - _FRAME_WIDTH // 2) if len(line) > _FRAME_WIDTH else 0
    shown = line[left : left + _FRAME_WIDTH]
    before = cell_len(printable(line[left:column]))
    under = max(1, cell_len(printable(line[column : min(end, left + _FRAME_WIDTH)])))
    number = str(finding.place.line)
    frame = Text()
    frame.append(f"  {number} | ", style="dim")
    frame.append(f"{printable(shown)}\n")
    frame.append(f"  {' ' * len(number)} | ", style="dim")
    frame.append(f"{' ' * before}{'^' * under}\n", style=_COLOURS[finding.severity])
    return frame


def _summary(result: CheckResult) -> str:
    parts = [_plural(len(result.findings), "finding") if result.findings else "No findings"]
    if result.fixed:
        count = sum(len(file.titles) for file in result.fixed)
        parts.append(f"{count} fixed in {_plural(len(result.fixed), 'file')}")
    fixable = Counter(_written_by(finding) for finding in result.findings)
    if fixable["--fix"]:
        parts.append(f"{fixable['--fix']} can be fixed with --fix")
    if fixable["--unsafe"]:
        parts.append(f"{fixable['--unsafe']} with --fix --unsafe")
    if result.stats.suppressed:
        parts.append(f"{result.stats.suppressed} suppressed")
    return f"{', '.join(parts)} ({_plural(result.stats.files, 'file')} checked)."


def _written_by(finding: Finding) -> str:
    if finding.fix is None or finding.fix.applicability is Applicability.DISPLAY:
        return ""
    return "--fix" if finding.fix.applicability is Applicability.SAFE else "--unsafe"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _json_finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "help": finding.help,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "endLine": finding.end.line,
        "endColumn": finding.end.column,
        "fix": finding.fix and {"title": finding.fix.title, "applicability": finding.fix.applicability.value},
    }


def _command(finding: Finding) -> str:
    properties: Iterable[tuple[str, str | int]] = (
        ("file", printable(finding.place.file)),
        ("line", finding.place.line),
        ("endLine", finding.end.line),
        ("col", finding.place.column),
        ("endColumn", finding.end.column),
        ("title", f"{finding.code} {finding.rule}"),
    )
    rendered = ",".join(f"{name}={str(value).translate(_GITHUB_PROPERTY)}" for name, value in properties)
    message = f"{_plain(finding.message)}\n{_plain(finding.help)}".translate(_GITHUB_DATA)
    return f"::{_COMMANDS[finding.severity]} {rendered}::{message}"


def _plain(text: str) -> str:
    return printable(text).strip()
