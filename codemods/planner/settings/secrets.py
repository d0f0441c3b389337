"""Secrets of the environment, and the literals that stand in for them: those are never carried into generated code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.source import Binding, SourceFile, named, unwrap
from codemods.source.tree import STRING_KINDS, member_path, operator_of
from codemods.workspace import Workspace

_SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|API_?KEY", re.I)
_ABOUT_SECRETS = re.compile(
    r"(?:TTL|EXPIR\w*|_IN|AGE|LENGTH|ROUNDS|NAME|HEADER|FIELD|COOKIE|PREFIX|SUFFIX|TYPE|ISSUER|AUDIENCE|ALG\w*|LIFETIME"
    r"|DURATION|MAX|MIN|COUNT|SIZE|LIMIT|PATH|URL|URI|DAYS|HOURS|MINUTES|SECONDS|_MS)$",
    re.I,
)
EMPTY = frozenset({'""', "''", "``"})
"""Texts that are no secret: nothing is signed or verified with them."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_VARIABLE = re.compile(r"process\.env(?:\.(\w+)|\[['\"](\w+)['\"]\])")
_OPERATORS = frozenset({"||", "??"})


def variable_name(words: Iterable[str]) -> str:
    """The name of a variable for a path of names: `JWT_SECRET` for `jwt.secret` and for `jwtSecret`."""
    return "_".join(re.sub(r"\W+", "_", _HUMP.sub("_", word)).strip("_").upper() for word in words)


@lru_cache(maxsize=4)
def variables_of(workspace: Workspace) -> frozenset[str]:
    """The variables of the environment that the code of a repository names."""
    found = (each for path in workspace.files for each in _VARIABLE.finditer(workspace.text(path)))
    return frozenset(each[1] or each[2] for each in found)


def free_variable(name: str, taken: Collection[str]) -> str:
    """The name, with a number where another value has it."""
    return next(each for n in range(1, len(taken) + 2) if (each := name if n == 1 else f"{name}_{n}") not in taken)


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
        if other is not None and is_literal_text(file, unwrap(other)) and unwrap(other).text() not in EMPTY:
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


def is_text(node: SgNode) -> bool:
    """A string that holds something, and nothing that is put into it."""
    inserts = node.kind() == "template_string" and any(each.kind() == "template_substitution" for each in named(node))
    return node.kind() in STRING_KINDS and node.text() not in EMPTY and not inserts


def is_literal_text(file: SourceFile, node: SgNode) -> bool:
    """A string, or a constant that holds one."""
    if node.kind() in STRING_KINDS:
        return True
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    value = binding.value if binding is not None else None
    return value is not None and unwrap(value).kind() in STRING_KINDS
