"""What is left to do: as a list, as data, and as instructions for a coding assistant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from codemods.migrate.left import Leftover, Snippet
from codemods.outcome import CODES, ItemKind
from codemods.report.escape import fence_for, visible
from codemods.report.facts import plural
from codemods.report.paint import Line, paint
from codemods.report.prompts import facts_for

_LANGUAGES = {"ts": "ts", "tsx": "tsx", "mts": "ts", "cts": "ts", "prisma": "prisma"}


def todo_text(left: Sequence[Leftover], color: bool) -> str:
    """By code: what to do, and where."""
    return paint(_lines(left), color)


def todo_json(left: Sequence[Leftover]) -> str:
    """One object for each thing that is left, with the code that it is about."""
    return json.dumps({"schemaVersion": 1, "left": [_data(each) for each in left]}, indent=1) + "\n"


def todo_prompt(left: Sequence[Leftover]) -> str:
    """A self-contained instruction for each thing that is left, one after the other.

    What lies in the code of a route that is left is part of that route's instruction.
    """
    asked = [each for each in left if each.item.kind is ItemKind.ROUTE or not _is_shown(each, left)]
    return "\n\n---\n\n".join(map(_prompt, asked)) + ("\n" if asked else "")


def _is_shown(each: Leftover, left: Sequence[Leftover]) -> bool:
    place = each.item.source
    return any(
        snippet.file == place.file and snippet.line <= place.line < snippet.line + snippet.text.count("\n") + 1
        for other in left
        if other.item.kind is ItemKind.ROUTE
        for snippet in other.original
    )


def _lines(left: Sequence[Leftover]) -> Iterator[Line]:
    if not left:
        yield [("Nothing is left to do.", "bold")]
        return
    by_code: dict[str, list[Leftover]] = defaultdict(list)
    for each in left:
        by_code[each.code].append(each)
    for code, found in sorted(by_code.items()):
        known = CODES.get(code)
        yield [(code, "bold yellow"), (f" {visible(known.title) if known else ''} ({len(found)})", "bold")]
        if known is not None:
            yield [(f"  {visible(known.help)}", "dim")]
        for each in found:
            place = each.item.source
            yield [
                (f"  {visible(place.file)}:{place.line}:{place.column}", "cyan"),
                (f"  {each.item.kind} {visible(each.item.name)}", ""),
                (f"  {visible(each.reason)}" if each.reason else "", "dim"),
            ]
        yield []
    yield [(f"{plural(len(left), 'thing')} left; --format prompt makes instructions of them.", "bold")]


def _data(each: Leftover) -> dict[str, object]:
    place = each.item.source
    known = CODES.get(each.code)
    return {
        "kind": str(each.item.kind),
        "name": each.item.name,
        "outcome": str(each.item.outcome),
        "code": each.code,
        "reason": each.reason,
        "help": known.help if known else "",
        "source": {"file": place.file, "line": place.line, "column": place.column},
        "original": [_snippet_data(snippet) for snippet in each.original],
        "generated": _snippet_data(each.generated) if each.generated is not None else None,
    }


def _snippet_data(snippet: Snippet) -> dict[str, object]:
    return {"file": snippet.file, "line": snippet.line, "text": snippet.text}


def _prompt(each: Leftover) -> str:
    known = CODES.get(each.code)
    place = each.item.source
    parts = [
        f"# Finish the migration of {each.item.kind} {visible(each.item.name)} to Convex",
        f"It was registered at {visible(place.file)}:{place.line} in an Express application that moves to Convex, and "
        f"could not be carried over by itself.",
        f"**Why**: {each.code} {visible(known.title) if known else ''}: {visible(each.reason)}".rstrip(": "),
        f"**What to do**: {visible(known.help)}" if known else "",
        "## The original code",
        *map(_code, each.original),
        "## What stands in its place now" if each.generated is not None else "",
        _code(each.generated) if each.generated is not None else "",
        "## What to know of Convex",
        "\n".join(f"- {fact}" for fact in facts_for(each.code)),
        "## When it is done",
        "\n".join(
            [
                "- It does what the original did: same paths, statuses, bodies, checks and order of effects.",
                f"- The marker `TODO(convexify {each.code})` of it is gone, and so is the original.",
                "- `convexify check` finds nothing new, and `convexify verify` passes.",
                "- Everything else is as it was.",
            ]
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _code(snippet: Snippet) -> str:
    text = "\n".join(visible(line) for line in snippet.text.splitlines())
    fence = fence_for(text)
    language = _LANGUAGES.get(snippet.file.rsplit(".", 1)[-1], "js")
    return f"`{visible(snippet.file)}:{snippet.line}`\n\n{fence}{language}\n{text}\n{fence}"
