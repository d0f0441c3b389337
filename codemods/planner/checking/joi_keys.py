"""The keys that an object schema of Joi declares."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.settings.secrets import is_secret
from codemods.source import SourceFile, arguments, member, named, property_name, unwrap

_PACKAGES = frozenset({"joi", "@hapi/joi"})
_DECLARING = frozenset({"object", "keys", "append"})


def joi_keys(file: SourceFile, schema: SgNode) -> list[str] | None:
    """The keys of `Joi.object({…}).keys({…})`, or of a constant that holds such a schema.

    None where not all are known, or where a secret has a default in the code.
    """
    found: list[str] = []
    current = unwrap(schema)
    while True:
        binding = file.bindings.resolve(current) if current.kind() == "identifier" else None
        if binding is not None and binding.imported is not None:
            return found if binding.imported.module in _PACKAGES and found else None
        if binding is not None and binding.value is not None and not binding.reassigned:
            current = unwrap(binding.value)
            continue
        callee = current.field("function") if current.kind() == "call_expression" else None
        parts = member(callee) if callee is not None else None
        if parts is None:
            return None
        for given in arguments(current) if parts[1] in _DECLARING else []:
            names = [_key(part) for part in named(given)] if given.kind() == "object" else [None]
            known = [name for name in names if name is not None]
            if len(known) < len(names):
                return None
            found += known
        current = unwrap(parts[0])


def _key(part: SgNode) -> str | None:
    name, value = property_name(part.field("key")), part.field("value")
    if name is None or value is None or not name.isidentifier():
        return None
    return None if is_secret(name) and ".default(" in value.text() else name
