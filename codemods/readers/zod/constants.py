"""Lists the values of constant arrays, enums and objects, as TypeScript literals."""

from __future__ import annotations

import json

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.readers.literals import Property, entries
from codemods.readers.zod.references import follow
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, member, named, property_name, string_value, unwrap
from codemods.workspace import External, Workspace

_LIMIT = 8
_SCALARS = frozenset({"number", "true", "false", "unary_expression"})

Values = tuple[str, ...] | None


class Constants:
    """Reads constants across files. `tables` supplies the enums that Prisma generates from its schema."""

    def __init__(self, workspace: Workspace, tables: Schema) -> None:
        self._workspace = workspace
        self._tables = tables

    def of(self, file: SourceFile, node: SgNode, depth: int = 0) -> Values:
        """The values, None when one of them is not constant."""
        node = unwrap(node)
        if depth > _LIMIT:
            return None
        match node.kind():
            case "string" | "template_string":
                text = string_value(node)
                return None if text is None else (json.dumps(text, ensure_ascii=False),)
            case "array":
                return self._joined(file, named(node), depth)
            case "object":
                given = list(entries(node))
                values = [entry.value for entry in given if isinstance(entry, Property)]
                return self._joined(file, values, depth) if len(values) == len(given) else None
            case "enum_declaration":
                return self._enum(file, node, depth)
            case "call_expression":
                return self._call(file, node, depth)
            case kind if kind in _SCALARS:
                return (node.text(),)
            case _:
                return self._reference(file, node, depth)

    def _joined(self, file: SourceFile, nodes: list[SgNode], depth: int) -> Values:
        found: list[str] = []
        for node in nodes:
            inner = named(node)[0] if node.kind() == "spread_element" else node
            values = self.of(file, inner, depth + 1)
            if values is None:
                return None
            found += values
        return tuple(dict.fromkeys(found))

    def _enum(self, file: SourceFile, node: SgNode, depth: int) -> Values:
        body = node.field("body")
        found: list[str] = []
        for number, part in enumerate(named(body) if body is not None else []):
            value = part.field("value") if part.kind() == "enum_assignment" else None
            values = (str(number),) if value is None else self.of(file, value, depth + 1)
            if values is None:
                return None
            found += values
        return tuple(found)

    def _call(self, file: SourceFile, node: SgNode, depth: int) -> Values:
        """`Object.values(X)`, `Object.keys(X)`, `Object.freeze(X)`."""
        function, given = node.field("function"), arguments(node)
        if function is None or not given:
            return None
        if function.text() in ("Object.values", "Object.freeze"):
            return self.of(file, given[0], depth + 1)
        return self._keys(file, given[0]) if function.text() == "Object.keys" else None

    def _keys(self, file: SourceFile, node: SgNode) -> Values:
        node = unwrap(node)
        target = (file.path, node) if node.kind() == "object" else follow(self._workspace, file, node)
        if target is None or target[1].kind() != "object":
            return None
        names = [property_name(pair.field("key")) for pair in named(target[1]) if pair.kind() == "pair"]
        return tuple(json.dumps(name, ensure_ascii=False) for name in names if name is not None)

    def _reference(self, file: SourceFile, node: SgNode, depth: int) -> Values:
        found = member(node)
        if found is not None and found[1] == "enumValues":
            return self._database_enum(file, found[0], depth)
        member_values = self._member(file, found, depth) if found is not None else None
        if member_values is not None:
            return member_values
        target = follow(self._workspace, file, node)
        if target is not None:
            return self.of(self._workspace.source(target[0]), target[1], depth + 1)
        meaning = self._workspace.meaning_of(file.path, node)
        return self._prisma_enum(meaning.path) if isinstance(meaning, External) else None

    def _member(self, file: SourceFile, found: tuple[SgNode, str], depth: int) -> Values:
        """`Color.Red`: one member of an enum or of an object of constants."""
        target = follow(self._workspace, file, found[0])
        if target is None:
            return None
        other, node = self._workspace.source(target[0]), target[1]
        if node.kind() == "object":
            value = next((e.value for e in entries(node) if isinstance(e, Property) and e.key == found[1]), None)
            return self.of(other, value, depth + 1) if value is not None else None
        body = node.field("body") if node.kind() == "enum_declaration" else None
        for part in named(body) if body is not None else []:
            given = part.field("value") if part.kind() == "enum_assignment" else None
            if given is not None and property_name(part.field("name")) == found[1]:
                return self.of(other, given, depth + 1)
        return None

    def _database_enum(self, file: SourceFile, node: SgNode, depth: int) -> Values:
        """Drizzle's `pgEnum("role", ["a", "b"]).enumValues`."""
        target = follow(self._workspace, file, unwrap(node))
        given = arguments(target[1]) if target is not None and target[1].kind() == "call_expression" else []
        if target is None or len(given) < 2 or not self._is_drizzle(target[0], target[1]):
            return None
        return self.of(self._workspace.source(target[0]), given[1], depth + 1)

    def _is_drizzle(self, path: str, call: SgNode) -> bool:
        callee = call.field("function")
        meaning = self._workspace.meaning_of(path, callee) if callee is not None else None
        return isinstance(meaning, External) and meaning.module.split("/")[0] == "drizzle-orm"

    def _prisma_enum(self, path: tuple[str, ...]) -> Values:
        for position, name in enumerate(path):
            enum = self._tables.enum(name)
            if enum is not None:
                members = [stored for stored, _ in enum.members]
                wanted = path[position + 1 : position + 2]
                return tuple(json.dumps(each) for each in members if not wanted or each == wanted[0])
        return None
