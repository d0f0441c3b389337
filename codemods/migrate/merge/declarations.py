"""Declarations added to a module that exists: what is there stays, what is missing goes to its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from codemods.changes import Fragment, ImportSpec
from codemods.changes.added_imports import taken_names
from codemods.migrate.merge.found import Merging
from codemods.migrate.merge.statements import Names, Statement, declared_names, statements_of
from codemods.source import Edit, SourceFile


class Difference(Enum):
    """What to do about an existing declaration that is not what would be written."""

    CONFLICT = auto()
    KEEP = auto()
    REPORT = auto()
    REPLACE = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a fragment, and what exists under its name."""

    fragment: Fragment
    statement: Statement
    existing: Statement | None


Policy = Callable[[Piece], Difference]


@dataclass(frozen=True, slots=True)
class Gap:
    """Where new text goes: after what ends there, or before what begins there."""

    offset: int
    before: bool


Place = Callable[[Sequence[Piece], int], Gap]


def pieces_of(file: SourceFile, fragments: Sequence[Fragment], names: Names = declared_names) -> list[Piece]:
    """The statements of the fragments in order, each with its existing counterpart."""
    known = statements_of(file, names)
    found: list[Piece] = []
    taken: set[int] = set()
    for fragment in fragments:
        for statement in statements_of(SourceFile(file.path, fragment.text), names):
            existing = _counterpart(statement, known, taken)
            if existing is not None:
                taken.add(existing.span.start)
            found.append(Piece(fragment, statement, existing))
    return found


def _counterpart(statement: Statement, known: Sequence[Statement], taken: set[int]) -> Statement | None:
    """What says the same, else what has the name, and preferably is nobody else's counterpart."""
    namesakes = [one for one in known if set(one.names).intersection(statement.names)]
    alike = [one for one in known if one.tokens == statement.tokens and one.names == statement.names]
    open_ = [one for one in namesakes if one.span.start not in taken]
    return next(iter([*alike, *open_, *(namesakes if statement.declares else [])]), None)


def merge_declarations(file: SourceFile, pieces: Sequence[Piece], policy: Policy, place: Place) -> Merging:
    """The edits that bring the pieces into the file."""
    merging = Merging()
    whole = {piece.fragment for piece in pieces} - {piece.fragment for piece in pieces if piece.existing is not None}
    written: set[Fragment] = set()
    for number, piece in enumerate(pieces):
        fragment = piece.fragment
        if piece.existing is not None:
            _meet(file, piece, piece.existing, policy, merging)
        elif fragment not in whole:
            imports = _used(fragment.imports, piece.statement)
            merging.add(_insertion(file, place(pieces, number), piece.statement.text), fragment.groups, imports)
        elif fragment not in written:
            written.add(fragment)
            edit = _insertion(file, place(pieces, number), fragment.text.strip("\n"))
            merging.add(edit, fragment.groups, fragment.imports)
    return merging


def beside_siblings(file: SourceFile) -> Place:
    """After the nearest piece before it that exists, else before the nearest one after it, else at the end."""
    end = len(file.text.rstrip())

    def place(pieces: Sequence[Piece], number: int) -> Gap:
        earlier = next((one.existing for one in reversed(pieces[:number]) if one.existing is not None), None)
        if earlier is not None:
            return Gap(earlier.span.end, before=False)
        later = next((one.existing for one in pieces[number:] if one.existing is not None), None)
        return Gap(later.span.start, before=True) if later is not None else Gap(end, before=False)

    return place


def _meet(file: SourceFile, piece: Piece, existing: Statement, policy: Policy, merging: Merging) -> None:
    """What to do where the name exists."""
    fragment, new = piece.fragment, piece.statement
    imports = _used(fragment.imports, new)
    if existing.tokens == new.tokens and existing.markers == new.markers:
        for taken in taken_names(file.path, file.text, imports):
            merging.conflict(fragment.groups, "CX107", taken.reason, file.place(existing.node))
    elif existing.is_stub:
        if not new.is_stub or existing.stands_for == new.stands_for:
            merging.add(_replacement(file, existing, new), fragment.groups, imports)
    elif not new.is_stub:
        name = ", ".join(name.removeprefix("type ") for name in new.names)
        match policy(piece):
            case Difference.CONFLICT:
                reason = f"{file.path} has another {name} already"
                merging.conflict(fragment.groups, "CX106", reason, file.place(existing.node))
            case Difference.REPORT:
                message = f"{file.path} has another {name} already, which was left as it is"
                merging.report("CX106", message, file.place(existing.node))
            case Difference.REPLACE:
                merging.add(_replacement(file, existing, new), fragment.groups, imports)
            case Difference.KEEP:
                pass


def _replacement(file: SourceFile, existing: Statement, new: Statement) -> Edit:
    return Edit.replace(existing.span, new.text.replace("\n", file.newline))


def _insertion(file: SourceFile, gap: Gap, text: str) -> Edit:
    if not file.text.strip():
        return Edit.insert(len(file.text), f"{text}\n".replace("\n", file.newline))
    spaced = f"{text}\n\n" if gap.before else f"\n\n{text}"
    return Edit.insert(gap.offset, spaced.replace("\n", file.newline))


def _used(imports: Sequence[ImportSpec], statement: Statement) -> list[ImportSpec]:
    """The imports of a fragment that one of its statements needs."""
    return list(_needed(imports, statement.text))


def _needed(imports: Sequence[ImportSpec], text: str) -> Iterator[ImportSpec]:
    for spec in imports:
        if not spec.name or re.search(rf"(?<![\w$]){re.escape(spec.binds)}(?![\w$])", text):
            yield spec
