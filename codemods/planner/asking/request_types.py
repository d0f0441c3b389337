"""What the source says of query values by the type that it gives its request: `Request<P, ResBody, ReqBody, Query>`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import SourceFile, find_all, named, parameters, property_name
from codemods.source.tree import annotated

_QUERY = 3
"""Which of the type arguments of `Request` and `RequestHandler` is the query."""

_PARSED = frozenset({"ParsedQs", "qs.ParsedQs", "QueryString.ParsedQs", "core.Query"})
"""What the query is where nothing says more."""

_DECLARATIONS = ("interface_declaration", "type_alias_declaration")
_TEXTS = frozenset({"string", "string|undefined", "undefined|string"})


class QueryTypes:
    """The type of the query of a handler, if the source gives one."""

    def __init__(self, file: SourceFile, handler: SgNode) -> None:
        self._file = file
        self._type = _query_type(handler)

    def says_more(self, key: str) -> bool:
        """Does the source take a value of the query for something other than text?"""
        if self._type is None or self._type.text() in _PARSED:
            return False
        found = self._member(self._type, key)
        return found is None or "".join(found.text().split()) not in _TEXTS

    def _member(self, type_: SgNode, key: str) -> SgNode | None:
        """The type of a member, also of a type that the file declares."""
        if type_.kind() == "type_identifier":
            declared = find_all(self._file.root, *_DECLARATIONS)
            own = next((one for one in declared if _text(one.field("name")) == type_.text()), None)
            body = (own.field("body") or own.field("value")) if own is not None else None
            return self._member(body, key) if body is not None and body.kind() != "type_identifier" else None
        if type_.kind() not in ("object_type", "interface_body"):
            return None
        members = [one for one in named(type_) if one.kind() == "property_signature"]
        found = next((one for one in members if property_name(one.field("name")) == key), None)
        return annotated(found.field("type")) if found is not None else None


def _query_type(handler: SgNode) -> SgNode | None:
    given = parameters(handler)
    above = handler.parent()
    declared = annotated(above.field("type")) if above is not None and above.kind() == "variable_declarator" else None
    type_ = (given[0].type if given else None) or declared
    listed = type_.field("type_arguments") if type_ is not None and type_.kind() == "generic_type" else None
    arguments = named(listed) if listed is not None else []
    return arguments[_QUERY] if len(arguments) > _QUERY else None


def _text(node: SgNode | None) -> str | None:
    return node.text() if node is not None else None
