"""The scorecard: how much is done, what is left and why, and what was proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from codemods.outcome import CODES, LEFT, Item, ItemKind, Outcome
from codemods.proof.words import Proof, Status
from codemods.report.facts import Report, plural, split_reason

SHOWN = 5
_KINDS = (ItemKind.ROUTE, ItemKind.QUERY, ItemKind.VALIDATOR, ItemKind.TABLE, ItemKind.TIMER, ItemKind.CRON)


def scorecard(report: Report) -> Iterator[tuple[str, str]]:
    """(label, words) of each line; none where nothing was found."""
    items = report.settled.items
    routes = [item for item in items if item.kind is ItemKind.ROUTE]
    if not routes:
        return
    yield "done", "; ".join(_share(items, kind) for kind in _KINDS if _counted(items, kind))
    left = Counter(split_reason(item.reason or "")[0] for item in routes if item.outcome in LEFT)
    if left:
        reasons = [
            f"{count} {CODES[code].title if code in CODES else code} ({code})"
            for code, count in left.most_common(SHOWN)
        ]
        more = sum(left.values()) - sum(count for _, count in left.most_common(SHOWN))
        yield (
            "left",
            f"{plural(sum(left.values()), 'route')}: " + "; ".join(reasons) + (f"; {more} more" if more else ""),
        )
    yield "proven", _proven(report.proof)


def _share(items: tuple[Item, ...], kind: ItemKind) -> str:
    counted = _counted(items, kind)
    done = sum(item.outcome is Outcome.MIGRATED for item in counted)
    noun = "database call" if kind is ItemKind.QUERY else str(kind)
    share = f" ({100 * done // len(counted)} %)" if kind is ItemKind.ROUTE else ""
    return f"{done} of {plural(len(counted), noun)}{share}"


def _counted(items: tuple[Item, ...], kind: ItemKind) -> list[Item]:
    """What counts: not what was left out on purpose."""
    return [item for item in items if item.kind is kind and item.outcome is not Outcome.SKIPPED]


def _proven(proof: Proof | None) -> str:
    if proof is None:
        return "nothing yet: `--verify` proves it on a copy, before anything is written"
    passed = [str(result.stage) for result in proof.results if result.status is Status.PASS]
    others = [f"{result.stage} {result.status}" for result in proof.results if result.status is not Status.PASS]
    return "; ".join(part for part in (", ".join(passed), ", ".join(others)) if part)
