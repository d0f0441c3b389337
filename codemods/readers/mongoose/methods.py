"""What the methods of models, of documents and of query chains do, in one table each.

https://mongoosejs.com/docs/queries.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.ir.query import Gives, Op
from codemods.readers.instances import Giving


@dataclass(frozen=True, slots=True)
class Method:
    """A method's operation, and which of its arguments say what: by position, None for what it does not take.

    `by_key` methods take a key instead of conditions. `one` says that at most one document is concerned.
    """

    op: Op
    where: int | None = None
    update: int | None = None
    data: int | None = None
    projection: int | None = None
    options: int | None = None
    by_key: bool = False
    one: bool = False
    gives: Gives = Gives.NOTHING
    problem: str | None = None


def _refused(op: Op, what: str) -> Method:
    return Method(op, problem=what)


MODEL_METHODS: Mapping[str, Method] = {
    "find": Method(Op.FIND_MANY, where=0, projection=1, options=2),
    "findOne": Method(Op.FIND_FIRST, where=0, projection=1, options=2),
    "findById": Method(Op.FIND_UNIQUE, where=0, projection=1, options=2, by_key=True),
    "exists": Method(Op.EXISTS, where=0),
    "countDocuments": Method(Op.COUNT, where=0, options=1),
    "count": Method(Op.COUNT, where=0, options=1),
    "estimatedDocumentCount": Method(Op.COUNT),
    "distinct": Method(Op.DISTINCT, where=1),
    "create": Method(Op.CREATE, data=0),
    "insertMany": Method(Op.CREATE_MANY, data=0, options=1),
    "updateOne": Method(Op.UPDATE_MANY, where=0, update=1, options=2, one=True, gives=Gives.COUNTS),
    "updateMany": Method(Op.UPDATE_MANY, where=0, update=1, options=2, gives=Gives.COUNTS),
    "findByIdAndUpdate": Method(Op.UPDATE, where=0, update=1, options=2, by_key=True, gives=Gives.BEFORE),
    "findOneAndUpdate": Method(Op.UPDATE, where=0, update=1, options=2, gives=Gives.BEFORE),
    "findByIdAndDelete": Method(Op.DELETE, where=0, options=1, by_key=True, gives=Gives.BEFORE),
    "findByIdAndRemove": Method(Op.DELETE, where=0, options=1, by_key=True, gives=Gives.BEFORE),
    "findOneAndDelete": Method(Op.DELETE, where=0, options=1, gives=Gives.BEFORE),
    "findOneAndRemove": Method(Op.DELETE, where=0, options=1, gives=Gives.BEFORE),
    "deleteOne": Method(Op.DELETE_MANY, where=0, options=1, one=True, gives=Gives.COUNTS),
    "deleteMany": Method(Op.DELETE_MANY, where=0, options=1, gives=Gives.COUNTS),
    "aggregate": Method(Op.AGGREGATE, data=0),
    "bulkWrite": _refused(Op.UPDATE_MANY, "a bulk write"),
    "bulkSave": _refused(Op.UPDATE_MANY, "a bulk write"),
    "insertOne": _refused(Op.CREATE, "insertOne"),
    "findOneAndReplace": _refused(Op.UPDATE, "a document is replaced"),
    "replaceOne": _refused(Op.UPDATE, "a document is replaced"),
    "remove": _refused(Op.DELETE_MANY, "remove of a model"),
    "update": _refused(Op.UPDATE_MANY, "update of a model"),
    "paginate": _refused(Op.FIND_MANY, "paginate"),
    "aggregatePaginate": _refused(Op.AGGREGATE, "an aggregation pipeline"),
    "watch": _refused(Op.RAW, "a change stream"),
}

PLUGGED = frozenset({"paginate", "aggregatePaginate"})
"""Methods that models only have by plugins."""

DOCUMENT_METHODS: Mapping[str, Method] = {
    "save": Method(Op.SAVE),
    "deleteOne": Method(Op.DELETE_MANY),
    "remove": Method(Op.DELETE_MANY),
    "updateOne": _refused(Op.UPDATE, "updateOne of a document"),
    "replaceOne": _refused(Op.UPDATE, "a document is replaced"),
}

CHAIN = frozenset({"sort", "limit", "skip", "select", "populate", "lean", "exec", "orFail"})
"""Links of a chain that are read."""

GIVING = Giving(
    one=frozenset(
        "findOne findById create findByIdAndUpdate findOneAndUpdate findOneAndDelete findByIdAndDelete".split()
    ),
    many=frozenset({"find", "insertMany"}),
    same=frozenset("exec then sort limit skip select populate orFail filter slice save".split()),
)
"""What gives documents."""
