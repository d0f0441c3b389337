"""What code asks Mongoose itself for: whether a text is a key, keys made of texts, and classes of errors."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.planner.facts import Replaced
from codemods.planner.member_chains import member_chain
from codemods.planner.places_of_use import call_of
from codemods.readers.sql.entities import is_entity
from codemods.source import SourceFile, Span, arguments, member, named, span_of
from codemods.source.tree import operator_of

MONGOOSE = "mongoose"
_WHOLE = ("*", "default")
_TESTS = frozenset({("isValidObjectId",), ("Types", "ObjectId", "isValid"), ("isObjectIdOrHexString",)})
_KEYS = frozenset({("Types", "ObjectId"), ("Schema", "Types", "ObjectId"), ("mongo", "ObjectId")})
_ERRORS: Mapping[tuple[str, ...], str] = {
    ("Error", "ValidationError"): "ValidationError",
    ("Error", "CastError"): "CastError",
    ("Error", "DocumentNotFoundError"): "DocumentNotFoundError",
    ("MongooseError", "ValidationError"): "ValidationError",
    ("MongooseError", "CastError"): "CastError",
}


_ANY = frozenset(
    "FilterQuery QueryFilter RootFilterQuery UpdateQuery QueryOptions ProjectionType PipelineStage SortOrder "
    "ClientSession PopulateOptions UpdateWithAggregationPipeline InferSchemaType".split()
)
"""Types of what calls are given, which have no form of their own any more."""

_DOCUMENTS = frozenset({"HydratedDocument", "LeanDocument", "HydratedDocumentFromSchema"})
_DOCUMENT = re.compile(r"(?:declare )?interface \w+(?:<[^{]*>)?\s+extends\b[^{]*\b(?:mongoose\.)?(?:Document|Model)\b")
_TYPE_KINDS = frozenset({"type_identifier", "nested_type_identifier", "generic_type"})


def mongoose_use(imported: str, reference: SgNode) -> list[Replaced]:
    """What takes the place of a use of the package; empty for one that has no counterpart."""
    typed = _typed(imported, reference)
    if typed:
        return typed
    path: tuple[str, ...] = () if imported in _WHOLE else (imported,)
    for node in member_chain(reference):
        parts = member(node) if node is not reference else None
        path = (*path, parts[1]) if parts is not None else path
        if path in _TESTS and call_of(node) is not None:
            return [Replaced(span_of(node), "isKey", "errors")]
        if path in _ERRORS:
            return _tested(node, _ERRORS[path])
        made = _made(node) if path in _KEYS else None
        if made is not None:
            return made
    return []


def _typed(imported: str, reference: SgNode) -> list[Replaced]:
    """`Types.ObjectId` → `string`, `extends Document` → `extends AnyDocument`, `FilterQuery<User>` → `any`."""
    node = reference
    while (above := node.parent()) is not None and above.kind() in ("nested_type_identifier", "nested_identifier"):
        node = above
    inner = node.field("name") if node.kind() == "nested_type_identifier" else None
    name = inner.text() if inner is not None else imported
    if above is not None and above.kind() in ("generic_type", "extends_clause") and above.field("name") == node:
        node = above
    if node.kind() not in _TYPE_KINDS:
        return []
    listed = node.field("type_arguments")
    given = named(listed) if listed is not None else []
    whole = span_of(node)
    if name in ("ObjectId", "ObjectID"):
        return [Replaced(whole, "string")]
    if name == "Document":
        return [Replaced(whole, "AnyDocument", "errors")]
    if name in _DOCUMENTS and given:
        first = span_of(given[0])
        start = Replaced(Span(whole.start, first.start), "AnyDocument", "errors")
        return [start, Replaced(Span(first.start, first.start), " & "), Replaced(Span(first.end, whole.end), "")]
    return [Replaced(whole, "any")] if name in _ANY else []


def is_document_type(file: SourceFile, declaration: SgNode, reference: SgNode) -> bool:
    """Does a type describe a document, or an entity, with the methods that it had? Its rows are plain ones now."""
    above = reference.parent()
    is_inherited = above is not None and "extends" in above.kind()
    is_document = _DOCUMENT.match(declaration.text().removeprefix("export ")) is not None
    return not is_inherited and (is_document or is_entity(file, declaration))


def _made(node: SgNode) -> list[Replaced] | None:
    """`new mongoose.Types.ObjectId(id)` → `toKey(id)`, without an argument `newKey()`."""
    parent = node.parent()
    is_new = parent is not None and parent.kind() == "new_expression"
    call = parent if is_new else call_of(node)
    if call is None:
        return None
    start = span_of(call).start
    function = "toKey" if arguments(call) else "newKey"
    return [Replaced(Span(start, span_of(node).end), function, "errors")]


def _tested(node: SgNode, name: str) -> list[Replaced]:
    """`err instanceof mongoose.Error.CastError` → `isNamed(err, "CastError")`."""
    test = node.parent()
    left = test.field("left") if test is not None and test.kind() == "binary_expression" else None
    if test is None or left is None or operator_of(test) != "instanceof":
        return []
    start = span_of(test).start
    return [
        Replaced(Span(start, start), "isNamed", "call"),
        Replaced(Span(span_of(left).end, span_of(test).end), f', "{name}")'),
    ]
