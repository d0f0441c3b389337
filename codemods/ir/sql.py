"""What an SQL statement reads, computes and writes. Values of the code stay slices of the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from codemods.source.span import Span


class Dialect(StrEnum):
    """The database that understands a statement."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    SQLITE = "sqlite"


class Kind(StrEnum):
    """What a value is in SQL. It decides how a parameter is read, how values compare, and what code sees of them."""

    TEXT = "text"
    INT = "int"
    INT8 = "int8"
    """An integer that PostgreSQL's driver gives as text."""
    FLOAT = "float"
    NUMERIC = "numeric"
    """An exact number, kept as text."""
    BOOLEAN = "boolean"
    TIME = "time"
    """A moment, as its milliseconds."""
    MOMENT = "moment"
    """A moment for which code may give its milliseconds."""
    DATE = "date"
    """A day, as the milliseconds of its start."""
    CLOCK = "clock"
    """The time of a day, as text."""
    UUID = "uuid"
    JSON = "json"
    ID = "id"
    """The key of a row: an id of Convex."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SqlType:
    """The type of a column: `size` is how many characters a text may have, `scale` the decimals of a number."""

    dialect: Dialect
    kind: Kind
    size: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one of the sources of a statement, by the name under which the statement knows that source."""

    source: str
    field: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the statement holds itself, as TypeScript."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter: what the code gives. `many` says that it is a list of values."""

    value: Span
    kind: Kind
    many: bool = False


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function over values."""

    function: str
    arguments: tuple[Expr, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Aggregated:
    """A function over the rows of a group; without an argument it counts them."""

    function: str
    argument: Expr | None
    kind: Kind
    distinct: bool = False
    where: Expr | None = None


class Asks(StrEnum):
    """What is asked of an inner statement."""

    EXISTS = "exists"
    VALUE = "value"
    """The one value of its one row, or null."""
    AMONG = "among"
    """Whether its values hold `of`."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A statement within another one, whose sources it may use."""

    selection: Selection
    asks: Asks
    kind: Kind
    of: Expr | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """A test of the code, and what it has to give: to be true, or to equal `case`, by `==` where it `is_loose`."""

    test: Span
    held: bool
    case: Span | None = None
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Guarded:
    """A condition that only counts where all `tests` gave what they say."""

    tests: tuple[Tested, ...]
    part: Expr
    kind: Kind


Expr = Column | Constant | Given | Apply | Aggregated | Inner | Guarded


class Joining(StrEnum):
    """How the rows of a source meet those before it."""

    FROM = "from"
    INNER = "inner"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Source:
    """A table under the name that the statement gives it, and what its rows must meet."""

    name: str
    table: str
    joining: Joining = Joining.FROM
    on: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the result."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Whole:
    """All columns of a source, `b.*`."""

    source: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an order."""

    value: Expr
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """A SELECT. `grouped` says that its rows are groups, of one kind where `by` is empty."""

    sources: tuple[Source, ...]
    where: tuple[Expr, ...] = ()
    shown: tuple[Shown | Whole, ...] = ()
    grouped: bool = False
    by: tuple[Expr, ...] = ()
    having: tuple[Expr, ...] = ()
    order: tuple[Key, ...] = ()
    limit: Expr | None = None
    offset: Expr | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """A column and what it is set to, where all `tests` gave what they say."""

    field: str
    value: Expr
    tests: tuple[Tested, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """All that an object of the code holds, by the names of columns."""

    value: Span


Written = Assigned | Entries


@dataclass(frozen=True, slots=True)
class Conflict:
    """What becomes of a row that breaks one of the constraints `keys` (none given: any): the row that is there
    changes, or with no `changes` stays as it is. `replaces` has it deleted for the new one."""

    keys: tuple[tuple[str, ...], ...] = ()
    changes: tuple[Assigned, ...] = ()
    where: tuple[Expr, ...] = ()
    replaces: bool = False


class Verb(StrEnum):
    """What a statement does."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    ROLLBACK = "rollback"
    SAVE = "save"
    """Changes the row with the key that an object has, or makes one."""
    REMOVE = "remove"
    """Deletes the row with the key that an object has."""


