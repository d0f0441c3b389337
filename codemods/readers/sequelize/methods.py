"""What the methods of models and of instances do, in one table each.

https://sequelize.org/docs/v6/core-concepts/model-querying-basics/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.ir.query import Function, Op, Result


@dataclass(frozen=True, slots=True)
class Method:
    """A method's operation, and which of its arguments say what: by position, None for what it does not take.

    `allowed` are the options that are read. `problem` is why the method is not understood.
    """

    op: Op
    options: int | None = 0
    data: int | None = None
    key: int | None = None
    column: int | None = None
    function: Function | None = None
    allowed: frozenset[str] = frozenset()
    result: Result = Result.OBJECT
    needs_where: bool = False
    problem: str | None = None


_SHOWN = frozenset({"attributes", "include"})
_READ = frozenset({"where", "order", "limit", "offset", *_SHOWN})
HARMLESS = frozenset(
    {
        "transaction", "logging", "benchmark", "nest", "plain", "returning", "validate", "hooks", "individualHooks",
        "silent_", "lock", "subQuery", "isNewRecord", "useMaster", "t",
    }
)  # fmt: skip
"""Options that change nothing for what is read: hooks and validations stand in the way of the table."""


def _refused(op: Op, what: str) -> Method:
    return Method(op, problem=what)


def _function(function: Function) -> Method:
    return Method(
        Op.AGGREGATE, options=1, column=0, function=function, allowed=frozenset({"where"}), result=Result.NUMBER
    )


MODEL_METHODS: Mapping[str, Method] = {
    "findAll": Method(Op.FIND_MANY, allowed=_READ),
    "findOne": Method(Op.FIND_FIRST, allowed=_READ - {"limit"}),
    "findByPk": Method(Op.FIND_UNIQUE, options=1, key=0, allowed=_SHOWN),
    "findById": Method(Op.FIND_UNIQUE, options=1, key=0, allowed=_SHOWN),
    "findAndCountAll": Method(Op.FIND_MANY, allowed=_READ | {"distinct"}, result=Result.PAGE),
    "count": Method(Op.COUNT, allowed=frozenset({"where"})),
    "create": Method(Op.CREATE, options=1, data=0),
    "bulkCreate": Method(Op.CREATE_MANY, options=1, data=0),
    "update": Method(
        Op.UPDATE_MANY, options=1, data=0, allowed=frozenset({"where"}), result=Result.LIST, needs_where=True
    ),
    "destroy": Method(Op.DELETE_MANY, allowed=frozenset({"where"}), result=Result.NUMBER, needs_where=True),
    "findOrCreate": _refused(Op.UPSERT, "findOrCreate"),
    "findCreateFind": _refused(Op.UPSERT, "findCreateFind"),
    "upsert": _refused(Op.UPSERT, "upsert"),
    "max": _function(Function.MAX),
    "min": _function(Function.MIN),
    "sum": _function(Function.SUM),
    "increment": _refused(Op.UPDATE_MANY, "increment of a model"),
    "decrement": _refused(Op.UPDATE_MANY, "decrement of a model"),
    "truncate": _refused(Op.DELETE_MANY, "truncate"),
    "restore": _refused(Op.UPDATE_MANY, "restore"),
    "aggregate": _refused(Op.AGGREGATE, "aggregate"),
    "scope": _refused(Op.FIND_MANY, "a scope"),
    "unscoped": _refused(Op.FIND_MANY, "a scope"),
    "findOrBuild": _refused(Op.UPSERT, "findOrBuild"),
    "build": _refused(Op.MAKE, "an instance that is not stored yet"),
    "bulkBuild": _refused(Op.MAKE, "an instance that is not stored yet"),
}

INSTANCE_METHODS: Mapping[str, Method] = {
    "update": Method(Op.UPDATE, options=1, data=0),
    "save": Method(Op.UPDATE, allowed=frozenset({"fields"})),
    "destroy": Method(Op.DELETE),
    "reload": _refused(Op.FIND_FIRST, "reload"),
    "increment": _refused(Op.UPDATE, "increment of an instance"),
    "decrement": _refused(Op.UPDATE, "decrement of an instance"),
    "restore": _refused(Op.UPDATE, "restore"),
    "validate": _refused(Op.RAW, "validate"),
    "changed": _refused(Op.RAW, "changed"),
    "previous": _refused(Op.RAW, "previous"),
}

CONNECTION_METHODS: Mapping[str, Op] = {
    "authenticate": Op.CONNECT,
    "sync": Op.CONNECT,
    "close": Op.CONNECT,
    "query": Op.RAW,
    "transaction": Op.TRANSACTION,
}
"""What is called on the connection."""
