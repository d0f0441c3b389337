"""Which entity a call of TypeORM is about: that of a repository, of a manager's argument, or the class itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.calls import call_site
from codemods.readers.literals import binding_of
from codemods.readers.sql.entities import PACKAGE, WORD, Entity, entities_in
from codemods.source.file import SourceFile
from codemods.source.tree import CLASS_KINDS, enclosing, find_all, member, named, property_name, unwrap
from codemods.workspace import Declared, Workspace

_REPOSITORY = re.compile(r"^:?\s*(?:\w+\.)?Repository<\s*(\w+)\s*>")
_DEPTH = 6


def known_entities(workspace: Workspace) -> Mapping[tuple[str, str], Entity]:
    """The entities of the repository by file and name."""
    if PACKAGE not in workspace.used_packages:
        return {}
    return {
        (path, entity.name): entity
        for path in workspace.files
        if WORD in workspace.text(path)
        for entity in entities_in(workspace.source(path))
    }


@dataclass(frozen=True, slots=True)
class Receivers:
    """Answers for one file."""

    workspace: Workspace
    file: SourceFile
    entities: Mapping[tuple[str, str], Entity]

    def entity(self, node: SgNode, depth: int = 0) -> Entity | None:
        """The entity whose rows a receiver reads and writes."""
        inner = unwrap(node, awaited=True)
        if depth > _DEPTH:
            return None
        own = self._class(inner)
        if own is not None:
            return own
        site = call_site(inner) if inner.kind() == "call_expression" else None
        if site is not None:
            is_repository = site.method == "getRepository" or site.function.text() == "getRepository"
            return self._class(site.arguments[0]) if is_repository and site.arguments else None
        if inner.kind() == "ternary_expression":
            sides = [inner.field(name) for name in ("consequence", "alternative")]
            found = [each for side in sides if side is not None and (each := self.entity(side, depth + 1)) is not None]
            return found[0] if found else None
        binding = binding_of(self.file, inner)
        if binding is not None:
            annotation = binding.declaration.field("type")
            typed = self._typed(annotation)
            if typed is not None or binding.value is None or binding.path:
                return typed
            return self.entity(binding.value, depth + 1) if not binding.reassigned else None
        parts = member(inner)
        return self._property(inner, parts[1]) if parts is not None and unwrap(parts[0]).kind() == "this" else None

    def named(self, name: str) -> Entity | None:
        """The entity of a class of that name."""
        matching = [each for (_, known), each in self.entities.items() if name == known]
        return matching[0] if len(matching) == 1 else None

    def _class(self, node: SgNode) -> Entity | None:
        """The entity that a name stands for."""
        inner = unwrap(node)
        if inner.kind() not in ("identifier", "member_expression"):
            return None
        meaning = self.workspace.meaning_of(self.file.path, inner)
        label = meaning.node.field("name") if isinstance(meaning, Declared) else None
        if not isinstance(meaning, Declared) or label is None:
            return None
        return self.entities.get((meaning.file, label.text()))

    def _typed(self, annotation: SgNode | None) -> Entity | None:
        found = _REPOSITORY.match(annotation.text()) if annotation is not None else None
        return self.named(found[1]) if found is not None else None

    def _property(self, node: SgNode, name: str) -> Entity | None:
        """What a property of the class around holds."""
        cls = enclosing(node, frozenset(CLASS_KINDS))
        body = cls.field("body") if cls is not None else None
        for each in named(body) if body is not None else ():
            if each.kind() == "public_field_definition" and property_name(each.field("name")) == name:
                found = self._typed(each.field("type"))
                value = each.field("value")
                return found or (self.entity(value, 1) if value is not None else None)
        for each in find_all(body, "required_parameter") if body is not None else ():
            pattern = each.field("pattern")
            if pattern is not None and pattern.text() == name and each.text() != pattern.text():
                return self._typed(each.field("type"))
        return None
