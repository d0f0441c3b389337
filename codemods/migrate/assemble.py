"""The decision as a change set: one group a table, one a route, and one for what all routes stand on."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from codemods.changes.changeset import Fragment, NewModule
from codemods.changes.changeset import ImportSpec as ChangeImport
from codemods.migrate.carried import Carried
from codemods.migrate.project import Project
from codemods.migrate.reading import Reading
from codemods.outcome import Group, ItemKind, Place
from codemods.planner.pieces import PieceKey, PieceKind
from codemods.planner.routes import RoutePlan
from codemods.source.markers import marker
from codemods.writers.arguments import exported_arguments
from codemods.writers.code import ImportSpec, TableAction, TableUse
from codemods.writers.javascript import strip_types
from codemods.writers.jsdoc import carried_docs
from codemods.writers.library import library
from codemods.writers.library_tables import TABLES, tables_of
from codemods.writers.splice import Job
from codemods.writers.stored.enums import enum_text
from codemods.writers.stored.parts import ModulePart
from codemods.writers.stored.schema import SCHEMA_CLOSE, SCHEMA_IMPORTS, SCHEMA_OPEN, close_tables, schema_fragments
from codemods.writers.stored.tables import close_uses, table_fragments

APP = "app"
USE_NODE = '"use node";'

_TYPE_USES: dict[str, TableAction] = {"row": "mapper", "new": "insert", "changes": "patch"}
"""Types that code names, by the part of an import's module, and the function of the table that they belong to."""


