"""Database work of an action: an internal function of its own, which the action runs with plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.ir.query import READS, All, Condition, Op, Predicate, Query
from codemods.ir.table import Table
from codemods.source.span import Span
from codemods.writers.acting.crossing_values import ANYTHING, Kind, kinds_of, rows_may_hold_dates
from codemods.writers.code import SERVER, ImportSpec, RefusedError
from codemods.writers.layout import (
    Break,
    Broken,
    Choice,
    Doc,
    Flat,
    Group,
    Hole,
    Line,
    Nest,
    arrow,
    call,
    record,
    text_of,
)  # fmt: skip
from codemods.writers.names import identifier
from codemods.writers.queries.draft import Draft, is_reference

VERBS = {
    Op.FIND_UNIQUE: "get", Op.FIND_FIRST: "find", Op.FIND_MANY: "list", Op.COUNT: "count", Op.CREATE: "store",
    Op.CREATE_MANY: "store", Op.UPDATE: "change", Op.UPDATE_MANY: "change", Op.UPSERT: "save", Op.DELETE: "remove",
    Op.DELETE_MANY: "remove", Op.AGGREGATE: "summarize", Op.GROUP_BY: "group", Op.SAVE: "save", Op.EXISTS: "find",
    Op.DISTINCT: "list",
}  # fmt: skip
_ROWS = "v.array(v.any())"
_TIMES = {"v.any()": "withIsoTimes", ANYTHING: "asData"}
"""What makes text of the dates in a value, by the validator that it meets; `isoTime` for a moment."""
_OF_PATH = re.compile(r"\.(params|query)\b")
_PARAMETER = re.compile(r"\((\w+)\) =>")
MANY = frozenset({Op.FIND_MANY, Op.COUNT, Op.CREATE_MANY, Op.UPDATE_MANY, Op.DELETE_MANY, Op.AGGREGATE, Op.GROUP_BY})


@dataclass(slots=True)
class Crossing:
    """The way from the actions of a module into the database: its internal functions. `taken` holds its names."""

    module: str
    taken: set[str]
    watched: bool = False
    """Something looks at the errors of the database, which have to be made again from what crosses."""
    old_ids: bool = False
    """Ids may come from tokens that the server of old has signed."""
    context: str = ""
    """What the code that crosses has in place of a `ctx`."""
    names: dict[str, str] = field(default_factory=dict)
    """The names of the functions, by what comes after."""

    def function(self, wish: str, body: str) -> str:
        """The name of the function with that body, which is written once."""
        if body not in self.names:
            self.names[body] = identifier(wish, "query", self.taken)
            self.taken.add(self.names[body])
        return self.names[body]


@dataclass(frozen=True, slots=True)
class _Argument:
    """A value that crosses: its name, its validator, and whether it may hold dates."""

    name: str
    validator: str
    dated: bool
    is_id: bool = False


def across(crossing: Crossing, draft: Draft, query: Query, doc: Doc) -> Doc:
    """`doc` as the work of an internal function, and what runs that function with the values in it."""
    table = draft.table(query.table)
    holes: dict[Span, str] = {hole.span: hole.text for hole in _holes(doc)}
    holes |= {span: draft.facts.text(span) for span in draft.hoisted}
    arguments = _arguments(draft, doc, holes, dict(kinds_of(draft, table, query)))
    bundles = {name: _Argument(name, "v.any()", rows_may_hold_dates(draft, table, query)) for name in draft.bundled}
    bundles |= {name: _Argument(name, "v.string()", False) for name in draft.texts}
    names = {span: argument.name for span, argument in arguments.items()}
    inner = _filled(doc, {hole: names.get(hole, text) for hole, text in holes.items()})
    kind = "Query" if query.op in READS else "Mutation"
    taken = {argument.name: argument for argument in (*arguments.values(), *bundles.values())}
    body = _body(draft.ctx, kind, taken, inner)
    name = crossing.function(_wish(draft, table, query), body)
    draft.functions[name] = f"export const {name} = {body}"
    draft.imports.add(ImportSpec(SERVER, f"internal{kind}"))
    if taken:
        draft.imports.add(ImportSpec("convex/values", "v"))
    draft.hoisted.clear()
    values = {
        argument.name: _given(draft, argument, span, holes[span], crossing.old_ids)
        for span, argument in arguments.items()
        if span not in draft.dropped
    }
    for label, value in draft.bundled.items():
        function = "withIsoTimes" if table.document is None else "asData"
        given = call(draft.library(function), value) if bundles[label].dated else value
        values[label] = (f"{label}: ", given)
    internal = draft.helper("convex:_generated/api", "internal")
    reference = f"{internal}.{crossing.module.replace('/', '.')}.{name}"
    run = call(
        f"{crossing.context or draft.ctx}.run{kind}", reference, *([record(list(values.values()))] if values else [])
    )
    return call((run, ".catch"), draft.library("rethrow")) if crossing.watched else run


def _body(ctx: str, kind: str, arguments: dict[str, _Argument], inner: Doc) -> str:
    given = f", {{ {', '.join(arguments)} }}" if arguments else ""
    args = record([f"{each.name}: {each.validator}" for each in arguments.values()])
    handler = text_of(("handler: ", arrow(f"({ctx}{given})", inner), ","), "  ", 2)
    args_text = text_of(("args: ", args, ","), "  ", 2)
    return f"internal{kind}({{\n  {args_text}\n  {handler}\n}});"


def _given(draft: Draft, argument: _Argument, span: Span, text: str, old_ids: bool) -> Doc:
    """The value under its name. With `old_ids`, an id may be a number of old, unless it stands in the address."""
    value: Doc = Hole(span, text)
    if argument.is_id and old_ids and _OF_PATH.search(text) is None:
        return (f"{argument.name}: ", call(draft.library("asId"), value))
    if argument.dated:
        is_list = argument.validator == _ROWS
        value = call(draft.library("withIsoTimes" if is_list else _TIMES.get(argument.validator, "isoTime")), value)
        value = (value, " as any[]") if is_list else value
    return value if text == argument.name and not argument.dated else (f"{argument.name}: ", value)


def _arguments(draft: Draft, doc: Doc, holes: dict[Span, str], kinds: dict[Span, Kind]) -> dict[Span, _Argument]:
    """The values that cross, named for the columns that they meet. Literals stay where they are."""
    taken = {draft.ctx, *draft.bundled, *(spec.binds for spec in draft.imports), *_PARAMETER.findall(_words(doc))}
    found: dict[Span, _Argument] = {}
    # Plain names first, and of one name the strictest use: what is undefined there is an error in the source as well.
    for span in sorted(holes, key=lambda one: _precedence(one, holes[one], kinds)):
        text = holes[span]
        if draft.facts.literal(span) is not None or draft.facts.is_null(span):
            continue
        kind = kinds.get(span)
        if kind is None:
            raise RefusedError("CX202", "a condition that an action cannot pass on")
        if kind.is_inner:
            continue
        # What is computed twice gives two values; what is read twice gives one.
        same = next((found[other] for other in found if holes[other] == text and is_reference(text)), None)
        if same is not None and same.validator in kind.validator:
            found[span] = same
            draft.dropped.add(span)
            continue
        free = text == kind.wish and text not in taken
        name = draft.hoisted.get(span) or (text if free else identifier(kind.wish, "value", taken))
        if name != text == kind.wish:
            raise RefusedError("CX202", f"two values called {text}")
        taken.add(name)
        found[span] = _Argument(name, kind.validator, kind.dated, kind.is_id)
    return found


def _precedence(span: Span, text: str, kinds: dict[Span, Kind]) -> tuple[bool, int, Span]:
    kind = kinds.get(span)
    return kind is None or text != kind.wish, len(kind.validator) if kind is not None else 0, span


def _wish(draft: Draft, table: Table, query: Query) -> str:
    """`getUserByEmail`, `listPosts`, `storeUser`."""
    names = draft.names.of(table.name)
    what = names.table if query.op in MANY else names.type
    keys = [part.field for part in _equal(query.where)]
    by = "And".join(key[:1].upper() + key[1:] for key in keys[:2])
    is_get = query.op is Op.FIND_UNIQUE and by and by.lower() != "id"
    return f"{VERBS[query.op]}{what[:1].upper()}{what[1:]}{f'By{by}' if is_get else ''}"


def _equal(where: Predicate) -> Iterator[Condition]:
    if isinstance(where, Condition):
        yield where
    elif isinstance(where, All):
        for part in where.parts:
            yield from _equal(part)


def _holes(doc: Doc) -> Iterator[Hole]:
    match doc:
        case Hole():
            yield doc
        case tuple():
            for part in doc:
                yield from _holes(part)
        case Nest(body=body) | Group(body=body) | Flat(body=body) | Choice(loose=body):
            yield from _holes(body)


def _words(doc: Doc) -> str:
    """All text of a document."""
    match doc:
        case str():
            return doc
        case tuple():
            return "".join(_words(part) for part in doc)
        case Nest(body=body) | Group(body=body) | Flat(body=body) | Choice(loose=body):
            return _words(body)
        case _:
            return " "


def _filled(doc: Doc, names: dict[Span, str]) -> Doc:
    """The document with names for its holes."""
    match doc:
        case Hole(span=span):
            return names[span]
        case (str(label), Hole(span=span)) if label == f"{names[span]}: ":
            return names[span]
        case tuple():
            return tuple(_filled(part, names) for part in doc)
        case Nest(body=body):
            return Nest(_filled(body, names))
        case Group(body=body):
            return Group(_filled(body, names))
        case Flat(body=body):
            return Flat(_filled(body, names))
        case Choice(tight=tight, loose=loose):
            return Choice(_filled(tight, names), _filled(loose, names))
        case Line() | Break() | Broken() | str():
            return doc
