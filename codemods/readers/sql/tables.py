"""The tables that data definitions make, one after the other: CREATE, ALTER, DROP, indexes and types."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from sqlglot import exp

from codemods.ir.nouns import singular_of
from codemods.ir.sql import Dialect, Kind, SqlType
from codemods.ir.table import DefaultKind, Field, FieldType, Gap, OnDelete, Reach, Schema, Table
from codemods.outcome import Place
from codemods.readers.sql.columns import SERIALS, STORED, column_type, is_list
from codemods.readers.sql.definitions import Definition, definitions, dialect_of, gives_large_numbers
from codemods.workspace import Workspace

_GENERATORS = frozenset({"gen_random_uuid", "uuid_generate_v4", "uuid", "nextval"})


def read_tables(workspace: Workspace) -> Schema:
    """The tables of the repository's SQL; none where it uses no driver that is read."""
    dialect = dialect_of(workspace)
    if dialect is None:
        return Schema()
    drafts = _Drafts(dialect)
    for definition in definitions(workspace, dialect):
        drafts.apply(definition)
    tables = tuple(_referring(table, drafts) for table in map(_finished, drafts.tables.values()))
    if not gives_large_numbers(workspace):
        return Schema(tables)
    return Schema(tuple(map(_with_numbers, tables)), large_numbers=True)


def _with_numbers(table: Table) -> Table:
    """The table with large integers as plain ones."""
    plain = SqlType(Dialect.POSTGRES, Kind.INT)
    large = replace(plain, kind=Kind.INT8)
    return replace(table, fields=tuple(replace(f, sql=plain) if f.sql == large else f for f in table.fields))


@dataclass(slots=True)
class _Draft:
    """A table while its definitions are applied."""

    name: str
    place: Place
    fields: dict[str, Field] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    keys: list[tuple[tuple[str, ...], str, tuple[str, ...], OnDelete]] = field(default_factory=list)


