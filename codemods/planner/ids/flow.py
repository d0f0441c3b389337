"""Follows values into id positions, and turns what treats them as numbers into what treats them as Convex ids.

Prisma's `Int @id` becomes `_id`, a string. A route that casts its parameter to a number before it looks the row up
(`Number(req.params.id)`) then passes the text itself, and a helper's `id: number` becomes `id: string`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from ast_grep_py import SgNode

from codemods.ir.query import Query
from codemods.ir.table import Schema, Table
from codemods.ir.validator import Shape
from codemods.outcome import Place
from codemods.planner.checking.shapes import ShapeOf
from codemods.planner.checking.validator_chains import id_edits
from codemods.planner.closure import Closure
from codemods.planner.ids.casts import cast_operand, is_cast, makes_numbers
from codemods.planner.ids.checks import EQUALITIES, IdChecks
from codemods.planner.ids.edits import IdEdits
from codemods.planner.ids.fields import IdFields
from codemods.planner.ids.parts import branches, list_of, part_of, position_of
from codemods.planner.ids.places import opaque_rows, written_values
from codemods.planner.ids.rows import RowFields
from codemods.planner.ids.schemas import id_schema, is_unfit, unfit_keys
from codemods.planner.ids.types import (
    annotation_edits,
    asserted_edits,
    declared_edits,
    is_numeric_parameter,
    key_edits,
    part_edits,
)
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.planner.stored.values import Values, node_covering
from codemods.source import (
    Binding,
    BindingKind,
    Edit,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    parameters,
    span_of,
    unwrap,
)
from codemods.source.tree import operator_of, property_name
from codemods.workspace import Workspace

_COMPUTES = frozenset({"+", "-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"})


class IdFlow:
    """Edits that make numeric ids strings, and the obstacles met."""

    def __init__(
        self,
        workspace: Workspace,
        schema: Schema,
        closure: Closure,
        carried: Iterable[PieceKey],
        plans: Iterable[RoutePlan],
        shape_of: ShapeOf,
        table_name: Callable[[str], str],
    ) -> None:
        """`table_name` gives the Convex name of a source table."""
        self._workspace, self._closure, self._shape_of = workspace, closure, shape_of
        self._carried = tuple(carried)
        self._fields, self._found = IdFields(schema), IdEdits()
        self._checks = IdChecks(closure, self._found, self._fields.numeric, table_name)
        self.names: dict[str, tuple[PieceKey, Place]] = {}
        """Fields of schemas that hold ids, and where they are used as such."""
        self._unfit = self._validated(plans)
        self._seen: set[tuple[str, int]] = set()
        self._plain: dict[tuple[str, int], tuple[PieceKey, Place]] = {}
        self._run()

    @property
    def problems(self) -> dict[PieceKey, list[Problem]]:
        return self._found.problems

    def is_id(self, file: str, name: SgNode) -> bool:
        """Does a variable or parameter, by its name where it is declared, hold ids that were numbers?"""
        return (file, span_of(name).start) in self._seen

    def edits_in(self, file: str, span: Span) -> list[Edit]:
        return self._found.within(file, span)

    def _run(self) -> None:
        for key in self._carried:
            for query in self._closure.facts(key).queries:
                self._query(key, query)
            self._comparisons(key)
            self._passed(key)
            self._found.add(key.file, *declared_edits(self._closure.piece(key).node, self._fields.numeric))
            source = self._workspace.source(key.file)
            self._found.add(key.file, *key_edits(source, self._closure.piece(key).node, self._fields.numeric))
        for key in self._carried:
            self._checks.members(key, self._workspace.source(key.file))
        for name, (owner, place) in self.names.items():
            if not self._rewrite_schemas(name):
                text = f"the id `{name}` is validated as something that no Convex id is"
                self.problems[owner].append(Problem("CX301", text, place))
        for mark in self._seen & self._plain.keys():
            owner, place = self._plain[mark]
            self.problems[owner].append(Problem("CX604", "one value is used as an id and as a plain number", place))

    # ---- schemas of the request --------------------------------------------------------------------

    def _validated(self, plans: Iterable[RoutePlan]) -> dict[PieceKey, frozenset[str]]:
        """By piece, the fields that routes reaching it validate as what no Convex id is."""
        found: dict[PieceKey, set[str]] = defaultdict(set)
        for plan in plans:
            if plan.piece is None or plan.request is None:
                continue
            names: set[str] = set()
            for argument in plan.request.arguments:
                names |= set(unfit_keys(argument.shape, argument.name))
                for name in {*unfit_keys(argument.shape, "")} & self._fields.numeric - {"id"}:
                    self.names.setdefault(name, (plan.piece.key, plan.route.place))
            for key in self._closure.reached(plan.piece.key):
                found[key] |= names
        return {key: frozenset(names) for key, names in found.items()}

    def _rewrite_schemas(self, name: str) -> bool:
        """`authorId: z.coerce.number().int()` → `authorId: z.string()`; formats of other ids go. False: none found."""
        found = False
        for key in self._carried:
            for pair in find_all(self._closure.piece(key).node, "pair"):
                label, value = pair.field("key"), pair.field("value")
                if label is None or value is None or property_name(label) != name:
                    continue
                text = id_schema(value.text())
                if text is not None:
                    found = True
                    self._found.add(key.file, Edit.replace(span_of(value), text))
            edits = id_edits(self._workspace, self._workspace.source(key.file), self._closure.piece(key).node, name)
            self._found.add(key.file, *edits)
            found = found or bool(edits)
        return found

    def _parsed(self, file: SourceFile, value: SgNode) -> Shape | None:
        """The shape of `schema.parse(…)`."""
        plain = unwrap(value, awaited=True)
        callee = plain.field("function") if plain.kind() == "call_expression" else None
        parts = member(callee) if callee is not None else None
        if parts is None or parts[1] not in ("parse", "parseAsync"):
            return None
        return self._shape_of(file.path, parts[0])

    def _schema_part(self, key: PieceKey, file: SourceFile, shape: Shape | None, name: str, node: SgNode) -> None:
        """A field that a schema makes a number or a UUID: that part of the schema changes, where it can be found."""
        child = shape.child(name) if shape is not None else None
        if (child is not None and is_unfit(child)) or (shape is None and name in self._unfit.get(key, ())):
            self.names.setdefault(name, (key, file.place(node)))

    # ---- where ids are looked up, compared and written ----------------------------------------------

    def _comparisons(self, key: PieceKey) -> None:
        """`post.authorId !== Number(req.query.userId)`: the other side of a comparison with an id."""
        file = self._workspace.source(key.file)
        for node in find_all(self._closure.piece(key).node, "binary_expression"):
            left, right = node.field("left"), node.field("right")
            if left is None or right is None or operator_of(node) not in EQUALITIES:
                continue
            for side, other in ((left, right), (right, left)):
                parts = member(side)
                if (
                    parts is not None
                    and parts[1] in self._fields.numeric
                    and (is_cast(file, other) or is_numeric_parameter(file, other))
                ):
                    self._trace(key, file, other, self._fields.owner(parts[1]))

    def _passed(self, key: PieceKey) -> None:
        """`makeToken(user.id)`: the parameter that gets the id of a row."""
        file, facts = self._workspace.source(key.file), self._closure.facts(key)
        values = Values(file, self._fields.schema, facts.queries)
        for use in facts.uses:
            node = node_covering(file, use.call) if use.call is not None else None
            for index, argument in enumerate(arguments(node) if node is not None else ()):
                table = values.id_table(span_of(argument)) or self._by_name(argument)
                if table is not None and self._fields.has_numeric_key(table):
                    self._found.add(key.file, *asserted_edits(argument))
                    self._parameter(use.target, index, table)

    def _by_name(self, node: SgNode) -> str | None:
        """The table of `user.id` and `post.authorId`, by the name of the field."""
        parts = member(unwrap(node))
        return self._fields.owner(parts[1]) if parts is not None and parts[1] in self._fields.numeric else None

    def _parameter(self, key: PieceKey, index: int, table: str) -> None:
        """A parameter that gets ids."""
        given = parameters(self._closure.piece(key).node)
        file = self._workspace.source(key.file)
        pattern = given[index].pattern if index < len(given) else None
        annotation = given[index].type if index < len(given) else None
        if annotation is not None and not any(name in annotation.text() for name in ("number", "bigint")):
            return
        binding = file.bindings.resolve(pattern) if pattern is not None and pattern.kind() == "identifier" else None
        if binding is not None:
            self._binding(key, file, binding, table)

    def _query(self, key: PieceKey, query: Query) -> None:
        table = self._fields.table(query.table)
        if table is None:
            return
        file = self._workspace.source(query.file)
        for owner, field, value in written_values(query, table, self._fields.schema):
            node = node_covering(file, value)
            if node is not None:
                self._value(key, file, owner, field, node)
        for owner, span in opaque_rows(query, table, self._fields.schema):
            node = node_covering(file, span)
            rows = RowFields(self._workspace, self._given)
            is_whole = node is not None and rows.follow(key, file, node)
            for made in rows.fields:
                self._value(made.key, made.file, owner, made.name, made.value)
            if not is_whole:
                self._opaque(key, file, owner, query, span, node)

    def _value(self, key: PieceKey, file: SourceFile, table: Table, field: str, node: SgNode) -> None:
        if self._fields.is_id(table, field):
            self._trace(key, file, node, self._fields.target(table, field))
        elif self._fields.looks_like_key(table, field):
            text = f"{table.name}.{field} looks like a key of another table, but no relation says of which"
            self._found.refuse(key, "CX604", text, file, node)
        else:
            self._plain_use(key, file, node)

    def _opaque(
        self, key: PieceKey, file: SourceFile, table: Table, query: Query, span: Span, node: SgNode | None
    ) -> None:
        """Rows that cannot be followed, and may have been given numbers for ids."""
        if makes_numbers(file.slice(span)) and any(self._fields.is_numeric(table, f.name) for f in table.fields):
            text = f"{query.name} is given rows in which ids may be numbers"
            self._found.refuse(key, "CX301", text, file, node if node is not None else file.root)

    def _plain_use(self, key: PieceKey, file: SourceFile, node: SgNode) -> None:
        """Remember variables that are written to plain number columns: those cannot also be ids."""
        plain = unwrap(node)
        binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
        if binding is not None:
            self._plain[(file.path, binding.start)] = (key, file.place(node))

    # ---- values in id positions -----------------------------------------------------------------------

    def _trace(self, key: PieceKey, file: SourceFile, node: SgNode, table: str) -> None:
        """Make an expression in an id position a string."""
        self._found.add(file.path, *asserted_edits(node))
        plain = unwrap(node)
        operand = cast_operand(plain)
        if operand is not None:
            self._found.add(file.path, Edit(span_of(plain), (span_of(operand),)))
            self._trace(key, file, operand, table)
            return
        held = branches(plain)
        if held:
            for each in held:
                self._trace(key, file, each, table)
            return
        if plain.kind() in ("identifier", "shorthand_property_identifier"):
            binding = file.bindings.resolve(plain)
            if binding is not None:
                self._binding(key, file, binding, table)
            elif plain.text() == "NaN":
                self._found.add(file.path, Edit.replace(span_of(plain), '""'))
        elif plain.kind() == "number":
            self._found.refuse(key, "CX301", f"the id {plain.text()} is written as a number", file, plain)
        elif makes_numbers(plain.text()) or _computes(plain):
            self._found.refuse(key, "CX301", f"the id `{plain.text()[:60]}` is computed as a number", file, plain)
        elif (parts := member(plain)) is not None:
            self._member(key, file, plain, parts[0], parts[1], table)

    def _member(self, key: PieceKey, file: SourceFile, node: SgNode, base: SgNode, name: str, table: str) -> None:
        """`input.authorId`: a schema may make a number of it."""
        plain = unwrap(base)
        binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
        shape = self._parsed(file, binding.value) if binding is not None and binding.value is not None else None
        self._schema_part(key, file, shape, name, node)
        self._checks.part(key, node, table)
        self._part(key, file, plain, (name,), table)

    def _part(self, key: PieceKey, file: SourceFile, base: SgNode, path: Sequence[str], table: str) -> None:
        """What an object holds under a path: one that is written out here, or where a parameter is given it."""
        binding = file.bindings.resolve(base) if base.kind() == "identifier" else None
        for where, edit in part_edits(self._workspace, file, base, path[-1]):
            self._found.add(where, edit)
        if binding is not None and binding.kind is BindingKind.PARAMETER:
            for user, argument in self._given(file, binding, *path):
                self._trace(user, self._workspace.source(user.file), argument, table)
            return
        part = part_of(file, base, path)
        if part is not None:
            self._trace(key, file, part, table)

    def _binding(self, key: PieceKey, file: SourceFile, binding: Binding, table: str) -> None:
        mark = (file.path, binding.start)
        if mark in self._seen:
            return
        self._seen.add(mark)
        items = list_of(binding)
        if items is not None:
            self._trace(key, file, items, table)
        elif binding.kind is BindingKind.PARAMETER:
            for user, argument in self._given(file, binding):
                self._trace(user, self._workspace.source(user.file), argument, table)
            self._handed_on(key, file, binding, table)
        elif binding.value is not None:
            self._trace(key, file, binding.value, table)
        elif binding.source is not None and binding.path:
            shape = self._parsed(file, binding.source) if len(binding.path) == 1 else None
            self._schema_part(key, file, shape, binding.path[-1], binding.node)
            self._part(key, file, unwrap(binding.source), binding.path, table)
        if binding.default is not None:
            self._trace(key, file, binding.default, table)
        self._found.add(file.path, *annotation_edits(self._workspace, file, binding))
        self._checks.variable(key, file, binding, table)

    def _handed_on(self, key: PieceKey, file: SourceFile, binding: Binding, table: str) -> None:
        """The parameters of other functions that get the same id."""
        if key not in self._carried:
            return
        for use in self._closure.facts(key).uses:
            node = node_covering(file, use.call) if use.call is not None else None
            for index, argument in enumerate(arguments(node) if node is not None else ()):
                if argument.kind() == "identifier" and file.bindings.resolve(argument) == binding:
                    self._parameter(use.target, index, table)

    def _given(self, file: SourceFile, binding: Binding, *path: str) -> list[tuple[PieceKey, SgNode]]:
        """What all calls give for a parameter, or for a part of it, with the pieces that call."""
        position = position_of(binding)
        if position is None:
            return []
        target = PieceKey(file.path, span_of(position[0]).start)
        found = []
        for user in self._carried:
            for use in self._closure.facts(user).uses:
                source = self._workspace.source(user.file)
                node = node_covering(source, use.call) if use.target == target and use.call is not None else None
                given = arguments(node)[position[1] :][:1] if node is not None else []
                parts = [part_of(source, argument, (*binding.path, *path)) for argument in given]
                found += [(user, part) for part in parts if part is not None]
        return found


def _computes(node: SgNode) -> bool:
    operator = node.field("operator") if node.kind() in ("binary_expression", "unary_expression") else None
    return operator is not None and operator.text() in _COMPUTES | {"~"}
