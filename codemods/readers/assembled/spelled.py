"""Lists that code makes of a constant list of names: `["title", "text"].map((field) => ({ [field]: … }))`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.assembled.stability import changes
from codemods.readers.assembled.values import Items, Object, Same
from codemods.readers.literals import binding_of, plain
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, find_all, member, named, parameters, property_name, string_value, unwrap
from codemods.workspace import Declared, Workspace


def spelled_out(file: SourceFile, workspace: Workspace | None, call: SgNode) -> Items | None:
    """The objects that such a call makes, one for each name; None for every other call.

    `Object.keys(given).map((key) => ({ [key]: given[key] }))` makes what is the same as `given`.
    """
    function = call.field("function")
    accessed = member(function) if function is not None and call.kind() == "call_expression" else None
    given = arguments(call)
    if accessed is None or accessed[1] != "map" or len(given) != 1:
        return None
    copied = _copied(accessed[0], given[0])
    if copied is not None:
        return Items((Same(copied),))
    made = _made_of(given[0])
    names = _names(file, workspace, accessed[0]) if made is not None else None
    if made is None or names is None:
        return None
    return Items(tuple(Object({name: made}) for name in names))


def _copied(keys: SgNode, function: SgNode) -> SgNode | None:
    """The object whose properties a list of objects repeats, each as it is or as `{ equals: … }`."""
    callee = keys.field("function") if keys.kind() == "call_expression" else None
    given = arguments(keys) if callee is not None and callee.text() == "Object.keys" else []
    own = parameters(function) if function.kind() == "arrow_function" else []
    if len(given) != 1 or len(own) != 1 or own[0].name is None or plain(given[0]).kind() != "identifier":
        return None
    value = _value_under(function, own[0].name)
    inner = plain(value) if value is not None else None
    if inner is not None and inner.kind() == "object":
        pairs = named(inner)
        is_equal = len(pairs) == 1 and property_name(pairs[0].field("key")) == "equals"
        value = pairs[0].field("value") if is_equal else None
        inner = plain(value) if value is not None else None
    if inner is None or inner.kind() != "subscript_expression":
        return None
    held, index = inner.field("object"), inner.field("index")
    if held is None or index is None or index.text() != own[0].name:
        return None
    return plain(given[0]) if plain(held).text() == plain(given[0]).text() else None


def _value_under(function: SgNode, name: str) -> SgNode | None:
    """The value in `(name) => ({ [name]: value })`."""
    body = function.field("body")
    statements = named(body) if body is not None and body.kind() == "statement_block" else []
    if len(statements) == 1 and statements[0].kind() == "return_statement" and named(statements[0]):
        body = named(statements[0])[0]
    literal = unwrap(body) if body is not None else None
    pairs = named(literal) if literal is not None and literal.kind() == "object" else []
    label = pairs[0].field("key") if len(pairs) == 1 and pairs[0].kind() == "pair" else None
    if label is None or property_name(label) is not None or unwrap(named(label)[0]).text() != name:
        return None
    return pairs[0].field("value")


def _made_of(function: SgNode) -> SgNode | None:
    """The value in `(field) => ({ [field]: value })`, which does not depend on the field."""
    given = parameters(function) if function.kind() == "arrow_function" else []
    body = function.field("body")
    literal = unwrap(body) if body is not None else None
    pairs = named(literal) if literal is not None and literal.kind() == "object" else []
    label = pairs[0].field("key") if len(pairs) == 1 and pairs[0].kind() == "pair" else None
    value = pairs[0].field("value") if label is not None else None
    if label is None or value is None or not given or given[0].name is None or property_name(label) is not None:
        return None
    if unwrap(named(label)[0]).text() != given[0].name:
        return None
    uses = {node.text() for node in find_all(value, "identifier", "shorthand_property_identifier")}
    return None if uses & {parameter.name for parameter in given} else value


def _names(file: SourceFile, workspace: Workspace | None, node: SgNode) -> list[str] | None:
    literal = plain(node)
    if literal.kind() != "array":
        value = _constant(file, workspace, literal)
        literal = plain(value) if value is not None else literal
    if literal.kind() != "array":
        return None
    names = [string_value(unwrap(item)) for item in named(literal)]
    return None if None in names else [name for name in names if name is not None]


def _constant(file: SourceFile, workspace: Workspace | None, node: SgNode) -> SgNode | None:
    """The value of a constant that nothing changes, here or in another file."""
    binding = binding_of(file, node)
    if binding is not None and binding.imported is None:
        return None if _is_changed(binding) else binding.value
    meaning = workspace.meaning_of(file.path, node) if workspace is not None else None
    if not isinstance(meaning, Declared):
        return None
    return None if meaning.binding is not None and _is_changed(meaning.binding) else meaning.node.field("value")


def _is_changed(binding: Binding) -> bool:
    return binding.reassigned or any(changes(reference) for reference in binding.references)
