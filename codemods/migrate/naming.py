"""Target modules and exported names for everything that is carried over, without collisions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from codemods.planner.closure import Closure
from codemods.planner.domains import camel, domain_of, full_stem, function_name
from codemods.planner.pieces import PieceKey, PieceKind
from codemods.planner.routes import RoutePlan
from codemods.workspace import Workspace
from codemods.writers.library import all_names, module_of
from codemods.writers.names import RESERVED_WORDS
from codemods.writers.placement import Placement, module_of_piece

RESERVED_MODULES = frozenset({"schema", "http", "crons", "_generated", "lib", "model", "tables", "actions"})
IMPORTED = frozenset(
    "query mutation action internalQuery internalMutation internalAction httpAction env v api internal filter "
    "HttpError DatabaseError ApplicationError toJson reply settle undoing atomically".split()
)
"""Names that generated modules import: no function of theirs can be called so."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RENAMED = {"delete": "remove", "default": "main"}


@dataclass(slots=True)
class Names:
    """Modules by source file, function names by piece. Filled anew in each round, over what stood before.

    `on_node` are the pieces that go to the file's module for Node.
    """

    modules: dict[str, str] = field(default_factory=dict)
    names: dict[PieceKey, str] = field(default_factory=dict)
    validator_names: dict[str, str] = field(default_factory=dict)
    on_node: frozenset[PieceKey] = frozenset()
    bridges: dict[PieceKey, str] = field(default_factory=dict)
    """The internal functions by which actions run functions of transactions."""

    def names_in(self, module: str) -> frozenset[str]:
        """What a module exports."""
        every = [*self.names.items(), *self.bridges.items()]
        return frozenset(name for key, name in every if key.file in self.modules and self.module(key) == module)

    def module(self, key: PieceKey) -> str:
        """The module that a piece goes to."""
        return module_of_piece(self.modules[key.file], key in self.on_node)

    def main_module(self, file: str) -> str:
        """The module of most of a file's pieces."""
        own = Counter(self.module(key) for key in self.names if key.file == file)
        return max(sorted(own), key=lambda name: own[name], default=self.modules[file])

    def placement(self) -> Placement:
        return Placement(dict(self.modules), dict(self.names), self.on_node, dict(self.bridges))


def name_routes(
    workspace: Workspace, plans: list[RoutePlan], closure: Closure, keys: Iterable[PieceKey], names: Names
) -> None:
    """Choose a module for every source file that gives pieces, and a name for every function."""
    kept = list(keys)
    names.modules, names.names, names.bridges = {}, {}, {}
    names.on_node = frozenset(key for key in kept if closure.needs_node(key))
    handler_files = list(dict.fromkeys(_home(plan) for plan in plans))
    taken: set[str] = set()
    for file in handler_files:
        names.modules[file] = _free_module(file, "", taken)
    for key in kept:
        if key.file not in names.modules:
            in_file = [other for other in kept if other.file == key.file]
            folder = "model/" if any(closure.reaches_context(other) for other in in_file) else "lib/"
            free = taken | _library_clashes(workspace, key.file)
            names.modules[key.file] = _free_module(key.file, folder, free)
            taken.add(names.modules[key.file])
    _name_functions(plans, closure, kept, names)
    for key in sorted(closure.bridges):
        names.bridges[key] = _free_name(f"{names.names[key]}Internal", names.names_in(names.module(key)))


def _home(plan: RoutePlan) -> str:
    """The source file whose module gets the route's function."""
    return plan.piece.key.file if plan.piece is not None else plan.route.place.file


def _library_clashes(workspace: Workspace, file: str) -> set[str]:
    """Modules of the runtime library that declare a name which the file has for its own."""
    own = workspace.source(file).bindings.top_level
    return {module_of(name) for name in all_names() if name in own}


def _free_module(file: str, folder: str, taken: set[str]) -> str:
    stem = full_stem(file) if folder == "lib/" else domain_of(file)
    folders = file.split("/")[:-1]
    wishes = [stem, full_stem(file), camel("-".join([*folders[-1:], stem])), camel(file.rsplit(".", 1)[0])]
    for wish in [*wishes, *(f"{stem}{number}" for number in range(2, 999))]:
        name = (wish if wish[:1].isalpha() else camel(f"app {wish}"))[:60]
        own = {f"{folder}{name}", module_of_piece(f"{folder}{name}", on_node=True)}
        if taken.isdisjoint(own) and not (folder == "" and name in RESERVED_MODULES):
            taken |= own
            return f"{folder}{name}"
    raise AssertionError("no free module name")


def _name_functions(plans: list[RoutePlan], closure: Closure, keys: list[PieceKey], names: Names) -> None:
    used: dict[str, set[str]] = defaultdict(lambda: set(IMPORTED))
    handlers = {plan.piece.key for plan in plans if plan.piece is not None}
    for key in keys:
        piece = closure.piece(key)
        if piece.name is not None and piece.kind is not PieceKind.INLINE:
            wanted = _RENAMED.get(piece.name, piece.name)
            if wanted in RESERVED_WORDS or wanted == "main" or key in handlers:
                wanted = _function_name(wanted, names.module(key))
            keeps = piece.kind is PieceKind.DECLARATION
            names.names[key] = wanted if keeps else _free_name(wanted, used[names.module(key)])
            used[names.module(key)].add(names.names[key])
    # What stays behind is named last: a later run leaves it out, and has to find the same names.
    for plan in sorted(plans, key=lambda plan: not plan.carried):
        on_node = plan.carried and plan.piece is not None and plan.piece.key in names.on_node
        module = module_of_piece(names.modules[_home(plan)], on_node)
        plan.module, plan.beside = module, names.modules[_home(plan)]
        own_key = plan.piece.key if plan.piece is not None else None
        if own_key is not None and own_key in names.names and (plan.carried or own_key not in keys):
            plan.name = names.names[own_key]
            continue
        own = plan.route.handler.name if plan.piece is None or plan.piece.kind is not PieceKind.INLINE else None
        wanted = own or function_name(plan.route.method, plan.route.path or plan.route.local_path)
        plan.name = _free_name(_function_name(wanted, module)[:60], used[module])
        used[module].add(plan.name)
        if own_key is not None:
            names.names.setdefault(own_key, plan.name)


def _function_name(wanted: str, module: str) -> str:
    """A name that Convex takes for a function: ASCII letters, digits and underscores, and no reserved word."""
    wanted = _RENAMED.get(wanted, wanted)
    if wanted in RESERVED_WORDS or wanted == "main":
        return camel(f"{wanted} {module.rsplit('/', 1)[-1]}")
    if _NAME.fullmatch(wanted):
        return wanted
    return camel(wanted if camel(wanted)[:1].isalpha() else f"call {wanted}")


def _free_name(wanted: str, used: Collection[str]) -> str:
    if wanted not in used:
        return wanted
    return next(f"{wanted}{number}" for number in range(2, 9999) if f"{wanted}{number}" not in used)
