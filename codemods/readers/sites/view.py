"""One file as the site readers see it: its calls, where their receivers come from, and how to report a site."""

from __future__ import annotations

import re
from functools import cached_property

from ast_grep_py import SgNode

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite, call_site
from codemods.readers.origins import Origin, Origins
from codemods.source.file import SourceFile
from codemods.workspace import Unknown, Workspace


class FileView:
    """A file of the workspace; parsed when its calls are first asked for."""

    def __init__(self, workspace: Workspace, path: str) -> None:
        self.workspace = workspace
        self.path = path
        self.origins = Origins(workspace)

    @cached_property
    def text(self) -> str:
        return self.workspace.text(self.path)

    @cached_property
    def file(self) -> SourceFile:
        return self.workspace.source(self.path)

    @cached_property
    def calls(self) -> tuple[CallSite, ...]:
        """All calls and `new` expressions, in source order."""
        return tuple(site for node in self.file.invocations if (site := call_site(node)) is not None)

    def origin(self, node: SgNode) -> Origin | None:
        """The package that an expression's value comes from, None when it is none or not known."""
        return self.origins.of(self.file, node)

    def receiver(self, call: CallSite, target: SgNode) -> Origin | None:
        """The package that a call's receiver comes from, as far as all its possible values agree."""
        return self.origins.of_receiver(self.file, call.node, target)

    def is_followed(self, call: SgNode) -> bool:
        """True when it is known what a call runs."""
        return not isinstance(self.workspace.callee(self.path, call), Unknown)

    def depends_on(self, *packages: str) -> bool:
        """True when the file's package, or the repository's, names one of the packages."""
        return any(self.workspace.depends_on(self.path, package) for package in packages)

    def item(self, kind: ItemKind, name: str, place: SgNode, reason: str, outcome: Outcome) -> Item:
        """A site to report; `reason` starts with its code."""
        return Item(kind, name, outcome, self.file.place(place), reason)


def short(text: str) -> str:
    """A name for a report: one line, no runs of white space, not too long."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= 60 else line[:57] + "…"
