"""Calls of methods on local values: those of built-in values are harmless, all others have to be known."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.running.npm import ACTING, package_nature
from codemods.planner.running.outside import wait
from codemods.planner.running.packages import Packages
from codemods.planner.running.runtimes import GLOBALS, VALUE_METHODS
from codemods.planner.scan import Scan
from codemods.source import find_all, member, shortened, span_of, unwrap
from codemods.workspace import External, FunctionRef, Global


class Receivers:
    """Reads the calls of one piece, after its names have been read."""

    def __init__(self, scan: Scan, packages: Packages) -> None:
        self._scan, self._packages = scan, packages

    def calls(self) -> None:
        """Calls whose receiver is a local value: built-in methods are harmless, everything else has to be known."""
        handled = [use.span for use in self._scan.facts.uses] + [r.span for r in self._scan.facts.replaced]
        starts = {span.start for span in handled}
        used = {use.span.start for use in self._scan.facts.uses}
        for call in find_all(self._scan.node, "call_expression"):
            callee = call.field("function")
            if callee is None or self._scan.starts_query(call) or self._is_gone(callee):
                continue
            parts = member(callee)
            if parts is not None and span_of(callee).start in used:
                self._begun(call)
            if parts is None or span_of(callee).start in starts or self._is_plain(parts[0], parts[1]):
                continue
            target = self._scan.workspace.callee(self._scan.file.path, call)
            if isinstance(target, Global):
                continue
            if isinstance(target, External):
                self._packages.external(target.module, call, f"`{shortened(callee)}`")
            elif isinstance(target, FunctionRef):
                self._scan.problem(call, "CX206", f"calls `{shortened(callee)}` on an object made at run time")
            else:
                self._scan.problem(call, "CX201", f"calls `{shortened(callee)}`: {target.reason}")

    def _is_gone(self, callee: SgNode) -> bool:
        """Is the name of the method erased, whatever is left of what stands before it?"""
        name = callee.field("property")
        return self._scan.is_erased(callee) or (name is not None and self._scan.is_erased(name))

    def _begun(self, call: SgNode) -> None:
        """What a constant of the module, such as the client of a service, begins."""
        target = self._scan.workspace.callee(self._scan.file.path, call)
        if isinstance(target, External) and package_nature(target.module) in ACTING:
            wait(self._scan, target.module, call)

    def _is_plain(self, receiver: SgNode, name: str) -> bool:
        """A built-in method, a call on the request or response, or a call on something other rules looked at."""
        base = receiver
        while (parts := member(base)) is not None or base.kind() == "call_expression":
            inner = parts[0] if parts is not None else base.field("function")
            if inner is None:
                break
            base = unwrap(inner)
        if base.kind() == "identifier":
            binding = self._scan.file.bindings.resolve(base)
            if binding is None:
                return base.text() in GLOBALS
            if binding.name in self._scan.own_parameters:
                return True
            if binding.imported is not None:
                return True
        return name in VALUE_METHODS
