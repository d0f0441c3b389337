"""The wanted ones of rows in order: from a cursor on, different ones only, some skipped, some taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codemods.ir.query import Order, Page
from codemods.ir.table import Table
from codemods.writers.layout import Doc, call
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.orders import turned
from codemods.writers.queries.predicates import Arrow, Tester
from codemods.writers.queries.sources import QuerySource, Source, limits_of, many, sliced

FindRows = Callable[[Sequence[Order], bool], Source]
"""(order, whether only the first rows are wanted) -> the way to the rows."""


def paged(draft: Draft, table: Table, order: Sequence[Order], page: Page, find: FindRows) -> Doc:
    """A promise of the rows."""
    keys = turned(table, order) if page.backwards else order
    limits = limits_of(draft, page)
    is_plain = page.cursor is None and not page.distinct
    source = find(keys, is_plain and page.limit is not None)
    if page.limit is None or not is_plain:
        warn_unbounded(draft, table, source)
    docs = (
        many(draft, table, source, limits) if is_plain else sliced(draft, _chosen(draft, table, page, source), limits)
    )
    return call(draft.library("reversed"), docs) if page.backwards else docs


def warn_unbounded(draft: Draft, table: Table, source: Source) -> None:
    """Report a read that grows with its table."""
    if isinstance(source, QuerySource) and not source.is_bounded:
        draft.warn("CX306", f"reads all of {draft.names.of(table.name).table}")


def _chosen(draft: Draft, table: Table, page: Page, source: Source) -> Doc:
    docs = many(draft, table, source)
    if page.cursor is not None:
        with draft.scope():
            row = draft.fresh(draft.names.of(table.name).row)
            test = Arrow(row, Tester(draft, table, row).test(page.cursor))
        docs = call(draft.library("fromFirst"), docs, test.doc)
    if page.distinct:
        columns = [f'"{draft.names.field(table, name)}"' for name in page.distinct]
        docs = call(draft.library("distinct"), docs, *columns)
    return docs
