"""Which function writes each operation on documents."""

from __future__ import annotations

from collections.abc import Callable

from codemods.ir.query import (
    Op,
    Query,
)
from codemods.ir.table import Table
from codemods.writers.documents.reads import aggregate, count, distinct, exists, find_many, find_one
from codemods.writers.documents.writes import create, delete, delete_many, make, save, update, update_many
from codemods.writers.layout import Doc
from codemods.writers.queries.draft import Draft

Writer = Callable[[Draft, Table, Query, bool], Doc]

DOCUMENT_WRITERS: dict[Op, Writer] = {
    Op.FIND_UNIQUE: find_one,
    Op.FIND_FIRST: find_one,
    Op.FIND_MANY: find_many,
    Op.COUNT: count,
    Op.EXISTS: exists,
    Op.AGGREGATE: aggregate,
    Op.DISTINCT: distinct,
    Op.MAKE: make,
    Op.CREATE: create,
    Op.CREATE_MANY: create,
    Op.SAVE: save,
    Op.UPDATE: update,
    Op.UPDATE_MANY: update_many,
    Op.DELETE: delete,
    Op.DELETE_MANY: delete_many,
}
"""What each operation on documents becomes; the others are refused."""
