"""Secrets of the environment, and the literals that stand in for them: those are never carried into generated code."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source import Binding, SourceFile, unwrap
from codemods.source.tree import STRING_KINDS, member_path, operator_of

_SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|API_?KEY", re.I)
_ABOUT_SECRETS = re.compile(
    r"(?:TTL|EXPIR\w*|_IN|AGE|LENGTH|ROUNDS|NAME|HEADER|FIELD|COOKIE|PREFIX|SUFFIX|TYPE|ISSUER|AUDIENCE|ALG\w*|LIFETIME"
    r"|DURATION|MAX|MIN|COUNT|SIZE|LIMIT|PATH|URL|URI|DAYS|HOURS|MINUTES|SECONDS|_MS)$",
    re.I,
)
_EMPTY = frozenset({'""', "''", "``"})
"""Texts that are no secret: nothing is signed or verified with them."""
_OPERATORS = frozenset({"||", "??"})


def is_secret(name: str) -> bool:
    """By the name of a variable: `JWT_SECRET` is one, `TOKEN_TTL` says something about one."""
    return _SECRET.search(name) is not None and _ABOUT_SECRETS.search(name) is None


def literal_fallback(file: SourceFile, read: SgNode) -> SgNode | None:
    """The outermost expression that gives a literal where `read` gives nothing: `read || "x"`, `read ? read : "x"`."""
    found, node = None, read
    while (parent := node.parent()) is not None:
        match parent.kind():
            case "binary_expression":
                other = parent.field("right")
            case "ternary_expression":
                other = parent.field("alternative")
            case "parenthesized_expression" | "non_null_expression" | "as_expression":
                other = None
            case _:
                return found
        if other is not None and is_literal_text(file, unwrap(other)) and unwrap(other).text() not in _EMPTY:
            found = parent
        node = parent
    return found


def is_default(expression: SgNode, read: SgNode) -> bool:
    """Is it just `read || "x"`?"""
    left, right = expression.field("left"), expression.field("right")
    is_text = right is not None and right.kind() in STRING_KINDS
    return is_text and left == read and operator_of(expression) in _OPERATORS


def defaulted_secret(file: SourceFile, binding: Binding) -> str | None:
    """The variable behind `const JWT_SECRET = process.env.JWT_SECRET || "x"`, a constant of its module."""
    value = unwrap(binding.value) if binding.value is not None and not binding.path else None
    read = value.field("left") if value is not None else None
    if value is None or read is None or binding.reassigned or not binding.is_top_level:
        return None
    root, path = member_path(read)
    is_variable = root.text() == "process" and len(path) == 2 and path[0] == "env" and path[1].isidentifier()
    if not is_variable or not is_secret(path[1]) or file.bindings.resolve(root) is not None:
        return None
    return path[1] if is_default(value, read) and literal_fallback(file, read) is not None else None


def is_literal_text(file: SourceFile, node: SgNode) -> bool:
    """A string, or a constant that holds one."""
    if node.kind() in STRING_KINDS:
        return True
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    value = binding.value if binding is not None else None
    return value is not None and unwrap(value).kind() in STRING_KINDS
