"""The status that an expression states: a number, a constant of the repository, or one of a package's table."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source import SourceFile, find_all, member, unwrap
from codemods.workspace import Declared, External, Workspace

STATUS_CONSTANTS: dict[str, int] = {
    "OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "BAD_REQUEST": 400, "UNAUTHORIZED": 401,
    "PAYMENT_REQUIRED": 402, "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "NOT_ACCEPTABLE": 406,
    "REQUEST_TIMEOUT": 408, "CONFLICT": 409, "GONE": 410, "UNPROCESSABLE_ENTITY": 422, "TOO_MANY_REQUESTS": 429,
    "INTERNAL_SERVER_ERROR": 500, "NOT_IMPLEMENTED": 501, "BAD_GATEWAY": 502, "SERVICE_UNAVAILABLE": 503,
    "GATEWAY_TIMEOUT": 504,
}  # fmt: skip
"""Names of status constants, as http-status and http-status-codes call them (RFC 9110)."""

_PACKAGES = frozenset({"http-status", "http-status-codes", "@tsndr/http-status"})


def status_of(node: SgNode, file: SourceFile, workspace: Workspace | None) -> int | None:
    """The status, or None when it is only known at run time. Without a workspace constants go by their names."""
    plain = unwrap(node)
    if (number := _number(plain)) is not None:
        return number
    parts = member(plain)
    if workspace is None:
        return STATUS_CONSTANTS.get(_upper(parts[1])) if parts is not None else None
    meaning = workspace.meaning_of(file.path, plain)
    if isinstance(meaning, External):
        return STATUS_CONSTANTS.get(_upper(meaning.path[-1])) if meaning.module in _PACKAGES else None
    if isinstance(meaning, Declared):
        value = meaning.node.field("value")
        return _number(unwrap(value)) if value is not None and _is_fixed(meaning) else None
    return _enum_member(parts, file, workspace) if parts is not None else None


def _is_fixed(meaning: Declared) -> bool:
    return meaning.binding is None or not meaning.binding.reassigned


def _enum_member(parts: tuple[SgNode, str], file: SourceFile, workspace: Workspace) -> int | None:
    holder = workspace.meaning_of(file.path, parts[0])
    if not isinstance(holder, Declared) or holder.node.kind() != "enum_declaration":
        return None
    for assignment in find_all(holder.node, "enum_assignment"):
        name, value = assignment.field("name"), assignment.field("value")
        if name is not None and value is not None and name.text() == parts[1]:
            return _number(value)
    return None


def _number(node: SgNode) -> int | None:
    text = node.text()
    return int(text) if re.fullmatch(r"[1-9]\d{2}", text) else None


def _upper(name: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).upper()
