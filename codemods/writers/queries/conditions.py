"""Conditions that code assembled before its calls: each is a function of one row, where the object was put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codemods.ir.query import Assembly, Named, Predicate, Query, looks_up_rows
from codemods.ir.table import Table
from codemods.planner.problems import Problem
from codemods.planner.stored.values import node_covering
from codemods.source import SourceFile, Span, find_all, span_of
from codemods.source.edit import Part
from codemods.writers.code import DbCode, RefusedError, Rewrite
from codemods.writers.edge.ported import whole_line
from codemods.writers.layout import Break, Doc, Group, Line, Nest, joined, layout
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.predicates import Tester


def declarations(draft: Draft) -> dict[str, Doc]:
    """`const where = (user: Doc<"users">) => …;` for every condition that the query asks for by its name."""
    found: dict[str, Doc] = {}
    for name, (table, part) in draft.named.items():
        before, function = _function_of_row(draft, table, part)
        statements: list[Doc] = [*before, (f"const {name} = ", function, ";")]
        found[name] = joined(statements, Break())
    return found


def handed_over(draft: Draft, table: Table, where: Predicate) -> Doc:
    """The condition that a function makes for its callers, under its name where it has one."""
    if not isinstance(where, Named):
        before, function = _function_of_row(draft, table, where)
        if before:
            raise RefusedError("CX301", "a condition on whatever columns an object names")
        return function
    draft.named[where.name] = (table, where.part)
    return where.name


def _function_of_row(draft: Draft, table: Table, part: Predicate) -> tuple[list[Doc], Doc]:
    """The function, and the statements that it needs before it."""
    with draft.scope(), draft.before_calls():
        row = draft.fresh(draft.names.of(table.name).row)
        test = Tester(draft, table, row).test(part)
        parameter = f"{row}: {draft.type_name('Doc')}<{draft.convex_table(table)}>"
        prefix = "async " if looks_up_rows(part) else ""
        return list(draft.prepared or ()), (f"{prefix}({parameter}) =>", Group(Nest((Line(" "), test.doc))))


class Assemblies:
    """The objects that the database calls of one piece read through."""

    def __init__(self, file: SourceFile, written: Sequence[tuple[Query, DbCode]]) -> None:
        self._file = file
        self._written = written
        self._all = list(dict.fromkeys(each for query, _ in written for each in query.assembled))
        self._statements = sorted({span for each in self._all for span in each.statements})

    def problems(self) -> Iterator[Problem]:
        """What else uses an object that will not be there any more."""
        for assembly in self._all:
            for reference in assembly.references:
                if not self._is_read(assembly, reference):
                    text = f"`{assembly.name}` is used apart from database calls"
                    yield Problem("CX301", text, self._file.place(reference.start))
        for name, docs in self._functions().items():
            if len(docs) > 1:
                text = f"`{name}` is not the same condition in all calls"
                yield Problem("CX301", text, self._file.place(self._statements[0].start))

    def rewrites(self) -> Iterator[Rewrite]:
        """The functions in the place of what assembled the objects."""
        functions = {name: docs[0] for name, docs in self._functions().items()}
        for run in self._runs():
            span = Span(run[0].start, run[-1].end)
            ended = [each for each in self._all if each.name in functions and self._is_ended(each, run)]
            indent = self._file.indent_at(span.start)
            lines: list[tuple[Part, ...]] = [(comment,) for comment in self._comments(span)]
            lines += [layout(functions[each.name], indent, len(indent)) for each in ended]
            branch = self._branch(run[0])
            if branch is not None and lines:
                lines = [("{",), *lines, ("}",)]
            elif not lines:
                yield Rewrite(branch or whole_line(self._file, span), (), erases=True)
                continue
            parts: list[Part] = [part for line in lines for part in (f"\n{indent}", *line)][1:]
            yield Rewrite(span, tuple(parts), erases=True)

        for each in self._all:
            around = self._around(each)
            if around is not None and each.name in functions:
                indent = self._file.indent_at(around.start)
                made = layout(functions[each.name], indent, len(indent))
                yield Rewrite(Span(around.end, around.end), (f"\n{indent}", *made))

    def _is_ended(self, assembly: Assembly, run: Sequence[Span]) -> bool:
        return bool(assembly.statements) and assembly.statements[-1] in run and self._around(assembly) is None

    def _around(self, assembly: Assembly) -> Span | None:
        """The statement beside the declaration that holds the last change, where that one stands deeper."""
        if not assembly.statements:
            return None
        first, last = (node_covering(self._file, each) for each in (assembly.statements[0], assembly.statements[-1]))
        block = first.parent() if first is not None else None
        node = last
        while node is not None and (parent := node.parent()) is not None and block is not None:
            if span_of(parent) == span_of(block):
                return None if node == last else span_of(node)
            node = parent
        return None

    def _branch(self, span: Span) -> Span | None:
        """The `else` that has nothing left to do."""
        node = node_covering(self._file, span)
        parent = node.parent() if node is not None else None
        if parent is None or parent.kind() != "else_clause":
            return None
        start = span_of(parent).start
        before = self._file.text[:start]
        return Span(len(before.rstrip()), span.end)

    def _functions(self) -> Mapping[str, list[Doc]]:
        found: dict[str, list[Doc]] = {}
        for _, code in self._written:
            for name, doc in code.conditions.items():
                known = found.setdefault(name, [])
                if doc not in known:
                    known.append(doc)
        return found

    def _is_read(self, assembly: Assembly, reference: Span) -> bool:
        if any(statement.holds(reference) for statement in self._statements):
            return True
        for query, code in self._written:
            if query.call.holds(reference):
                holes = [part for part in code.parts if isinstance(part, Span)]
                return assembly in query.assembled and not any(hole.holds(reference) for hole in holes)
        return False

    def _runs(self) -> Iterator[list[Span]]:
        """Statements with nothing but comments between them."""
        run: list[Span] = []
        for span in self._statements:
            is_apart = bool(run) and (self._branch(run[-1]) is not None or self._branch(span) is not None)
            if run and (is_apart or not self._is_blank(Span(run[-1].end, span.start))):
                yield run
                run = []
            run.append(span)
        if run:
            yield run

    def _is_blank(self, span: Span) -> bool:
        text = self._file.slice(span)
        for comment in self._comments(span):
            text = text.replace(comment, "", 1)
        return not text.strip("; \t\r\n")

    def _comments(self, span: Span) -> list[str]:
        nodes = find_all(self._file.root, "comment")
        return [node.text() for node in nodes if span.holds(span_of(node))]
