"""Changing the new code of a group by hand: one text to edit, and the change set with what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from codemods.changes.changeset import Addition, ChangeSet, Fragment, ImportSpec
from codemods.changes.compose import Composer

MARK = "// ==== "

Piece = Fragment | Addition


class NotRevised(Exception):
    """The edited text cannot be used; the message says why."""


def editable(changes: ChangeSet, name: str) -> str | None:
    """The new code that this group alone brings, under a heading for each piece; None when there is none."""
    pieces = [f"{MARK}{path}\n{_text(piece)}\n" for path, piece in _pieces(changes, name)]
    if not pieces:
        return None
    title = changes.group(name).title
    return f"// The new code of {title}. Keep the lines that begin with {MARK.strip()}.\n" + "".join(pieces)


def revised(changes: ChangeSet, name: str, text: str, accepted: frozenset[str]) -> ChangeSet:
    """The change set with the edited text. Raises NotRevised when headings are lost or the result does not parse.

    `accepted` are the groups beside which it must parse, this one included.
    """
    pieces = list(_pieces(changes, name))
    paths = [line.removeprefix(MARK).strip() for line in text.splitlines() if line.startswith(MARK)]
    if paths != [path for path, _ in pieces]:
        raise NotRevised(f"the lines that begin with {MARK.strip()} were changed")
    texts = re.split(f"^{re.escape(MARK)}.*\n?", text, flags=re.MULTILINE)[1:]
    if not any(piece.strip() for piece in texts):
        raise NotRevised("nothing is left; answer n to reject the change")
    news = {id(piece): new.strip("\n") for (_, piece), new in zip(pieces, texts, strict=True)}
    edited = replace(
        changes,
        modules=tuple(
            replace(module, fragments=tuple(_fragment(one, news.get(id(one))) for one in module.fragments))
            for module in changes.modules
        ),
        edits=tuple(
            replace(edit, additions=tuple(_addition(one, news.get(id(one))) for one in edit.additions))
            for edit in changes.edits
        ),
    )
    dropped = [drop for drop in Composer(edited).render(accepted).dropped if drop.group == name]
    if dropped:
        raise NotRevised(dropped[0].reason)
    return edited


def _pieces(changes: ChangeSet, name: str) -> Iterator[tuple[str, Piece]]:
    for module in changes.modules:
        yield from ((module.path, piece) for piece in module.fragments if piece.groups == (name,))
    for edit in changes.edits:
        yield from ((edit.path, piece) for piece in edit.additions if piece.groups == (name,) and _text(piece))


def _text(piece: Piece) -> str:
    """The code of a piece, without the blank lines around it and with plain line ends."""
    text = piece.text if isinstance(piece, Fragment) else "".join(map(str, piece.edit.parts))
    return text.replace("\r\n", "\n").strip("\n")


def _fragment(piece: Fragment, text: str | None) -> Fragment:
    return piece if text is None else replace(piece, text=text, imports=_still_used(piece, text))


def _addition(piece: Addition, text: str | None) -> Addition:
    if text is None:
        return piece
    whole = "".join(map(str, piece.edit.parts))
    plain = whole.replace("\r\n", "\n").replace(_text(piece), text, 1)
    edit = replace(piece.edit, parts=(plain.replace("\n", "\r\n") if "\r\n" in whole else plain,))
    return replace(piece, edit=edit, imports=_still_used(piece, text))


def _still_used(piece: Piece, text: str) -> tuple[ImportSpec, ...]:
    """The imports of a piece without those that only its old text used."""
    old = _text(piece)
    return tuple(
        spec for spec in piece.imports if not _names(old, spec.binds) or _names(text, spec.binds) or not spec.name
    )


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None
