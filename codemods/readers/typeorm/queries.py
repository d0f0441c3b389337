"""Finds the calls of TypeORM's repositories and entities in a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.query import Op, Query
from codemods.ir.sql import Dialect, Entries, Gives, Saved, SqlWork, Verb, Written
from codemods.ir.table import Schema, Table
from codemods.readers.assembled.reading import Reading, shortened
from codemods.readers.calls import CallSite, call_site
from codemods.readers.knex.source import Connections
from codemods.readers.knex.terms import Terms, column_of
from codemods.readers.links import waits_inside
from codemods.readers.literals import Property, Spread, entries, literal_of
from codemods.readers.sql.definitions import dialect_of
from codemods.readers.sql.entities import PACKAGE, Entity
from codemods.readers.sql.expressions import Expressions
from codemods.readers.sql.queries import OPS, REACHED
from codemods.readers.sql.reading import Scope, UnreadError
from codemods.readers.sql.selects import select_of
from codemods.readers.sql.writes import assigned_to, work_of
from codemods.readers.typeorm.options import NAMES, Options
from codemods.readers.typeorm.source import Receivers, known_entities
from codemods.source.file import SourceFile
from codemods.source.tree import unwrap
from codemods.workspace import External, Workspace

_OTHERS = frozenset(
    {
        "findAndCount", "findAndCountBy", "findOneOrFail", "findOneByOrFail", "findByIds", "upsert", "softDelete",
        "softRemove", "restore", "recover", "exist", "exists", "existsBy", "increment", "decrement", "sum", "average",
        "minimum", "maximum", "clear", "createQueryBuilder", "query", "create", "preload", "merge",
    }
)  # fmt: skip
"""Methods that are refused by name."""


def find_queries(workspace: Workspace, path: str, schema: Schema) -> list[Query]:
    """The calls of a file in source order."""
    if PACKAGE not in workspace.used_packages or _WORDS.search(workspace.text(path)) is None:
        return []
    dialect, found = dialect_of(workspace), known_entities(workspace)
    if dialect is None or not found:
        return []
    file = workspace.source(path)
    reader = _FileReader(workspace, file, schema, dialect, Receivers(workspace, file, found))
    queries = [query for node in file.calls if (query := reader.read(node)) is not None]
    return sorted(queries, key=lambda query: query.call)


@dataclass(slots=True)
class _Call:
    """A call while it is read."""

    site: CallSite
    entity: Entity
    table: Table
    terms: Terms
    scope: Scope
    options: Options


@dataclass(slots=True)
class _FileReader:
    workspace: Workspace
    file: SourceFile
    schema: Schema
    dialect: Dialect
    receivers: Receivers
    connections: Connections = field(init=False)

    def __post_init__(self) -> None:
        self.connections = Connections(self.workspace, self.file)

    def read(self, node: SgNode) -> Query | None:
        site = call_site(node)
        if site is None or site.target is None or site.method not in _METHODS.keys() | _OTHERS:
            return None
        entity = self.receivers.entity(site.target)
        if entity is None:
            return None
        query = Query(
            file=self.file.path,
            call=self.file.span(node),
            name=f"typeorm {entity.name}.{site.method}",
            op=Op.FIND_MANY,
            table=entity.table,
            client=site.target.text(),
        )
        reading = Reading(self.file, node, self.schema, self.workspace)
        try:
            work = self._work(site, entity, reading)
        except UnreadError as error:
            return replace(query, unsupported=(str(error),))
        for reason in self._gaps(entity, work.verb):
            reading.reject(f"entity {entity.name}: {reason}")
        work = replace(work, is_built=True, is_sync=waits_inside(node))
        return replace(query, op=OPS[work.verb], sql=work, unsupported=tuple(reading.reasons))

    def _work(self, site: CallSite, entity: Entity, reading: Reading) -> SqlWork:
        read = _METHODS.get(site.method or "")
        if read is None:
            raise UnreadError(f"`{site.method}`")
        terms = Terms(reading, self.connections, self.dialect)
        scope = Scope(self.schema, self.dialect, terms.parameters)
        options = Options(terms, entity, self._operator, self.receivers.named)
        return read(self, _Call(site, entity, scope.table(entity.table), terms, scope, options))

    def _operator(self, call: SgNode) -> str | None:
        callee = self.workspace.callee(self.file.path, call)
        is_own = isinstance(callee, External) and callee.module == PACKAGE and bool(callee.path)
        return callee.path[-1] if is_own and isinstance(callee, External) else None

    def _gaps(self, entity: Entity, verb: Verb) -> list[str]:
        table = self.schema.table(entity.table)
        own = [gap for gap in entity.gaps if verb is not Verb.SELECT or "Before" not in gap]
        gaps = table.gaps if table is not None else ()
        reached = [gap.reason for gap in gaps if gap.reach in REACHED[verb]]
        return [*own, *(table.unsupported if table is not None else ()), *reached]

    # ---- finders --------------------------------------------------------------------------------

    def find(self, call: _Call) -> SqlWork:
        """`find(options)`."""
        given = call.site.arguments
        return work_of(call.scope, self._selected(call, given[0] if given else None), Gives.ROWS)

    def find_by(self, call: _Call) -> SqlWork:
        """`findBy(where)`."""
        return work_of(call.scope, self._by(call), Gives.ROWS)

    def find_one(self, call: _Call) -> SqlWork:
        """`findOne(options)`; before version 0.3 also `findOne(id)`."""
        given = call.site.arguments
        is_key = bool(given) and literal_of(self.file, given[0]) is None
        if not given or (len(given) > 1 and not is_key) or (is_key and not _is_old(self.workspace)):
            raise UnreadError("`findOne` of what is put together elsewhere")
        found = self._keyed(call, given) if is_key else self._selected(call, given[0])
        found.set("limit", exp.Limit(expression=exp.Literal.number(1)))
        return work_of(call.scope, found, self._first)

    def find_one_by(self, call: _Call) -> SqlWork:
        """`findOneBy(where)`."""
        found = self._by(call)
        found.set("limit", exp.Limit(expression=exp.Literal.number(1)))
        return work_of(call.scope, found, self._first)

    def count(self, call: _Call) -> SqlWork:
        """`count(options)`."""
        given = call.site.arguments
        return self._counted(call, self._selected(call, given[0] if given else None))

    def count_by(self, call: _Call) -> SqlWork:
        """`countBy(where)`."""
        return self._counted(call, self._by(call))

    def _keyed(self, call: _Call, given: Sequence[SgNode]) -> exp.Select:
        """`findOne(id, options)`, before version 0.3."""
        found = call.options.select(given[1] if len(given) > 1 else None)
        key = exp.EQ(this=column_of(f"{call.table.name}.{self._key(call)}"), expression=call.terms.given(given[0]))
        where = found.args.get("where")
        found.set("where", exp.Where(this=exp.And(this=key, expression=where.this) if where is not None else key))
        return found

    def _selected(self, call: _Call, given: SgNode | None) -> exp.Select:
        """What a finder is given: options, or before version 0.3 also the conditions themselves."""
        literal = literal_of(self.file, given) if given is not None else None
        names = {each.key for each in entries(literal) if isinstance(each, Property)} if literal is not None else set()
        if _is_old(self.workspace) and names and not names & NAMES:
            return self._by(call)
        return call.options.select(given)

    def _key(self, call: _Call) -> str:
        key = call.table.primary_key
        if len(key) != 1:
            raise UnreadError("a key of several columns")
        return key[0]

    @property
    def _first(self) -> Gives:
        return Gives.FIRST if _is_old(self.workspace) else Gives.FIRST_OR_NULL

    def _by(self, call: _Call) -> exp.Select:
        found = call.options.select(None)
        condition = call.options.where(call.site.arguments[0]) if call.site.arguments else None
        if condition is not None:
            found.set("where", exp.Where(this=condition))
        found.set("joins", call.options.joins)
        return found

    def _counted(self, call: _Call, found: exp.Select) -> SqlWork:
        if found.args.get("limit") or found.args.get("offset"):
            raise UnreadError("a count of a page")
        number = exp.Cast(this=exp.Count(this=exp.Star()), to=exp.DataType.build("int"))
        found.set("expressions", [exp.alias_(number, "n", quoted=True)])
        found.set("order", None)
        return work_of(call.scope, found, Gives.VALUE)

    # ---- writes ---------------------------------------------------------------------------------

    def update(self, call: _Call) -> SqlWork:
        """`update(criteria, changes)`."""
        if len(call.site.arguments) != 2:
            raise UnreadError("`update` without changes")
        node = exp.Update(this=self._target(call), expressions=[], where=self._criteria(call))
        found = work_of(call.scope, node, Gives.UPDATED)
        return replace(found, changes=self._written(call, call.site.arguments[1]))

    def delete(self, call: _Call) -> SqlWork:
        """`delete(criteria)`."""
        return work_of(call.scope, exp.Delete(this=self._target(call), where=self._criteria(call)), Gives.AFFECTED)

    def insert(self, call: _Call) -> SqlWork:
        """`insert(row)`, of which nobody looks at what it gives."""
        row = self._written(call, call.site.arguments[0])
        return SqlWork(call.scope.dialect, Verb.INSERT, Gives.VALUES, rows=(row,), table=call.table.name)

    def save(self, call: _Call) -> SqlWork:
        """`save(entity)`: the row with its key is changed; without one it is made."""
        if len(call.site.arguments) != 1:
            raise UnreadError("options of `save`")
        key, columns = call.table.id_field, call.entity.columns
        if key is None:
            raise UnreadError("`save` of an entity whose key the application makes")
        saved = Saved(
            key,
            tuple(each.name for each in columns if each.is_property and each.name != key and not each.is_stamp),
            tuple(call.entity.keys.items()),
            tuple(sorted(call.entity.relations - call.entity.keys.keys())),
            tuple(each.name for each in columns if each.is_made and not each.is_stamp),
            tuple(each.name for each in columns if each.is_stamp),
            tuple(each.name for each in columns if each.is_nullable and not each.is_made and each.is_property),
        )
        rows = call.terms.reading.span(unwrap(call.site.arguments[0]))
        return SqlWork(call.scope.dialect, Verb.SAVE, Gives.FIRST, rows=rows, table=call.table.name, saved=saved)

    def remove(self, call: _Call) -> SqlWork:
        """`remove(entity)`: the row with its key goes."""
        if len(call.site.arguments) != 1 or call.table.id_field is None:
            raise UnreadError("`remove` with options, or of an entity whose key the application makes")
        saved = Saved(call.table.id_field, (), (), (), (), (), ())
        rows = call.terms.reading.span(unwrap(call.site.arguments[0]))
        return SqlWork(call.scope.dialect, Verb.REMOVE, Gives.FIRST, rows=rows, table=call.table.name, saved=saved)

    def _target(self, call: _Call) -> exp.Table:
        return exp.Table(this=exp.to_identifier(call.table.name, quoted=True))

    def _criteria(self, call: _Call) -> exp.Where:
        """An object of conditions, or a key."""
        node = unwrap(call.site.arguments[0]) if call.site.arguments else None
        if node is None or node.kind() == "array":
            raise UnreadError("several keys")
        if literal_of(self.file, node) is None:
            return exp.Where(this=exp.EQ(this=column_of(self._key(call)), expression=call.terms.given(node)))
        found = replace(call.options, skips=False).where(node)
        if found is None:
            raise UnreadError("criteria without conditions")
        return exp.Where(this=found)

    def _written(self, call: _Call, node: SgNode) -> tuple[Written, ...]:
        literal = unwrap(node)
        if literal.kind() != "object":
            return (Entries(call.terms.reading.span(literal)),)
        found: list[Written] = []
        for entry in entries(literal):
            match entry:
                case Property(key, value) if key in call.entity.relations:
                    raise UnreadError(f"the related `{key}` among the values")
                case Property(key, value):
                    if unwrap(value).text() != "undefined":
                        given = call.terms.given(value)
                        expressions = Expressions(call.scope, select_of)
                        found.append(assigned_to(call.scope, call.table, key, given, expressions))
                case Spread(value):
                    found.append(Entries(call.terms.reading.span(unwrap(value))))
                case _:
                    raise UnreadError(f"`{shortened(literal.text())}` has a computed key")
        return tuple(found)


_OLD = re.compile(r"[\^~]?0\.[0-2]\.")


def _is_old(workspace: Workspace) -> bool:
    """Before version 0.3, what is not found is undefined, and not null."""
    return any(_OLD.match(package.dependencies.get(PACKAGE, "")) for package in workspace.packages)


_METHODS: Mapping[str, Callable[[_FileReader, _Call], SqlWork]] = {
    "find": _FileReader.find,
    "findBy": _FileReader.find_by,
    "findOne": _FileReader.find_one,
    "findOneBy": _FileReader.find_one_by,
    "count": _FileReader.count,
    "countBy": _FileReader.count_by,
    "update": _FileReader.update,
    "delete": _FileReader.delete,
    "insert": _FileReader.insert,
    "save": _FileReader.save,
    "remove": _FileReader.remove,
}
_WORDS = re.compile(r"\.\s*(?:" + "|".join(sorted(_METHODS.keys() | _OTHERS)) + r")\b")
