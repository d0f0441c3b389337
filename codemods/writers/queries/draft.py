"""The query that is being written: what it uses, which names are free in it, and how its values may stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from codemods.ir.document import DocumentFunction
from codemods.ir.query import Nested, Op, Predicate, Query, Related, When
from codemods.ir.spans import values_of
from codemods.ir.table import Field, FieldType, Relation, Schema, Table
from codemods.planner.stored.document_functions import hook_name
from codemods.source.span import Span
from codemods.writers.code import (
    DATA_MODEL,
    DbCode,
    ImportSpec,
    RefusedError,
    TableAction,
    TableUse,
    ValueFacts,
    merge_imports,
)
from codemods.writers.layout import Doc, Hole, call
from codemods.writers.library import all_names, module_of
from codemods.writers.names import SchemaNames, identifier, index_name
from codemods.writers.queries.guards import guarded, names_there
from codemods.writers.stored.fields import column_of, id_target, is_in_form, scale_of
from codemods.writers.stored.indexes import index_of

_OTHER_NAMES = {
    "date": "toDate",
    "each": "eachRow",
    "filter": "filterRows",
    "internal": "internalApi",
    "find": "findRow",
    "required": "requiredRow",
    "row": "mapRow",
    "rows": "mapRows",
    "sorted": "sortedRows",
    "time": "toTime",
}
"""What an import is called where its own name is bound already."""

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_OPERAND = re.compile(
    r"""(?:new\s+)?(?:[\w$]+|"[^"\n]*"|'[^'\n]*'|`[^`]*`)(?:\??\.[\w$]+|!|\([^()]*\)|\[[^\[\]]*\])*"""
)
_REFERENCE = re.compile(r"[A-Za-z_$][\w$]*(?:!?\??\.[\w$]+)*!?(?: as [\w$.<>\[\]\"| ]+)?")
"""A name or a chain of members, perhaps with a type: reading it twice gives the same value."""

_WAITS = re.compile(r"\b(?:await|yield)\b")
_PURE_CALL = re.compile(
    r"\b(?:new Date|Date\.now|Math\.\w+|Number|String|Boolean|BigInt|parseInt|parseFloat)(?=\()"
    r"|\.(?:toLowerCase|toUpperCase|trim|toString|getTime|toISOString)(?=\()"
)
_PURE_METHOD = re.compile(r"\??\.(?:split|slice|substring|replace|replaceAll|includes|map|filter|concat)(?=\()")
"""Methods that compute something anew, which nobody minds where it is only done under a test."""
_COMMENT = re.compile(r"//[^\n\r]*|/\*[\s\S]*?\*/")
_CALL_OR_CHANGE = re.compile(r"[\w$\])]\s*(?:\?\.)?\(|\+\+|--|(?<![=!<>])=(?![=>])|\bnew\b|[\w$\])]`")


def is_reference(text: str) -> bool:
    """A name or a chain of members: reading it twice gives the same value."""
    return _REFERENCE.fullmatch(text) is not None


class Relations(Protocol):
    """What is found behind the relations of a row: ways to rows and conditions on rows need each other."""

    def test(self, draft: Draft, table: Table, row: str, condition: Related, negated: bool) -> Doc:
        """Whether related rows are as the condition asks, awaited."""
        ...

    def first_value(self, draft: Draft, table: Table, row: str, relation: Relation, value: Doc) -> Doc:
        """What a function makes of the one related row, or null, perhaps promised."""
        ...

    def count(self, draft: Draft, table: Table, row: str, relation: Relation) -> Doc:
        """A promise of the number of related rows."""
        ...


NestedWrites = Callable[["Draft", Table, Sequence[Nested], Doc, bool], Doc]
"""(draft, table, nested writes, promise of the written row, patched or new) -> a promise of the row after them."""


