"""Classes that inherit from others: a router that is a field of the base is one of its own in each of them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from ast_grep_py import SgNode

from codemods.source import SourceFile, find_all, named, span_of
from codemods.source.tree import CLASS_KINDS, enclosing
from codemods.workspace import Declared, Workspace


class Heirs:
    """The classes of one repository by what they extend, each known by file and place."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of(self, base: str) -> tuple[str, ...]:
        """The classes below a class, and the class itself where it is made too."""
        below = [heir for heir in self._below.get(base, []) for heir in (self.of(heir) or (heir,))]
        return (base, *below) if below and base in self._made else tuple(below)

    def class_of(self, file: SourceFile, node: SgNode) -> str | None:
        """The class that a field is in, that `this` is an instance of, or that any other expression is one of."""
        if node.kind() == "this" or node.kind().endswith(("definition", "assignment_expression")):
            around = enclosing(node, CLASS_KINDS)
            return _key(file.path, around) if around is not None else None
        made = self._workspace.instance_of(file.path, node)
        return _key(made.file, made.node) if isinstance(made, Declared) else None

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for file in self._files(" extends "):
            for cls in find_all(file.root, *sorted(CLASS_KINDS)):
                base = self._base(file, cls)
                if base is not None:
                    found[base].append(_key(file.path, cls))
        return found

    @cached_property
    def _made(self) -> frozenset[str]:
        """The classes that `new` makes by their own name."""
        calls = ((file, node) for file in self._files("new ") for node in find_all(file.root, "new_expression"))
        return frozenset(key for file, node in calls if (key := self.class_of(file, node)) in self._below and key)

    def _base(self, file: SourceFile, cls: SgNode) -> str | None:
        heritage = next((child for child in cls.children() if child.kind() == "class_heritage"), None)
        clause = next(iter(named(heritage)), None) if heritage is not None else None
        base = next(iter(named(clause)), None) if clause is not None and clause.kind() == "extends_clause" else clause
        meaning = self._workspace.meaning_of(file.path, base) if base is not None else None
        is_class = isinstance(meaning, Declared) and meaning.node.kind() in CLASS_KINDS
        return _key(meaning.file, meaning.node) if isinstance(meaning, Declared) and is_class else None

    def _files(self, sign: str) -> list[SourceFile]:
        own = (path for path in self._workspace.files if self._workspace.role_of(path) != "test")
        return [self._workspace.source(path) for path in own if sign in self._workspace.text(path)]


def _key(path: str, cls: SgNode) -> str:
    return f"{path}:{span_of(cls).start}"
