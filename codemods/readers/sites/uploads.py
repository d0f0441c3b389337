"""Packages that read multipart forms: instances and the middleware made from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite
from codemods.readers.sites.view import FileView
from codemods.source.tree import string_value

PACKAGES: Mapping[str, frozenset[str]] = {
    "multer": frozenset({"single", "array", "fields", "any", "none"}),
    "formidable": frozenset({"parse"}),
    "busboy": frozenset(),
    "connect-busboy": frozenset(),
    "express-fileupload": frozenset(),
    "multiparty": frozenset({"parse"}),
}
"""Package -> methods of its instances that take part in a request."""

REASON = "CX702 file upload"


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each instance, and one for each use of it."""
    if not view.depends_on(*PACKAGES) and not any(package in view.text for package in PACKAGES):
        return
    methods = frozenset().union(*PACKAGES.values())
    for call in view.calls:
        if call.target is not None and call.method in methods and not call.is_new:
            origin = view.receiver(call, call.target)
            if origin is not None and call.method in PACKAGES.get(origin.package, ()):
                yield call, _item(view, call, f"{origin.package} {call.method}")
        elif call.target is None or call.is_new:
            origin = view.origin(call.function) if call.function.kind() != "import" else None
            if origin is not None and origin.package in PACKAGES and "()" not in origin.path:
                yield call, _item(view, call, origin.package)


def _item(view: FileView, call: CallSite, name: str) -> Item:
    field = string_value(call.arguments[0]) if call.arguments else None
    label = f"{name} {field}" if field else name
    return view.item(ItemKind.UPLOAD, label, call.place, REASON, Outcome.NEEDS_REVIEW)
