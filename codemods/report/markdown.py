"""The report for a pull request or an issue."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.changes.changeset import FileChange
from codemods.changes.diff import counts_of, hunks_of
from codemods.outcome import Outcome
from codemods.report.escape import code_span, fence_for, for_markdown
from codemods.report.facts import Finding, Report, outcome_counts, plural, skip_counts, topics
from codemods.report.hunks import file_lines, heading
from codemods.report.paint import paint
from codemods.report.scorecard import scorecard
from codemods.report.summary import kind_label, next_steps


def markdown_report(report: Report) -> str:
    """Outcomes, changed files with their hunks folded away, open points, next steps."""
    title = "Migration to Convex" + (" (dry run)" if report.mode == "dry-run" else "")
    parts = [f"# {title}", *map(for_markdown, report.settled.notes), *_outcomes(report), *_files(report)]
    return "\n\n".join([*parts, *_topics(report), *_skips(report), *_card(report), *_next(report)]) + "\n"


def _outcomes(report: Report) -> Iterator[str]:
    counted = outcome_counts(report.settled.items)
    if not counted:
        return
    rows = ["| | " + " | ".join(Outcome) + " |", "|---|" + "---:|" * len(Outcome)]
    rows += [
        f"| {kind_label(kind)} | " + " | ".join(str(row[outcome]) for outcome in Outcome) + " |"
        for kind, row in counted.items()
    ]
    yield "\n".join(rows)


def _files(report: Report) -> Iterator[str]:
    files = report.settled.files
    if not files:
        return
    yield f"## {plural(len(files), 'changed file')}"
    for change in files:
        yield _folded(change)


def _folded(change: FileChange) -> str:
    counts = counts_of(hunks_of(change))
    _, *lines = file_lines(change)
    diff = paint(lines, color=False)
    title = _html(heading(change))
    fence = fence_for(diff)
    head = f"<details><summary><code>{title}</code> +{counts.added} -{counts.removed}</summary>"
    return f"{head}\n\n{fence}diff\n{diff}{fence}\n\n</details>"


def _card(report: Report) -> Iterator[str]:
    lines = [f"- **{label}**: {for_markdown(words)}" for label, words in scorecard(report)]
    if lines:
        yield "\n".join(["## Scorecard", "", *lines])
    if report.proof is not None:
        from codemods.report.proof import proof_markdown

        yield "#" + proof_markdown(report.proof).rstrip()


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _topics(report: Report) -> Iterator[str]:
    found = topics(report.settled)
    if found:
        yield "## What is left to decide"
    for topic in found:
        yield f"### {topic.code} {for_markdown(topic.title)} ({len(topic.findings)})"
        if topic.help:
            yield for_markdown(topic.help)
        yield "\n".join(map(_finding, topic.findings))


def _finding(finding: Finding) -> str:
    words = ". ".join(filter(None, [finding.text, finding.help]))
    return f"- {code_span(f'{finding.place.file}:{finding.place.line}')} {for_markdown(words)}"


def _skips(report: Report) -> Iterator[str]:
    counted = skip_counts(report.settled.items)
    if counted:
        yield "## Skipped"
        yield "\n".join(f"- {count} x {for_markdown(reason)}" for reason, count in counted)


def _next(report: Report) -> Iterator[str]:
    following = next_steps(report)
    yield "## Next"
    yield for_markdown(following.headline)
    if following.commands:
        lines = "".join(f"{command}  # {purpose}\n" for command, purpose in following.commands)
        fence = fence_for(lines)
        yield f"{fence}sh\n{lines}{fence}"
