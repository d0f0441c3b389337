"""What each method of the Prisma client does, in one table.

Source: https://www.prisma.io/docs/orm/reference/prisma-client-reference#model-queries
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.ir.query import Op
from codemods.readers.prisma.pages import PAGE_ARGUMENTS


@dataclass(frozen=True, slots=True)
class Method:
    """A method's operation; `or_throw` when a missing row is an error, `returns_rows` for …AndReturn.

    `problem` is set where the whole method has no counterpart.
    """

    op: Op
    or_throw: bool = False
    returns_rows: bool = False
    problem: str | None = None


MODEL_METHODS: Mapping[str, Method] = {
    "findUnique": Method(Op.FIND_UNIQUE),
    "findUniqueOrThrow": Method(Op.FIND_UNIQUE, or_throw=True),
    "findFirst": Method(Op.FIND_FIRST),
    "findFirstOrThrow": Method(Op.FIND_FIRST, or_throw=True),
    "findMany": Method(Op.FIND_MANY),
    "count": Method(Op.COUNT),
    "create": Method(Op.CREATE),
    "createMany": Method(Op.CREATE_MANY),
    "createManyAndReturn": Method(Op.CREATE_MANY, returns_rows=True),
    "update": Method(Op.UPDATE),
    "updateMany": Method(Op.UPDATE_MANY),
    "updateManyAndReturn": Method(Op.UPDATE_MANY, returns_rows=True),
    "upsert": Method(Op.UPSERT),
    "delete": Method(Op.DELETE),
    "deleteMany": Method(Op.DELETE_MANY),
    "aggregate": Method(Op.AGGREGATE),
    "groupBy": Method(Op.GROUP_BY),
    "findRaw": Method(Op.RAW, problem="raw query"),
    "aggregateRaw": Method(Op.RAW, problem="raw query"),
}

CLIENT_METHODS: Mapping[str, Method] = {
    "$transaction": Method(Op.TRANSACTION),
    "$queryRaw": Method(Op.RAW, problem="raw SQL"),
    "$queryRawUnsafe": Method(Op.RAW, problem="raw SQL"),
    "$queryRawTyped": Method(Op.RAW, problem="raw SQL"),
    "$executeRaw": Method(Op.RAW, problem="raw SQL"),
    "$executeRawUnsafe": Method(Op.RAW, problem="raw SQL"),
    "$runCommandRaw": Method(Op.RAW, problem="raw command"),
    "$connect": Method(Op.CONNECT),
    "$disconnect": Method(Op.CONNECT),
    "$on": Method(Op.CONNECT),
    "$use": Method(Op.CONNECT, problem="client middleware"),
    "$extends": Method(Op.CONNECT, problem="client extension"),
}

ARGUMENTS = frozenset(
    {"where", "data", "create", "update", "select", "include", "omit", "orderBy", "skipDuplicates", *PAGE_ARGUMENTS}
)
"""Keys of the argument object that are read; every other one is reported by its name."""

OPEN_ARGUMENTS = frozenset({"where", "orderBy", "take", "skip"})
"""Arguments that may depend on tests which the code made before."""

HARMLESS_ARGUMENTS = frozenset({"relationLoadStrategy"})
"""Hints about how the database is asked, without effect on the result."""