@dataclass(slots=True)
class Draft:
    """Collects what the code uses.

    `bound` holds the names that an import may not have, `taken` those that a parameter of ours may not have: the
    words of the query's values, the names of the library, and parameters around.
    """

    schema: Schema
    names: SchemaNames
    facts: ValueFacts
    ctx: str
    relations: Relations
    nested: NestedWrites
    bound: set[str]
    taken: set[str]
    strict: bool = False
    """The query is SQL: null and undefined equal nothing in its conditions, and ask for something."""
    casts: bool = False
    """Undefined in a condition of the query is an error."""
    changing: frozenset[str] = frozenset()
    """Names that are assigned more than once: a function of ours would see another value, or an unchecked type."""
    imports: set[ImportSpec] = field(default_factory=set)
    tables: set[TableUse] = field(default_factory=set)
    indexes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    runtime: set[str] = field(default_factory=set)
    diagnostics: dict[tuple[str, str], None] = field(default_factory=dict)
    hoisted: dict[Span, str] = field(default_factory=dict)
    apart: Callable[[Doc], Doc] = lambda doc: doc
    """Puts the database work of an action into a function of its own; everywhere else it stays where it is."""
    checked: dict[Span, str] = field(default_factory=dict)
    """Hoisted values that have to be something, by the columns that they are compared with."""
    in_action: bool = False
    functions: dict[str, str] = field(default_factory=dict)
    """The internal functions of an action that the query needs: texts by name."""
    dropped: set[Span] = field(default_factory=set)
    """Values that are the same as others: their text is nowhere in the code."""
    named: dict[str, tuple[Table, Predicate]] = field(default_factory=dict)
    """Conditions that are functions of the source's name: what they ask of rows of which table."""
    seen: frozenset[str] | None = None
    """Within a condition that depends on a test, or has a name: the names whose values the test has looked at."""
    prepared: list[Doc] | None = None
    """The statements that a condition needs before it, where it stands on its own."""
    tests: list[tuple[When, bool]] = field(default_factory=list)
    """The tests around what is written, and what they gave."""
    loops: list[str] = field(default_factory=list)
    """Names that only code inside of a loop knows: values that use them cannot be computed before."""
    bundled: dict[str, Doc] = field(default_factory=dict)
    """Objects that cross from an action whole, by the names of their arguments."""
    texts: set[str] = field(default_factory=set)
    """Those of them that cross as JSON text."""

    def table(self, name: str | None) -> Table:
        """The table of that source name."""
        table = self.schema.table(name) if name else None
        if table is None:
            raise RefusedError("CX301", f"no table {name or '(unknown)'} in the schema")
        return table

    def convex_table(self, table: Table) -> str:
        """The quoted name of its Convex table."""
        return f'"{self.names.of(table.name).table}"'

    def library(self, function: str) -> str:
        """The local name of a function of the runtime library."""
        self.runtime.add(function)
        return self._import(f"convex:{module_of(function)}", function)

    def helper(self, module: str, function: str) -> str:
        """The local name of a function of a package."""
        return self._import(module, function)

    def table_function(self, table: Table, action: TableAction, step: str = "") -> str:
        """The local name of one of the table's own functions."""
        self.tables.add(TableUse(table.name, action, step))
        names = self.names.of(table.name)
        known = {
            "mapper": names.mapper,
            "insert": names.insert,
            "patch": names.patch,
            "delete": names.delete,
            "link": names.link,
            "unlink": names.unlink,
            "model": names.model,
            "save": names.save,
        }
        name = known[action]
        return self._import(names.module, name)

    def hook(self, table: Table, hook: DocumentFunction) -> str:
        """A function that is called when a document is saved, changed or removed, by its local name where that does."""
        name = self._import(f"piece:{hook.file}:{hook.offset}", hook_name(table, hook))
        if (hook.file, hook.offset) not in self.facts.reaching:
            return name
        given = "query" if hook.is_query else self.names.of(table.name).row
        return f"({given}) => {name}({self.ctx}, {given})"

    def type_name(self, name: str) -> str:
        """`Id` or `Doc`."""
        local = name if name not in self.bound else f"Convex{name}"
        self.imports.add(ImportSpec(DATA_MODEL, name, local if local != name else "", type_only=True))
        return local

    def index(self, table: Table, fields: Iterable[str]) -> str:
        """The name of the index over the Convex fields, which it makes sure of."""
        stored = tuple(fields)
        self.indexes.add((table.name, stored))
        return index_name(stored)

    def unique_index(self, table: Table, fields: Collection[str]) -> str:
        """The name of the index that stands behind a unique set."""
        return self.index(table, index_of(table, fields, self.names)[1])

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Names taken inside are free again afterwards, but for those of hoisted values."""
        before = set(self.taken)
        yield
        self.taken = before | set(self.hoisted.values())

    def fresh(self, wish: str) -> str:
        """A name that nothing in the query uses."""
        name = identifier(wish, "value", self.taken)
        self.taken.add(name)
        return name

    def may_vanish(self, span: Span) -> bool:
        """May a value be undefined, so that what it is compared with does not matter?"""
        return not (self.strict or self.casts) and self.facts.may_be_undefined(span)

    def value(self, span: Span) -> Hole:
        """A value where a whole expression may stand."""
        return Hole(span, self.facts.text(span))

    def operand(self, span: Span) -> Doc:
        """A value beside an operator."""
        return _operand(self.facts.text(span), self.value(span))

    def closed(self, span: Span, wish: str, repeated: bool = True, alone: bool = False) -> Doc:
        """A value inside a function of ours, which must neither await nor, when `repeated`, have effects.

        `alone` says that it is a whole argument, which needs no parentheses.
        """
        text = self.facts.text(span)
        pure = _PURE_METHOD.sub(" +", text) if self.seen is not None else text
        waits = self.facts.turns_async(span)
        moves = span in self.hoisted or waits or _must_move(pure, repeated) or self._changes(text)
        if moves and not self._is_in_loop(text):
            return self.hoist(span, wish)
        return self.value(span) if alone else self.operand(span)

    def guarded(self, span: Span, wish: str, alone: bool = False) -> Doc:
        """A value that is compared with undefined and used again: a plain reference, or a hoisted name."""
        text = self.facts.text(span)
        in_loop = self._is_in_loop(text)
        if not in_loop and (span in self.hoisted or not _REFERENCE.fullmatch(text) or self._changes(text)):
            return self.hoist(span, wish)
        return self.value(span) if alone else self.operand(span)

    def bundle(self, wish: str, doc: Doc) -> str:
        """The name of an object whose parts are no business of the function that gets it."""
        name = self.fresh(wish)
        self.bundled[name] = doc
        return name

    def as_text(self, wish: str, doc: Doc) -> Doc:
        """An object that crosses as JSON, since its keys are none that Convex has."""
        name = self.bundle(wish, call("JSON.stringify", doc))
        self.texts.add(name)
        return f"JSON.parse({name})"

    @contextmanager
    def where_tested(self, choice: When, held: bool) -> Iterator[None]:
        """Writes one side of a choice: what its test has found out of values counts there."""
        facts, seen = self.facts, self.seen
        self.tests.append((choice, held))
        self.facts = guarded(facts, choice, held)
        self.seen = (seen or frozenset()) | names_there(facts, choice, held)
        yield
        self.tests.pop()
        self.facts, self.seen = facts, seen

    @contextmanager
    def before_calls(self) -> Iterator[None]:
        """Writes a condition that stands on its own, before the queries that ask for it."""
        self.seen, self.prepared = frozenset(), []
        yield
        self.seen, self.prepared = None, None

    def prepare(self, wish: str, made: Doc) -> str:
        """The name of what is made once, right before a condition that stands on its own."""
        assert self.prepared is not None
        name = self.fresh(wish if wish not in self.bound else f"{wish}Row")
        self.prepared.append((f"const {name} = ", made, ";"))
        return name

    def hoist(self, span: Span, wish: str) -> str:
        """A name for a value that is computed once, before the query."""
        if self.seen is not None and span not in self.hoisted:
            raise RefusedError(
                "CX301", f"`{self.facts.text(span)}`, which belongs to a condition, has to be computed first"
            )
        if span not in self.hoisted:
            self.hoisted[span] = self.fresh(wish)
        return self.hoisted[span]

    def hoisted_value(self, span: Span) -> Doc:
        """What a hoisted name stands for."""
        value = self.value(span)
        return call(self.library("parameter"), value, f'"{self.checked[span]}"') if span in self.checked else value

    @contextmanager
    def looping(self, parameter: str) -> Iterator[None]:
        """Code for each element of a list, under the names of the parameter."""
        before = list(self.loops)
        self.loops += _IDENTIFIER.findall(parameter)
        yield
        self.loops = before

    def _is_in_loop(self, text: str) -> bool:
        if set(self.loops).isdisjoint(_IDENTIFIER.findall(text)):
            return False
        if _WAITS.search(text):
            raise RefusedError("CX301", "waits inside of a list of nested writes")
        return True

    def _changes(self, text: str) -> bool:
        return not self.changing.isdisjoint(set(_IDENTIFIER.findall(text)) - (self.seen or frozenset()))

    def stored(self, table: Table, column: Field, span: Span, value: Doc, cast: bool = True) -> Doc:
        """A value in the form in which the column stores it. `cast` gives ids and enums their type."""
        if self.facts.is_null(span):
            return "null"
        value = self.asked(column.name, span, value)
        target = id_target(column, self.schema)
        if target is not None:
            known = not cast or self.facts.id_table(span) == target
            return value if known else (value, f" as {self.type_name('Id')}<{self.convex_table(self.table(target))}>")
        if column.type is FieldType.ENUM:
            if not cast or self.facts.literal(span) is not None:
                return value
            name = self.names.field(table, column.name)
            return (value, f' as {self.type_name("Doc")}<{self.convex_table(table)}>["{name}"]')
        if column.sql is not None and is_in_form(column, self.facts.literal(span)):
            return value
        convert = column_of(column).to_store
        return call(self.library(convert), value, *scale_of(column)) if convert else value

    def asked(self, name: str, span: Span, value: Doc) -> Doc:
        """A value of a condition, checked where undefined is an error."""
        if not self.casts or span in self.checked or not self.facts.may_be_undefined(span):
            return value
        return call(self.library("parameter"), value, f'"{name}"')

    def warn(self, code: str, message: str) -> None:
        """Adds a diagnostic."""
        self.diagnostics[(code, message)] = None

    def finish(self, query: Query, parts: tuple[str | Span, ...], conditions: Mapping[str, Doc]) -> DbCode:
        """The finished code."""
        here = "".join(part for part in parts if isinstance(part, str))
        own, beyond = _divided(self.imports, here, "".join(self.functions.values()))
        return DbCode(
            parts,
            merge_imports(own),
            frozenset(self.tables),
            frozenset(self.indexes),
            frozenset(self.runtime),
            tuple(self.diagnostics),
            tuple(_comments_between(query, self.facts)),
            dict(self.functions),
            merge_imports(beyond),
            frozenset(self.dropped),
            conditions,
        )

    def _import(self, module: str, name: str) -> str:
        local = name
        while local in self.bound:
            local = _OTHER_NAMES.get(name, f"{name}Row") if local == name else f"{local}_"
        self.imports.add(ImportSpec(module, name, "" if local == name else local))
        return local


def draft_of(
    query: Query,
    schema: Schema,
    names: SchemaNames,
    facts: ValueFacts,
    ctx: str,
    relations: Relations,
    nested: NestedWrites,
    avoid: Collection[str] | None,
    changing: Collection[str],
) -> Draft:
    """A draft for a query; see `write_query`."""
    words = {*_words_in(query, facts), ctx}
    table = schema.table(query.table) if query.table is not None else None
    bound = set(avoid) if avoid is not None else {names.of(table.name).delete for table in schema.tables}
    return Draft(
        schema,
        names,
        facts,
        ctx,
        relations,
        nested,
        bound | words,
        words | {*all_names(), "filter"},
        table is not None and table.sql is not None,
        table is not None and table.casts and query.op is not Op.FIND_UNIQUE,
        frozenset(changing),
    )


def _divided(imports: Iterable[ImportSpec], here: str, beyond: str) -> tuple[list[ImportSpec], list[ImportSpec]]:
    """The imports of an expression, and those of the internal functions that it runs."""
    named_here, named_beyond = set(_IDENTIFIER.findall(here)), set(_IDENTIFIER.findall(beyond))
    known = list(imports)
    return (
        [spec for spec in known if spec.binds in named_here or spec.binds not in named_beyond],
        [spec for spec in known if spec.binds in named_beyond],
    )


def _words_in(query: Query, facts: ValueFacts) -> set[str]:
    """Every identifier in the values of a query."""
    return {word for span in values_of(query) for word in _IDENTIFIER.findall(facts.text(span))}


def _comments_between(query: Query, facts: ValueFacts) -> Iterator[str]:
    """The comments of a call that are in none of its values, which is where the source's text survives."""
    position = query.call.start
    for value in [*sorted(values_of(query)), Span(query.call.end, query.call.end)]:
        if value.start >= position:
            yield from _COMMENT.findall(facts.text(Span(position, value.start)))
        position = max(position, value.end)


def _operand(text: str, value: Doc) -> Doc:
    return value if _OPERAND.fullmatch(text) and not text.startswith("await") else ("(", value, ")")


def _must_move(text: str, repeated: bool) -> bool:
    if _WAITS.search(text):
        return True
    return repeated and _CALL_OR_CHANGE.search(_PURE_CALL.sub(" +", text)) is not None
