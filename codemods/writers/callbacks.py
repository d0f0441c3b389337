"""Functions that are handed on as values: where one can stand as an arrow that calls it, and with which parameters."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.member_chains import bound_to
from codemods.planner.stored.values import node_covering
from codemods.source import SourceFile, Span, find_all, parameters, span_of
from codemods.source.tree import Parameter

_HOLDERS = frozenset({"arguments", "array", "pair", "variable_declarator", "return_statement"})
_LITERALS = {"number": "number", "string": "string", "true": "boolean", "false": "boolean"}
"""The type of a parameter, by its default value."""


def as_callback(file: SourceFile, span: Span, target: SgNode, ctx: str) -> tuple[str, list[str], int] | None:
    """For `load` in `ids.map(load)`: `(id: string) => `, its arguments, and where the expression ends.

    None where an arrow cannot stand. `Parameters` counts from `ctx`, which the function has by then.
    """
    node = node_covering(file, span)
    bound = bound_to(node) if node is not None else None
    held = next((each for each in bound.ancestors() if each.kind() == "call_expression"), None) if bound else node
    place = held.parent() if held is not None else None
    if held is None or place is None or place.kind() not in _HOLDERS:
        return None
    taken = parameters(target)
    names = [parameter.name or f"value{number + 1 if len(taken) > 1 else ''}" for number, parameter in enumerate(taken)]
    if ctx in names or len(set(names)) < len(names) or any(parameter.is_rest for parameter in taken):
        return None
    texts = names
    if file.language != "javascript":
        called = file.text[span.start : span.end]
        texts = [
            _declared(parameter, name, _type(parameter, called, index + 1))
            for index, (parameter, name) in enumerate(zip(taken, names, strict=True))
        ]
    return f"({', '.join(texts)}) => ", names, span_of(held).end


def _declared(parameter: Parameter, name: str, written: str) -> str:
    """The parameter as the arrow declares it."""
    optional = parameter.is_optional or parameter.default is not None
    return f"{name}{'?' if optional else ''}: {written}"


def _type(parameter: Parameter, function: str, index: int) -> str:
    """The parameter's type as it is written, where that means the same in every file.

    A number in an object may be the id of a row, which is a text from here on.
    """
    if parameter.type is None:
        default = parameter.default.kind() if parameter.default is not None else ""
        return _LITERALS.get(default, f"Parameters<typeof {function}>[{index}]")
    names = find_all(parameter.type, "type_identifier", "identifier", "nested_type_identifier")
    numbers = (find_all(each, "predefined_type") for each in find_all(parameter.type, "object_type"))
    if not names and all(each.text() != "number" for found in numbers for each in found):
        return parameter.type.text().lstrip(": ")
    return f"Parameters<typeof {function}>[{index}]"
