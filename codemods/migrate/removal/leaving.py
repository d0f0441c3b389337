"""The cuts that take removable elements out of a file that stays: statements, members, links, imported names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from ast_grep_py import SgNode

from codemods.migrate.cuts import Cut, Needs, item_spans, statement_span
from codemods.migrate.removal.elements import CUTTABLE, Element, FileElements, Kind
from codemods.source import SourceFile, Span, find_all, named, span_of

_LISTS = frozenset({"named_imports", "object_pattern", "export_clause", "object"})
_MEMBERS = frozenset({"pair", "shorthand_property_identifier", "spread_element"})


class Leaving:
    """Collects the cuts of one file. `loads` tells whether a module does something when it is loaded, and stays."""

    def __init__(self, file: SourceFile, going: Mapping[Element, Needs], loads: Callable[[str], bool]) -> None:
        self._file, self._going, self._loads = file, going, loads
        self._cuts: list[Cut] = []

    def cuts(self, elements: FileElements) -> list[Cut]:
        """All cuts; none that would be made only when the whole file goes."""
        bound = self._going.get(elements.whole)
        leaving = [
            one for one in elements.all if one in self._going and (bound is None or not bound <= self._going[one])
        ]
        for element in leaving:
            if element.kind in CUTTABLE and element.alone:
                self._code(element, elements)
        self._lists([one for one in leaving if one.kind in (Kind.IMPORT, Kind.EXPORT)], elements)
        self._entries(leaving, elements)
        return self._cuts

    def _cut(self, span: Span, needs: Needs) -> None:
        self._cuts.append(Cut(span, needs))

    def _code(self, element: Element, elements: FileElements) -> None:
        node = element.node
        assert node is not None
        if node.kind() in _MEMBERS or (node.kind() == "method_definition" and _is_in_object(node)):
            return
        if span_of(node) == element.span:
            self._cut(statement_span(self._file, node), self._going[element])
        else:
            self._cut(element.span, self._going[element])

    # ---- lists ------------------------------------------------------------------------------------

    def _entries(self, leaving: Sequence[Element], elements: FileElements) -> None:
        """Entries of objects, by object."""
        objects: dict[Span, list[Element]] = defaultdict(list)
        holders: dict[Span, SgNode] = {}
        for element in leaving:
            node = element.node
            if element.kind not in (Kind.PIECE, Kind.ENTRY) or node is None or not _is_in_object(node):
                continue
            holder = node.parent()
            assert holder is not None
            holders[span_of(holder)] = holder
            objects[span_of(holder)].append(element)
        for span, gone in objects.items():
            self._items(named(holders[span]), gone)

    def _lists(self, leaving: Sequence[Element], elements: FileElements) -> None:
        """Imported and exported names, by statement."""
        statements: dict[Span, list[Element]] = defaultdict(list)
        for element in leaving:
            assert element.node is not None
            statements[span_of(element.node)].append(element)
        for span, gone in statements.items():
            node = gone[0].node
            assert node is not None
            self._statement(
                node, gone, [one for one in elements.all if one.node is not None and span_of(one.node) == span]
            )

    def _statement(self, node: SgNode, gone: Sequence[Element], every: Sequence[Element]) -> None:
        if len(gone) == len(every) and not _has_rest(node):
            self._whole_statement(node, frozenset().union(*(self._going[one] for one in gone)))
        holders = [node, *find_all(node, *_LISTS)]
        for holder in holders:
            items = _items_of(holder)
            inside = [one for one in gone if any(span_of(item).holds(one.span) for item in items)]
            if inside and not _has_rest(node):
                self._items(items, inside)

    def _whole_statement(self, node: SgNode, needs: Needs) -> None:
        """A module that does something when it is loaded is still loaded."""
        item = next((one for one in self._file.bindings.imports if one.statement == span_of(node) and one.local), None)
        if item is None or not self._loads(item.module):
            self._cut(statement_span(self._file, node, comments=not self._is_first(node)), needs)
            return
        source = node.field("source")
        clause = next((child for child in node.children() if child.kind() == "import_clause"), None)
        call = next((one for one in find_all(node, "call_expression") if item.module in one.text()), None)
        if source is not None and clause is not None:
            self._cut(Span(span_of(clause).start, span_of(source).start), needs)
        elif call is not None and node.kind() != "import_statement":
            self._cut(Span(span_of(node).start, span_of(call).start), needs)

    def _is_first(self, node: SgNode) -> bool:
        """Comments above the first statement of a file are about the file."""
        before = node.prev()
        return before is None or (before.kind() == "comment" and not self._file.text[: span_of(before).start].strip())

    def _items(self, items: Sequence[SgNode], gone: Sequence[Element]) -> None:
        """Items that go, or whose whole content does; the separators go with them."""
        needs: dict[int, Needs] = {}
        for number, item in enumerate(items):
            inside = [one for one in gone if span_of(item).holds(one.span)]
            if not inside:
                continue
            if any(one.span == span_of(item) for one in inside) or len(_items_of(item)) == len(inside):
                needs[number] = frozenset().union(*(self._going[one] for one in inside))
        for number, spans in item_spans(self._file, items, needs).items():
            for span in spans:
                self._cut(span, needs[number])


def _items_of(node: SgNode) -> list[SgNode]:
    """The parts of a list of names: of an import clause, of braces, of a declaration."""
    match node.kind():
        case "import_statement":
            clause = next((child for child in node.children() if child.kind() == "import_clause"), None)
            return named(clause) if clause is not None else []
        case "lexical_declaration" | "variable_declaration":
            return named(node)
        case kind if kind in _LISTS:
            return named(node)
        case _:
            return []


def _is_in_object(node: SgNode) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() == "object"


def _has_rest(node: SgNode) -> bool:
    return bool(find_all(node, "rest_pattern"))
