"""The outcomes in numbers, what stands in the way of the rest, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from shlex import quote

from codemods.outcome import ItemKind, Outcome
from codemods.report.escape import visible
from codemods.report.facts import Report, Topic, outcome_counts, plural, skip_counts, topics
from codemods.report.paint import Line
from codemods.report.scorecard import scorecard

SHOWN_FINDINGS = 10
_STYLES = {
    Outcome.MIGRATED: "green",
    Outcome.NEEDS_REVIEW: "yellow",
    Outcome.UNSUPPORTED: "red",
    Outcome.SKIPPED: "dim",
}
_NOUNS = {
    ItemKind.QUERY: "database call",
    ItemKind.UPLOAD: "upload",
    ItemKind.MIDDLEWARE: "middleware",
    ItemKind.CRON: "cron job",
}
_COLUMN = 14


@dataclass(frozen=True, slots=True)
class NextSteps:
    """One sentence on where things stand, and commands with what they are for."""

    headline: str
    commands: tuple[tuple[str, str], ...] = ()


def summary_lines(report: Report) -> Iterator[Line]:
    """The table of outcomes, the reasons by code, and the next steps."""
    found = map(_topic_lines, topics(report.settled))
    return spaced([_outcomes(report), *found, _skips(report), _proof(report), _scorecard(report), _next_lines(report)])


def spaced(blocks: Iterable[Iterable[Line]]) -> Iterator[Line]:
    """Blocks of lines with a blank line between them; empty blocks leave none."""
    first = True
    for block in blocks:
        for number, line in enumerate(block):
            if number == 0 and not first:
                yield []
            first = False
            yield line


def kind_label(kind: ItemKind) -> str:
    """A kind as a table's first column names it."""
    noun = _NOUNS.get(kind, str(kind))
    return noun if noun == "middleware" else f"{noun}s"


def next_steps(report: Report) -> NextSteps:
    """What the owner can do now, most useful first."""
    files = report.settled.files
    target = "" if report.path == "." else f" {visible(quote(report.path))}"
    if not files:
        return NextSteps("Nothing to change.")
    if report.mode == "dry-run":
        return NextSteps(
            "Nothing was written: this is a dry run.",
            (
                (f"convexify migrate{target} --apply", "write these changes"),
                (f"convexify migrate{target} --interactive", "decide about each of them"),
            ),
        )
    steps = []
    if any(change.path.endswith("package.json") for change in files):
        steps.append(("npm install", "install what package.json gained"))
    steps.append(("npx convex dev", "generate types and push to a development deployment"))
    if topics(report.settled):
        steps.append(("grep -rn 'TODO(convexify' .", "what is left for you to decide"))
    steps.append((f"convexify undo{target}", "take everything back"))
    return NextSteps(f"{plural(len(files), 'file')} changed.", tuple(steps))


def _outcomes(report: Report) -> Iterator[Line]:
    counted = outcome_counts(report.settled.items)
    if not counted:
        return
    width = max(len(kind_label(kind)) for kind in counted)
    yield [(" " * width, ""), *((str(outcome).rjust(_COLUMN), "bold") for outcome in Outcome)]
    for kind, row in counted.items():
        cells = [
            (str(row[outcome] or "-").rjust(_COLUMN), _STYLES[outcome] if row[outcome] else "dim")
            for outcome in Outcome
        ]
        yield [(kind_label(kind).ljust(width), ""), *cells]


def _topic_lines(topic: Topic) -> Iterator[Line]:
    yield [(topic.code, "bold yellow"), (f" {visible(topic.title)} ({len(topic.findings)})", "bold")]
    if topic.help:
        yield [(f"  {visible(topic.help)}", "dim")]
    for finding in topic.findings[:SHOWN_FINDINGS]:
        place = finding.place
        yield [(f"  {visible(place.file)}:{place.line}:{place.column}", "cyan"), (f"  {visible(finding.text)}", "")]
        if finding.help:
            yield [(f"    {visible(finding.help)}", "dim")]
    more = len(topic.findings) - SHOWN_FINDINGS
    if more > 0:
        yield [(f"  and {more} more; --format json lists all of them", "dim")]


def _proof(report: Report) -> Iterator[Line]:
    if report.proof is not None:
        from codemods.report.proof import proof_lines

        yield [("Proof", "bold")]
        yield from proof_lines(report.proof)


def _scorecard(report: Report) -> Iterator[Line]:
    lines = [*scorecard(report)]
    if lines:
        yield [("Scorecard", "bold")]
    for label, words in lines:
        yield [(f"  {label:<8}", "cyan"), (visible(words), "")]


def _skips(report: Report) -> Iterator[Line]:
    counted = skip_counts(report.settled.items)
    if not counted:
        return
    yield [("Skipped", "bold")]
    for reason, count in counted[:SHOWN_FINDINGS]:
        yield [(f"  {count:>5}  {visible(reason)}", "dim")]
    if len(counted) > SHOWN_FINDINGS:
        rest = sum(count for _, count in counted[SHOWN_FINDINGS:])
        yield [(f"  {rest:>5}  for other reasons; --format json lists them", "dim")]


def _next_lines(report: Report) -> Iterator[Line]:
    for note in report.settled.notes:
        yield [(visible(note), "bold")]
    following = next_steps(report)
    yield [(following.headline, "bold")]
    width = max((len(command) for command, _ in following.commands), default=0)
    for command, purpose in following.commands:
        yield [("  " + command.ljust(width), "cyan"), (f"  {purpose}", "")]
