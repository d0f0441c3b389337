"""What the column types of SQL are: https://www.postgresql.org/docs/current/datatype.html,
https://dev.mysql.com/doc/refman/8.4/en/data-types.html and https://www.sqlite.org/datatype3.html"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from codemods.ir.sql import Dialect, Kind, SqlType
from codemods.ir.table import FieldType

STORED: Mapping[Kind, FieldType] = {
    Kind.TEXT: FieldType.STRING,
    Kind.INT: FieldType.INT,
    Kind.INT8: FieldType.INT,
    Kind.FLOAT: FieldType.FLOAT,
    Kind.NUMERIC: FieldType.DECIMAL,
    Kind.BOOLEAN: FieldType.BOOLEAN,
    Kind.TIME: FieldType.DATETIME,
    Kind.DATE: FieldType.DATETIME,
    Kind.CLOCK: FieldType.STRING,
    Kind.UUID: FieldType.STRING,
    Kind.JSON: FieldType.JSON,
    Kind.UNKNOWN: FieldType.JSON,
}
"""How a column of each kind is stored."""

_T = exp.DataType.Type
_KINDS: Mapping[object, Kind] = {
    _T.VARCHAR: Kind.TEXT, _T.TEXT: Kind.TEXT, _T.CHAR: Kind.TEXT, _T.NVARCHAR: Kind.TEXT, _T.NCHAR: Kind.TEXT,
    _T.LONGTEXT: Kind.TEXT, _T.MEDIUMTEXT: Kind.TEXT, _T.TINYTEXT: Kind.TEXT, _T.ENUM: Kind.TEXT,
    _T.INT: Kind.INT, _T.SMALLINT: Kind.INT, _T.TINYINT: Kind.INT, _T.MEDIUMINT: Kind.INT, _T.BIGINT: Kind.INT8,
    _T.SERIAL: Kind.INT, _T.SMALLSERIAL: Kind.INT, _T.BIGSERIAL: Kind.INT8, _T.UINT: Kind.INT, _T.UBIGINT: Kind.INT8,
    _T.USMALLINT: Kind.INT, _T.UTINYINT: Kind.INT,
    _T.FLOAT: Kind.FLOAT, _T.DOUBLE: Kind.FLOAT, _T.DECIMAL: Kind.NUMERIC, _T.BOOLEAN: Kind.BOOLEAN,
    _T.TIMESTAMP: Kind.TIME, _T.TIMESTAMPTZ: Kind.TIME, _T.TIMESTAMPNTZ: Kind.TIME, _T.TIMESTAMPLTZ: Kind.TIME,
    _T.DATETIME: Kind.TIME, _T.DATE: Kind.DATE,
    _T.TIME: Kind.CLOCK, _T.UUID: Kind.UUID, _T.JSON: Kind.JSON, _T.JSONB: Kind.JSON,
}  # fmt: skip

SERIALS = frozenset({_T.SERIAL, _T.SMALLSERIAL, _T.BIGSERIAL})

_AFFINITIES = (
    (re.compile(r"INT"), Kind.INT),
    (re.compile(r"CHAR|CLOB|TEXT"), Kind.TEXT),
    (re.compile(r"BLOB"), Kind.UNKNOWN),
    (re.compile(r"REAL|FLOA|DOUB"), Kind.FLOAT),
    (re.compile(r"BOOL|DECIMAL|NUMERIC"), Kind.FLOAT),
    (re.compile(r"DATE|TIME|JSON|UUID"), Kind.TEXT),
)
"""SQLite looks for these words in the name of a type, in this order; texts stay texts in a column of dates."""


def kind_of(type_: exp.DataType) -> Kind:
    """The kind of a type, as a cast names it."""
    return _KINDS.get(type_.this, Kind.UNKNOWN)


def column_type(dialect: Dialect, type_: exp.DataType | None) -> SqlType:
    """The type of a column; of an unknown kind for one without counterpart. Lists are kept as JSON is."""
    if dialect is Dialect.SQLITE:
        return _by_affinity(type_)
    kind = kind_of(type_) if type_ is not None else Kind.UNKNOWN
    if type_ is not None and is_list(type_):
        return SqlType(dialect, Kind.JSON)
    if type_ is None or kind is Kind.UNKNOWN:
        return SqlType(dialect, Kind.UNKNOWN)
    if dialect is not Dialect.POSTGRES and kind in (Kind.INT8, Kind.BOOLEAN):
        kind = Kind.INT
    numbers = [_number(each) for each in type_.expressions]
    if kind is Kind.TEXT:
        return SqlType(dialect, kind, size=numbers[0] if len(numbers) == 1 else None)
    if kind is Kind.NUMERIC:
        return SqlType(dialect, kind, scale=(*numbers, 0)[1] if numbers else None)
    return SqlType(dialect, kind)


def is_list(type_: exp.DataType) -> bool:
    """Is it a list of texts, numbers or keys, which the driver gives as it is?"""
    inner = type_.expressions[0] if type_.this is _T.ARRAY and type_.expressions else None
    plain = (Kind.TEXT, Kind.INT, Kind.FLOAT, Kind.BOOLEAN, Kind.UUID)
    return isinstance(inner, exp.DataType) and kind_of(inner) in plain


def _by_affinity(type_: exp.DataType | None) -> SqlType:
    words = type_.sql(dialect="sqlite").upper() if type_ is not None else "BLOB"
    kind = next((kind for pattern, kind in _AFFINITIES if pattern.search(words)), Kind.UNKNOWN)
    return SqlType(Dialect.SQLITE, kind)


def _number(node: exp.Expr) -> int | None:
    text = node.this.name if isinstance(node, exp.DataTypeParam) else ""
    return int(text) if text.isdigit() else None