class _Drafts:
    def __init__(self, dialect: Dialect) -> None:
        self.tables: dict[str, _Draft] = {}
        self._dialect = dialect
        self._enums: set[str] = set()
        self._lists: dict[tuple[str, str], bool] = {}
        self._place = Place("")

    def apply(self, definition: Definition) -> None:
        statement, self._place = definition.statement, definition.place
        match statement:
            case exp.Create() if statement.kind == "TABLE" and isinstance(statement.this, exp.Schema):
                self._table(statement, statement.this)
            case exp.Create() if statement.kind == "INDEX" and isinstance(statement.this, exp.Index):
                self._index(statement, statement.this)
            case exp.Create() if statement.kind == "TYPE":
                self._enums.add(statement.this.name.lower())
            case exp.Alter() if statement.args.get("kind") == "TABLE":
                self._alter(statement)
            case exp.Drop() if statement.args.get("kind") == "TABLE":
                for table in statement.find_all(exp.Table):
                    self.tables.pop(_name(table), None)

    def _table(self, statement: exp.Create, schema: exp.Schema) -> None:
        """A table that is defined again gets the columns that it did not have."""
        name = _name(schema.this)
        draft = self.tables.setdefault(name, _Draft(name, self._place))
        for part in schema.expressions:
            self._part(draft, part)

    def _part(self, draft: _Draft, part: exp.Expr) -> None:
        match part:
            case exp.ColumnDef():
                self._column(draft, part)
            case exp.Identifier():
                draft.gaps.append(Gap(f"column `{part.name}` has no type", Reach.ALL))
            case exp.PrimaryKey():
                draft.primary_key = _names(part.expressions)
            case exp.UniqueColumnConstraint() if isinstance(part.this, exp.Schema):
                draft.uniques.append(_names(part.this.expressions))
            case exp.ForeignKey():
                self._foreign(draft, _names(part.expressions), part.args.get("reference"))
            case exp.Constraint() | exp.AddConstraint():
                for inner in part.expressions:
                    self._part(draft, inner)
            case exp.CheckColumnConstraint():
                self._check(draft, part)
            case exp.IndexColumnConstraint():
                draft.indexes.append(_names(part.expressions))
            case _:
                draft.gaps.append(Gap(f"`{_short(part)}` is not carried over", Reach.WRITES))

    def _check(self, draft: _Draft, part: exp.Expr) -> None:
        draft.gaps.append(Gap(f"`{_short(part)}` is not checked any more", Reach.NONE))

    def _column(self, draft: _Draft, part: exp.ColumnDef) -> None:
        name = _name(part)
        kind = part.args.get("kind")
        type_ = self._type(kind)
        if name in draft.fields:
            return
        if type_.kind is Kind.UNKNOWN:
            what = kind.sql(dialect=self._dialect.value) if kind is not None else "no type"
            draft.gaps.append(Gap(f"column `{name}`: {what} has no counterpart, and is null", Reach.NONE))
            draft.fields[name] = Field(name, STORED[type_.kind], nullable=True, place=self._place, sql=type_)
            return
        self._lists[draft.name, name] = kind is not None and is_list(kind)
        made = Field(name, STORED[type_.kind], nullable=True, place=self._place, sql=type_)
        if kind is not None and kind.this in SERIALS:
            made = replace(made, default_kind=DefaultKind.GENERATED_ID, nullable=False)
        draft.fields[name] = made
        for constraint in part.constraints:
            self._constraint(draft, name, constraint.kind)

    def _type(self, kind: exp.DataType | None) -> SqlType:
        is_enum = kind is not None and kind.this is exp.DataType.Type.USERDEFINED
        if is_enum and kind is not None and str(kind.args.get("kind") or "").lower().strip('"') in self._enums:
            return SqlType(self._dialect, Kind.TEXT)
        return column_type(self._dialect, kind)

    def _constraint(self, draft: _Draft, name: str, kind: exp.Expr) -> None:
        match kind:
            case exp.NotNullColumnConstraint():
                self._change(draft, name, nullable=bool(kind.args.get("allow_null")))
            case exp.PrimaryKeyColumnConstraint():
                draft.primary_key = (name,)
            case exp.UniqueColumnConstraint():
                draft.uniques.append((name,))
            case exp.AutoIncrementColumnConstraint() | exp.GeneratedAsIdentityColumnConstraint():
                draft.fields[name] = replace(draft.fields[name], default_kind=DefaultKind.GENERATED_ID)
            case exp.DefaultColumnConstraint():
                self._default(draft, name, kind.this)
            case exp.Reference():
                self._foreign(draft, (name,), kind)
            case exp.CheckColumnConstraint():
                self._check(draft, kind)
            case exp.OnUpdateColumnConstraint() if _is_clock(kind.this):
                draft.fields[name] = replace(draft.fields[name], updated_at=True)
            case exp.CommentColumnConstraint() | exp.CollateColumnConstraint() | exp.CharacterSetColumnConstraint():
                pass
            case _:
                draft.gaps.append(Gap(f"column `{name}`: `{_short(kind)}` is not carried over", Reach.WRITES))

    def _change(self, draft: _Draft, name: str, nullable: bool) -> None:
        draft.fields[name] = replace(draft.fields[name], nullable=nullable)

    def _default(self, draft: _Draft, name: str, value: exp.Expr) -> None:
        column = draft.fields[name]
        while isinstance(value, exp.Paren | exp.Cast):
            value = value.this
        assert column.sql is not None
        if isinstance(value, exp.Array) and not value.expressions:
            value = exp.Literal.string("{}")
        if column.type is FieldType.JSON and self._lists.get((draft.name, name)) and value.name == "{}":
            draft.fields[name] = replace(column, default_kind=DefaultKind.LITERAL, default="[]")
            return
        if _is_clock(value):
            draft.fields[name] = replace(column, default_kind=DefaultKind.NOW)
        elif _is_generator(value):
            draft.fields[name] = replace(column, default_kind=DefaultKind.GENERATED_ID)
        elif not isinstance(value, exp.Null):
            literal = literal_text(value, column.sql)
            if literal is None:
                draft.gaps.append(Gap(f"column `{name}`: its default is computed by the database", Reach.CREATES))
            draft.fields[name] = replace(column, default_kind=DefaultKind.LITERAL, default=literal)

    def _foreign(self, draft: _Draft, names: tuple[str, ...], reference: exp.Expr | None) -> None:
        if not isinstance(reference, exp.Reference):
            return
        target = reference.this
        columns = _names(target.expressions) if isinstance(target, exp.Schema) else ()
        table = _name(target.this if isinstance(target, exp.Schema) else target)
        options = " ".join(str(option).upper() for option in reference.args.get("options") or ())
        on_delete = OnDelete.RESTRICT
        if "ON DELETE CASCADE" in options:
            on_delete = OnDelete.CASCADE
        elif "ON DELETE SET NULL" in options:
            on_delete = OnDelete.SET_NULL
        draft.keys.append((names, table, columns, on_delete))

    def _index(self, statement: exp.Create, index: exp.Index) -> None:
        draft = self.tables.get(_name(index.args["table"]))
        parameters = index.args.get("params")
        columns = parameters.args.get("columns") or [] if parameters is not None else []
        names = _names(columns)
        is_plain = len(names) == len(columns) and parameters is not None and not parameters.args.get("where")
        if draft is None or not names:
            return
        if is_plain:
            (draft.uniques if statement.args.get("unique") else draft.indexes).append(names)
        elif statement.args.get("unique"):
            draft.gaps.append(Gap(f"the unique index `{index.name}` is not kept", Reach.WRITES))

    def _alter(self, statement: exp.Alter) -> None:
        draft = self.tables.get(_name(statement.this))
        if draft is None:
            return
        for action in statement.args.get("actions") or ():
            match action:
                case exp.ColumnDef() | exp.AddConstraint():
                    self._part(draft, action)
                case exp.Drop() if action.args.get("kind") == "COLUMN":
                    for column in action.find_all(exp.Identifier):
                        draft.fields.pop(_name(column), None)
                case exp.AlterColumn():
                    self._altered(draft, action)
                case exp.RenameColumn():
                    old, new = _name(action.this), _name(action.args["to"])
                    draft.fields = {new if k == old else k: replace(v, name=new if k == old else v.name)
                                    for k, v in draft.fields.items()}  # fmt: skip
                case exp.AlterRename():
                    self.tables[_name(action.this)] = replace(draft, name=_name(action.this))
                    self.tables.pop(draft.name, None)
                case exp.Drop():
                    pass
                case _:
                    draft.gaps.append(Gap(f"`{_short(action)}` is not carried over", Reach.WRITES))

    def _altered(self, draft: _Draft, action: exp.AlterColumn) -> None:
        name = _name(action.this)
        if name not in draft.fields:
            return
        if action.args.get("dtype") is not None:
            type_ = self._type(action.args["dtype"])
            draft.fields[name] = replace(draft.fields[name], type=STORED[type_.kind], sql=type_)
        if action.args.get("default") is not None:
            self._default(draft, name, action.args["default"])
        if action.args.get("allow_null") is not None:
            self._change(draft, name, nullable=bool(action.args["allow_null"]))


