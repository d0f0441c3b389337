"""Reads what a query gives and in which order: `select`, `populate`, `sort`, `limit` and `skip`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.document import Holds, Virtual
from codemods.ir.query import Order, Populate
from codemods.ir.table import Table
from codemods.readers.assembled.reading import Reading
from codemods.readers.literals import Computed, Property, Spread, entries, literal_of
from codemods.readers.mongoose.finding import added_links
from codemods.source.span import Span
from codemods.source.tree import named, string_value, unwrap

_DEPTH = 4
_DIRECTIONS = {"1": False, "asc": False, "ascending": False, "-1": True, "desc": True, "descending": True}


@dataclass(slots=True)
class Shaping:
    """What the links and options of a chain say together."""

    order: tuple[Order, ...] = ()
    sorting: Span | None = None
    limit: Span | None = None
    skip: Span | None = None
    only: tuple[str, ...] | None = None
    without: list[str] = field(default_factory=list)
    populate: list[Populate] = field(default_factory=list)


def hidden(table: Table) -> list[str]:
    """The paths that are left out unless they are asked for."""
    return [path.name for path in table.document.paths if path.hidden] if table.document is not None else []


def read_select(reading: Reading, shaping: Shaping, node: SgNode, table: Table) -> None:
    """`"name email"`, `"-password"`, `"+password"`, `{ name: 1 }`, `["name"]`."""
    selected = list(_selected(reading, node))
    names = [name for name in selected if name is not None]
    if len(names) < len(selected):
        reading.reject("select: chosen at run time")
        return
    for name in names:
        bare = name.lstrip("+-")
        if bare == "_id" and not name.startswith("-"):
            continue
        if "." in bare or bare == "_id":
            reading.reject(f"select: `{name}`")
        elif name.startswith("+"):
            shaping.without = [each for each in shaping.without if each != bare]
        elif name.startswith("-"):
            shaping.without.append(bare)
        else:
            shaping.only = (*(shaping.only or ()), bare)
    if names and shaping.only is None and all(name.lstrip("+") == "_id" for name in names):
        shaping.only = ()


def _selected(reading: Reading, node: SgNode) -> Iterator[str | None]:
    """Names, with a sign where one is left out or brought back; None for what cannot be read."""
    literal = literal_of(reading.file, node, ("string", "object", "array", "template_string"))
    if literal is None:
        yield None
    elif literal.kind() == "object":
        for entry in entries(literal):
            text = unwrap(entry.value).text() if isinstance(entry, Property) else ""
            sign = {"1": "", "true": "", "0": "-", "false": "-"}.get(text)
            yield f"{sign}{entry.key}" if isinstance(entry, Property) and sign is not None else None
    elif literal.kind() == "array":
        for item in named(literal):
            yield string_value(unwrap(item))
    else:
        written = string_value(literal)
        yield from written.split() if written is not None else [None]


def read_sort(reading: Reading, shaping: Shaping, node: SgNode, table: Table) -> None:
    """`{ rating: -1 }` and `"-rating name"`; what is only known at run time stays as it is."""
    found = _static_order(reading, node, table)
    if found is None:
        shaping.sorting = reading.span(node)
    else:
        shaping.order = found


def _static_order(reading: Reading, node: SgNode, table: Table) -> tuple[Order, ...] | None:
    literal = literal_of(reading.file, node, ("string", "object"))
    if literal is None:
        return None
    keys: list[Order] = []
    if literal.kind() == "string":
        names = (string_value(literal) or "").split()
        keys = [Order(name.lstrip("-+"), name.startswith("-")) for name in names]
    else:
        for entry in entries(literal):
            if isinstance(entry, Computed | Spread):
                return None
            value = unwrap(entry.value)
            descending = _DIRECTIONS.get((string_value(value) or value.text()).lower())
            if descending is None:
                return None
            keys.append(Order(entry.key, descending))
    for key in keys:
        path = table.document.path(key.field) if table.document is not None else None
        if key.field != "_id" and (path is None or not path.is_plain or "." in key.field):
            reading.reject(f"sort: by `{key.field}`")
    return tuple(keys)


def read_populate(reading: Reading, given: tuple[SgNode, ...], table: Table) -> list[Populate]:
    """`"user"`, `"user", "name avatar"`, `{ path, select, populate }`, and lists of those."""
    if not given:
        reading.reject("populate without a path")
        return []
    literal = literal_of(reading.file, given[0], ("string", "object", "array"))
    if literal is None:
        reading.reject("populate: chosen at run time")
        return []
    if literal.kind() == "array":
        return [each for item in named(literal) for each in read_populate(reading, (unwrap(item),), table)]
    if literal.kind() == "string":
        if len(given) > 2:
            reading.reject("populate: with a model or conditions")
        paths = (string_value(literal) or "").split()
        return [made for name in paths if (made := _one(reading, name, given[1:2], (), table)) is not None]
    options = {entry.key: entry.value for entry in entries(literal) if isinstance(entry, Property)}
    path = string_value(unwrap(options["path"])) if "path" in options else None
    if path is None or options.keys() - {"path", "select", "populate", "model"}:
        reading.reject("populate: with options of its own")
        return []
    select = (options["select"],) if "select" in options else ()
    inner = (options["populate"],) if "populate" in options else ()
    made = _one(reading, path, select, inner, table)
    return [made] if made is not None else []


def _one(
    reading: Reading, path: str, select: tuple[SgNode, ...], inner: tuple[SgNode, ...], table: Table
) -> Populate | None:
    found = table.document.path(path) if table.document is not None else None
    virtual = table.document.shape.virtual(path) if table.document is not None else None
    if virtual is not None and virtual.refers is not None:
        return _referring(reading, virtual, select, inner)
    if found is not None and (found.is_plain or found.paths or (found.of is not None and found.of.paths)):
        own = found.of if found.of is not None else found
        if own.refers is None:
            return None
    item = found.of if found is not None and found.holds is Holds.LIST and found.of is not None else found
    target = reading.table(item.refers) if item is not None and item.refers is not None else None
    if item is None or item.holds is not Holds.ID or target is None or target.document is None:
        reading.reject(f"populate: `{path}`")
        return None
    for reason in target.unsupported:
        reading.reject(f"table {target.name}: {reason}")
    shaping, nested = _within(reading, target, select, inner)
    return Populate(path, target.name, shaping.only, tuple(shaping.without), nested)


def _referring(
    reading: Reading, virtual: Virtual, select: tuple[SgNode, ...], inner: tuple[SgNode, ...]
) -> Populate | None:
    """The documents that refer to this one."""
    target = reading.table(virtual.refers or "")
    foreign = target.document.path(virtual.foreign) if target is not None and target.document is not None else None
    if target is None or foreign is None:
        reading.reject(f"populate: `{virtual.name}`")
        return None
    for reason in target.unsupported:
        reading.reject(f"table {target.name}: {reason}")
    shaping, nested = _within(reading, target, select, inner)
    if shaping.only is not None and virtual.foreign not in shaping.only:
        reading.reject(f"populate: `{virtual.name}` without `{virtual.foreign}`, by which it is found")
    return Populate(virtual.name, target.name, shaping.only, tuple(shaping.without), nested, virtual)


def add_links(reading: Reading, shaping: Shaping, table: Table, method: str) -> None:
    """What the hooks of the schema add to a query."""
    links = added_links(reading.workspace, table, method) if reading.workspace is not None else []
    if links and reading.depth > _DEPTH:
        reading.reject("hooks that populate each other")
        return
    known = {each.path for each in shaping.populate}
    for file, link in links:
        own = Reading(file, link.node, reading.schema, reading.workspace, reading.reasons, is_elsewhere=True)
        own.depth = reading.depth + 1
        if link.method == "populate":
            shaping.populate += [each for each in read_populate(own, link.arguments, table) if each.path not in known]
        elif link.arguments:
            read_select(own, shaping, link.arguments[0], table)


def _within(
    reading: Reading, target: Table, select: tuple[SgNode, ...], inner: tuple[SgNode, ...]
) -> tuple[Shaping, tuple[Populate, ...]]:
    """What the documents that come show, and what comes within them."""
    shaping = Shaping(without=hidden(target))
    for node in select:
        if unwrap(node).text() not in ("null", "undefined", '""', "''"):
            read_select(reading, shaping, node, target)
    shaping.populate += [each for node in inner for each in read_populate(reading, (unwrap(node),), target)]
    add_links(reading, shaping, target, "find")
    return shaping, tuple(shaping.populate)
