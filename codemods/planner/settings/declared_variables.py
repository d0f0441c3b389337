"""Variables of the environment that the application declares to be set: `interface ProcessEnv { PORT: string }`."""

from __future__ import annotations

from functools import lru_cache

from codemods.source import find_all, property_name
from codemods.workspace import Workspace

_HOLDER = "ProcessEnv"


@lru_cache(maxsize=4)
def variables_that_are_set(workspace: Workspace) -> frozenset[str]:
    """Those that `process.env.X` is a text for, so that the code reads them without asking."""
    found: set[str] = set()
    for path in workspace.files:
        if _HOLDER not in workspace.text(path):
            continue
        for declaration in find_all(workspace.source(path).root, "interface_declaration"):
            name, body = declaration.field("name"), declaration.field("body")
            if name is None or body is None or name.text() != _HOLDER:
                continue
            for signature in find_all(body, "property_signature"):
                label = signature.field("name")
                key = property_name(label) if label is not None else None
                is_optional = any(child.kind() == "?" for child in signature.children())
                if key is not None and not is_optional and "undefined" not in signature.text():
                    found.add(key)
    return frozenset(found)