def _finished(draft: _Draft) -> Table:
    fields = {name: replace(each, nullable=False) if name in draft.primary_key else each
              for name, each in draft.fields.items()}  # fmt: skip
    key = draft.primary_key
    column = fields.get(key[0]) if len(key) == 1 else None
    is_rowid = column is not None and column.sql is not None and column.sql == SqlType(Dialect.SQLITE, Kind.INT)
    foreign = any(key == names for names, *_ in draft.keys)
    generated = column is not None and not foreign and (
        is_rowid or column.default_kind is DefaultKind.GENERATED_ID
    )  # fmt: skip
    gaps = [*draft.gaps, *(_serial_gaps(name, each) for name, each in fields.items() if _is_odd_serial(key, each))]
    return Table(
        name=draft.name,
        fields=tuple(fields.values()),
        relations=(),
        primary_key=key,
        generated_id=generated,
        uniques=tuple(dict.fromkeys(names for names in draft.uniques if set(names) <= fields.keys())),
        indexes=tuple(dict.fromkeys(draft.indexes)),
        place=draft.place,
        unsupported=tuple(gap.reason for gap in gaps if gap.reach is Reach.ALL),
        gaps=tuple(gap for gap in gaps if gap.reach is not Reach.ALL),
        called=_one_of(draft.name),
    )


