"""Database calls, whatever library makes them. Values stay slices of the source, so that the user's code survives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from codemods.ir.document import Virtual
from codemods.ir.sql import Gives as Told
from codemods.ir.sql import SqlWork
from codemods.source.span import Span


class Op(StrEnum):
    """What a database call does."""

    FIND_UNIQUE = "find-unique"
    FIND_FIRST = "find-first"
    FIND_MANY = "find-many"
    COUNT = "count"
    CREATE = "create"
    CREATE_MANY = "create-many"
    UPDATE = "update"
    UPDATE_MANY = "update-many"
    UPSERT = "upsert"
    DELETE = "delete"
    DELETE_MANY = "delete-many"
    AGGREGATE = "aggregate"
    GROUP_BY = "group-by"
    RAW = "raw"
    TRANSACTION = "transaction"
    MAKE = "make"
    """`new User(…)`: a document that is not stored yet."""
    SAVE = "save"
    """Stores what code did to a document."""
    EXISTS = "exists"
    DISTINCT = "distinct"
    CONDITION = "condition"
    """What a function hands over as the condition of other calls."""
    CLOCK = "clock"
    """The time, as the database knows it, among values."""
    CONNECT = "connect"
    """Opening or closing the connection: nothing to do in Convex."""


READS = frozenset(
    {
        Op.FIND_UNIQUE,
        Op.FIND_FIRST,
        Op.FIND_MANY,
        Op.COUNT,
        Op.AGGREGATE,
        Op.GROUP_BY,
        Op.EXISTS,
        Op.DISTINCT,
        Op.CONDITION,
    }
)
"""Calls that only read; RAW and TRANSACTION are neither until their content is known."""

NEUTRAL = frozenset({Op.RAW, Op.TRANSACTION, Op.CONNECT})
"""Operations that neither read nor write by themselves."""


class Compare(StrEnum):
    """Comparison operators of a condition."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    NOT_IN = "not-in"
    CONTAINS = "contains"
    STARTS_WITH = "starts-with"
    ENDS_WITH = "ends-with"
    HAS = "has"
    HAS_SOME = "has-some"
    HAS_EVERY = "has-every"
    IS_EMPTY = "is-empty"
    MATCHES = "matches"
    """A text against a pattern."""
    LIKE = "like"
    """A text against one of SQL's patterns, in which `%` and `_` stand for any text and any character."""
    EXISTS = "exists"
    """The field is there at all, or is not, by the literal that is the value."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`field op value`. `insensitive` applies to the text operators. A null literal value means IS NULL."""

    field: str
    op: Compare
    value: Span
    insensitive: bool = False
    options: Span | None = None
    """MATCHES: how the pattern is meant."""
    source: str = ""
    """Which of the joined tables has the field; empty for the query's own."""


@dataclass(frozen=True, slots=True)
class IsNull:
    """The field is null, or, with a `source`, that of the table which is joined under this name."""

    field: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the query's own table, or of the one that is joined under the name `source`."""

    field: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two columns of one row, or of rows that are joined. Null compares with nothing."""

    left: Column
    op: Compare
    right: Column


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. Empty means no condition."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Predicate


@dataclass(frozen=True, slots=True)
class Related:
    """A condition on rows of a relation: quantifier is some, every, none or is."""

    relation: str
    quantifier: str
    part: Predicate


@dataclass(frozen=True, slots=True)
class When:
    """A part that counts where an expression held at run time, and another that counts where it did not.

    With `case` the expression did not have to be true but to equal that value, by `==` where it `is_loose`.
    """

    test: Span
    part: Predicate
    otherwise: Predicate = All(())
    case: Span | None = None
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A condition that code assembled in a variable, and may ask for in several calls."""

    name: str
    part: Predicate


