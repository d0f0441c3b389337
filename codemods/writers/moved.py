"""Helpers and declarations that move: exported, with a `ctx` where they reach the database."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.pieces import PieceKind, overloads, signature_of, with_comments
from codemods.source import Edit, Span, named, parameters, span_of
from codemods.source.tree import is_async, is_generator
from codemods.writers.errors import error_class_edits
from codemods.writers.placement import SERVER
from codemods.writers.shifting import reindented
from codemods.writers.splice import Splice


class MovedWriter:
    """Writes one piece that is no handler."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def write(self) -> str:
        if self._splice.piece.kind is PieceKind.DECLARATION:
            return self._declaration()
        if self._splice.piece.kind is PieceKind.FIELD:
            return self._field()
        needs_context = self._splice.context.closure.needs_context(self._splice.piece.key)
        if needs_context:
            for node in (*map(signature_of, overloads(self._splice.piece)), self._splice.piece.node):
                self._add_context_parameter(node)
        elif self._splice.facts.client is not None:
            self._splice.problem(
                "CX105", "takes a database client that it does not use", span_of(self._splice.piece.node)
            )
        return self._method() if self._splice.piece.kind is PieceKind.METHOD else self._function()

    def _declaration(self) -> str:
        statement = self._splice.piece.node
        self._splice.edits += error_class_edits(
            self._splice.context.workspace, self._splice.file, statement, self._splice.library
        )
        span = with_comments(self._splice.file, statement)
        self._export(statement)
        return self._at_top(self._splice.render(span), statement)

    def _at_top(self, text: str, statement: SgNode) -> str:
        """The text of a statement where it stands at the left margin."""
        return reindented(text, self._splice.file.language, self._splice.file.indent_at(span_of(statement).start), "")

    def _export(self, statement: SgNode) -> None:
        """Everything that moves is exported, since another module may import it."""
        if statement.kind() == "expression_statement":
            self._assigned_value(statement)
        elif statement.kind() != "export_statement":
            self._splice.edits.append(Edit.insert(span_of(statement).start, "export "))
        else:
            mark = next((child for child in statement.children() if child.kind() in ("default", "=")), None)
            value = mark.next() if mark is not None else None
            if value is not None:
                held = not value.kind().endswith("_declaration")
                text = f"const {self._splice.context.placement.name(self._splice.piece)} = " if held else ""
                after = next(child for child in statement.children() if child.kind() == "export")
                self._splice.edits.append(Edit.replace(Span(span_of(after).end + 1, span_of(value).start), text))

    def _assigned_value(self, statement: SgNode) -> None:
        """`module.exports = {…}` → `export const config = {…}`."""
        assignment = next(iter(named(statement)), None)
        left = assignment.field("left") if assignment is not None else None
        right = assignment.field("right") if assignment is not None else None
        if left is not None and right is not None:
            name = self._splice.context.placement.name(self._splice.piece)
            given = Span(span_of(left).start, span_of(right).start)
            self._splice.edits.append(Edit.replace(given, f"export const {name} = "))

    def _field(self) -> str:
        """`static readonly limit = 10` → `export const limit = 10;`."""
        node, statement = self._splice.piece.node, self._splice.piece.statement
        assert statement is not None
        value, typed = node.field("value"), node.field("type")
        assert value is not None
        name = self._splice.context.placement.name(self._splice.piece)
        start = with_comments(self._splice.file, statement).start
        comments = self._splice.render(Span(start, span_of(statement).start))
        given = self._splice.render(span_of(typed)) if typed is not None else ""
        text = f"{comments}export const {name}{given} = {self._splice.render(span_of(value))};"
        return self._at_top(text, statement)

    def _add_context_parameter(self, node: SgNode) -> None:
        """`ctx` comes first; a database client among the parameters goes, since it is what `ctx` is for."""
        kind = "MutationCtx" if self._splice.context.closure.writes(self._splice.piece.key) else "QueryCtx"
        kind = "ActionCtx" if self._splice.piece.key in self._splice.context.closure.actions else kind
        if self._splice.file.language != "javascript":
            self._splice.bring(SERVER, kind, "", True)
        typed = f"{self._splice.ctx}: {kind}" if self._splice.file.language != "javascript" else self._splice.ctx
        client = self._splice.facts.client
        spans = [span_of(parameter.node) for parameter in parameters(node)]
        single, listed = node.field("parameter"), node.field("parameters")
        if single is not None:
            parts: tuple[str | Span, ...] = (f"({typed})",) if client == 0 else (f"({typed}, ", spans[0], ")")
            self._splice.edits.append(Edit(spans[0], parts))
        elif client == 0:
            self._splice.edits.append(Edit.replace(spans[0], typed))
        elif listed is not None:
            is_alone = not spans and not self._splice.facts.receiver
            # It comes before the document that was `this`, which is put in at the same place.
            self._splice.edits.insert(0, Edit.insert(span_of(listed).start + 1, typed if is_alone else f"{typed}, "))
            if client is not None:
                self._splice.edits.append(Edit.delete(Span(spans[client - 1].end, spans[client].end)))

    def _function(self) -> str:
        statement = self._splice.piece.statement
        assert statement is not None
        span = with_comments(self._splice.file, statement)
        if statement.kind() == "expression_statement":
            return self._assigned(statement, span)
        texts = [self._overload(signature) for signature in overloads(self._splice.piece)]
        self._export(statement)
        self._declared_name(self._splice.piece.node)
        return "".join([*texts, self._at_top(self._splice.render(span), statement)])

    def _overload(self, statement: SgNode) -> str:
        if statement.kind() != "export_statement":
            self._export(statement)
        self._declared_name(signature_of(statement))
        return self._at_top(self._splice.render(with_comments(self._splice.file, statement)), statement) + "\n"

    def _declared_name(self, node: SgNode) -> None:
        """The function's own name, where another one of its module has it already."""
        name = self._splice.context.placement.name(self._splice.piece)
        declarator = next((a for a in [node, *node.ancestors()] if a.field("name") is not None), None)
        label = declarator.field("name") if declarator is not None else None
        if label is not None and label.text() == self._splice.piece.name != name:
            self._splice.edits.append(Edit.replace(span_of(label), name))

    def _assigned(self, statement: SgNode, span: Span) -> str:
        """`exports.list = async () => …` → `export const list = async () => …`."""
        name = self._splice.context.placement.name(self._splice.piece)
        whole, kept = span_of(statement), span_of(self._splice.piece.node)
        # What other edits make of wrappers around the function goes with them.
        self._splice.edits[:] = [e for e in self._splice.edits if kept.holds(e.span) or not whole.holds(e.span)]
        self._splice.edits.append(Edit(whole, (f"export const {name} = ", kept, ";")))
        return self._splice.render(Span(span.start, span_of(statement).end))

    def _method(self) -> str:
        """A method of a class or object becomes a function of the module."""
        node, statement = self._splice.piece.node, self._splice.piece.statement
        assert statement is not None
        name = self._splice.context.placement.name(self._splice.piece)
        comments = self._splice.render(
            Span(with_comments(self._splice.file, statement).start, span_of(statement).start)
        )
        if node.kind() == "method_definition":
            turned = self._splice.context.closure.turns_async(self._splice.piece.key)
            fields = (node.field("type_parameters"), node.field("parameters"), node.field("return_type"))
            head = "".join(self._splice.render(span_of(part)) for part in fields if part is not None)
            body = node.field("body")
            block = self._splice.render(span_of(body)) if body is not None else "{}"
            keyword = f"{'async ' if turned or is_async(node) else ''}function{'*' if is_generator(node) else ''}"
            text = f"{comments}export {keyword} {name}{head} {block}"
        else:
            text = f"{comments}export const {name} = {self._splice.render(span_of(node))};"
        return self._at_top(text, statement)
