"""What writing pieces needs to know of the whole plan: where each goes, and under which name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from codemods.planner.answering.replies import Delegate
from codemods.planner.asking.asked import AskedFunction
from codemods.planner.closure import Closure
from codemods.planner.ids.flow import IdFlow
from codemods.planner.pieces import Piece, PieceKey
from codemods.planner.routes import RoutePlan
from codemods.source import SourceFile, Span
from codemods.workspace import Workspace
from codemods.writers.code import ImportSpec
from codemods.writers.queries.database import DatabaseEdits

SERVER = "convex:_generated/server"


def module_of_piece(module: str, on_node: bool) -> str:
    """`model/mail` → `model/mailNode` for what needs Node. The name never depends on what else is carried over."""
    return f"{module}Node" if on_node else module


@dataclass(frozen=True, slots=True)
class Placement:
    """Where pieces go: module (`model/books`) by source file, and the emitted name by piece.

    What needs Node goes to a module of its own, since no query or mutation may stand beside it.
    """

    modules: Mapping[str, str]
    names: Mapping[PieceKey, str]
    on_node: frozenset[PieceKey] = frozenset()
    bridges: Mapping[PieceKey, str] = field(default_factory=dict)
    """The names of the internal functions by which actions run functions of transactions."""

    def module(self, key: PieceKey) -> str:
        return module_of_piece(self.modules[key.file], key in self.on_node)

    def module_beside(self, key: PieceKey) -> str:
        """The module of the piece's file that runs in the Convex runtime, for functions that reach the database."""
        return self.modules[key.file]

    def name(self, piece: Piece) -> str:
        return self.names.get(piece.key) or piece.name or "handler"


@dataclass(frozen=True, slots=True)
class Context:
    """What writing needs to know of the whole plan."""

    workspace: Workspace
    closure: Closure
    placement: Placement
    ids: IdFlow
    database: Mapping[PieceKey, DatabaseEdits]
    args_text: Callable[[RoutePlan], tuple[str, list[ImportSpec]]]
    job_validator: Callable[[SourceFile, Span], str]
    jobs: dict[str, set[str]] = field(default_factory=dict)
    """By module, the names that its functions have; filled while jobs get theirs."""
    delegates: Mapping[PieceKey, Delegate] = field(default_factory=dict)
    """Functions that answer for their callers."""
    asked: Mapping[PieceKey, AskedFunction] = field(default_factory=dict)
    """Functions that are given the request."""
    whole: frozenset[tuple[PieceKey, Span]] = frozenset()
    """The database calls whose failure takes back what the mutation wrote."""
    watched: AbstractSet[PieceKey] = frozenset()
    """Pieces of actions in which something looks at errors."""
    at_the_edge: AbstractSet[PieceKey] = frozenset()
    """Pieces that middleware runs, with ids of tokens that the server of old has signed."""
    enums_module: str = "convex:lib/enums"
