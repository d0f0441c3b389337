"""Changing the new code of a group by hand: one text to edit, and the change set with what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from codemods.changes.changeset import ChangeSet, Fragment, NewModule
from codemods.changes.compose import Composer

MARK = "// ==== "


class NotRevised(Exception):
    """The edited text cannot be used; the message says why."""


def editable(changes: ChangeSet, name: str) -> str | None:
    """The new code that this group alone brings, under a heading for each piece; None when there is none."""
    pieces = [f"{MARK}{module.path}\n{fragment.text}\n" for module, fragment in _pieces(changes, name)]
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
    if paths != [module.path for module, _ in pieces]:
        raise NotRevised(f"the lines that begin with {MARK.strip()} were changed")
    texts = re.split(f"^{re.escape(MARK)}.*\n?", text, flags=re.MULTILINE)[1:]
    if not any(piece.strip() for piece in texts):
        raise NotRevised("nothing is left; answer n to reject the change")
    news = {id(fragment): _with_text(fragment, new) for (_, fragment), new in zip(pieces, texts, strict=True)}
    modules = tuple(
        replace(module, fragments=tuple(news.get(id(f), f) for f in module.fragments)) for module in changes.modules
    )
    edited = replace(changes, modules=modules)
    dropped = [drop for drop in Composer(edited).render(accepted).dropped if drop.group == name]
    if dropped:
        raise NotRevised(dropped[0].reason)
    return edited


def _pieces(changes: ChangeSet, name: str) -> Iterator[tuple[NewModule, Fragment]]:
    for module in changes.modules:
        for fragment in module.fragments:
            if fragment.groups == (name,):
                yield module, fragment


def _with_text(fragment: Fragment, text: str) -> Fragment:
    """The fragment with another text, without the imports that the new text no longer uses."""
    new = text.strip("\n")
    kept = tuple(
        spec
        for spec in fragment.imports
        if not _names(fragment.text, spec.binds) or _names(new, spec.binds) or not spec.name
    )
    return replace(fragment, text=new, imports=kept)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None
