"""The third argument of a table's definition: keys, unique sets, indexes, foreign keys and checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.table import Gap, OnDelete, Reach
from codemods.readers.calls import CallSite
from codemods.readers.drizzle.columns import ON_DELETE
from codemods.readers.drizzle.references import Defined, References
from codemods.readers.drizzle.source import Built, built, exported
from codemods.readers.literals import Property, entries
from codemods.source.tree import member, named, parameters, string_value, unwrap
from codemods.workspace import Workspace


@dataclass(slots=True)
class Constraints:
    """What a table asks of its rows. `references` are foreign keys of one column, by that column."""

    key: tuple[str, ...] = ()
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    indexes: tuple[tuple[str, ...], ...] = ()
    references: dict[str, tuple[tuple[str, str], OnDelete]] = field(default_factory=dict)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    """What the database calls them, where the code says so."""
    gaps: list[Gap] = field(default_factory=list)


def read_constraints(
    workspace: Workspace, references: References, found: Defined, given: Sequence[SgNode]
) -> Constraints:
    """What the function that is given the columns returns, an object or a list."""
    read = _Reader(workspace, references, found)
    for function in given:
        read.own = next((each.name or "" for each in parameters(function)), "")
        body = function.field("body")
        listed = _returned(body) if body is not None else None
        for node in _elements(listed) if listed is not None else ():
            read.element(node)
    return read.constraints


def _returned(body: SgNode) -> SgNode | None:
    if body.kind() != "statement_block":
        return unwrap(body)
    last = named(body)[-1] if named(body) else None
    return unwrap(named(last)[0]) if last is not None and last.kind() == "return_statement" and named(last) else None


def _elements(listed: SgNode) -> Iterator[SgNode]:
    if listed.kind() == "array":
        yield from (unwrap(each) for each in named(listed))
    elif listed.kind() == "object":
        yield from (unwrap(each.value) for each in entries(listed) if isinstance(each, Property))


class _Reader:
    def __init__(self, workspace: Workspace, references: References, found: Defined) -> None:
        self._workspace, self._references, self._found = workspace, references, found
        self.own = ""
        self.constraints = Constraints()

    def element(self, node: SgNode) -> None:
        chain = built(node)
        name = exported(self._workspace, self._found.file, chain.start.node) if chain is not None else None
        match name:
            case "primaryKey" if chain is not None:
                self.constraints.key = self._listed(chain.start)
            case "unique" | "uniqueIndex" | "index" if chain is not None:
                self._index(chain, name)
            case "foreignKey" if chain is not None:
                self._foreign(chain)
            case "check" if chain is not None:
                self._gap(f"check {' '.join(chain.start.node.text().split())[:60]}")
            case _:
                self._gap(f"`{' '.join(node.text().split())[:60]}`")

    def _gap(self, what: str) -> None:
        self.constraints.gaps.append(Gap(f"{what} is not asked for", Reach.WRITES))

    def _index(self, chain: Built, kind: str) -> None:
        on = chain.link("on", "onOnly", "using")
        columns = tuple(name for each in (on.arguments if on is not None else ()) if (name := self._column(each)))
        is_whole = on is not None and len(columns) == len([each for each in on.arguments if string_value(each) is None])
        if kind == "index":
            if columns and is_whole:
                self.constraints.indexes = (*dict.fromkeys([*self.constraints.indexes, columns]),)
            return
        if not is_whole or chain.link("where", "nullsNotDistinct") is not None:
            self._gap(f"unique over some rows: `{' '.join(chain.start.node.text().split())[:60]}`")
        else:
            self.constraints.uniques.append(columns)
            name = string_value(chain.start.arguments[0]) if chain.start.arguments else None
            self.constraints.names |= {columns: name} if name is not None else {}

    def _foreign(self, chain: Built) -> None:
        given = {each.key: each.value for each in _options(chain.start)}
        own = [self._column(unwrap(each)) for each in named(unwrap(given["columns"]))] if "columns" in given else []
        others = named(unwrap(given["foreignColumns"])) if "foreignColumns" in given else []
        link = chain.link("onDelete")
        on_delete = string_value(link.arguments[0]) if link is not None and link.arguments else "no action"
        rule = ON_DELETE.get(on_delete or "")
        targets = [self._target(unwrap(each)) for each in others]
        if len(own) == 1 and own[0] and len(targets) == 1 and targets[0] is not None and rule is not None:
            self.constraints.references[own[0]] = targets[0], rule
            name = string_value(given["name"]) if "name" in given else None
            self.constraints.names |= {(own[0],): name} if name is not None else {}
        else:
            self._gap("a foreign key of several columns")

    def _target(self, node: SgNode) -> tuple[str, str] | None:
        own = self._column(node)
        return (self._found.name, own) if own is not None else self._references.column(self._found.file, node)

    def _listed(self, start: CallSite) -> tuple[str, ...]:
        """`primaryKey({ columns: [t.a, t.b] })` and `primaryKey(t.a, t.b)`."""
        given = {each.key: each.value for each in _options(start)}
        nodes = named(unwrap(given["columns"])) if "columns" in given else list(start.arguments)
        return tuple(name for each in nodes if (name := self._column(unwrap(each))))

    def _column(self, node: SgNode) -> str | None:
        """The column in `t.name` and `t.name.desc()`."""
        parts = member(node)
        if parts is None and node.kind() == "call_expression":
            callee = member(node.field("function") or node)
            return self._column(unwrap(callee[0])) if callee is not None else None
        return parts[1] if parts is not None and parts[0].text() == self.own else None


def _options(site: CallSite) -> list[Property]:
    found = [each for each in site.arguments if each.kind() == "object"]
    return [entry for each in found for entry in entries(each) if isinstance(entry, Property)]
