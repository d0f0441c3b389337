"""`migrate --interactive`: one question a group of changes, in the manner of `git add -p`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum, auto
from typing import TextIO

from cli.editor import edit_text
from codemods.changes import ChangeSet, Dropped, FileChange, Migration, Result, Settled, settle
from codemods.changes.compose import Composer
from codemods.changes.diff import as_text, split_lines
from codemods.changes.review import Review, items_of_parts, step
from codemods.changes.revise import NotRevised, editable, revised
from codemods.changes.split import split
from codemods.outcome import Group
from codemods.report.escape import visible
from codemods.report.facts import plural
from codemods.report.hunks import file_lines, heading
from codemods.report.paint import Line, paint

LISTED = 8


class End(Enum):
    """How a review ends before all groups are decided."""

    APPLY = auto()
    NOTHING = auto()


HELP = {
    "y": "accept this change and what it needs",
    "n": "reject this change and what needs it",
    "a": "accept this and all later changes of the same source file",
    "A": "accept this and all later changes",
    "d": "reject this and all later changes of the same source file",
    "s": "split this change into one part a file",
    "e": "edit the new code, then decide",
    "q": "stop here and write what was accepted so far",
    "Q": "stop here and write nothing",
    "?": "show this help",
}


def review(migration: Migration, stream: TextIO, color: bool, read: Callable[[], str] | None = None) -> Settled | None:
    """Ask about every group and settle the migration accordingly; None when nothing is to be written.

    `read` gives one answer with its line end, "" at the end of the input; standard input by default.
    """
    return Interview(migration, stream, color, read or _standard_input).run()


def _standard_input() -> str:
    import sys

    return sys.stdin.readline()


class Interview:
    """The state of a review: the change set, which splitting and editing replace, and the decisions."""

    def __init__(self, migration: Migration, stream: TextIO, color: bool, read: Callable[[], str]) -> None:
        self._migration = migration
        self._stream = stream
        self._color = color
        self._read = read
        self._changes = migration.changes
        self._composer = Composer(migration.changes)
        self._review = Review(migration.changes.groups)
        self._parts: dict[str, tuple[str, ...]] = {}
        self._unwritable: list[Dropped] = []

    def run(self) -> Settled | None:
        """Ask until nothing is open or the person stops."""
        end: End | None = None
        if not self._changes.groups:
            return settle(self._migration)
        while end is None and self._review.open:
            end = self._decide(self._review.open[0])
        if end is End.NOTHING:
            return None
        accepted = self._review.accepted
        undecided = len(self._review.open)
        rest = f"; {undecided} undecided are left out" if undecided else ""
        self._say(f"{plural(len(accepted), 'change')} accepted{rest}.")
        items = items_of_parts(self._migration.items, self._parts, accepted)
        final = replace(self._migration, changes=self._changes, items=items)
        return settle(final, accepted, self._unwritable)

    def _decide(self, group: Group) -> End | None:
        """Show one group and ask until it is decided, split, or the review ends."""
        before, after = self._results(group)
        dropped = next((drop for drop in after.dropped if drop.group == group.id), None)
        if dropped is not None:
            self._leave_out(group, dropped)
            return None
        self._show(group, step(before, after, self._changes.base))
        while True:
            answer = self._ask()
            if answer is None or answer == "Q":
                return End.NOTHING
            if answer == "q":
                return End.APPLY
            if answer in _ANSWERS:
                if _ANSWERS[answer](self, group):
                    return None
            else:
                self._help()

    def _results(self, group: Group) -> tuple[Result, Result]:
        more = self._review.accept([group.id]).accepted
        return self._composer.render(self._review.accepted), self._composer.render(more)

    def _leave_out(self, group: Group, dropped: Dropped) -> None:
        self._say(f"{group.title} cannot be written ({dropped.code}): {dropped.reason}")
        self._unwritable.append(dropped)
        self._reject([group], [])

    def _show(self, group: Group, changes: Iterable[FileChange]) -> None:
        decided = len(self._review.accepted | self._review.rejected)
        place = f"{group.source.file}:{group.source.line}"
        lines: list[Line] = [
            [],
            [
                (f"({decided + 1}/{len(self._changes.groups)}) ", "dim"),
                (visible(group.title), "bold magenta"),
                (f"  {visible(place)}", "dim"),
            ],
        ]
        for change in changes:
            lines += _change_lines(change)
        self._stream.write(paint(lines, self._color))
        self._name("Needs, and would accept too", self._review.needs(group.id))

    def _ask(self) -> str | None:
        """The answer, None at the end of the input."""
        prompt = f"Write this change? [{','.join(HELP)}]"
        self._stream.write(paint([[(prompt, "bold blue")]], self._color).rstrip("\n") + " ")
        self._stream.flush()
        line = self._read()
        if not line:
            self._say("")
            return None
        return line.strip()

    def _help(self) -> bool:
        for letter, meaning in HELP.items():
            self._say(f"{letter} - {meaning}")
        return False

    def _yes(self, group: Group) -> bool:
        return self._accept([group])

    def _no(self, group: Group) -> bool:
        return self._reject([group], self._review.dependents(group.id))

    def _rest_yes(self, group: Group) -> bool:
        return self._accept(self._review.rest_of_file(group))

    def _all_yes(self, group: Group) -> bool:
        return self._accept(self._review.open)

    def _rest_no(self, group: Group) -> bool:
        rest = self._review.rest_of_file(group)
        named = {other.id for other in rest}
        others = {d.id: d for other in rest for d in self._review.dependents(other.id) if d.id not in named}
        return self._reject(rest, list(others.values()))

    def _accept(self, groups: Iterable[Group]) -> bool:
        chosen = list(groups)
        names = {group.id for group in chosen}
        more = {need.id: need for group in chosen for need in self._review.needs(group.id) if need.id not in names}
        self._name("Accepted too, since it is needed", more.values())
        self._review = self._review.accept(names)
        return True

    def _reject(self, groups: Iterable[Group], dependents: Iterable[Group]) -> bool:
        self._name("Rejected too, since it needs this", dependents)
        self._review = self._review.reject(group.id for group in groups)
        return True

    def _split(self, group: Group) -> bool:
        parts = split(self._changes, group.id)
        if parts is None:
            self._say("This change cannot be split: all of it is in one file.")
            return False
        self._say(f"Split into {len(parts.names)} parts.")
        self._parts[_origin(self._parts, group.id)] = parts.names
        self._take(parts.changes)
        self._review = replace(self._review, urgent=self._review.urgent + parts.names)
        return True

    def _edit(self, group: Group) -> bool:
        text = editable(self._changes, group.id)
        if text is None:
            self._say("There is no new code to edit: this change only edits existing files.")
            return False
        try:
            edited = edit_text(text)
            if edited is None:
                self._say("Nothing was edited.")
                return False
            accepted = self._review.accept([group.id]).accepted
            self._take(revised(self._changes, group.id, edited, accepted))
        except NotRevised as error:
            self._say(f"The edited code was not taken over: {visible(str(error))}.")
            return False
        return True

    def _take(self, changes: ChangeSet) -> None:
        """Go on with another change set; what is decided stays decided."""
        self._changes = changes
        self._composer = Composer(changes)
        self._review = replace(self._review, groups=changes.groups)

    def _name(self, title: str, groups: Iterable[Group]) -> None:
        named = list(groups)
        if not named:
            return
        more = f" and {len(named) - LISTED} more" if len(named) > LISTED else ""
        self._say(f"{title}: {', '.join(group.title for group in named[:LISTED])}{more}")

    def _say(self, text: str) -> None:
        self._stream.write(f"{visible(text)}\n")


_ANSWERS: dict[str, Callable[[Interview, Group], bool]] = {
    "y": Interview._yes,
    "n": Interview._no,
    "a": Interview._rest_yes,
    "A": Interview._all_yes,
    "d": Interview._rest_no,
    "s": Interview._split,
    "e": Interview._edit,
}
"""Letter -> what it does; True when the group needs no further question of this round."""


def _change_lines(change: FileChange) -> list[Line]:
    """The hunks; of a file that goes only its size, since all that it held was shown before."""
    if change.action != "delete":
        return list(file_lines(change))
    count = len(split_lines(as_text(change.before)))
    return [[(f"{heading(change)}, {plural(count, 'line')}", "bold")]]


def _origin(parts: dict[str, tuple[str, ...]], name: str) -> str:
    """The name under which items know the group."""
    return next((origin for origin, names in parts.items() if name in names), name)
