"""Tells to which table an id belongs, as far as validators, queries and the schema say so."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.rules.functions import Registered
from codemods.rules.module import Module
from codemods.rules.objects import entries
from codemods.rules.origin import Declared, External, origin_of
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import span_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, arguments, enclosing, member, parameters, string_value, unwrap

_DOCUMENT_METHODS = frozenset({"first", "unique"})
_LIST_METHODS = frozenset({"collect", "take"})
_SAME_ELEMENTS = frozenset({"filter", "slice", "sort", "toSorted", "reverse", "toReversed"})
_WITH_ELEMENT = frozenset({"every", "filter", "find", "flatMap", "forEach", "map", "some"})
_V = External("convex/values", ("v",))
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Tables:
    """Answers for one function: `db` are the places of its `ctx.db`, `function` is its registration, if it has one."""

    module: Module
    db: frozenset[Span]
    function: Registered | None

    def of_id(self, node: SgNode, depth: int = 0) -> str | None:
        """The table of an id; None when the code does not say."""
        node = unwrap(node, awaited=True)
        if depth > _MAX_DEPTH:
            return None
        found = member(node)
        if found is not None:
            return self._of_member(node, found, depth)
        if node.kind() == "call_expression":
            method = self._method(node)
            return string_value(arguments(node)[0]) if method == "insert" and arguments(node) else None
        binding = self._binding(node)
        if binding is None:
            return None
        if binding.value is not None:
            return self.of_id(binding.value, depth + 1)
        return self._of_argument(binding, ()) or _annotated(self.module, binding, "Id")

    def _of_member(self, node: SgNode, found: tuple[SgNode, str], depth: int) -> str | None:
        owner, name = found
        binding = self._binding(unwrap(owner))
        argument = self._of_argument(binding, (name,)) if binding is not None else None
        if argument is not None:
            return argument
        table = self._of_document(owner, depth + 1)
        if table is None or name == "_id":
            return table
        schema = _schema(self.module)
        return id_fields(schema).get((table, name)) if schema is not None else None

    def _of_document(self, node: SgNode, depth: int) -> str | None:
        """The table of a document."""
        node = unwrap(node, awaited=True)
        if depth > _MAX_DEPTH:
            return None
        if node.kind() == "call_expression":
            method, given = self._method(node), arguments(node)
            if method == "get" and given:
                return string_value(given[0]) if len(given) > 1 else self.of_id(given[0], depth + 1)
            return self._of_query(node, _DOCUMENT_METHODS)
        binding = self._binding(node)
        if binding is None:
            return None
        if binding.value is not None:
            return self._of_document(binding.value, depth + 1)
        elements = _elements(binding)
        table = self._of_list(elements, depth + 1) if elements is not None else None
        return table or _annotated(self.module, binding, "Doc")

    def _of_list(self, node: SgNode, depth: int) -> str | None:
        """The table of the documents in an array."""
        node = unwrap(node, awaited=True)
        if depth > _MAX_DEPTH:
            return None
        found = member(node)
        if found is not None and found[1] == "page":
            return self._of_page(found[0], depth + 1)
        if node.kind() == "call_expression":
            callee = node.field("function")
            called = member(callee) if callee is not None else None
            if called is not None and called[1] in _SAME_ELEMENTS:
                return self._of_list(called[0], depth + 1)
            return self._of_query(node, _LIST_METHODS)
        binding = self._binding(node)
        value = binding.value if binding is not None else None
        return self._of_list(value, depth + 1) if value is not None else None

    def _of_page(self, node: SgNode, depth: int) -> str | None:
        node = unwrap(node, awaited=True)
        binding = self._binding(node)
        if binding is not None and binding.value is not None and depth < _MAX_DEPTH:
            return self._of_page(binding.value, depth + 1)
        return self._of_query(node, frozenset({"paginate"})) if node.kind() == "call_expression" else None

    def _of_query(self, call: SgNode, last: frozenset[str]) -> str | None:
        """The table of a chain `ctx.db.query("table")…` that ends with one of the methods."""
        callee = call.field("function")
        found = member(callee) if callee is not None else None
        if found is None or found[1] not in last:
            return None
        node: SgNode | None = unwrap(found[0])
        while node is not None and node.kind() == "call_expression":
            if self._method(node) == "query":
                return string_value(next(iter(arguments(node)), None))
            callee = node.field("function")
            inner = member(callee) if callee is not None else None
            node = unwrap(inner[0]) if inner is not None else None
        return None

    def _method(self, call: SgNode) -> str | None:
        """The method of `ctx.db` that a call calls."""
        callee = call.field("function")
        found = member(callee) if callee is not None else None
        return found[1] if found is not None and span_of(found[0]) in self.db else None

    def _binding(self, node: SgNode) -> Binding | None:
        binding = self.module.bindings.resolve(node) if node.kind() == "identifier" else None
        return binding if binding is not None and not binding.reassigned else None

    def _of_argument(self, binding: Binding, path: tuple[str, ...]) -> str | None:
        """The table of an argument of the function: `args.id` with its path, or a name taken from the pattern."""
        if self.function is None or self.function.handler is None or self.function.args is None:
            return None
        taken = parameters(self.function.handler)[1:2]
        names = (*binding.path, *path)
        if not taken or span_of(binding.declaration) != span_of(taken[0].node) or len(names) != 1:
            return None
        declared = _object(self.module, self.function.args)
        validator = entries(declared[1]).get(names[0]) if declared is not None else None
        return _table_of_validator(declared[0], validator) if declared is not None and validator is not None else None


@lru_cache(maxsize=8)
def id_fields(schema: Module) -> dict[tuple[str, str], str]:
    """The fields of a schema that hold ids: (table, field) to the table that the id is of."""
    found: dict[tuple[str, str], str] = {}
    for table, fields, where in _tables(schema):
        for name, validator in entries(fields).items():
            target = _table_of_validator(where, validator)
            if target is not None:
                found[table, name] = target
    return found


def _schema(module: Module) -> Module | None:
    paths = (posixpath.join(module.functions_folder or "", f"schema{suffix}") for suffix in (".ts", ".js"))
    return next((found for path in paths if (found := module.code.module(path)) is not None), None)


def _tables(schema: Module) -> Iterator[tuple[str, SgNode, Module]]:
    """Name, field map and file of each table that the schema defines."""
    for call in schema.root.find_all(pattern="defineSchema($$$TABLES)"):
        declared = next(iter(arguments(call)), None)
        for name, value in entries(declared).items() if declared is not None else ():
            where, made = _followed(schema, value)
            while made.kind() == "call_expression":
                callee, given = made.field("function"), arguments(made)
                if callee is None:
                    break
                if callee.kind() == "identifier" and given:
                    fields = _object(where, given[0])
                    if fields is not None:
                        yield name, fields[1], fields[0]
                    break
                inner = member(callee)
                if inner is None:
                    break
                made = inner[0]


def _object(module: Module, node: SgNode) -> tuple[Module, SgNode] | None:
    """The object literal that a field map or `v.object` is, and its file."""
    where, node = _followed(module, node)
    if node.kind() == "call_expression" and arguments(node):
        return _object(where, arguments(node)[0])
    return (where, node) if node.kind() == "object" else None


def _followed(module: Module, node: SgNode) -> tuple[Module, SgNode]:
    node = unwrap(node)
    match origin_of(module, node):
        case Declared(where, value, ()):
            return where, value
        case _:
            return module, node


def _table_of_validator(module: Module, validator: SgNode) -> str | None:
    """The table of `v.id("table")`, within `v.optional` and `v.nullable` too."""
    validator = unwrap(validator)
    callee, given = validator.field("function"), arguments(validator)
    found = member(callee) if callee is not None and validator.kind() == "call_expression" else None
    if found is None or not given or origin_of(module, found[0]) != _V:
        return None
    if found[1] in ("optional", "nullable"):
        return _table_of_validator(module, given[0])
    return string_value(given[0]) if found[1] == "id" else None


def _elements(binding: Binding) -> SgNode | None:
    """The array that a name runs through: in `for … of`, or as parameter of the function given to `map`."""
    if binding.path:
        return None
    if binding.declaration.kind() == "for_in_statement":
        return binding.declaration.field("right")
    function = enclosing(binding.node, FUNCTION_KINDS)
    call = function.parent() if function is not None else None
    call = call.parent() if call is not None and call.kind() == "arguments" else None
    if binding.kind is not BindingKind.PARAMETER or function is None or call is None:
        return None
    first = next(iter(parameters(function)), None)
    callee = call.field("function")
    found = member(callee) if callee is not None else None
    is_first = first is not None and first.pattern == binding.node
    return found[0] if is_first and found is not None and found[1] in _WITH_ELEMENT else None


def _annotated(module: Module, binding: Binding, name: str) -> str | None:
    """The table in a type annotation `Id<"table">` or `Doc<"table">`."""
    annotation = binding.type_annotation
    if annotation is None or binding.path or annotation.kind() != "generic_type":
        return None
    type_name, given = annotation.field("name"), annotation.field("type_arguments")
    literal = given.find(kind="string") if given is not None else None
    is_named = type_name is not None and origin_of(module, type_name) == External("_generated/dataModel", (name,))
    return string_value(literal) if is_named else None
