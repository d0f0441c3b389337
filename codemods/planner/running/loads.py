"""Modules that a function loads while it runs: `require` and `import()` become imports of the module."""

from __future__ import annotations

from collections import defaultdict

from codemods.planner.names import Names
from codemods.planner.pieces import CONSTANTS
from codemods.planner.scan import Scan
from codemods.source import Binding, Span, find_all, named, shortened, span_of
from codemods.source.tree import VARIABLE_KINDS

_STYLES = ("require", "dynamic")


class Loads:
    """Reads what one piece loads by itself. Nothing of a module runs when it is loaded: its code moves by name."""

    def __init__(self, scan: Scan, names: Names) -> None:
        self._scan, self._names = scan, names

    def read(self) -> None:
        loaded: dict[Span, list[Binding]] = defaultdict(list)
        for binding in self._scan.file.bindings.declared_in(self._scan.node):
            found = binding.imported
            if found is not None and found.style in _STYLES and self._scan.facts.piece.kind not in CONSTANTS:
                loaded[found.statement].append(binding)
        for statement in find_all(self._scan.node, *VARIABLE_KINDS):
            own = loaded.get(span_of(statement), [])
            values = [part for part in named(statement) if part.kind() == "variable_declarator"]
            if own and all(any(span_of(part).holds(span_of(one.node)) for one in own) for part in values):
                for binding in own:
                    for reference in binding.references:
                        self._names.use(binding, reference)
                self._scan.drop(statement)
        for call in find_all(self._scan.node, "call_expression"):
            callee = call.field("function")
            if callee is not None and callee.text() in ("import", "require") and not self._scan.is_erased(call):
                self._scan.problem(call, "CX105", f"loads `{shortened(call)}` in the midst of other code")
                self._scan.erase(span_of(call))
