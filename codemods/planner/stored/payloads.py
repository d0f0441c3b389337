"""`Prisma.TodoGetPayload<{ include: typeof details }>`: the type of rows with their relations, spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ast_grep_py import SgNode

from codemods.ir.table import Relation, RelationKind, Table
from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.readers.literals import Property, entries, plain
from codemods.source import SourceFile, find_all, named, property_name, span_of
from codemods.workspace import Declared

_SUFFIX = "GetPayload"
_CHOOSING = ("select", "include", "omit")
_MANY = frozenset({RelationKind.HAS_MANY, RelationKind.MANY_TO_MANY})

_Spot = tuple[SourceFile, SgNode]
"""An expression or a type that says what is chosen, and its file."""


class _UnknownError(Exception):
    """What a row holds cannot be told from the type."""


class Payloads:
    """Reads the row types of one piece. What they are computed from needs not come along."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._tables: dict[str, str] = {}

    def read(self) -> None:
        for node in find_all(self._scan.node, "generic_type"):
            found = self._payload(node)
            if found is None or self._scan.is_erased(node):
                continue
            table, argument = found
            try:
                text = self._row(table, (self._scan.file, argument))
            except _UnknownError:
                continue
            parent = node.parent()
            in_list = parent is not None and parent.kind() == "array_type"
            self._scan.erase(span_of(node))
            self._scan.facts.replaced.append(
                Replaced(span_of(node), f"({text})" if in_list and " & " in text else text)
            )
            for name, local in self._tables.items():
                self._scan.facts.replaced.append(Replaced(span_of(node), "", f"table:{name}", local, True))

    def _payload(self, node: SgNode) -> tuple[Table, SgNode] | None:
        """The table and the argument of the type."""
        name, given = node.field("name"), node.field("type_arguments")
        parts = named(name) if name is not None and name.kind() == "nested_type_identifier" else []
        chosen = named(given) if given is not None else []
        if len(parts) != 2 or len(chosen) != 1 or not parts[1].text().endswith(_SUFFIX):
            return None
        binding = self._scan.file.bindings.resolve(parts[0])
        is_client = binding is not None and binding.imported is not None and binding.imported.imported == "Prisma"
        table = self._scan.schema.table(parts[1].text().removesuffix(_SUFFIX))
        return (table, chosen[0]) if is_client and table is not None else None

    def _row(self, table: Table, spot: _Spot) -> str:
        """`Todo & { tags: Tag[] }`; of some columns, `Pick<Todo, "id">`."""
        given = self._properties(spot)
        select, include, omit = (self._properties(given[key]) if key in given else None for key in _CHOOSING)
        wanted = (select if select is not None else include) or {}
        columns = [name for name in wanted if table.field(name) is not None]
        text = self._name(table) if select is None or columns else ""
        if select is not None and columns:
            text = f"Pick<{text}, {_union(columns)}>"
        elif omit is not None:
            text = f"Omit<{text}, {_union(omit)}>"
        related = [self._relation(table, name, each) for name, each in wanted.items() if name not in columns]
        return " & ".join(filter(None, [text, f"{{ {'; '.join(related)} }}" if related else ""])) or "{}"

    def _relation(self, table: Table, name: str, spot: _Spot) -> str:
        if name == "_count":
            return f"_count: {{ {'; '.join(f'{each}: number' for each in self._counted(table, spot))} }}"
        relation = table.relation(name)
        target = self._scan.schema.table(relation.table) if relation is not None else None
        if relation is None or target is None:
            raise _UnknownError
        return f"{name}: {_related(relation, self._row(target, spot))}"

    def _counted(self, table: Table, spot: _Spot) -> Iterable[str]:
        given = self._properties(spot)
        if "select" in given:
            return self._properties(given["select"])
        return [relation.field for relation in table.relations if relation.kind in _MANY]

    def _name(self, table: Table) -> str:
        """What the type of a table's rows is called in the file, which may use the name for something else."""
        binding = self._scan.file.bindings.top_level.get(table.name)
        imported = binding.imported if binding is not None else None
        is_free = binding is None or (imported is not None and imported.imported == table.name)
        self._tables[table.name] = table.name if is_free else f"{table.name}Row"
        return self._tables[table.name]

    def _properties(self, spot: _Spot) -> Mapping[str, _Spot]:
        """What an object or the type of one names, all that is `false` left out; `true` names nothing."""
        file, node = spot[0], plain(spot[1])
        match node.kind():
            case "true":
                return {}
            case "object":
                found = dict(_entry(file, entry) for entry in entries(node))
            case "object_type":
                found = dict(_signature(file, signature) for signature in named(node))
            case "type_query" | "literal_type" | "parenthesized_type":
                return self._properties((file, named(node)[0]))
            case "identifier":
                return self._properties(self._value(file, node))
            case _:
                raise _UnknownError
        return {key: each for key, each in found.items() if each[1].text() not in ("false", "undefined")}

    def _value(self, file: SourceFile, name: SgNode) -> _Spot:
        meaning = self._scan.workspace.meaning_of(file.path, name)
        value = meaning.node.field("value") if isinstance(meaning, Declared) else None
        if not isinstance(meaning, Declared) or value is None:
            raise _UnknownError
        return self._scan.workspace.source(meaning.file), value


def _entry(file: SourceFile, entry: object) -> tuple[str, _Spot]:
    if not isinstance(entry, Property):
        raise _UnknownError
    return entry.key, (file, entry.value)


def _signature(file: SourceFile, signature: SgNode) -> tuple[str, _Spot]:
    """`include: true` in a type."""
    key, annotation = property_name(signature.field("name")), signature.field("type")
    if key is None or annotation is None:
        raise _UnknownError
    return key, (file, named(annotation)[0])


def _related(relation: Relation, row: str) -> str:
    if relation.kind in _MANY:
        return f"({row})[]" if " & " in row else f"{row}[]"
    is_there = relation.kind is RelationKind.BELONGS_TO and relation.required
    return row if is_there else f"({row}) | null" if " & " in row else f"{row} | null"


def _union(names: Iterable[str]) -> str:
    return " | ".join(f'"{name}"' for name in names)
