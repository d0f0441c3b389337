"""Mongoose and Typegoose: calls of models, and of documents that write themselves back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite
from codemods.readers.origins import Origin
from codemods.readers.sites.view import FileView, short

PACKAGES = frozenset({"mongoose", "@typegoose/typegoose"})
MODEL_METHODS = frozenset(
    {
        "find", "findOne", "findById", "countDocuments", "estimatedDocumentCount", "distinct", "exists", "aggregate",
        "count", "create", "insertMany", "insertOne", "updateOne", "updateMany", "findByIdAndUpdate",
        "findOneAndUpdate", "findByIdAndDelete", "findOneAndDelete", "findByIdAndRemove", "findOneAndRemove",
        "findOneAndReplace", "deleteOne", "deleteMany", "replaceOne", "bulkWrite", "bulkSave", "remove", "update",
        "paginate", "aggregatePaginate", "watch",
    }
)  # fmt: skip
DOCUMENT_METHODS = frozenset({"save", "remove", "deleteOne", "updateOne", "replaceOne"})
_METHODS = MODEL_METHODS | DOCUMENT_METHODS

_MODELS_FOLDER = re.compile(r"(^|/|\.)models?(/|\.|$)", re.IGNORECASE)
REASON = "CX302 Mongoose"


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each call that reaches the database."""
    if not view.depends_on(*PACKAGES) and "mongoose" not in view.text:
        return
    for call in view.calls:
        if call.target is None or call.method is None or call.is_new:
            continue
        if call.method in _METHODS and _reaches(view, call, call.target):
            name = f"mongoose {short(call.target.text())}.{call.method}"
            yield call, view.item(ItemKind.QUERY, name, call.place, REASON, Outcome.UNSUPPORTED)


def _reaches(view: FileView, call: CallSite, target: SgNode) -> bool:
    origin = view.receiver(call, target)
    if origin is not None and origin.package in PACKAGES:
        return _is_site(origin, call.method or "")
    if call.method in MODEL_METHODS and _looks_like_model(view, target):
        return True
    is_saved = origin is None and call.method == "save" and len(call.arguments) <= 1 and _may_be_document(target)
    return is_saved and not view.is_followed(call.node)


def _is_site(origin: Origin, method: str) -> bool:
    """A model's own methods start a query; what follows in the chain belongs to it."""
    steps = [step for step in origin.path if step in MODEL_METHODS]
    return method in (MODEL_METHODS if not steps else DOCUMENT_METHODS) or (not steps and method in DOCUMENT_METHODS)


def _looks_like_model(view: FileView, target: SgNode) -> bool:
    """A capitalised import from a models folder, or the parameter `Model` of a generic controller."""
    if target.kind() != "identifier" or not target.text()[:1].isupper():
        return False
    binding = view.file.bindings.resolve(target)
    if binding is None:
        return False
    if binding.imported is not None:
        return bool(_MODELS_FOLDER.search(binding.imported.module))
    return target.text() == "Model"


def _may_be_document(target: SgNode) -> bool:
    """A document is held by a variable or a field; `canvas().save()` and `this.save()` are something else."""
    return target.kind() in ("identifier", "member_expression", "subscript_expression")