def _one_of(table: str) -> str:
    """What one row of a table is called: `order_items` → `order_item`."""
    before, mark, last = table.rpartition("_")
    return f"{before}{mark}{singular_of(last)}" if last.islower() else table


def _is_odd_serial(key: tuple[str, ...], column: Field) -> bool:
    numeric = column.type in (FieldType.INT, FieldType.FLOAT)
    return column.default_kind is DefaultKind.GENERATED_ID and (column.name,) != key and numeric


def _serial_gaps(name: str, column: Field) -> Gap:
    return Gap(f"column `{name}` is numbered by the database", Reach.CREATES)


def _referring(table: Table, drafts: _Drafts) -> Table:
    """The table with its foreign keys: of one column each; those of several are a gap."""
    keys = drafts.tables[table.name].keys
    gaps, fields = list(table.gaps), {field.name: field for field in table.fields}
    for names, target, columns, on_delete in keys:
        there = drafts.tables.get(target)
        columns = columns or (there.primary_key if there is not None else ())
        if len(names) == 1 and len(columns) == 1 and there is not None and names[0] in fields:
            fields[names[0]] = replace(fields[names[0]], references=(target, columns[0]), on_delete=on_delete)
        else:
            gaps.append(Gap(f"the foreign key ({', '.join(names)}) to {target} is not kept", Reach.WRITES))
    return replace(table, fields=tuple(fields.values()), gaps=tuple(gaps))


def literal_text(value: exp.Expr, type_: SqlType) -> str | None:
    """A constant of SQL as TypeScript, for a column; None for what is no constant."""
    negative = isinstance(value, exp.Neg)
    value = value.this if negative else value
    if isinstance(value, exp.Boolean):
        return ("1" if value.this else "0") if type_.kind is Kind.INT else str(value.this).lower()
    if not isinstance(value, exp.Literal):
        return None
    text = f"-{value.this}" if negative else str(value.this)
    match type_.kind:
        case Kind.INT | Kind.INT8 | Kind.FLOAT:
            return text if _is_number(text) else None
        case Kind.BOOLEAN:
            return {"t": "true", "true": "true", "f": "false", "false": "false", "1": "true", "0": "false"}.get(text)
        case Kind.JSON:
            return text if _is_json(text) else None
        case Kind.TEXT | Kind.NUMERIC | Kind.UUID | Kind.CLOCK:
            return json.dumps(text, ensure_ascii=False)
        case _:
            return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_clock(value: exp.Expr) -> bool:
    if isinstance(value, exp.Paren):
        return _is_clock(value.this)
    if isinstance(value, exp.CurrentTimestamp | exp.CurrentDatetime):
        return True
    called = value.name.lower() if isinstance(value, exp.Anonymous) else ""
    is_now = [each.name.lower() for each in value.expressions] == ["now"] if called == "datetime" else False
    return called in ("now", "clock_timestamp") or is_now


def _is_generator(value: exp.Expr) -> bool:
    return isinstance(value, exp.Uuid) or value.name.lower() in _GENERATORS


def _names(nodes: list[exp.Expr]) -> tuple[str, ...]:
    """The plain columns among them."""
    found: list[str] = []
    for node in nodes:
        inner = node.this if isinstance(node, exp.Ordered) else node
        if isinstance(inner, exp.Column | exp.Identifier):
            found.append(_name(inner))
    return tuple(found)


def _name(node: exp.Expr) -> str:
    """A name as the database keeps it: PostgreSQL lowers those without quotes."""
    identifier = node if isinstance(node, exp.Identifier) else node.find(exp.Identifier)
    if identifier is None:
        return node.name
    return str(identifier.this) if identifier.args.get("quoted") else folded(str(identifier.this))


def folded(name: str) -> str:
    """A name without quotes."""
    return name.lower() if name.isupper() or name != name.lower() else name


def _short(node: exp.Expr) -> str:
    text = " ".join(node.sql().split())
    return text if len(text) <= 60 else text[:57] + "…"