@dataclass(slots=True)
class Draft:
    """Fragments by module, and which routes need which shared piece."""

    fragments: dict[str, list[Fragment]] = field(default_factory=lambda: defaultdict(list))
    runtime: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tables: dict[TableUse, set[str]] = field(default_factory=lambda: defaultdict(set))
    indexes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    enums: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    env: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    needed_tables: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Assembler:
    """Turns what was carried into fragments and groups."""

    def __init__(self, reading: Reading, carried: Carried, project: Project, selected: bool = False) -> None:
        """With `selected` only some routes were asked for."""
        self._reading, self._carried, self._project = reading, carried, project
        self._selected = selected
        self._workspace = reading.workspace
        self.draft = Draft()
        self._owners: dict[TableUse, set[str]] = defaultdict(set)
        self._jobs: dict[tuple[str, str], int] = {}

    def module_path(self, module: str) -> str:
        return f"{self._project.folder}/{module}{self._project.extension}"

    # ---- fragments --------------------------------------------------------------------------------

    def add(self, module: str, group: str | tuple[str, ...], order: tuple[int | str, ...], text: str,
            imports: Iterable[ImportSpec], tight: bool = False) -> None:  # fmt: skip
        """One fragment of a module of convex/, with its imports turned into paths."""
        imports = tuple(imports)
        if not self._project.typed:
            text = carried_docs(strip_types(text), [spec.local or spec.name for spec in imports])
        if not text.strip():
            return
        specs = tuple(self._import(module, spec) for spec in imports if self._project.typed or not spec.type_only)
        self.draft.fragments[module].append(Fragment(group, order, text, specs, tight))

    def _import(self, module: str, spec: ImportSpec) -> ChangeImport:
        target = spec.module
        name, local = spec.name, spec.local
        kind, _, table = target.partition(":")
        if kind in _TYPE_USES:
            row = self._carried.names.of(table)
            type_name = {"row": row.type, "new": row.new_type, "changes": row.changes_type}[kind]
            target, name, local = row.module, type_name, spec.name if spec.name != type_name else ""
        if target.startswith("convex:"):
            target = relative(module, target.removeprefix("convex:"))
        if target.startswith("file:"):
            folder = posixpath.dirname(self.module_path(module))
            target = posixpath.relpath(target.removeprefix("file:"), folder)
        return ChangeImport(target, name, local, spec.type_only)

    def carried_pieces(self) -> None:
        """Every carried piece, present when any of its routes is."""
        owners: dict[PieceKey, set[str]] = defaultdict(set)
        for plan in self._carried.carried:
            for key in self._carried.pieces(plan):
                owners[key].add(plan.group)
        for handler in self._carried.handlers.pieces:
            for key in handler.reached:
                owners[key].add(APP)
        for key in self._carried.ahead:
            if not self._selected:
                owners[key] = owners[key] or {APP}
        for key in sorted(owners):
            written = self._carried.written.get(key)
            piece = self._carried.closure.piece(key)
            handled = any(plan.piece is not None and plan.piece.key == key for plan in self._carried.carried)
            if written is None:
                continue
            groups = tuple(sorted(owners[key]))
            own = self._carried.placement.modules[key.file]
            at_edge = piece.kind is PieceKind.INLINE and not handled
            module = own if at_edge else self._carried.placement.module(key)
            for number, job in enumerate(written.jobs):
                self._job(own if job.imports else module, groups, (1, key.file, key.offset, number + 2), job)
            for name in written.env:
                self.draft.env[name] |= set(groups)
            if at_edge:
                continue
            self.add(module, groups, (1, key.file, key.offset, 1), written.text, written.imports)
            self._needs(groups, written.runtime, key, written.imports)
            self._enums_and_rows(groups, written.imports)
        for plan in self._carried.carried:
            self._deep_arguments(plan)

    def _job(self, module: str, groups: tuple[str, ...], order: tuple[int | str, ...], job: Job) -> None:
        """A function cut out of a piece, which may be cut out of others too."""
        known = self._jobs.get((module, job.name))
        if known is None:
            self.add(module, groups, order, job.text, job.imports)
            self._jobs[module, job.name] = len(self.draft.fragments[module]) - 1
            return
        fragment = self.draft.fragments[module][known]
        merged = tuple(sorted({*fragment.groups, *groups}))
        self.draft.fragments[module][known] = replace(fragment, group=merged)

    def import_only(self, module: str, group: str, imports: list[ImportSpec]) -> None:
        """Imports that the frame of a module needs."""
        specs = tuple(self._import(module, spec) for spec in imports)
        for index, fragment in enumerate(self.draft.fragments[module]):
            if group in fragment.groups:
                merged = (*fragment.imports, *specs)
                self.draft.fragments[module][index] = replace(fragment, imports=merged)
                return

    def _needs(self, groups: tuple[str, ...], runtime: set[str], key: PieceKey, imports: list[ImportSpec]) -> None:
        for name in runtime:
            self.draft.runtime[name] |= set(groups)
        found = self._carried.database.get(key)
        if found is None:
            return
        self.draft.indexes |= found.indexes
        for use in found.tables:
            self.draft.tables[use] |= set(groups)
        for query in self._carried.closure.facts(key).queries:
            if query.table is not None:
                self.draft.needed_tables[query.table] |= set(groups)
            for join in query.joins:
                self.draft.needed_tables[join.table] |= set(groups)

    def _enums_and_rows(self, groups: tuple[str, ...], imports: Iterable[ImportSpec]) -> None:
        for spec in imports:
            if spec.module == "convex:lib/enums":
                self.draft.enums[spec.name] |= set(groups)
                continue
            kind, _, table = spec.module.partition(":")
            if kind in _TYPE_USES:
                self.draft.tables[TableUse(table, _TYPE_USES[kind])] |= set(groups)
                self.draft.needed_tables[table] |= set(groups)

    def _deep_arguments(self, plan: RoutePlan) -> None:
        name = self._carried.placement.validator_names.get(plan.key)
        if name is None or plan.piece is None:
            return
        text, imports = exported_arguments(plan, name)
        order = (1, plan.piece.key.file, plan.piece.key.offset, 0)
        self.add(plan.beside, plan.group, order, text, imports)

    # ---- stubs ---------------------------------------------------------------------------------------

    def stubs(self) -> None:
        """Routes that are not carried over: an internal function that says so and throws."""
        written = {(plan.module, plan.name) for plan in self._carried.carried}
        for plan in self._carried.plans:
            if plan.carried or plan.dead or self._carried.at_edge(plan):
                continue
            if (plan.module, plan.name) in written:
                continue
            written.add((plan.module, plan.name))
            problem = plan.problems[0]
            kind = "internalQuery" if plan.route.method == "GET" else "internalMutation"
            plan.kind = kind
            place = plan.route.place
            comment = marker(problem.code, f"{plan.route.name} {problem.text}; see {place.file}:{place.line}")
            message = quoted(f"{plan.route.name} has not been migrated: see {place.file}")
            text = (
                f"{comment}\nexport const {plan.name} = {kind}({{\n  args: {{}},\n"
                f"  handler: async () => {{\n    throw new Error({message});\n  }},\n}});"
            )
            imports = [ImportSpec("convex:_generated/server", kind)]
            self.add(plan.module, plan.group, (2, place.file, place.line, plan.name), text, imports)

    # ---- shared ----------------------------------------------------------------------------------------

    def shared(self) -> None:
        """Tables, enums and the runtime library, each for the routes that need them."""
        schema, names, draft = self._reading.schema, self._carried.names, self.draft
        used = self.used_tables()
        parts = [
            (table, part)
            for table in schema.tables
            if table.name in used
            for part in table_fragments(table, close_uses(draft.tables, schema), schema, names)
        ]
        self._close_owners([part for _, part in parts])
        for table, part in parts:
            groups = tuple(sorted({group for use in part.uses for group in self._owners[use]}))
            if not groups:
                continue
            module = names.of(table.name).module.removeprefix("convex:")
            self.add(module, groups, (1, part.order, part.name), part.text, part.imports)
            draft.indexes |= part.indexes
            for name in part.runtime:
                draft.runtime[name] |= set(groups)
        own_tables = self._library_tables()
        self._schema(used, own_tables)
        for name, owners in draft.enums.items():
            enum = schema.enum(name)
            if enum is not None:
                self.add("lib/enums", tuple(sorted(owners)), (1, name), enum_text(enum, self._project.typed), [])
        self._environment()
        for name in list(draft.runtime):
            app = self._reading.app
            for declaration in library([name], app.express_major, app.nests_queries):
                if not self._project.typed and declaration.is_type:
                    continue
                users = tuple(sorted(draft.runtime[name]))
                self._library_fragment(declaration.name, declaration.module, declaration.order, declaration.text,
                                       declaration.imports, users,)  # fmt: skip

    def _close_owners(self, parts: Sequence[ModulePart]) -> None:
        """Whoever needs a function of a table needs the functions of other tables that it calls."""
        for use, groups in self.draft.tables.items():
            self._owners[TableUse(use.table, use.action)] |= groups
        grown = True
        while grown:
            grown = False
            for part in parts:
                groups = {group for use in part.uses for group in self._owners[use]}
                for need in part.needs:
                    grown = grown or not groups <= self._owners[need]
                    self._owners[need] |= groups

    def _environment(self) -> None:
        """`convex.config.ts` declares the variables that functions read."""
        if not self.draft.env:
            return
        module = "convex.config"
        imports = [ImportSpec("convex/server", "defineApp"), ImportSpec("convex/values", "v")]
        self.add(module, "", (0, ""), "export default defineApp({\n  env: {", imports)
        for name, owners in sorted(self.draft.env.items()):
            line = f"    {name}: v.optional(v.string()),"
            self.add(module, tuple(sorted(owners)), (1, name), line, [], tight=True)
        self.add(module, "", (2, ""), "  },\n});", [], tight=True)

    def _library_fragment(self, name: str, module: str, order: int, text: str, imports: tuple[ImportSpec, ...],
                          owners: tuple[str, ...]) -> None:  # fmt: skip
        known = self.draft.fragments[module]
        for index, fragment in enumerate(known):
            if fragment.order == (1, order):
                merged = tuple(sorted({*fragment.groups, *owners}))
                known[index] = Fragment(merged, fragment.order, fragment.text, fragment.imports)
                return
        self.add(module, owners, (1, order), text, imports)

    def _library_tables(self) -> dict[str, set[str]]:
        """The tables of the library's functions, each with the groups that need it."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, owners in self.draft.runtime.items():
            for table in tables_of(library([name])):
                found[table] |= owners
        return found

    def _schema(self, used: frozenset[str], own: dict[str, set[str]]) -> None:
        if not used and not own:
            return
        self.add("schema", "", (0, ""), SCHEMA_OPEN, SCHEMA_IMPORTS)
        for number, part in enumerate(
            schema_fragments(self._reading.schema, self._carried.names, used, self.draft.indexes)
        ):
            group = table_group(part.table)
            self.add("schema", group, (1, number), part.text, [], tight=True)
        for table, owners in sorted(own.items()):
            self.add("schema", tuple(sorted(owners)), (2, table), TABLES[table], [], tight=True)
        self.add("schema", "", (3, ""), SCHEMA_CLOSE, [], tight=True)

    def used_tables(self) -> frozenset[str]:
        """The tables of the schema: all, but what the database computes. Of a selection of routes, those it needs."""
        if not self._selected:
            return frozenset(table.name for table in self._reading.schema.tables if not table.is_view)
        uses = close_uses(self.draft.tables, self._reading.schema)
        return close_tables({*self.draft.needed_tables, *(use.table for use in uses)}, self._reading.schema)

    # ---- groups ----------------------------------------------------------------------------------------

    def groups(self) -> list[Group]:
        found = [Group(APP, "Convex project and HTTP edge", ItemKind.FILE, Place(self._project.package_path))]
        used = self.used_tables()
        for table in self._reading.schema.tables:
            if table.name in used:
                found.append(Group(table_group(table.name), f"table {table.name}", ItemKind.TABLE, table.place))
        seen = set()
        for plan in self._carried.plans:
            group = plan.group
            if group in seen:
                continue
            seen.add(group)
            needs = tuple(table_group(name) for name in sorted(self._tables_of(group)))
            found.append(Group(group, plan.route.name, ItemKind.ROUTE, plan.route.place, (APP, *needs)))
        return found

    def _tables_of(self, group: str) -> frozenset[str]:
        """The tables that a route touches, and those that they cannot do without."""
        touched = {use.table for use, owners in self._owners.items() if group in owners}
        touched |= {name for name, owners in self.draft.needed_tables.items() if group in owners}
        return close_tables(touched, self._reading.schema)

    def modules(self, sources: dict[str, str]) -> tuple[NewModule, ...]:
        """All modules; `sources` names the source file that a module is the new place of."""
        own = {module: self._workspace.source(file).newline for file, module in self._carried.placement.modules.items()}
        placement = self._carried.placement
        on_node = {placement.module(key): key.file for key in placement.on_node}
        own |= {module: self._workspace.source(file).newline for module, file in on_node.items()}
        usual = Counter(own.values()).most_common(1)[0][0] if own else "\n"
        return tuple(
            NewModule(
                self.module_path(module), tuple(fragments), USE_NODE if module in on_node else "",
                sources.get(module), own.get(module, usual),
            )
            for module, fragments in sorted(self.draft.fragments.items())
        )  # fmt: skip


def table_group(name: str) -> str:
    return f"table:{name}"


def relative(module: str, target: str) -> str:
    """The import path from one module of convex/ to another."""
    depth = module.count("/")
    folder = module.rsplit("/", 1)[0] if depth else ""
    if folder and target.startswith(f"{folder}/"):
        return "./" + target.removeprefix(f"{folder}/")
    return ("../" * depth or "./") + target


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ")
    return f'"{escaped}"'
