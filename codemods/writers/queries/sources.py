"""Ways to rows, and the promises of one row, of all or of a page that they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codemods.ir.query import NumberOf, NumberWhen, Order, Page
from codemods.ir.table import Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, call
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.guards import guard
from codemods.writers.queries.orders import in_order
from codemods.writers.queries.predicates import Arrow

FILTER_MODULE = "convex-helpers/server/filter"


@dataclass(frozen=True, slots=True)
class IdSource:
    """The row behind a generated id: a promise of a row or null."""

    doc: Doc
    test: Arrow | None


@dataclass(frozen=True, slots=True)
class IdsSource:
    """The rows behind a list of ids: a promise of rows."""

    doc: Doc
    test: Arrow | None


@dataclass(frozen=True, slots=True)
class QuerySource:
    """A database query: the links of its chain, a test that no index serves, and what remains to be sorted."""

    links: tuple[Doc, ...]
    test: Arrow | None
    sort: tuple[Order, ...]
    is_unique: bool = False
    is_bounded: bool = True


Source = IdSource | IdsSource | QuerySource


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows to skip and how many to take. `is_sure` says that `take` is never undefined."""

    skip: Doc | None = None
    take: Doc | None = None
    is_sure: bool = False


NO_LIMITS = Limits()


def limits_of(draft: Draft, page: Page) -> Limits:
    """The limits of a page."""
    return Limits(
        _number(draft, page.offset),
        _number(draft, page.limit),
        isinstance(page.limit, Span) and not draft.facts.may_be_undefined(page.limit),
    )


def _number(draft: Draft, number: Span | NumberWhen | NumberOf | None) -> Doc | None:
    """A number, or undefined where it is only given under a test."""
    if number is None:
        return None
    if isinstance(number, NumberOf):
        return _of_object(draft, number)
    value = number.value if isinstance(number, NumberWhen) else number
    if draft.facts.text(value).lstrip().startswith("-"):
        raise RefusedError("CX301", "a negative take or skip")
    if isinstance(number, Span):
        return draft.value(value)
    test = guard(draft, number, number.held, as_boolean=False)
    return (test, " ? ", draft.operand(value), " : undefined")


def _of_object(draft: Draft, number: NumberOf) -> Doc:
    """`paging.take`, of an object that is computed once."""
    return (draft.guarded(number.source, "page"), f".{number.key}")


def one(draft: Draft, table: Table, source: Source, unique: bool = False) -> Doc:
    """A promise of the first row or null. `unique` says that the caller asked for a unique row."""
    match source:
        case IdSource(doc=doc, test=test):
            return doc if test is None else call(draft.library("onlyIf"), doc, test.doc)
        case IdsSource():
            return call(draft.library("firstOf"), many(draft, table, source))
        case QuerySource() if source.sort:
            return call(draft.library("firstOf"), many(draft, table, source))
        case QuerySource(links=links, test=test) if source.is_unique:
            found = chain(draft, (*links, ".unique()" if unique else ".first()"))
            return found if test is None else call(draft.library("onlyIf"), found, test.doc)
        case QuerySource():
            return _ended(draft, source, ".first()")


def many(draft: Draft, table: Table, source: Source, limits: Limits = NO_LIMITS) -> Doc:
    """A promise of the rows."""
    match source:
        case IdSource():
            return sliced(draft, call(draft.library("listOf"), one(draft, table, source)), limits)
        case IdsSource(doc=doc, test=test):
            return sliced(draft, doc if test is None else call(draft.library("onlyThose"), doc, test.doc), limits)
        case QuerySource() if source.sort:
            return sliced(draft, in_order(draft, table, _ended(draft, source, ".collect()"), source.sort), limits)
        case QuerySource():
            return _page(draft, source, limits)


def unordered(source: Source) -> Source:
    """The source where the order of its rows does not matter."""
    return replace(source, sort=()) if isinstance(source, QuerySource) else source


def chain(draft: Draft, links: Sequence[Doc]) -> Doc:
    """`ctx.db.query("users").first()`, one call a line where it does not fit."""
    return Group((f"{draft.ctx}.db", Nest(tuple(part for link in links for part in (Line(), link)))))


def _ended(draft: Draft, source: QuerySource, end: str) -> Doc:
    if source.test is None:
        return chain(draft, (*source.links, end))
    return (_filtered(draft, source), end)


def _filtered(draft: Draft, source: QuerySource) -> Doc:
    query = chain(draft, source.links)
    if source.test is None:
        return query
    return call(draft.helper(FILTER_MODULE, "filter"), query, source.test.doc)


def _page(draft: Draft, source: QuerySource, limits: Limits) -> Doc:
    if limits.take is None and limits.skip is None:
        return _ended(draft, source, ".collect()")
    if limits.skip is None and limits.take is not None and limits.is_sure:
        return (_ended(draft, source, ".take("), limits.take, ")")
    return call(draft.library("pageOf"), _filtered(draft, source), *_page_arguments(limits))


def sliced(draft: Draft, docs: Doc, limits: Limits) -> Doc:
    """A page of rows that are at hand."""
    arguments = _page_arguments(limits)
    return call(draft.library("sliceOf"), docs, *arguments) if arguments else docs


def _page_arguments(limits: Limits) -> list[Doc]:
    if limits.skip is None and limits.take is None:
        return []
    skip: Doc = limits.skip if limits.skip is not None else "0"
    return [skip, limits.take] if limits.take is not None else [skip]
