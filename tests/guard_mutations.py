"""A migrated application with its guards taken away, one at a time, as a wrong migration might write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ast_grep_py import SgNode
from edge_registrations import Registration, http_file, registrations_in
from guard_proof import exposed
from guarded_routes import Guard, Guarded, routes_with_guards

from codemods.source import SourceFile


@dataclass(frozen=True, slots=True)
class Mutation:
    """What was done, and the texts of the files below `convex/` that it changed."""

    name: str
    files: dict[str, str]


def tampered(source: Path, after: Path) -> Iterator[tuple[str, list[str]]]:
    """Every mutation of the migration at `after`, and what the proof says of it; the files are as before afterwards."""
    routes, folder = routes_with_guards(source), after / "convex"
    for mutation in list(mutations(routes, folder)):
        kept = {path: (folder / path).read_bytes() for path in mutation.files}
        for path, text in mutation.files.items():
            (folder / path).write_bytes(text.encode())
        yield mutation.name, exposed(routes, source, after)
        for path, data in kept.items():
            (folder / path).write_bytes(data)


def mutations(routes: Sequence[Guarded], folder: Path) -> Iterator[Mutation]:
    """All that can be taken away from the guarded routes of a `convex/` folder that are carried over."""
    file = http_file(folder)
    found = registrations_in(file.root) if file is not None else []
    if file is None:
        return
    for each in (route for route in routes if route.guards):
        for position, one in enumerate(found):
            if one.serves(each.route) and not one.is_refusal:
                above = [use for use in found[:position] if use.covers(each.route.path or "")]
                yield from _of_route(file, each, one, {node.text() for use in above for node in use.given})
                yield from _public(file, folder, each, one)
    guards = [guard for each in routes for guard in each.chain]
    uses = [one for one in found if one.verb == "use"]
    for text in dict.fromkeys(_text(one) for one in uses for guard in guards if _names(one.given[-1], guard)):
        gone = [one.given[0].parent().parent().parent() for one in uses if _text(one) == text]
        yield Mutation(f"without any app.use of {text[:40]}", {file.path: _cut(file, *gone)})


def _text(one: Registration) -> str:
    return ", ".join(node.text() for node in one.given)


def _of_route(file: SourceFile, each: Guarded, one: Registration, above: set[str]) -> Iterator[Mutation]:
    """Without a guard among the arguments; with two of them the wrong way round.

    What runs `above` for all below a path guards the route without its own.
    """
    given = [node for node in one.given[:-1] if node.text() not in above]
    own = [node for node in given if any(_names(node, guard) for guard in each.chain)]
    for node in own:
        yield Mutation(f"{each.route.name} without {node.text()[:40]}", {file.path: _cut(file, node)})
    for first, second in pairwise(own):
        if first.text() != second.text():
            text = f"{each.route.name} with {second.text()[:30]} before {first.text()[:30]}"
            yield Mutation(text, {file.path: _swapped(file, first, second)})


def _public(file: SourceFile, folder: Path, each: Guarded, one: Registration) -> Iterator[Mutation]:
    """With its function public."""
    for kind, path in one.calls:
        module, _, name = path.rpartition(".")
        source = next((each for each in folder.glob(f"{module.replace('.', '/')}.[jt]s")), None)
        if kind != "internal" or source is None:
            continue
        text = source.read_text(encoding="utf-8")
        opened = re.sub(
            rf"\b({name} = )internal(\w+)\(", lambda match: f"{match[1]}{match[2][0].lower()}{match[2][1:]}(", text
        )
        local = source.relative_to(folder).as_posix()
        yield Mutation(f"{each.route.name} with {path} public", {local: opened})
        called = re.sub(rf"\binternal\.{re.escape(path)}\b", f"api.{path}", file.text)
        yield Mutation(f"{each.route.name} with {path} public and called", {local: opened, file.path: called})


def _names(node: SgNode, guard: Guard) -> bool:
    """A guard without a name is any function."""
    if not guard.names:
        return "next" in node.text()
    return any(re.search(rf"\b{re.escape(name)}\d*\b", node.text()) for name in guard.names)


def _cut(file: SourceFile, *nodes: SgNode) -> str:
    text = file.text
    for node in sorted(nodes, key=lambda node: -node.range().start.index):
        start, end = node.range().start.index, node.range().end.index
        after = re.match(r"\s*,\s*", text[end:])
        text = text[:start] + text[end + (after.end() if after is not None else 0) :]
    return text


def _swapped(file: SourceFile, first: SgNode, second: SgNode) -> str:
    a, b = first.range(), second.range()
    between = file.text[a.end.index : b.start.index]
    return file.text[: a.start.index] + second.text() + between + first.text() + file.text[b.end.index :]