@dataclass(frozen=True, slots=True)
class Maker:
    """A function that makes conditions on the rows of a table, by its file and where it starts."""

    file: str
    offset: int
    table: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition that a function makes: its `call`, and the `source` in the query, which is that call or the name of
    the constant that holds the condition. It `waits` where the condition looks up other rows."""

    maker: Maker
    call: Span
    source: Span
    name: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """The columns that an object names equal its values."""

    values: Span


Predicate = Condition | Alike | IsNull | Compared | All | Any | Not | Related | When | Named | Asked


NOTHING = All(())
"""No condition at all: every row."""


def all_of(parts: Iterable[Predicate]) -> Predicate:
    """What holds where all parts hold, without a conjunction inside another."""
    flat: list[Predicate] = []
    for part in parts:
        flat += part.parts if isinstance(part, All) else (part,)
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def conjuncts(predicate: Predicate) -> Iterator[Predicate]:
    """What all has to hold."""
    if isinstance(predicate, All):
        for part in predicate.parts:
            yield from conjuncts(part)
    else:
        yield predicate


def looks_up_rows(predicate: Predicate) -> bool:
    """Does a condition depend on other rows than the one it is asked of?"""
    match predicate:
        case Related():
            return True
        case All(parts=parts) | Any(parts=parts):
            return any(looks_up_rows(part) for part in parts)
        case Not(part=part) | Named(part=part):
            return looks_up_rows(part)
        case When(part=part, otherwise=otherwise):
            return looks_up_rows(part) or looks_up_rows(otherwise)
        case Asked(waits=waits):
            return waits
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Assembly:
    """A variable in which code puts together what a call is given.

    `statements` declare and change it, in the order of the text; `references` are all other uses, those within the
    database calls included. `type` is its written type.
    """

    name: str
    statements: tuple[Span, ...]
    references: tuple[Span, ...]
    type: Span | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the order: a column, behind the to-one relations of `path` if there are any.

    With `counts`, `field` is a relation and the key is the number of its rows. `nulls_first` is None where the
    database decides: nulls come last, and first in descending order.
    """

    field: str
    descending: bool
    path: tuple[str, ...] = ()
    counts: bool = False
    nulls_first: bool | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A column that an expression chooses by the names of a table of columns, and the one for all other names.

    `fields` are (name, column). Without `otherwise` another name is an error.
    """

    key: Span
    fields: tuple[tuple[str, str], ...]
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order that is only known at run time: a column or an expression that names one, and whether it
    descends or an expression that says so."""

    field: str | Span | Picked
    descending: bool | Span


@dataclass(frozen=True, slots=True)
class SortWhen:
    """The key of an order where an expression held (or with `case` equalled that one), and the one where it did not.

    None is the order in which rows came to be.
    """

    test: Span
    then: SortKey | None
    otherwise: SortKey | None
    case: Span | None = None
    is_loose: bool = False


SortKey = Sort | SortWhen


@dataclass(frozen=True, slots=True)
class NumberWhen:
    """A number where an expression held (or did not, or with `case` equalled that one or did not), else undefined."""

    test: Span
    value: Span
    held: bool = True
    case: Span | None = None
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class NumberOf:
    """A number, or undefined, that an object has under a key."""

    source: Span
    key: str


@dataclass(frozen=True, slots=True)
class Page:
    """Which of the rows in order are wanted: from `cursor` on, those that differ in `distinct`, skipping `offset`, at
    most `limit`. `backwards` counts from the end, as Prisma's negative `take` does."""

    limit: Span | NumberWhen | NumberOf | None = None
    offset: Span | NumberWhen | NumberOf | None = None
    cursor: Predicate | None = None
    distinct: tuple[str, ...] = ()
    backwards: bool = False


EVERYTHING = Page()


@dataclass(frozen=True, slots=True)
class Include:
    """A relation loaded with each row. `select` is None for all columns, else the column names."""

    relation: str
    where: Predicate = All(())
    order: tuple[Order, ...] = ()
    page: Page = EVERYTHING
    select: tuple[str, ...] | None = None
    include: tuple[Include, ...] = ()
    count_only: bool = False
    """`_count: { select: { posts: true } }`: the number of related rows under `_count`."""


