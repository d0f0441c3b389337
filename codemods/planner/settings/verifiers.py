"""Functions with the type of passport-jwt for who verifies: the parameters say it themselves, as they become more."""

from __future__ import annotations

from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.source import find_all, parameters, span_of

_MODULE = "passport-jwt"
_TYPES = frozenset({"VerifyCallback", "VerifyCallbackWithRequest"})
_DONE = "(error: any, user?: any, info?: any) => void"


def name_parameters(scan: Scan) -> None:
    """`const verify: VerifyCallback = async (payload, done) => …`"""
    holder = scan.node.parent()
    annotation = holder.field("type") if holder is not None and holder.kind() == "variable_declarator" else None
    names = find_all(annotation, "type_identifier") if annotation is not None else []
    binding = scan.file.bindings.resolve(names[0]) if len(names) == 1 else None
    imported = binding.imported if binding is not None else None
    if annotation is None or imported is None or imported.module != _MODULE or imported.imported not in _TYPES:
        return
    scan.facts.replaced.append(Replaced(span_of(annotation), ""))
    given = parameters(scan.node)
    types = ["any"] * (len(given) - 1) + [_DONE]
    for parameter, written in zip(given, types, strict=True):
        if parameter.type is None and parameter.default is None:
            scan.facts.replaced.append(Replaced(span_of(parameter.node), f"{parameter.pattern.text()}: {written}"))
