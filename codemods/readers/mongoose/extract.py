"""Turns one call of a model, of a document or of the connection into a query of the common form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, All, Compare, Condition, DocumentWork, Gives, Op, Page, Predicate, Query
from codemods.ir.table import Reach, Schema, Table
from codemods.readers.assembled.reading import Reading
from codemods.readers.calls import CallSite
from codemods.readers.links import Chain
from codemods.readers.literals import Property, entries, literal_of
from codemods.readers.mongoose.conditions import key_in, read_conditions
from codemods.readers.mongoose.methods import DOCUMENT_METHODS, MODEL_METHODS, Method
from codemods.readers.mongoose.pipelines import PipelineReader, collection_of
from codemods.readers.mongoose.shaping import Shaping, add_links, hidden, read_populate, read_select, read_sort
from codemods.readers.mongoose.updates import check_update
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, string_value, unwrap
from codemods.workspace import Workspace

_REACHED: Mapping[Reach, frozenset[Op]] = {
    Reach.NONE: frozenset(),
    Reach.CREATES: frozenset({Op.CREATE, Op.CREATE_MANY, Op.SAVE}),
    Reach.DELETES: frozenset({Op.DELETE, Op.DELETE_MANY}),
    Reach.WRITES: frozenset({Op.CREATE, Op.CREATE_MANY, Op.SAVE, Op.UPDATE, Op.UPDATE_MANY, Op.MAKE}),
}
_HARMLESS = frozenset({"useFindAndModify", "rawResult_", "maxTimeMS", "comment", "context", "ordered"})
_EVENTS = {"findByIdAndUpdate": "findOneAndUpdate"} | {
    name: name for name in ("findOneAndUpdate", "updateOne", "updateMany")
}
"""Changes by the events that they are."""

_SWITCHED = ("true", "false", "{}")
_SILENT = ("null", "undefined", "{}", '""', "''")


def model_query(workspace: Workspace, file: SourceFile, schema: Schema, table: Table, chain: Chain) -> Query:
    """The query of a call of a model with the links after it. What is not understood is listed in `unsupported`."""
    start = chain.start
    assert start.target is not None and start.method is not None
    method = MODEL_METHODS[start.method]
    reading = Reading(file, chain.whole, schema, workspace)
    given = start.arguments
    query = Query(
        file=file.path,
        call=file.span(chain.whole),
        name=f"mongoose {start.target.text()}.{start.method}",
        op=method.op,
        table=table.name,
        client=start.target.text(),
    )
    _reject_table(reading, table, method.op)
    if chain.unknown is not None:
        reading.reject(f"`{chain.unknown}` of a query")
    if any(argument.kind() in FUNCTION_KINDS for argument in given):
        reading.reject("a callback")
    if method.problem is not None:
        reading.reject(method.problem)
        return _finished(query, reading)
    if method.op is Op.AGGREGATE:
        return _finished(replace(query, document=_aggregation(reading, chain)), reading)
    hooks = table.document.hooks_of("save", "validate") if table.document is not None else ()
    if hooks and method.op is Op.CREATE and given and given[0].kind() == "array":
        reading.reject("hooks of several documents that are made at once")
    shaping = Shaping(without=hidden(table))
    work = DocumentWork(gives=method.gives, event=_EVENTS.get(start.method, ""))
    where = _where(reading, method, given, table)
    if method.options is not None and len(given) > method.options:
        work = _options(reading, shaping, work, given[method.options], table)
    projection = given[method.projection] if method.projection is not None and len(given) > method.projection else None
    if projection is not None and projection.text() not in _SILENT:
        read_select(reading, shaping, projection, table)
    or_throw = _links(reading, shaping, chain, table)
    add_links(reading, shaping, table, start.method)
    work = replace(_data(reading, method, given, work), sorting=shaping.sorting, populate=tuple(shaping.populate))
    if method.op is Op.DISTINCT:
        work = replace(work, distinct=_distinct(reading, given, table))
    if method.op in (Op.FIND_FIRST, Op.FIND_UNIQUE, Op.FIND_MANY, Op.UPDATE, Op.DELETE):
        without = () if shaping.only is not None else tuple(shaping.without)
        work = replace(work, only=shaping.only, without=without)
    elif shaping.populate:
        reading.reject("populate of what is no document")
    op = Op.CREATE_MANY if method.op is Op.CREATE and given and given[0].kind() == "array" else method.op
    page = Page(limit=shaping.limit, offset=shaping.skip)
    is_lean = any(link.method == "lean" and _is_on(link.arguments) for link in chain.links)
    work = replace(work, one=method.one, lean=is_lean or work.lean)
    query = replace(query, op=op, where=where, order=shaping.order, page=page, document=work, or_throw=or_throw)
    return _finished(query, reading)


def _aggregation(reading: Reading, chain: Chain) -> DocumentWork:
    """`User.aggregate([{ $group: … }])`."""
    given = chain.start.arguments
    others = [link.method for link in chain.links if link.method != "exec"]
    if len(given) != 1 or others:
        reading.reject(f"`{others[0]}` of a pipeline" if others else "a pipeline with options")
        return DocumentWork()
    tables = {collection_of(table): table for table in reading.schema.tables if table.document is not None}
    pipeline = PipelineReader(reading, tables.get)
    pipeline.read(given[0])
    for lookup in pipeline.lookups:
        table = reading.table(lookup.table)
        for reason in table.unsupported if table is not None else ():
            reading.reject(f"table {lookup.table}: {reason}")
    return DocumentWork(source=reading.span(given[0]), lookups=tuple(pipeline.lookups))


def _reject_table(reading: Reading, table: Table, op: Op) -> None:
    reached = [gap.reason for gap in table.gaps if op in _REACHED.get(gap.reach, frozenset())]
    for reason in (*table.unsupported, *reached):
        reading.reject(f"table {table.name}: {reason}")


def _where(reading: Reading, method: Method, given: tuple[SgNode, ...], table: Table) -> Predicate:
    if method.where is None:
        return NOTHING
    if len(given) <= method.where:
        if method.by_key:
            reading.reject("no key is given")
        return NOTHING
    node = given[method.where]
    if not method.by_key:
        return read_conditions(reading, node, table)
    held = unwrap(node)
    if held.kind() == "object":
        reading.reject("a key that is an object")
        return NOTHING
    return Condition("_id", Compare.EQ, reading.span(key_in(reading, node)))


def _links(reading: Reading, shaping: Shaping, chain: Chain, table: Table) -> bool:
    """Reads the links into the shaping; true where a missing document is an error."""
    or_throw = False
    for link in chain.links:
        given = link.arguments
        match link.method:
            case "select" if given:
                read_select(reading, shaping, given[0], table)
            case "sort" if given:
                read_sort(reading, shaping, given[0], table)
            case "limit" if given:
                shaping.limit = reading.span(given[0])
            case "skip" if given:
                shaping.skip = reading.span(given[0])
            case "populate":
                shaping.populate += read_populate(reading, given, table)
            case "orFail":
                or_throw = True
                if given:
                    reading.reject("orFail with an error of its own")
            case "lean" | "exec":
                if given and given[0].text() not in _SWITCHED and not _is_harmless(given[0]):
                    reading.reject(f"`{link.method}` with arguments")
            case _:
                reading.reject(f"`{link.method}` without arguments")
    return or_throw


def _is_on(given: tuple[SgNode, ...]) -> bool:
    return not given or given[0].text() != "false"


def _is_harmless(options: SgNode) -> bool:
    """`lean({ defaults: true })`: documents get their defaults anyway."""
    listed = list(entries(options)) if options.kind() == "object" else [None]
    return all(isinstance(entry, Property) and entry.key in ("defaults", "autopopulate") for entry in listed)


def _options(reading: Reading, shaping: Shaping, work: DocumentWork, node: SgNode, table: Table) -> DocumentWork:
    if node.text() in _SILENT:
        return work
    literal = literal_of(reading.file, node)
    if literal is None:
        reading.reject("options: built elsewhere")
        return work
    for entry in entries(literal):
        if not isinstance(entry, Property):
            reading.reject("options: built elsewhere")
            continue
        work = _option(reading, shaping, work, entry, table)
    return work


def _option(reading: Reading, shaping: Shaping, work: DocumentWork, entry: Property, table: Table) -> DocumentWork:
    value, text = unwrap(entry.value), unwrap(entry.value).text()
    match entry.key:
        case "new" | "returnOriginal" if text in ("true", "false"):
            after = (text == "true") is (entry.key == "new")
            return replace(work, gives=Gives.AFTER if after else Gives.BEFORE)
        case "returnDocument" if string_value(value) in ("after", "before"):
            return replace(work, gives=Gives.AFTER if string_value(value) == "after" else Gives.BEFORE)
        case "runValidators" if text in ("true", "false"):
            return replace(work, validated=text == "true")
        case "upsert" if text in ("true", "false"):
            return replace(work, upsert=text == "true")
        case "setDefaultsOnInsert" if text in ("true", "false"):
            return work
        case "lean" if text in ("true", "false"):
            return replace(work, lean=text == "true")
        case "sort":
            read_sort(reading, shaping, value, table)
        case "limit":
            shaping.limit = reading.span(value)
        case "skip":
            shaping.skip = reading.span(value)
        case "select" | "projection" | "fields":
            read_select(reading, shaping, value, table)
        case key if key not in _HARMLESS:
            reading.reject(f"option `{key}`")
    return work


def _data(reading: Reading, method: Method, given: tuple[SgNode, ...], work: DocumentWork) -> DocumentWork:
    if method.update is not None:
        if len(given) <= method.update:
            reading.reject("no update is given")
            return work
        check_update(reading, given[method.update])
        return replace(work, update=reading.span(given[method.update]))
    if method.data is not None:
        if not given or (len(given) > 1 and method.op is Op.CREATE):
            reading.reject("several arguments")
            return work
        return replace(work, source=reading.span(given[method.data]))
    return work


def _distinct(reading: Reading, given: tuple[SgNode, ...], table: Table) -> str | None:
    name = string_value(given[0]) if given else None
    if name is None or table.document is None or table.document.path(name) is None:
        reading.reject("distinct: chosen at run time")
    return name


def made_query(workspace: Workspace, file: SourceFile, schema: Schema, table: Table, site: CallSite) -> Query:
    """`new User({ … })`."""
    reading = Reading(file, site.node, schema, workspace)
    _reject_table(reading, table, Op.MAKE)
    if len(site.arguments) > 1:
        reading.reject("several arguments")
    source = reading.span(site.arguments[0]) if site.arguments else None
    name = site.function.text()
    query = Query(file.path, file.span(site.node), f"mongoose new {name}", Op.MAKE, table.name, name)
    return _finished(replace(query, document=DocumentWork(source=source)), reading)


def document_query(workspace: Workspace, file: SourceFile, schema: Schema, table: Table, site: CallSite) -> Query:
    """`user.save()`, `user.deleteOne()`."""
    assert site.target is not None and site.method is not None
    method = DOCUMENT_METHODS[site.method]
    reading = Reading(file, site.node, schema, workspace)
    _reject_table(reading, table, method.op)
    if method.problem is not None:
        reading.reject(method.problem)
    if site.arguments:
        reading.reject(f"`{site.method}` with arguments")
    name = f"mongoose {site.target.text()}.{site.method}"
    query = Query(file.path, file.span(site.node), name, method.op, table.name, site.target.text())
    return _finished(replace(query, document=DocumentWork(source=file.span(site.target))), reading)


def connection_query(file: SourceFile, site: CallSite) -> Query:
    """`mongoose.connect(…)`: there is nothing to connect."""
    name = f"mongoose {site.method}"
    return Query(file.path, file.span(site.node), name, Op.CONNECT, None, "mongoose", where=All(()))


def _finished(query: Query, reading: Reading) -> Query:
    return replace(query, assembled=tuple(reading.assembled), unsupported=tuple(reading.reasons))
