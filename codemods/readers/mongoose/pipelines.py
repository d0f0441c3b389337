"""Looks through an aggregation pipeline for what is not understood; the pipeline itself stays as it is written.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ast_grep_py import SgNode

from codemods.ir.query import Lookup
from codemods.ir.table import Table
from codemods.readers.assembled.reading import Reading
from codemods.readers.literals import Property, entries, literal_of
from codemods.source.tree import named, string_value, unwrap

_ACCUMULATORS = frozenset("$sum $avg $min $max $first $last $push $addToSet $count".split())
_OPERATORS = frozenset(
    "$cond $literal $dateToString $ifNull $and $or $not $eq $ne $gt $gte $lt $lte $in $size $toUpper $toLower "
    "$arrayElemAt $add $subtract $multiply $divide $mod $abs $ceil $floor $concat $toString $year $month $dayOfMonth "
    "$hour".split()
)
_CONDITIONS = frozenset("$eq $ne $in $nin $exists $regex $options $gt $gte $lt $lte".split())
_JOINED = frozenset({"from", "localField", "foreignField", "as"})
_FORMAT = re.compile(r"(?:[^%]|%[YmdHMSL])*")


class PipelineReader:
    """Reads one pipeline. `tables` are those of collections, by their names."""

    def __init__(self, reading: Reading, tables: Callable[[str], Table | None]) -> None:
        self._reading, self._tables = reading, tables
        self.lookups: dict[Lookup, None] = {}
        self._stages: Mapping[str, Callable[[SgNode], None]] = {
            "$match": self._match,
            "$group": self._group,
            "$project": self._fields,
            "$set": self._fields,
            "$addFields": self._fields,
            "$sort": self._plain,
            "$limit": self._plain,
            "$skip": self._plain,
            "$count": self._plain,
            "$unset": self._plain,
            "$unwind": self._unwind,
            "$lookup": self._lookup,
            "$facet": self._facet,
        }

    def read(self, node: SgNode) -> None:
        """Rejects stages, operators and collections that are not known."""
        literal = literal_of(self._reading.file, node, ("array",))
        if literal is None:
            self._reject("it is built elsewhere")
            return
        for item in named(literal):
            stage = [*entries(unwrap(item))] if unwrap(item).kind() == "object" else []
            only = stage[0] if len(stage) == 1 else None
            if not isinstance(only, Property):
                self._reject("a stage is built elsewhere")
            elif only.key not in self._stages:
                self._reject(f"stage `{only.key}`")
            else:
                self._stages[only.key](unwrap(only.value))

    def _reject(self, what: str) -> None:
        self._reading.reject(f"pipeline: {what}")

    def _object(self, node: SgNode, what: str) -> dict[str, SgNode]:
        literal = literal_of(self._reading.file, node)
        listed = list(entries(literal)) if literal is not None else []
        if literal is None or not all(isinstance(each, Property) for each in listed):
            self._reject(f"`{what}` is built elsewhere")
            return {}
        return {each.key: unwrap(each.value) for each in listed if isinstance(each, Property)}

    def _plain(self, node: SgNode) -> None:
        if node.kind() == "object":
            self._object(node, "$sort")

    def _match(self, node: SgNode) -> None:
        for path, value in self._object(node, "$match").items():
            if path in ("$and", "$or", "$nor"):
                items = named(value) if value.kind() == "array" else []
                if not items:
                    self._reject(f"`{path}` is built elsewhere")
                for item in items:
                    self._match(unwrap(item))
            elif path.startswith("$"):
                self._reject(f"operator `{path}`")
            elif value.kind() == "object":
                for operator in self._object(value, path):
                    if operator not in _CONDITIONS:
                        self._reject(f"operator `{operator}`")

    def _group(self, node: SgNode) -> None:
        for name, value in self._object(node, "$group").items():
            if name == "_id":
                self._expression(value)
                continue
            for operator, given in self._object(value, name).items():
                if operator not in _ACCUMULATORS:
                    self._reject(f"accumulator `{operator}`")
                self._expression(given)

    def _fields(self, node: SgNode) -> None:
        for value in self._object(node, "$project").values():
            self._expression(value)

    def _unwind(self, node: SgNode) -> None:
        if node.kind() == "object" and self._object(node, "$unwind").keys() - {"path", "preserveNullAndEmptyArrays"}:
            self._reject("`$unwind` with the index of elements")

    def _lookup(self, node: SgNode) -> None:
        given = self._object(node, "$lookup")
        source, foreign = (string_value(given[key]) if key in given else None for key in ("from", "foreignField"))
        table = self._tables(source) if source is not None else None
        if given.keys() != _JOINED or source is None or foreign is None:
            self._reject("`$lookup` with a pipeline of its own")
        elif table is None or (foreign != "_id" and (table.document is None or table.document.path(foreign) is None)):
            self._reject(f"`$lookup` in `{source}`")
        else:
            self.lookups[Lookup(source, table.name, foreign)] = None

    def _facet(self, node: SgNode) -> None:
        for value in self._object(node, "$facet").values():
            self.read(value)

    def _expression(self, node: SgNode) -> None:
        inner = unwrap(node)
        text = string_value(inner)
        if text is not None and text.startswith("$$") and not text.startswith("$$ROOT"):
            self._reject(f"variable `{text}`")
        elif inner.kind() == "array":
            for item in named(inner):
                self._expression(item)
        elif inner.kind() == "object":
            self._operators(self._object(inner, "an expression"))

    def _operators(self, given: dict[str, SgNode]) -> None:
        for name, value in given.items():
            if name.startswith("$") and name not in _OPERATORS:
                self._reject(f"operator `{name}`")
            elif name == "$dateToString":
                options = self._object(value, name)
                shape = string_value(options["format"]) if "format" in options else ""
                if shape is None or not _FORMAT.fullmatch(shape) or options.keys() - {"date", "format"}:
                    self._reject("`$dateToString` in a format that is not known")
            elif name == "$cond" and value.kind() == "object":
                for each in self._object(value, name).values():
                    self._expression(each)
            else:
                self._expression(value)


_PLURALS: tuple[tuple[str, str], ...] = (
    (r"person$", "people"),
    (r"(child)$", r"\1ren"),
    (r"man$", "men"),
    (r"(alias|status)$", r"\1es"),
    (r"(bu)s$", r"\1ses"),
    (r"(buffal|tomat|potat)o$", r"\1oes"),
    (r"([ti])um$", r"\1a"),
    (r"sis$", "ses"),
    (r"(?:([^f])fe|([lr])f)$", r"\1\2ves"),
    (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"(x|ch|ss|sh)$", r"\1es"),
    (r"(quiz)$", r"\1zes"),
    (r"s$", "s"),
    (r"([^a-z])$", r"\1"),
)
"""How Mongoose names the collection of a model."""

_UNCOUNTABLE = frozenset("advice energy excretion digestion cooperation health justice labour machinery equipment "
                         "information pollution sewage paper money species series rain rice fish sheep moose deer "
                         "news expertise status media".split())  # fmt: skip


def collection_of(table: Table) -> str:
    """The name of the collection of a model."""
    if table.document is not None and table.document.collection:
        return table.document.collection
    name = table.name.lower()
    if name in _UNCOUNTABLE:
        return name
    for pattern, plural in _PLURALS:
        if re.search(pattern, name):
            return re.sub(pattern, plural, name)
    return f"{name}s"