class Change(StrEnum):
    """What a write does to one field."""

    SET = "set"
    INCREMENT = "increment"
    DECREMENT = "decrement"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    PUSH = "push"
    """Adds a value, or each of a list of values, to a list."""
    CONNECT = "connect"
    """Through a relation: the value is the key of the row to connect."""
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One field of `data`. For CONNECT and DISCONNECT `field` is the relation and `key` the unique column used."""

    field: str
    value: Span
    change: Change = Change.SET
    key: str | None = None


class Action(StrEnum):
    """What a nested write does with rows of a relation."""

    CREATE = "create"
    CONNECT = "connect"
    CONNECT_OR_CREATE = "connect-or-create"
    DISCONNECT = "disconnect"
    SET = "set"
    UPDATE = "update"
    UPDATE_MANY = "update-many"
    UPSERT = "upsert"
    DELETE = "delete"
    DELETE_MANY = "delete-many"


@dataclass(frozen=True, slots=True)
class Step:
    """One row, or one set of rows, of a nested write: which (`where`), made of `data`, changed by `update`."""

    where: Predicate = All(())
    data: Data | None = None
    update: Data | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """The list that a nested write goes through, and the parameter under which it names each element.

    With a `test` there are elements only where it gave `held`. One that `may_lack` is perhaps no list but nothing.
    """

    values: Span
    parameter: Span | None = None
    test: Span | None = None
    held: bool = True
    may_lack: bool = False


@dataclass(frozen=True, slots=True)
class Nested:
    """A write to rows of a relation. With `loop` the one step is done for each element of a list; without a
    parameter the elements themselves are the data."""

    relation: str
    action: Action
    steps: tuple[Step, ...] = ()
    loop: Loop | None = None
    skip_duplicates: bool = False


DataPart = Assignment | Nested | Span


@dataclass(frozen=True, slots=True)
class Data:
    """The written values: fields in order, or spreads of whole objects (`...data`, or `data: input` as one spread).

    `parts` keeps source order, since later parts override earlier ones.
    """

    parts: tuple[DataPart, ...]


class Function(StrEnum):
    """Functions over the values of a column."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function over columns. `fields` is empty for the number of rows as a plain number (`_count: true`)."""

    function: Function
    fields: tuple[str, ...] = ()
    """Columns, and `_all` for the number of rows."""


