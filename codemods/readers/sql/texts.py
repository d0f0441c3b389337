"""The SQL text that a call is given, put together from constants, templates and concatenation.

What the code puts into the text becomes a parameter where a value may stand, under a name of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.readers.literals import binding_of, is_changed
from codemods.source.bindings import BindingKind
from codemods.source.file import SourceFile
from codemods.source.tree import named, operator_of, string_value, unescaped, unwrap
from codemods.workspace import Declared, Workspace

HOLE = "__value_"
"""Names of parameters that stand in the text itself: `${id}` in a template."""

_DEPTH = 8


@dataclass(slots=True)
class Text:
    """A text, and the expressions in it by the number of their hole."""

    text: str = ""
    holes: list[SgNode] = field(default_factory=list)
    problem: str | None = None
    """Why it is not known."""


def text_value(node: SgNode) -> str | None:
    """The value of a string or template; what a template puts in is left empty."""
    known = string_value(node)
    if known is not None or node.kind() != "template_string":
        return known
    return "".join(piece_of(part) for part in node.children() if part.kind() in ("string_fragment", "escape_sequence"))


def piece_of(part: SgNode) -> str:
    """What a piece of a template stands for."""
    return unescaped(part.text())


class Texts:
    """Reads the texts of one file."""

    def __init__(self, workspace: Workspace, file: SourceFile) -> None:
        self._workspace, self._file = workspace, file

    def read(self, node: SgNode) -> Text:
        found = Text()
        self._add(found, self._file, node, 0)
        return found

    def _add(self, found: Text, file: SourceFile, node: SgNode, depth: int) -> None:
        node = unwrap(node)
        known = string_value(node)
        if known is not None:
            found.text += known
        elif node.kind() == "template_string":
            self._template(found, file, node, depth)
        elif node.kind() == "binary_expression" and operator_of(node) == "+":
            for side in (node.field("left"), node.field("right")):
                if side is not None:
                    self._add(found, file, side, depth + 1)
        elif depth < _DEPTH:
            self._named(found, file, node, depth)
        else:
            found.problem = "its text is built elsewhere"

    def _template(self, found: Text, file: SourceFile, node: SgNode, depth: int) -> None:
        for part in node.children():
            if part.kind() in ("string_fragment", "escape_sequence"):
                found.text += piece_of(part)
            elif part.kind() == "template_substitution":
                self._hole(found, file, named(part)[0], depth)

    def _hole(self, found: Text, file: SourceFile, node: SgNode, depth: int) -> None:
        inner = Text()
        self._add(inner, file, node, depth + 1)
        if inner.problem is None and not inner.holes:
            found.text += inner.text
        elif file is self._file:
            found.text += f":{HOLE}{len(found.holes)}"
            found.holes.append(node)
        else:
            found.problem = "its text is built in another file"

    def _named(self, found: Text, file: SourceFile, node: SgNode, depth: int) -> None:
        """The text that a constant holds, here or in another file."""
        binding = binding_of(file, node)
        settled = binding is not None and not binding.reassigned and binding.kind is not BindingKind.PARAMETER
        if binding is not None and settled and binding.value is not None and not binding.path:
            if is_changed(binding):
                found.problem = f"`{binding.name}` is put together at run time"
                return
            self._add(found, file, binding.value, depth + 1)
            return
        meaning = self._workspace.meaning_of(file.path, node)
        value = meaning.node.field("value") if isinstance(meaning, Declared) else None
        if isinstance(meaning, Declared) and value is not None:
            known = meaning.binding is None or not (meaning.binding.reassigned or is_changed(meaning.binding))
            if known and value != node:
                self._add(found, self._workspace.source(meaning.file), value, depth + 1)
                return
        name = " ".join(node.text().split())[:40]
        found.problem = f"`{name}` is put together at run time"
