"""What code does with the documents of an object mapper: they are plain objects now, and their keys are texts."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.ir.document import DocumentPath, Holds
from codemods.ir.table import Schema
from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.source import Span, arguments, find_all, member, named, span_of, unwrap
from codemods.workspace import External

_PACKAGE = "mongoose"
_GIVE_ONE = frozenset(
    "findOne findById create findByIdAndUpdate findOneAndUpdate findByIdAndDelete findOneAndDelete "
    "findByIdAndRemove findOneAndRemove".split()
)
_OWN_METHODS = frozenset({"get", "set", "toJSON", "toObject"})
"""Methods of documents that share their names with those of other values."""
_IDENTITY = frozenset({"===", "!=="})
_NOTHING = frozenset({"null", "undefined"})


class Documents:
    """Reads what one piece does with documents."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._keys, self._lists = _named(scan.schema)

    def read(self) -> None:
        """Rewrites what plain objects have no word for; what would mean something else is an obstacle."""
        if not self._keys:
            return
        for call in find_all(self._scan.node, "call_expression"):
            self._method(call)
        for node in find_all(self._scan.node, "member_expression"):
            self._raw(node)
        for node in find_all(self._scan.node, "binary_expression"):
            self._comparison(node)
        for node in find_all(self._scan.node, "unary_expression"):
            self._delete(node)
        for node in find_all(self._scan.node, "spread_element"):
            inner = unwrap(named(node)[0])
            if inner.kind() == "identifier" and self._is_document(inner):
                self._refuse(node, f"spreads the document `{inner.text()}`")

    def _method(self, call: SgNode) -> None:
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        if callee is None or parts is None or self._scan.is_erased(call) or self._scan.starts_query(call):
            return
        receiver, name = unwrap(parts[0]), parts[1]
        given = arguments(call)
        last = member(receiver)
        if name in ("toObject", "toJSON") and not given and self._is_of_package(call):
            self._around(call, parts[0], "plainOf", None)
        elif name == "equals" and len(given) == 1 and (last is not None and last[1] in self._keys):
            self._around(call, parts[0], "isSameKey", given[0])
        elif name == "id" and len(given) == 1 and (last is not None and last[1] in self._lists):
            self._around(call, parts[0], "withKey", given[0])
        elif name in _OWN_METHODS and self._is_document(receiver):
            self._refuse(call, f"calls `{name}` of the document `{receiver.text()}`")

    def _around(self, call: SgNode, receiver: SgNode, function: str, given: SgNode | None) -> None:
        """`a.equals(b)` → `isSameKey(a, b)`."""
        whole, first = span_of(call), span_of(receiver)
        replaced = self._scan.facts.replaced
        replaced.append(Replaced(Span(whole.start, whole.start), function, "call"))
        if given is None:
            replaced.append(Replaced(Span(first.end, whole.end), ")"))
        else:
            replaced.append(Replaced(Span(first.end, span_of(given).start), ", "))

    def _raw(self, node: SgNode) -> None:
        """`user._doc` → `user`."""
        parts = member(node)
        if parts is not None and parts[1] == "_doc" and not self._scan.is_erased(node):
            self._scan.facts.replaced.append(Replaced(Span(span_of(parts[0]).end, span_of(node).end), ""))

    def _comparison(self, node: SgNode) -> None:
        operator, left, right = node.field("operator"), node.field("left"), node.field("right")
        if operator is None or operator.text() not in _IDENTITY or left is None or right is None:
            return
        if self._scan.is_erased(node) or {unwrap(left).text(), unwrap(right).text()} & _NOTHING:
            return
        for side in (left, right):
            parts = member(unwrap(side))
            if parts is not None and parts[1] in self._keys and "params" not in side.text():
                self._refuse(node, f"compares the key `{unwrap(side).text()}` as an object, by `{operator.text()}`")
                return

    def _delete(self, node: SgNode) -> None:
        argument = node.field("argument")
        parts = member(argument) if argument is not None and node.text().startswith("delete") else None
        if parts is not None and self._is_document(unwrap(parts[0])):
            self._refuse(node, f"deletes a field of the document `{unwrap(parts[0]).text()}`, which stays there")

    def _is_of_package(self, call: SgNode) -> bool:
        found = self._scan.workspace.callee(self._scan.file.path, call)
        return isinstance(found, External) and found.module == _PACKAGE

    def _is_document(self, node: SgNode) -> bool:
        """One document, that is no plain object already."""
        found = self._scan.workspace.instance_of(self._scan.file.path, node)
        if not isinstance(found, External) or found.module != _PACKAGE or "lean" in found.path:
            return False
        steps = [step for step in found.path if step not in ("()", "default", "exec")]
        return "model" in steps and (steps[-1] == "model" or not _GIVE_ONE.isdisjoint(steps))

    def _refuse(self, node: SgNode, text: str) -> None:
        self._scan.problem(node, "CX301", text)


def _named(schema: Schema) -> tuple[frozenset[str], frozenset[str]]:
    """The names of paths that hold keys, and of lists whose elements have keys."""
    documents = [table.document for table in schema.tables if table.document is not None]
    every = [path for document in documents for top in document.paths for path in _below(top)]
    keys = {path.name for path in every if path.holds is Holds.ID and path.name}
    lists = {path.name for path in every if path.of is not None and path.of.holds is Holds.DOCUMENT}
    return frozenset({*keys, "_id"} if documents else ()), frozenset(lists)


def _below(path: DocumentPath) -> Iterator[DocumentPath]:
    yield path
    for inner in (*path.paths, *([path.of] if path.of is not None else [])):
        yield from _below(inner)
