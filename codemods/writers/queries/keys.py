"""Values by which one row is found: Prisma refuses null and undefined there, an index would find the rows without."""

from __future__ import annotations

from codemods.ir.table import Field
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, call
from codemods.writers.queries.draft import Draft


def is_given(draft: Draft, column: Field | None, value: Span) -> bool:
    """True for a value that is known to name a row. `column` is None for a generated key, which is never null."""
    if draft.facts.may_be_undefined(value):
        return False
    return column is None or not column.nullable or not draft.facts.may_be_null(value)


def given(draft: Draft, column: Field | None, value: Span, doc: Doc) -> Doc:
    """The value, checked where it may be missing."""
    if draft.facts.is_null(value):
        raise RefusedError("CX301", "null as the value of a unique key")
    return doc if is_given(draft, column, value) else call(draft.library("given"), doc)
