"""Writes to rows of relations that come with the write of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from codemods.ir.query import EVERYTHING, Action, Loop, Nested, Predicate, Step
from codemods.ir.table import Relation, RelationKind, Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, block, call, record
from codemods.writers.queries.access import unique_row
from codemods.writers.queries.data import insert, patch
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.relations import ANY_ROW, links_of, null_test, related_row, related_rows
from codemods.writers.queries.sources import chain
from codemods.writers.queries.writes import removal


def with_nested(draft: Draft, table: Table, nested: Sequence[Nested], write: Doc, patching: bool) -> Doc:
    """A promise of the written row, after the writes to its relations."""
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        statements: list[Doc] = []
        result: Doc = f"return {row}"
        for each in nested:
            relation = table.relation(each.relation)
            assert relation is not None
            statements += _Writer(draft, table, row, relation, patching).statements(each)
            if relation.kind is RelationKind.BELONGS_TO:
                result = ("return (await ", call(f"{draft.ctx}.db.get", draft.convex_table(table), f"{row}._id"), ")!")
        return call((write, ".then"), block(f"async ({row})", [*statements, result]))


class _Writer:
    """Writes to the rows of one relation of a written row."""

    def __init__(self, draft: Draft, table: Table, row: str, relation: Relation, patching: bool) -> None:
        self._draft = draft
        self._table = table
        self._row = row
        self._relation = relation
        self._patching = patching
        self._target = draft.table(relation.table)
        self._join = draft.table(relation.through) if relation.through is not None else None
        self._is_many = relation.kind in (RelationKind.HAS_MANY, RelationKind.MANY_TO_MANY)

    def statements(self, nested: Nested) -> Iterator[Doc]:
        """The statements of one nested write, in order."""
        if nested.action is Action.SET:
            yield ("await ", self._release_all())
        elif self._replaces(nested):
            yield ("await ", self._release_one())
        if nested.loop is None:
            for step in nested.steps:
                yield ("await ", self._written(nested, step))
            return
        values = self._values(nested.loop)
        if self._draft.in_action:
            values = self._draft.bundle(nested.relation, values)
        each = self._draft.library("eachNew" if nested.skip_duplicates else "each")
        if nested.loop.parameter is None:
            name = self._draft.fresh("data")
            made = call(self._draft.table_function(self._target, "insert"), self._draft.ctx, self._record(name))
            yield ("await ", call(each, values, arrow(f"({name})", self._connected(made))))
            return
        [step] = nested.steps
        parameter = self._draft.facts.text(nested.loop.parameter)
        with self._draft.looping(parameter):
            head = ("(", self._draft.value(nested.loop.parameter), ") =>")
            body = (head, Group(Nest((Line(" "), self._written(nested, step)))))
            yield ("await ", call(each, values, body))

    def _values(self, loop: Loop) -> Doc:
        """The list of a loop, an empty one where there is none."""
        values: Doc = (self._draft.operand(loop.values), " ?? []") if loop.may_lack else self._draft.value(loop.values)
        if loop.test is not None:
            sides = (values, "[]") if loop.held else ("[]", values)
            return Group((self._draft.operand(loop.test), Nest((Line(" "), "? ", sides[0], Line(" "), ": ", sides[1]))))
        return values

    def _replaces(self, nested: Nested) -> bool:
        """Does the one related row give way to another?"""
        gives = nested.action in (Action.CREATE, Action.CONNECT, Action.CONNECT_OR_CREATE)
        return gives and self._patching and self._relation.kind is RelationKind.HAS_ONE and self._is_optional()

    def _written(self, nested: Nested, step: Step) -> Doc:
        match nested.action:
            case Action.CREATE:
                return self._insert(step)
            case Action.CONNECT | Action.SET:
                return self._connect(step)
            case Action.CONNECT_OR_CREATE:
                return self._connect_or_create(step)
            case Action.DISCONNECT:
                return self._each(self._one_of(step), self._release)
            case Action.UPDATE:
                return patch(self._draft, self._target, self._own(step), step.update, enclosed=True)
            case Action.UPSERT:
                return self._upsert(step)
            case Action.DELETE:
                return call(self._draft.table_function(self._target, "delete"), self._draft.ctx, self._own(step))
            case Action.UPDATE_MANY:
                return self._each(
                    self._all(step.where),
                    lambda row: patch(self._draft, self._target, row, step.update, enclosed=True),
                )
            case Action.DELETE_MANY:
                with self._draft.scope():
                    row = self._draft.fresh(self._draft.names.of(self._target.name).row)
                    remove = removal(self._draft, self._target, row)
                return call(self._draft.library("each"), self._all(step.where), remove)

    # rows

    def _all(self, where: Predicate = ANY_ROW) -> Doc:
        """A promise of the rows of the relation."""
        docs = related_rows(self._draft, self._table, self._row, self._relation, where, (), EVERYTHING)
        unset = null_test(self._draft, self._table, self._row, self._relation, "===", "||").removesuffix(" || ")
        return (f"{unset} ? [] : ", docs) if unset else docs

    def _own(self, step: Step) -> Doc:
        """A promise of the row of the relation that a step names, or of null."""
        if not self._is_many:
            found = related_row(self._draft, self._table, self._row, self._relation, step.where)
            unset = null_test(self._draft, self._table, self._row, self._relation, "===", "||").removesuffix(" || ")
            return call("Promise.resolve", (f"{unset} ? null : ", found)) if unset else found
        found = unique_row(self._draft, self._target, step.where)
        with self._draft.scope():
            other = self._draft.fresh(self._draft.names.of(self._target.name).row)
            return call(self._draft.library("onlyIf"), found, self._is_own(other))

    def _is_own(self, other: str) -> Doc:
        if self._join is not None:
            links = chain(self._draft, [*self._links(other), ".first()"])
            return arrow(f"async ({other})", ("(await ", links, ") !== null"))
        pairs = zip(self._relation.fields, self._relation.references, strict=True)
        tests = [
            f"{other}.{self._draft.names.field(self._target, there)} === {self._access(here)}" for there, here in pairs
        ]
        return arrow(f"({other})", " && ".join(tests))

    def _links(self, other: str) -> tuple[Doc, ...]:
        """The query for the link between the row and another one."""
        assert self._join is not None
        draft, join = self._draft, self._join
        values = {self._relation.fields[0]: self._key(self._table, self._row)}
        values[self._relation.references[0]] = self._key(self._target, other)
        columns = [column.name for column in join.fields]
        with draft.scope():
            q = draft.fresh("q")
        steps = "".join(f'.eq("{name}", {values[name]})' for name in columns)
        match = f'.withIndex("{draft.unique_index(join, columns)}", ({q}) => {q}{steps})'
        return (f".query({draft.convex_table(join)})", match)

    def _key(self, table: Table, row: str) -> str:
        return f"{row}.{self._draft.names.field(table, table.primary_key[0])}"

    def _access(self, column: str) -> str:
        return f"{self._row}.{self._draft.names.field(self._table, column)}"

    def _one_of(self, step: Step) -> Doc:
        """A list of the row that a step names, or an empty one."""
        return call(self._draft.library("listOf"), self._own(step))

    def _each(self, docs: Doc, change: Callable[[str], Doc]) -> Doc:
        with self._draft.scope():
            row = self._draft.fresh(self._draft.names.of(self._target.name).row)
            return call(self._draft.library("each"), docs, arrow(f"({row})", change(row)))

    # writes

    def _keys(self) -> list[Doc]:
        """The properties by which a row over there refers to this one."""
        if self._relation.kind not in (RelationKind.HAS_MANY, RelationKind.HAS_ONE):
            return []
        pairs = zip(self._relation.fields, self._relation.references, strict=True)
        return [f"{there}: {self._access(here)}" for there, here in pairs]

    def _record(self, name: str) -> Doc:
        keys = self._keys()
        return record([f"...{name}", *keys]) if keys else name

    def _insert(self, step: Step) -> Doc:
        return self._connected(insert(self._draft, self._target, step.data, enclosed=True, keys=self._keys()))

    def _connected(self, made: Doc) -> Doc:
        """A promise of a row of another table, connected by the table between."""
        if self._join is None:
            return made
        with self._draft.scope():
            other = self._draft.fresh(self._draft.names.of(self._target.name).row)
            return call((made, ".then"), arrow(f"({other})", self._link(other, "link")))

    def _link(self, other: str, action: Literal["link", "unlink"]) -> Doc:
        assert self._join is not None
        near, far = self._relation.fields[0], self._relation.references[0]
        keys = [f"{near}: {self._key(self._table, self._row)}", f"{far}: {self._key(self._target, other)}"]
        return call(self._draft.table_function(self._join, action), self._draft.ctx, record(keys))

    def _connect(self, step: Step) -> Doc:
        if self._relation.kind is RelationKind.BELONGS_TO:
            raise RefusedError("CX301", f"set of {self._relation.field}, a single row")
        found = unique_row(self._draft, self._target, step.where)
        if self._join is None:
            return call(self._draft.table_function(self._target, "patch"), self._draft.ctx, found, record(self._keys()))
        cause = f"\"No '{self._target.name}' record was found for a nested connect on '{self._table.name}'.\""
        return self._connected(call(self._draft.library("required"), found, cause))

    def _connect_or_create(self, step: Step) -> Doc:
        found = unique_row(self._draft, self._target, step.where)
        made = arrow("()", insert(self._draft, self._target, step.data, enclosed=True, keys=self._keys()))
        if self._join is not None:
            return self._connected(call(self._draft.library("orCreate"), found, made))
        with self._draft.scope():
            other = self._draft.fresh(self._draft.names.of(self._target.name).row)
            patched = call(
                self._draft.table_function(self._target, "patch"), self._draft.ctx, other, record(self._keys())
            )
            return call(self._draft.library("upsert"), found, arrow(f"({other})", patched), made)

    def _upsert(self, step: Step) -> Doc:
        with self._draft.scope():
            other = self._draft.fresh(self._draft.names.of(self._target.name).row)
            changed = arrow(f"({other})", patch(self._draft, self._target, other, step.update, enclosed=True))
        made: Doc = insert(self._draft, self._target, step.data, enclosed=True, keys=self._keys())
        if self._join is not None:
            with self._draft.scope():
                other = self._draft.fresh(self._draft.names.of(self._target.name).row)
                link = self._link(other, "link")
                made = call((made, ".then"), block(f"async ({other})", [("await ", link), f"return {other}"]))
        elif self._relation.kind is RelationKind.BELONGS_TO:
            made = self._taken(made)
        found = self._own(step)
        return call(self._draft.library("upsert"), found, changed, arrow("()", made))

    def _taken(self, made: Doc) -> Doc:
        """A promise of a new row to which the written row refers from now on."""
        with self._draft.scope():
            other = self._draft.fresh(self._draft.names.of(self._target.name).row)
            pairs = zip(self._relation.fields, self._relation.references, strict=True)
            keys = [f"{here}: {other}.{self._draft.names.field(self._target, there)}" for here, there in pairs]
            refer = call(self._draft.table_function(self._table, "patch"), self._draft.ctx, self._row, record(keys))
            return call((made, ".then"), block(f"async ({other})", [("await ", refer), f"return {other}"]))

    # parting

    def _is_optional(self) -> bool:
        columns = [self._target.field(name) for name in self._relation.fields]
        return all(column is not None and column.nullable for column in columns)

    def _release(self, other: str) -> Doc:
        """Parts another row from this one."""
        if self._join is not None:
            return self._link(other, "unlink")
        if self._relation.kind is RelationKind.BELONGS_TO or not self._is_optional():
            raise RefusedError("CX301", f"parts rows of {self._relation.field} whose key is required")
        nothing = record([f"{name}: null" for name in self._relation.fields])
        return call(self._draft.table_function(self._target, "patch"), self._draft.ctx, other, nothing)

    def _release_one(self) -> Doc:
        return self._each(self._one_of(Step()), self._release)

    def _release_all(self) -> Doc:
        if self._join is None:
            return self._each(self._all(), self._release)
        links = links_of(self._draft, self._table, self._row, self._relation, ".collect()")
        with self._draft.scope():
            link = self._draft.fresh("link")
            part = call(f"{self._draft.ctx}.db.delete", self._draft.convex_table(self._join), f"{link}._id")
            return call(self._draft.library("each"), links, arrow(f"({link})", part))
