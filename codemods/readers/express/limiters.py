"""The names of rate limiters, under which their hits are counted.

Counts of requests decide what is answered, so they may not stay in the memory of a process: they go to a table of the
generated code, `rateLimitHits`, by a middleware with the options of express-rate-limit (`convex/lib/rateLimit.ts`).
The component `@convex-dev/rate-limiter` was no match: its windows are fixed in time or fill up as buckets, it does not
tell how often a refused client has asked, and it has to be installed, where one table and one mutation give the
answers, headers included, that clients got before. A window takes two that are over away when it starts, so that the
table holds little more than the windows that are open, without a job that cleans it.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath

from ast_grep_py import SgNode

from codemods.readers.express.twins import LIMITER, LIMITS, twin_calls
from codemods.source import FUNCTION_KINDS, property_name, span_of
from codemods.workspace import Workspace

_HOLDERS = {"variable_declarator": "name", "pair": "key", "public_field_definition": "name", "field_definition": "name"}


class LimiterNames:
    """Gives every limiter of a workspace a name of its own, whichever of them are asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of(self, path: str, call: SgNode) -> str:
        """The variable or property that holds the limiter, else what its file is about; numbered where taken."""
        return self._names[path, span_of(call).start]

    @cached_property
    def _names(self) -> dict[tuple[str, int], str]:
        names: dict[tuple[str, int], str] = {}
        for path in sorted(self._workspace.files):
            if path.endswith(".json") or LIMITS not in self._workspace.text(path):
                continue
            file = self._workspace.source(path)
            made = twin_calls(self._workspace, file, file.root)
            for call in (call for call in made if call.function == LIMITER):
                wanted, taken = _wanted(path, call.node), names.values()
                wishes = (wanted, *(f"{wanted}{number}" for number in range(2, 9999)))
                names[path, span_of(call.node).start] = next(name for name in wishes if name not in taken)
        return names


def _wanted(path: str, call: SgNode) -> str:
    for node in call.ancestors():
        name = property_name(node.field(_HOLDERS[node.kind()])) if node.kind() in _HOLDERS else None
        if name is not None:
            return name
        if node.kind() in FUNCTION_KINDS or node.kind() == "arguments":
            break
    pure = PurePosixPath(path)
    stem = pure.parent.name if pure.stem == "index" and pure.parent.name else pure.stem
    return stem.split(".")[0]