@dataclass(frozen=True, slots=True)
class Having:
    """A condition on a group: on a column of its key, or on a function over a column."""

    condition: Condition
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """One key of the order of groups."""

    field: str
    descending: bool
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """What AGGREGATE and GROUP_BY compute: for all rows, or for each combination of the columns in `by`."""

    aggregates: tuple[Aggregate, ...] = ()
    by: tuple[str, ...] = ()
    having: tuple[Having, ...] = ()
    order: tuple[GroupOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole row of a source; null where a left join found none."""

    source: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """A function over a column of the rows of a group, or over the rows. `as_text` where the driver gives a text."""

    function: Function
    column: Column | None = None
    distinct: bool = False
    as_text: bool = False
    or_zero: bool = False
    """Zero instead of null where there are no values."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of what a query shows for each row or group, by name."""

    entries: tuple[tuple[str, Shown], ...]


Shown = Column | Whole | Computed | Shape


@dataclass(frozen=True, slots=True)
class Join:
    """A table whose rows come with each row, under the name `source`, which is the table's own. A `left` join keeps
    rows that nothing comes with."""

    table: str
    source: str
    on: Predicate
    left: bool = False


class Result(StrEnum):
    """In which form a call gives a number of rows, or the value of a function."""

    OBJECT = "object"
    """`{ count: 2 }`"""
    NUMBER = "number"
    LIST = "list"
    """`[2]`"""
    PAGE = "page"
    """`{ count: 40, rows: [ … ] }`: the number of all rows, and those of the page."""
    MADE = "made"
    """`[row, true]`: the row, and whether it was made."""


class Gives(StrEnum):
    """What a write of documents gives."""

    COUNTS = "counts"
    BEFORE = "before"
    """The document as it was, or null."""
    AFTER = "after"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Populate:
    """Keys at a path of a document in whose place their documents come, whole or with some fields.

    With `virtual` they come at a path of their own: the documents that refer to this one.
    """

    path: str
    table: str
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    inner: tuple[Populate, ...] = ()
    virtual: Virtual | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Documents that a pipeline looks for in a collection, by the value of a path."""

    collection: str
    table: str
    path: str


@dataclass(frozen=True, slots=True)
class DocumentWork:
    """A call on documents. `source` is the document or the data that is written, `update` the change as it is written.

    `only` and `without` say which fields a read gives. `sorting` is the order as it is written.
    """

    source: Span | None = None
    update: Span | None = None
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    populate: tuple[Populate, ...] = ()
    sorting: Span | None = None
    gives: Gives = Gives.NOTHING
    upsert: bool = False
    validated: bool = False
    distinct: str | None = None
    one: bool = False
    """A bulk write that stops at the first document."""
    lean: bool = False
    """The documents are plain objects."""
    lookups: tuple[Lookup, ...] = ()
    """What the pipeline of an aggregation, which is the `source`, looks for elsewhere."""
    event: str = ""
    """The event of Mongoose that a change is, for which a schema may have hooks."""


@dataclass(frozen=True, slots=True)
class Query:
    """One database call.

    `file` is the path of its source file, `call` the call expression (without a surrounding `await`), `client` the
    receiver's text (`prisma`, `tx`). `unsupported` says what of it is not understood: empty when all is.
    `select` is None for all columns. `rows` holds the elements of createMany; `update` the second data of an upsert.
    """

    file: str
    call: Span
    name: str
    op: Op
    table: str | None
    client: str
    where: Predicate = All(())
    order: tuple[Order, ...] = ()
    sorting: tuple[SortKey, ...] = ()
    """An order that is only known at run time, instead of `order`."""
    page: Page = EVERYTHING
    select: tuple[str, ...] | None = None
    picked: Span | None = None
    """A list of names: the columns that are shown of those in `select`, known at run time."""
    include: tuple[Include, ...] = ()
    grouping: Grouping | None = None
    """AGGREGATE, GROUP_BY; COUNT with a choice of columns."""
    data: Data | None = None
    update: Data | None = None
    rows: tuple[Data, ...] | Span | None = None
    then: Include | None = None
    """A relation of the found row is the result, as in `findUnique(…).posts()`."""
    or_throw: bool = False
    skip_duplicates: bool = False
    """createMany: rows that break a unique constraint are left out."""
    body: Span | None = None
    """TRANSACTION: the callback's function node, or the array of calls."""
    result: Result = Result.OBJECT
    held: Span | None = None
    """The instance whose row is written, which shows the new values afterwards."""
    returns_rows: bool = False
    """CREATE_MANY, UPDATE_MANY: the call yields the rows, not their count."""
    driver: Told | None = None
    """The form in which a driver of SQL tells of a write that yields no rows; None where that is not known."""
    joins: tuple[Join, ...] = ()
    shown: Shape | None = None
    """What is shown of the rows, other than the columns of `select`. With functions in it, of groups of rows."""
    by: tuple[Column, ...] | None = None
    """The columns whose values make groups; None without groups."""
    or_undefined: bool = False
    """A row that is not there is undefined, and not null."""
    document: DocumentWork | None = None
    """What a call does with documents, beyond what all databases know."""
    sql: SqlWork | None = None
    """The statement of a call that is given SQL: it says all, and the fields for what other calls do stay empty."""
    assembled: tuple[Assembly, ...] = ()
    """The variables outside of the call that were read through."""
    asked: tuple[Asked, ...] = ()
    """The conditions that functions make for it."""
    annotations: tuple[Span, ...] = ()
    """Written types of what becomes a function of a row."""
    parts: tuple[Span, ...] = ()
    """Other calls of the library that only make parts of this one."""
    unsupported: tuple[str, ...] = ()
