"""The rows that a statement reads: which index leads to them, how sources meet, and which tests are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from codemods.ir.query import Order
from codemods.ir.sql import Apply, Column, Expr, Given, Joining, Selection, Source, inside
from codemods.ir.table import Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, listed
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.sources import chain
from codemods.writers.sql.values import EXACT, Env, Value, Values
from codemods.writers.stored.fields import id_target, is_indexable
from codemods.writers.stored.indexes import Choice, choose, unique_sets


@dataclass(frozen=True, slots=True)
class Rows:
    """A promise of rows, and what the sources are in one. `links` are those of the query, where it is nothing else
    and may still end otherwise; `served` says that the rows are in the order that was asked for."""

    doc: Doc
    env: Env
    links: tuple[Doc, ...] = ()
    served: bool = False


@dataclass(frozen=True, slots=True)
class _Equal:
    """A column that equals a value."""

    field: str
    value: Expr
    part: Expr
    is_same: bool
    """Null equals null."""


class Sources:
    """Writes the sources of one statement."""

    def __init__(self, draft: Draft, values: Values) -> None:
        self._draft, self._values = draft, values

    def rows(self, selection: Selection, outer: Env, order: Sequence[Order] = (), bounded: bool = False) -> Rows:
        """The rows of all sources that meet, and that pass the conditions."""
        parts = list(selection.where)
        placed = _in_turn(self._draft, selection, parts)
        first, *others = placed
        table = self._draft.table(first.table)
        if not others:
            row = self._draft.fresh(self._draft.names.of(table.name).row)
            env = self._with(outer, first.name, table, row, row)
            return self._single(first, table, parts, outer, env, order, bounded)
        return self._several(placed, parts, outer)

    def _with(self, outer: Env, name: str, table: Table, row: str, parameter: str, optional: bool = False) -> Env:
        added = frozenset({name}) if optional else frozenset[str]()
        return Env(
            {**outer.rows, name: row}, {**outer.tables, name: table}, outer.optional | added, "", f"({parameter})"
        )

    def _single(
        self,
        source: Source,
        table: Table,
        parts: list[Expr],
        outer: Env,
        env: Env,
        order: Sequence[Order],
        bounded: bool,
    ) -> Rows:
        own = [part for part in parts if _names(part, {source.name})]
        doc, served, links, rest = self._found(source, table, own, outer, order, bounded)
        rest += [part for part in parts if part not in own]
        if rest:
            doc, links = self._where(doc, rest, env), ()
        return Rows(doc, env, links, served)

    def _several(self, placed: Sequence[Source], parts: list[Expr], outer: Env) -> Rows:
        draft = self._draft
        names = {source.name: draft.fresh(source.name) for source in placed}
        known: list[str] = []
        env = replace(outer, parameter="()")
        doc: Doc = ""
        waiting = list(parts)
        for source in placed:
            table = draft.table(source.table)
            label = names[source.name]
            here = {source.name, *known}
            mine = [part for part in waiting if _sources(part) & set(names) <= here and source.name in _sources(part)]
            on = list(source.on)
            inner = source.joining is not Joining.LEFT
            used = [*on, *(mine if inner else ())]
            before = env
            found, _, _, rest = self._found(source, table, used, before, (), False)
            known.append(source.name)
            pattern = f"{{ {', '.join(names[name] for name in known)} }}"
            env = self._with(before, source.name, table, label, pattern, not inner)
            if rest:
                own = self._with(before, source.name, table, label, label)
                found = self._where(found, rest, own)
            if not doc:
                doc = call(draft.library("named"), f'"{label}"', found)
            else:
                function = draft.library("joinedWith" if inner else "leftJoinedWith")
                doc = call(function, doc, f'"{label}"', arrow(before.parameter, found))
            waiting = [part for part in waiting if part not in mine]
            if not inner and mine:
                doc = self._where(doc, mine, env)
        if waiting:
            doc = self._where(doc, waiting, env)
        return Rows(doc, env)

    def _where(self, doc: Doc, parts: Sequence[Expr], env: Env) -> Doc:
        test = self._values.all([self._values.test(part, env) for part in parts])
        prefix = "async " if test.waits else ""
        return call(self._draft.library("where"), doc, arrow(f"{prefix}{env.parameter}", test.doc))

    # ---- indexes ----------------------------------------------------------------------------------

    def _found(
        self, source: Source, table: Table, parts: list[Expr], env: Env, order: Sequence[Order], bounded: bool
    ) -> tuple[Doc, bool, tuple[Doc, ...], list[Expr]]:
        """A promise of the rows of one source, whether they are in order, the links of a mere query, and the parts of
        the conditions that are left to test."""
        equal = [found for part in parts if (found := self._equal(source, table, part)) is not None]
        by_key = next((each for each in equal if each.field == table.id_field), None)
        if by_key is not None:
            key = self._values.value(by_key.value, env)
            find = arrow(
                "(key)", f"{self._draft.library('find')}({self._draft.ctx}, {self._draft.convex_table(table)}, key)"
            )
            doc = call(self._draft.library("rowWithKey"), key.doc, find)
            return self._awaited(doc, key), True, (), [part for part in parts if part is not by_key.part]
        listed_ = self._by_list(source, table, parts, env) if not equal else None
        if listed_ is not None:
            return listed_
        return self._by_index(source, table, parts, equal, env, order, bounded)

    def _awaited(self, doc: Doc, value: Value) -> Doc:
        if value.waits:
            raise RefusedError("CX301", "a key that a statement inside gives")
        return doc

    def _equal(self, source: Source, table: Table, part: Expr) -> _Equal | None:
        if isinstance(part, Apply) and part.function == "if_there":
            given, condition = part.arguments
            there = isinstance(given, Given) and not self._draft.facts.may_be_undefined(given.value)
            found = self._equal(source, table, condition) if there else None
            return replace(found, part=part) if found is not None else None
        if not isinstance(part, Apply) or part.function not in ("eq", "same"):
            return None
        for column, value in (part.arguments, part.arguments[::-1]):
            if isinstance(column, Column) and column.source == source.name and source.name not in _sources(value):
                field = table.field(column.field)
                is_key = column.field == table.id_field
                usable = field is not None and is_indexable(field)
                if is_key or (usable and column.kind is not EXACT and not _is_inner(value)):
                    return _Equal(column.field, value, part, part.function == "same")
        return None

    def _by_list(
        self, source: Source, table: Table, parts: list[Expr], env: Env
    ) -> tuple[Doc, bool, tuple[Doc, ...], list[Expr]] | None:
        draft = self._draft
        for part in parts:
            if not isinstance(part, Apply) or part.function != "in":
                continue
            column, *values = part.arguments
            if not isinstance(column, Column) or column.source != source.name or column.kind is EXACT:
                continue
            if any(source.name in _sources(value) or _is_inner(value) for value in values):
                continue
            many = isinstance(values[0], Given) and values[0].many
            docs = [self._values.value(value, env).doc for value in values]
            items = docs[0] if many else listed("[", docs, "]")
            rest = [other for other in parts if other is not part]
            if column.field == table.id_field:
                find = call(draft.library("find"), draft.ctx, draft.convex_table(table), "key")
                found = call(draft.library("listOf"), find)
                return call(draft.library("rowsWithAny"), items, arrow("(key: any)", found)), False, (), rest
            field = table.field(column.field)
            if field is None or not is_indexable(field):
                continue
            query = self._links(
                table, Choice((field.name,), (field.name,)), {field.name: self._typed(table, field.name, "value")}
            )
            return (
                call(draft.library("rowsWithAny"), items, arrow("(value)", chain(draft, (*query, ".collect()")))),
                False,
                (),
                rest,
            )
        return None

    def _by_index(
        self,
        source: Source,
        table: Table,
        parts: list[Expr],
        equal: list[_Equal],
        env: Env,
        order: Sequence[Order],
        bounded: bool,
    ) -> tuple[Doc, bool, tuple[Doc, ...], list[Expr]]:
        draft = self._draft
        used: dict[str, _Equal] = {}
        docs: dict[str, Doc] = {}
        open_: _Equal | None = None
        for each in equal:
            value = self._values.value(each.value, env)
            column = table.field(each.field)
            if each.field in used or value.waits or column is None:
                continue
            if column.nullable and value.may_be_null and not each.is_same:
                # Null equals nothing, but an index would find the rows that hold it.
                if open_ is not None:
                    continue
                open_ = each
                docs[each.field] = "value"
            else:
                docs[each.field] = self._typed(table, each.field, value.doc)
            used[each.field] = each
        fields = set(used)
        key = next((key for key in unique_sets(table) if set(key) <= fields), None)
        choice = Choice(key, key) if key is not None else choose(table, fields, (), order, bounded)
        chosen = [used[name] for name in choice.equal]
        rest = [part for part in parts if part not in [each.part for each in chosen]]
        if open_ is not None and open_ not in chosen:
            open_ = None
        if not choice.equal and not choice.fields:
            draft.warn("CX303", f"reads all of {draft.names.of(table.name).table}")
        links = self._links(table, choice, docs)
        doc: Doc = chain(draft, (*links, ".collect()"))
        served = not choice.sort
        if open_ is not None:
            value = self._values.value(open_.value, env)
            typed = arrow(
                "(value)",
                chain(
                    draft,
                    (
                        *self._links(table, choice, {**docs, open_.field: self._typed(table, open_.field, "value")}),
                        ".collect()",
                    ),
                ),
            )
            return call(draft.library("rowsWith"), value.doc, typed), served, (), rest
        return doc, served, links, rest

    def _typed(self, table: Table, name: str, value: Doc) -> Doc:
        """A value for an index: ids have a type of their own."""
        field = table.field(name)
        target = id_target(field, self._draft.schema) if field is not None else None
        if target is None or (isinstance(value, str) and "." in value):
            return value
        return (value, f" as {self._draft.type_name('Id')}<{self._draft.convex_table(self._draft.table(target))}>")

    def _links(self, table: Table, choice: Choice, docs: dict[str, Doc]) -> tuple[Doc, ...]:
        draft = self._draft
        links: list[Doc] = [f".query({draft.convex_table(table)})"]
        if choice.fields:
            stored = tuple(draft.names.field(table, name) for name in choice.fields)
            name = f'"{draft.index(table, stored)}"'
            steps = [call(".eq", f'"{draft.names.field(table, each)}"', docs[each]) for each in choice.equal]
            links.append(call(".withIndex", name, *([_range(steps)] if steps else [])))
        if choice.descending:
            links.append('.order("desc")')
        return tuple(links)


def _range(steps: list[Doc]) -> Doc:
    if len(steps) == 1:
        return ("(q) => q", steps[0])
    return arrow("(q)", Group(("q", Nest(tuple(part for step in steps for part in (Line(), step))))))


def _sources(expression: Expr) -> set[str]:
    """The sources that an expression uses, those of statements inside left out."""
    found = {part.source for part in inside(expression) if isinstance(part, Column)}
    for part in inside(expression):
        selection = getattr(part, "selection", None)
        if selection is not None:
            found -= {source.name for source in selection.sources}
    return found


def _names(expression: Expr, names: set[str]) -> bool:
    return bool(_sources(expression) & names)


def _is_inner(expression: Expr) -> bool:
    return any(hasattr(part, "selection") for part in inside(expression))


def _in_turn(draft: Draft, selection: Selection, parts: list[Expr]) -> list[Source]:
    """The sources in the order in which they are read: those that an index finds first, where all have to meet.

    The conditions under which they meet are added to the `parts`.
    """
    sources = list(selection.sources)
    if len(sources) < 2 or any(source.joining is Joining.LEFT for source in sources[:2]):
        return sources
    count = next((n for n, source in enumerate(sources) if source.joining is Joining.LEFT), len(sources))
    meeting, others = sources[:count], sources[count:]
    pool = [*parts, *(part for source in meeting for part in source.on)]
    parts[:] = pool
    meeting = [replace(source, joining=Joining.INNER, on=()) for source in meeting]
    ordered: list[Source] = []
    while meeting:
        known = {source.name for source in ordered}
        best = min(meeting, key=lambda source: (_cost(draft, source, pool, known, meeting), meeting.index(source)))
        ordered.append(best)
        meeting.remove(best)
    return [*ordered, *others]


def _cost(draft: Draft, source: Source, parts: Sequence[Expr], known: set[str], meeting: Sequence[Source]) -> int:
    """How directly the rows of a source are found by what is known before it."""
    table = draft.table(source.table)
    unknown = {other.name for other in meeting} - known - {source.name}
    fields = {field for part in parts for field in _fixed(source, part, unknown)}
    if table.id_field in fields:
        return 0
    if any(set(key) <= fields for key in unique_sets(table)):
        return 1
    return 2 if fields else 3


def _fixed(source: Source, part: Expr, unknown: set[str]) -> Iterator[str]:
    if not isinstance(part, Apply) or part.function not in ("eq", "same", "in"):
        return
    pairs = (part.arguments[:2], part.arguments[1::-1]) if part.function != "in" else (part.arguments[:2],)
    for column, value in pairs:
        is_own = isinstance(column, Column) and column.source == source.name
        if is_own and isinstance(column, Column) and not _sources(value) & {*unknown, source.name}:
            yield column.field