class Gives(StrEnum):
    """What a call of a driver gives its caller."""

    RESULT = "result"
    """`{ rows, rowCount }`"""
    PAIR = "pair"
    """`[rows, fields]`"""
    ROWS = "rows"
    FIRST = "first"
    """The first row, or undefined."""
    RUN = "run"
    """`{ changes, lastInsertRowid }`"""
    FIRST_OR_NULL = "first-or-null"
    VALUE = "value"
    """The one value of the one row."""
    AFFECTED = "affected"
    """`{ raw, affected }`"""
    UPDATED = "updated"
    """`{ raw, affected, generatedMaps }`"""
    VALUES = "values"
    """The values of the one column."""
    COUNT = "count"
    """How many rows were changed."""
    KEYS = "keys"
    """A list of the key of the row that was made."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What of an object is saved: its `columns`, and the keys of the objects that it has `to_one`, by their columns.

    `others` are properties that must not be there. `made` are columns whose values the object gets when its row is
    made, `stamps` those that it gets in any case; `empty` are null where the object does not have them.
    """

    key: str
    columns: tuple[str, ...]
    to_one: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    made: tuple[str, ...]
    stamps: tuple[str, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SqlWork:
    """A statement: the rows that it reads (`selection`, also of what it changes), what it writes, and what it gives.

    `rows` are those of an INSERT, or the list in which code has them. `returning` is None where no rows come back.
    `type` is the row's type, as code writes it at the call.
    """

    dialect: Dialect
    verb: Verb
    gives: Gives
    selection: Selection | None = None
    rows: tuple[tuple[Written, ...], ...] | Span = ()
    changes: tuple[Written, ...] = ()
    conflict: Conflict | None = None
    returning: tuple[Shown | Whole, ...] | None = None
    type: Span | None = None
    table: str = ""
    """The table that an INSERT writes to."""
    is_sync: bool = False
    """The driver gives the result at once: the code did not wait for it, and has to."""
    saved: Saved | None = None
    is_built: bool = False
    """A query builder made the statement: undefined is not written, and is an error in a condition."""


def inside(expression: Expr) -> Iterator[Expr]:
    """The expression and all that it is made of."""
    yield expression
    match expression:
        case Apply(arguments=arguments):
            for argument in arguments:
                yield from inside(argument)
        case Aggregated(argument=argument, where=where):
            for part in (argument, where):
                if part is not None:
                    yield from inside(part)
        case Guarded(part=inner):
            yield from inside(inner)
        case Inner(selection=selection, of=of):
            for part in (*expressions_of(selection), *((of,) if of is not None else ())):
                yield from inside(part)


def expressions_of(selection: Selection) -> Iterator[Expr]:
    """The expressions of a SELECT, each whole."""
    for source in selection.sources:
        yield from source.on
    yield from selection.where
    yield from (shown.value for shown in selection.shown if isinstance(shown, Shown))
    yield from (*selection.by, *selection.having)
    yield from (key.value for key in selection.order)
    yield from (part for part in (selection.limit, selection.offset) if part is not None)


def parts_of(work: SqlWork) -> Iterator[Expr]:
    """Every expression in a statement, and all that they are made of."""
    whole: list[Expr] = list(expressions_of(work.selection)) if work.selection is not None else []
    whole += [assigned.value for assigned in assigned_in(work)]
    if work.conflict is not None:
        whole += [assigned.value for assigned in work.conflict.changes]
        whole += work.conflict.where
    whole += [shown.value for shown in work.returning or () if isinstance(shown, Shown)]
    for expression in whole:
        yield from inside(expression)


def assigned_in(work: SqlWork) -> Iterator[Assigned]:
    """The columns that a statement names to write them."""
    rows = work.rows if isinstance(work.rows, tuple) else ()
    for part in (*(each for row in rows for each in row), *work.changes):
        if isinstance(part, Assigned):
            yield part


def objects_in(work: SqlWork) -> Iterator[Span]:
    """The objects, and the list of them, that code has with what is written."""
    if isinstance(work.rows, Span):
        yield work.rows
    rows = work.rows if isinstance(work.rows, tuple) else ()
    for part in (*(each for row in rows for each in row), *work.changes):
        if isinstance(part, Entries):
            yield part.value


def given_in(work: SqlWork) -> Iterator[Given]:
    """The parameters of a statement, in order of their meaning."""
    yield from (part for part in parts_of(work) if isinstance(part, Given))


def columns_met(work: SqlWork) -> Iterator[tuple[str, str, Given]]:
    """The parameters that meet a column: its table, its name, and the parameter."""
    tables = {source.name: source.table for source in sources_of(work)}
    for assigned in (*assigned_in(work), *_changed(work)):
        table = work.table or (work.selection.sources[0].table if work.selection is not None else "")
        if isinstance(assigned.value, Given):
            yield table, assigned.field, assigned.value
    for part in parts_of(work):
        if not isinstance(part, Apply) or part.kind is not Kind.BOOLEAN:
            continue
        column = next((each for each in part.arguments if isinstance(each, Column)), None)
        if column is not None and column.source in tables:
            for given in part.arguments:
                if isinstance(given, Given):
                    yield tables[column.source], column.field, given


def _changed(work: SqlWork) -> tuple[Assigned, ...]:
    return work.conflict.changes if work.conflict is not None else ()


def sources_of(work: SqlWork) -> Iterator[Source]:
    """The tables that a statement reads, its own first."""
    if work.selection is not None:
        yield from work.selection.sources
    for part in parts_of(work):
        if isinstance(part, Inner):
            yield from part.selection.sources
