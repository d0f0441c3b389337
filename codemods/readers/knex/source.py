"""Which values are Knex: the connection, a transaction of it, and what starts a statement there."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.calls import CallSite, call_site
from codemods.readers.literals import binding_of
from codemods.readers.origins import SEVERAL, Origin, Origins
from codemods.source.bindings import BindingKind
from codemods.source.file import SourceFile
from codemods.source.tree import unwrap
from codemods.workspace import Workspace

PACKAGE = "knex"
STARTING = frozenset(
    {
        "select", "insert", "update", "delete", "del", "from", "into", "table", "with", "withRecursive", "count",
        "first", "distinct", "raw", "transaction", "batchInsert", "queryBuilder", "truncate", "where", "union",
    }
)  # fmt: skip
"""Methods of a connection that start a statement."""

_SIDES = {"binary_expression": ("left", "right"), "ternary_expression": ("consequence", "alternative")}
_TRANSACTIONS = (("transaction", "=>0"), ("transaction", "()"), ("transactionProvider", "()"))
_TYPES = (("Knex",), ("Knex", "Transaction"), ("knex", "Knex"), ("default", "Knex"))
_MADE = (("()",), ("default", "()"), ("knex", "()"))


def is_connection(origin: Origin | None, node: SgNode) -> bool:
    """A connection is one call of the package's function; a query is what calling the connection gives."""
    if origin is None or origin.package != PACKAGE:
        return False
    path = origin.path
    if path == (SEVERAL,):
        return node.kind() != "call_expression"
    while path[-2:] in _TRANSACTIONS:
        path = path[:-2]
    return path in _TYPES or path in _MADE


class Connections:
    """Says of the expressions of one file whether they are connections."""

    def __init__(self, workspace: Workspace, file: SourceFile) -> None:
        self._file = file
        self._origins = Origins(workspace)

    def starts(self, site: CallSite) -> bool:
        """Does a call start a statement: `db("users")`, `db.select(…)`?"""
        if site.is_new:
            return False
        if site.target is not None and site.method in STARTING:
            origin = self._origins.of_receiver(self._file, site.node, site.target)
            return is_connection(origin, site.target) or self.holds(site.target)
        return bool(site.arguments) and self.holds(site.function)

    def holds(self, node: SgNode) -> bool:
        """Is an expression a connection, or one of several: `trx ?? db`?"""
        inner = unwrap(node)
        if is_connection(self._origins.of(self._file, inner), inner):
            return True
        sides = [inner.field(name) for name in _SIDES.get(inner.kind(), ())]
        if sides:
            return all(side is not None and self.holds(side) for side in sides)
        binding = binding_of(self._file, inner)
        if binding is None or binding.kind is not BindingKind.CONST or binding.reassigned or binding.path:
            return False
        value = unwrap(binding.value) if binding.value is not None else None
        return value is not None and value.kind() in _SIDES and self.holds(value)

    def helper(self, node: SgNode, *names: str) -> CallSite | None:
        """`db.raw(…)`, `trx.fn.now()`, `knex.ref(…)`: a function of a connection of one of these names."""
        inner = unwrap(node)
        site = call_site(inner) if inner.kind() == "call_expression" else None
        if site is None or site.method not in names or site.target is None:
            return None
        holder = site.target
        if site.method == "now":
            access = holder.field("object") if holder.kind() == "member_expression" else None
            if access is None or not holder.text().endswith(".fn"):
                return None
            holder = unwrap(access)
        return site if self.holds(holder) else None
