"""Says from which package a value comes: the one question that all readers of libraries ask."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source.file import SourceFile
from codemods.source.tree import CLASS_KINDS, find_all, named
from codemods.workspace import Declared, External, Workspace
from codemods.workspace.graph import package_name

_DEPTH = 5

SEVERAL = "*"
"""The path of a value that is one of several: only its package is known."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A value that `module` hands out by the steps of `path`; a call is the step "()"."""

    module: str
    path: tuple[str, ...]

    @property
    def package(self) -> str:
        """The package's name without a subpath."""
        return package_name(self.module)


class Origins:
    """Origins of expressions, through everything that the workspace can follow."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of(self, file: SourceFile, node: SgNode) -> Origin | None:
        """The origin of an expression's value, None when it comes from no package or is not known."""
        instance = self._workspace.instance_of(file.path, node)
        if isinstance(instance, External):
            return Origin(instance.module, instance.path)
        if isinstance(instance, Declared):
            return self._of_class(instance, 0)
        meaning = self._workspace.meaning_of(file.path, node)
        if isinstance(meaning, External):
            return Origin(meaning.module, meaning.path)
        return self._of_class(meaning, 0) if isinstance(meaning, Declared) else None

    def of_receiver(self, file: SourceFile, call: SgNode, target: SgNode) -> Origin | None:
        """The origin of a call's receiver; also of one that is one of several values of the same package."""
        found = self.of(file, target)
        if found is not None:
            return found
        called = self._workspace.callee(file.path, call)
        return Origin(called.module, (SEVERAL,)) if isinstance(called, External) and SEVERAL in called.path else None

    def _of_class(self, declared: Declared, depth: int) -> Origin | None:
        """What a class of the repository extends, as far up as it goes."""
        base = base_of(declared.node)
        if base is None or depth > _DEPTH:
            return None
        meaning = self._workspace.meaning_of(declared.file, base)
        if isinstance(meaning, External):
            return Origin(meaning.module, meaning.path)
        return self._of_class(meaning, depth + 1) if isinstance(meaning, Declared) else None


def base_of(node: SgNode) -> SgNode | None:
    """The expression after `extends` of a class, also of one that a variable holds."""
    cls = node if node.kind() in CLASS_KINDS else node.field("value")
    if cls is None or cls.kind() not in CLASS_KINDS:
        return None
    heritage = next((child for child in cls.children() if child.kind() == "class_heritage"), None)
    if heritage is None:
        return None
    clauses = find_all(heritage, "extends_clause")
    return clauses[0].field("value") if clauses else next(iter(named(heritage)), None)
