"""Names, values and pieces of SQL in Knex's calls, as the nodes of SQL that they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.sql import Dialect
from codemods.readers.assembled.reading import Reading, shortened
from codemods.readers.calls import CallSite
from codemods.readers.knex.source import Connections
from codemods.readers.literals import Property, entries, literal_of
from codemods.readers.sql.placeholders import POSITION, marked
from codemods.readers.sql.reading import UnreadError
from codemods.readers.sql.statements import parsed
from codemods.readers.sql.texts import Texts
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, named, string_value, unwrap

_ALIAS = re.compile(r"\s+as\s+", re.IGNORECASE)
_CONSTANTS = frozenset({"string", "number", "true", "false"})


class Terms:
    """The terms of one statement. Values become parameters, by names of their own."""

    def __init__(self, reading: Reading, connections: Connections, dialect: Dialect) -> None:
        self.reading, self.connections, self.dialect = reading, connections, dialect
        self.parameters: dict[str, Span] = {}
        self.written: list[str] = []
        """The pieces of SQL that stand in the code."""
        self.subquery: Callable[[SgNode], exp.Select | None] = lambda node: None
        """The statement inside that an expression is, if it is one."""

    # ---- names ----------------------------------------------------------------------------------

    def text(self, node: SgNode) -> str:
        """A name that the code writes as a text, here or in a constant."""
        found = string_value(unwrap(node))
        if found is not None:
            return found
        workspace = self.reading.workspace
        assert workspace is not None
        text = Texts(workspace, self.reading.file).read(node)
        if text.problem is not None or text.holes:
            raise UnreadError(f"`{shortened(node.text())}`, which is only known at run time, as a name")
        return text.text

    def table(self, node: SgNode) -> exp.Table:
        """`users`, `users as u`, `{ u: "users" }`."""
        inner = unwrap(node)
        if inner.kind() == "object":
            found = [each for each in entries(inner) if isinstance(each, Property)]
            if len(found) != 1:
                raise UnreadError("several tables")
            return _table(self.text(found[0].value), found[0].key)
        name, alias = _divided(self.text(node))
        return _table(name, alias)

    def column(self, node: SgNode) -> exp.Expr:
        """A column by its name, or a piece of SQL."""
        site = self.connections.helper(node, "raw", "ref")
        if site is not None:
            return self.raw(site) if site.method == "raw" else column_of(self.text(site.arguments[0]))
        return column_of(self.text(node))

    def columns(self, nodes: Sequence[SgNode]) -> list[exp.Expr]:
        """Columns that are shown: names, lists of them, pieces of SQL, objects of names by aliases."""
        found: list[exp.Expr] = []
        for node in nodes:
            inner = unwrap(node)
            literal = literal_of(self.reading.file, inner, ("array", "object")) if _may_be_list(inner) else None
            if literal is not None and literal.kind() == "array":
                found += self.columns(named(literal))
            elif literal is not None:
                for entry in entries(literal):
                    if not isinstance(entry, Property):
                        raise UnreadError("columns that are spread from an object")
                    found.append(exp.alias_(self.column(entry.value), entry.key, quoted=True))
            elif (inside := self.subquery(inner)) is not None:
                raise UnreadError(f"the statement `{shortened(inside.sql())}` among the columns")
            elif self.connections.helper(node, "raw") is not None:
                site = self.connections.helper(node, "raw")
                assert site is not None
                found += self.fragment(site, "SELECT {}").expressions
            else:
                name, alias = _divided(self.text(node))
                shown = column_of(name)
                found.append(exp.alias_(shown, alias, quoted=True) if alias else shown)
        return found

    # ---- values ---------------------------------------------------------------------------------

    def value(self, node: SgNode) -> exp.Expr:
        """What a column is compared with, or set to."""
        site = self.connections.helper(node, "raw", "ref", "now")
        if site is not None:
            match site.method:
                case "raw":
                    return self.raw(site)
                case "ref":
                    return column_of(self.text(site.arguments[0]))
                case _:
                    return exp.CurrentTimestamp()
        inside = self.subquery(unwrap(node))
        if inside is not None:
            return exp.Subquery(this=inside)
        if unwrap(node).kind() in FUNCTION_KINDS:
            raise UnreadError("a function in the place of a value")
        return self.given(node)

    def given(self, node: SgNode) -> exp.Expr:
        """A parameter."""
        name = f"given{len(self.parameters)}"
        self.parameters[name] = self.reading.span(unwrap(node))
        return exp.Placeholder(this=name)

    def is_constant(self, node: SgNode) -> bool:
        """Is a value one that is written out, or computed by the database?"""
        inner = unwrap(node)
        if inner.kind() in _CONSTANTS or self.subquery(inner) is not None:
            return True
        return self.connections.helper(node, "raw", "ref", "now") is not None

    # ---- pieces of SQL --------------------------------------------------------------------------

    def raw(self, site: CallSite) -> exp.Expr:
        """`db.raw("lower(name)")` as a value."""
        found = self.fragment(site, "SELECT {}").expressions
        if len(found) != 1:
            raise UnreadError("several values of SQL in the place of one")
        one: exp.Expr = found[0]
        return one

    def fragment(self, site: CallSite, around: str) -> exp.Select:
        """A piece of SQL with its values, read within a statement."""
        if not site.arguments:
            raise UnreadError("SQL without a text")
        workspace = self.reading.workspace
        assert workspace is not None
        text = Texts(workspace, self.reading.file).read(site.arguments[0])
        if text.problem is not None:
            raise UnreadError(text.problem)
        if text.holes:
            raise UnreadError("values are put into a piece of SQL")
        bindings = self._bindings(site.arguments[1:])
        body = self._bound(text.text, bindings)
        self.written.append(text.text)
        found = parsed(around.format(body), self.dialect)
        if not isinstance(found, exp.Select):
            raise UnreadError(f"the SQL `{shortened(text.text)}`")
        return found

    def _bindings(self, nodes: Sequence[SgNode]) -> list[SgNode]:
        if not nodes:
            return []
        literal = literal_of(self.reading.file, nodes[0], ("array", "object"))
        if literal is not None and literal.kind() == "object":
            raise UnreadError("values of SQL by their names")
        found = named(literal) if literal is not None else [unwrap(nodes[0])]
        if any(each.kind() == "spread_element" for each in found):
            raise UnreadError("values of SQL that are spread from a list")
        return found

    def _bound(self, text: str, bindings: Sequence[SgNode]) -> str:
        """The text with a parameter for each question mark; two stand for a name."""
        if "\\?" in text or re.search(r"(?<!:):[A-Za-z_]\w*", text):
            raise UnreadError(f"the marks in `{shortened(text)}`")
        left = list(bindings)
        parts = re.split(r"(\?\?)", text)
        done: list[str] = []
        for part in parts:
            if part == "??":
                if not left:
                    raise UnreadError("a piece of SQL with fewer values than marks")
                done.append(column_of(self.text(left.pop(0))).sql(dialect=self.dialect.value))
                continue
            found = marked(part)
            if found.count > len(left):
                raise UnreadError("a piece of SQL with fewer values than marks")
            filled = found.text
            for number in range(1, found.count + 1):
                name = str(self.given(left.pop(0)).this)
                filled = re.sub(rf":{POSITION}{number}\b", f":{name}", filled)
            done.append(filled)
        return "".join(done)


def column_of(name: str) -> exp.Expr:
    """`name`, `users.name`, `users.*`, `*`."""
    name = name.strip()
    if name == "*":
        return exp.Star()
    table, _, column = name.rpartition(".")
    table = table.rpartition(".")[2]
    inner: exp.Expr = exp.Star() if column == "*" else exp.to_identifier(column, quoted=True)
    return exp.Column(this=inner, table=exp.to_identifier(table, quoted=True) if table else None)


def _table(name: str, alias: str) -> exp.Table:
    found = exp.Table(this=exp.to_identifier(name.strip().rpartition(".")[2], quoted=True))
    if alias:
        found.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return found


def _divided(text: str) -> tuple[str, str]:
    parts = _ALIAS.split(text.strip(), maxsplit=1)
    return parts[0], parts[1].strip() if len(parts) > 1 else ""


def _may_be_list(node: SgNode) -> bool:
    return node.kind() in ("array", "object", "identifier")
