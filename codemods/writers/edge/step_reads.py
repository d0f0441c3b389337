"""What middleware reads of the request: its input as one object, which it may change, all else of Hono's context."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from codemods.planner.asking.edge_facts import INPUT, Part
from codemods.planner.asking.request_facts import COOKIE_PARSER, HEADER_READERS, FactRead, fact_of, plain_fact
from codemods.planner.checking.result_checks import asks_with
from codemods.planner.passing.steps import (
    element_of,
    fields_of,
    is_custom,
    references_to,
    request_references,
    taken_apart,
)
from codemods.planner.pieces import PieceKind, function_piece
from codemods.planner.places_of_use import alias_of, assured, wrapped
from codemods.planner.settings.app_settings import setting_around
from codemods.source import (
    Edit,
    SourceFile,
    Span,
    arguments,
    enclosing,
    find_all,
    member,
    named,
    parameters,
    same_node,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import FUNCTION_KINDS, operator_of
from codemods.workspace import FunctionRef, Workspace
from codemods.writers.edge.edge_request import dropped, fact_text, read_edit, whole_read
from codemods.writers.edge.ported import Helper, Ported, whole_line
from codemods.writers.edge.response_reads import Unsent, without_question

_CODE = "CX701"
_COOKIES = frozenset({COOKIE_PARSER})
_WRITES = ("assignment_expression", "augmented_assignment_expression", "update_expression")
_AT_ONCE = {Part.PARAMS: "sharedParams", Part.QUERY: "sharedQuery"}
"""What gives parts of the input that nobody has to wait for."""
_TOUCHES = ("member_expression", "subscript_expression", "call_expression")


class StepReads:
    """Rewrites all uses of the request in one function but the fields that middleware hands on."""

    def __init__(
        self,
        ported: Ported,
        function: SgNode,
        context: str,
        workspace: Workspace,
        index: int = 0,
        waits: bool = True,
        gone: Sequence[Span] = (),
    ) -> None:
        """The request is the parameter at `index`; `waits` says that the function may wait for its body.

        What is `gone` reads nothing any more.
        """
        self._gone = gone
        self._ported, self._function, self._context = ported, function, context
        self._workspace, self._file, self._index, self._waits = workspace, ported.file, index, waits
        self._headers: dict[str, list[Span]] = defaultdict(list)
        self._written: set[str] = set()
        self._inputs: list[tuple[Part, SgNode, SgNode]] = []
        """Part, the read of it, and the reference to the request in it."""

    def write(self) -> None:
        fields = {span_of(field.node) for field in fields_of(self._file, self._function, self._index)}
        sure = self._sure()
        gone = [*self._gone, *(_condition(each.statement) for each in sure), *self._half_sure()]
        for reference in request_references(self._file, self._function, self._index):
            if any(span.holds(span_of(reference)) for span in gone):
                continue
            alias, taken = alias_of(reference), taken_apart(reference)
            if alias is not None:
                self._drop(alias)
            elif taken is not None:
                self._take_apart(reference, *taken)
            elif not any(span_of(node) in fields for node in reference.ancestors()):
                self._reference(reference)
        self._written_headers()
        self._read_headers()
        self._read_inputs()
        for each in sure:
            without_question(self._ported, each)

    def _sure(self) -> list[Unsent]:
        """`if (req && req.cookies) …`: what only asks whether the request and a part of it are there."""
        found = []
        for node, parts in self._conditions():
            kept = node.field("consequence")
            if node.field("alternative") is not None or kept is None or any(map(_declares, named(kept))):
                continue
            if all(self._is_sure(part) for part in parts):
                found.append(Unsent(node, kept))
        return found

    def _half_sure(self) -> list[Span]:
        """`if (!token && req && req.cookies) …` → `if (!token) …`; returns what was asked for nothing."""
        found = []
        for _, parts in self._conditions():
            sure = [self._is_sure(part) for part in parts]
            first = sure.index(False) if False in sure else len(parts)
            for index in (number for number, each in enumerate(sure) if each and first < len(parts)):
                own = span_of(parts[index])
                early = index < first
                start = own.start if early else span_of(parts[index - 1]).end
                found.append(Span(start, span_of(parts[index + 1]).start if early else own.end))
        self._ported.edits += [Edit.delete(span) for span in found]
        return found

    def _conditions(self) -> Iterator[tuple[SgNode, list[SgNode]]]:
        """The statements that ask for something, and what has to be true for them."""
        for node in find_all(self._function, "if_statement"):
            condition = node.field("condition")
            if condition is not None:
                yield node, _joined(unwrap(condition))

    def _is_sure(self, node: SgNode) -> bool:
        """`req`, `req.headers`, `req.cookies`"""
        parts = member(node)
        root = node if parts is None else parts[0]
        uses = references_to(self._file, self._function, self._index)
        is_sure = root in uses and (parts is None or parts[1] in ("headers", COOKIE_PARSER))
        self._ported.asks |= {COOKIE_PARSER} if is_sure and parts is not None and parts[1] == COOKIE_PARSER else set()
        return is_sure

    def _drop(self, alias: SgNode) -> None:
        declaration = alias.parent()
        if declaration is None or len(named(declaration)) != 1:
            self._ported.problem(_CODE, "keeps the request beside other variables", alias)
            return
        self._ported.edits.append(Edit.delete(whole_line(self._file, span_of(declaration))))

    def _take_apart(self, reference: SgNode, declarator: SgNode, pattern: SgNode) -> None:
        """`const { user, headers } = req` → `const user = c.get("user"), headers = c.req.header()`."""
        elements = [element_of(element) for element in named(pattern)]
        written = [f"{each[1]} = {value}" for each in elements if each and (value := self._value(each[0])) is not None]
        if len(written) < len(elements) or declarator.field("type") is not None:
            self._ported.problem(_CODE, "takes its request apart", pattern)
            return
        parts = [Part(each[0]) for each in elements if each is not None and each[0] in INPUT]
        self._inputs += [(part, pattern, reference) for part in parts]
        self._ported.edits.append(Edit.replace(span_of(declarator), ", ".join(written)))

    def _value(self, key: str) -> str | None:
        """A property of the request as an expression."""
        if key in INPUT:
            return f"{self._name}.{key}"
        if key == "headers":
            return f"{self._context}.req.header()"
        fact = plain_fact(key, frozenset())
        if fact is None:
            return f'{self._context}.get("{key}")' if is_custom(key) else None
        return fact_text(self._ported, fact, self._context, self._waits)

    @property
    def _name(self) -> str:
        return parameters(self._function)[self._index].name or "req"

    def _reference(self, reference: SgNode) -> None:
        outer = wrapped(reference)
        above = outer.parent()
        parts = member(above) if above is not None and above.kind() in _TOUCHES[:2] else None
        if above is not None and parts is not None and span_of(parts[0]) == span_of(outer):
            if parts[1] in INPUT:
                self._inputs.append((Part(parts[1]), above, reference))
                return
            if parts[1] == "app" and setting_around(self._workspace, self._file.path, above) is not None:
                return
            asked = assured(above) if parts[1] in ("headers", COOKIE_PARSER) else None
            if asked is not None:
                self._ported.asks |= {parts[1]} & {COOKIE_PARSER}
                self._ported.edits.append(Edit.delete(asked))
                return
            if parts[1] == "headers" and self._header_of(above):
                return
            if parts[1] in HEADER_READERS and self._header_call(above):
                return
        if asks_with(self._workspace, self._file, outer) is not None:
            self._inputs.append((Part.BODY, outer, reference))
            return
        asked = assured(reference)
        if asked is not None:
            self._ported.edits.append(Edit.delete(asked))
            return
        helper = helper_of(self._workspace, self._file, reference)
        if helper is not None:
            self._ported.helpers.append(helper)
            self._ported.edits.append(Edit.replace(span_of(outer), self._context))
            return
        edit = read_edit(self._ported, reference, self._context, _COOKIES, self._waits and self._is_own(reference))
        edit = edit or self._cookies(reference) or dropped(self._file, reference)
        if edit is None:
            self._ported.problem(_CODE, f"reads `{whole_read(reference).text()}`", reference)
        else:
            self._ported.edits.append(edit)

    def _cookies(self, reference: SgNode) -> Edit | None:
        """`const { token } = req.cookies` → `const token = readCookie(c, "token")`."""
        read = whole_read(reference)
        found = fact_of("cookies", read, _COOKIES) if read.text().endswith(".cookies") else None
        pattern = found.pattern if isinstance(found, FactRead) else None
        declarator = pattern.node.parent() if pattern is not None else None
        if pattern is None or declarator is None or declarator.field("type") is not None:
            return None
        names = [(fact, taken[1]) for node, fact in pattern.elements if (taken := element_of(node)) is not None]
        texts = [(name, fact_text(self._ported, fact, self._context, self._waits)) for fact, name in names]
        if len(names) < len(pattern.elements) or any(text is None for _, text in texts):
            return None
        return Edit.replace(span_of(declarator), ", ".join(f"{name} = {text}" for name, text in texts))

    def _is_own(self, reference: SgNode) -> bool:
        """Does it stand in no function inside the middleware?"""
        return same_node(enclosing(reference, FUNCTION_KINDS), self._function)

    # ---- headers --------------------------------------------------------------------------------

    def _header_of(self, headers: SgNode) -> bool:
        """`req.headers.authorization`, `req.headers["x-request-id"]`."""
        above = headers.parent()
        parts = member(above) if above is not None and above.kind() in _TOUCHES[:2] else None
        if above is None or parts is None or span_of(parts[0]) != span_of(headers):
            return False
        if _is_deleted(above):
            self._ported.problem(_CODE, "takes a header out of the request", above)
        self._headers[parts[1].lower()].append(span_of(above))
        return True

    def _header_call(self, reader: SgNode) -> bool:
        """`req.get("Accept")`."""
        call = reader.parent()
        given = arguments(call) if call is not None and call.kind() == "call_expression" else []
        name = string_value(given[0]) if len(given) == 1 else None
        if call is None or name is None:
            return False
        self._headers[name.lower()].append(span_of(call))
        return True

    def _written_headers(self) -> None:
        """`req.headers["x-id"] = id;` is seen by all that read the header later."""
        for assignment in find_all(self._function, "assignment_expression"):
            left, right, statement = assignment.field("left"), assignment.field("right"), assignment.parent()
            name = next((n for n, at in self._headers.items() if left is not None and span_of(left) in at), None)
            if name is None or left is None or right is None:
                continue
            self._headers[name].remove(span_of(left))
            if statement is None or statement.kind() != "expression_statement":
                self._ported.problem(_CODE, f"uses the value of setting the header `{name}`", assignment)
            opening = f'{self._context}.req.raw.headers.set("{name}", '
            self._ported.edits.append(Edit(span_of(assignment), (opening, span_of(right), ")")))
            self._written.add(name)

    def _read_headers(self) -> None:
        """A header that is asked for often gets a name, so that TypeScript sees what was made sure of it."""
        for name, reads in self._headers.items():
            text = f'{self._context}.req.header("{name}")'
            local = _camel(name)
            often = len(reads) > 1 and name not in self._written and self._is_free(local)
            if often and self._open_with(f"const {local} = {text};"):
                self._ported.edits += [Edit.replace(span, local) for span in reads]
                continue
            for span in reads:
                sure = "!" if self._ported.typed and self._is_taken_for_sure(span) else ""
                self._ported.edits.append(Edit.replace(span, text + sure))

    def _is_taken_for_sure(self, span: Span) -> bool:
        """Is a member of the header read, without a question mark?"""
        node = next((n for n in find_all(self._function, *_TOUCHES) if span_of(n) == span), None)
        above = node.parent() if node is not None else None
        return above is not None and above.kind() == "member_expression" and "?." not in self._between(above, span)

    def _between(self, above: SgNode, span: Span) -> str:
        return self._file.text[span.end : span_of(above).end]

    # ---- body, query and path parameters --------------------------------------------------------

    def _read_inputs(self) -> None:
        """The parts stay what they are on `const req = await sharedInput(c);`; the query alone needs no waiting."""
        if not self._inputs:
            return
        queries = all(part is Part.QUERY and _is_read(node) for part, node, _ in self._inputs)
        opening = f"const query = {self._ported.use('sharedQuery')}({self._context});" if queries else ""
        if queries and self._is_free("query") and self._open_with(opening):
            self._ported.edits += [Edit.replace(span_of(node), "query") for _, node, _ in self._inputs]
            return
        if all(part in _AT_ONCE and _is_read(node) for part, node, _ in self._inputs) and not self._waits:
            texts = {part: f"{self._ported.use(_AT_ONCE[part])}({self._context})" for part, *_ in self._inputs}
            self._ported.edits += [Edit.replace(span_of(node), texts[part]) for part, node, _ in self._inputs]
            return
        own = self._name
        if not self._waits:
            self._ported.problem(_CODE, "reads the input in a function that it calls", self._function)
        if not self._open_with(f"const {own} = await {self._ported.use('sharedInput')}({self._context});"):
            self._ported.problem(_CODE, "reads the input in an expression", self._function)
        for _, _, reference in self._inputs:
            target = wrapped(reference)
            if target.text() != own and taken_apart(reference) is None:
                self._ported.edits.append(Edit.replace(span_of(target), own))

    def _open_with(self, line: str) -> bool:
        """Put a statement in front of all others; False for a function that is one expression."""
        body = self._function.field("body")
        if body is None or body.kind() != "statement_block":
            return False
        first = next(iter(body.children()[1:-1]), None)
        opening, lines = span_of(body).start + 1, "\n" in body.text()
        indent = self._file.indent_at(span_of(first).start) if first is not None else ""
        self._ported.edits.append(Edit.insert(opening, f"\n{indent}{line}" if lines else f" {line}"))
        return True

    def _is_free(self, name: str) -> bool:
        kinds = ("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
        return name not in {node.text() for node in find_all(self._function, *kinds)}


def helper_of(workspace: Workspace, file: SourceFile, reference: SgNode) -> Helper | None:
    """The function of the repository that is called with the request, `bearerToken(req)`."""
    outer = wrapped(reference)
    given = outer.parent()
    call = given.parent() if given is not None and given.kind() == "arguments" else None
    target = workspace.callee(file.path, call) if call is not None and call.kind() == "call_expression" else None
    if call is None or not isinstance(target, FunctionRef):
        return None
    index = [span_of(argument) for argument in arguments(call)].index(span_of(outer))
    piece = function_piece(workspace.source(target.file), target.node)
    taken = parameters(target.node)
    if piece is None or piece.kind is PieceKind.INLINE or len(taken) <= index or taken[index].name is None:
        return None
    return None if taken[index].is_rest else Helper(piece, index)


def _declares(statement: SgNode) -> bool:
    """Does it declare names that only its own block knows?"""
    return statement.kind().endswith("_declaration")


def _joined(node: SgNode) -> list[SgNode]:
    """The operands of `a && b && c`."""
    left, right = node.field("left"), node.field("right")
    if node.kind() != "binary_expression" or left is None or right is None or operator_of(node) != "&&":
        return [node]
    return [*_joined(left), *_joined(right)]


def _condition(statement: SgNode) -> Span:
    condition = statement.field("condition")
    return span_of(condition if condition is not None else statement)


def _is_read(node: SgNode) -> bool:
    """A field of the part is read."""
    outer = wrapped(node)
    above = outer.parent()
    if above is None or above.kind() not in _TOUCHES[:2]:
        return False
    top = above
    while (parent := top.parent()) is not None and parent.kind() in _TOUCHES[:2]:
        top = parent
    parent = top.parent()
    return parent is None or not (parent.kind() in _WRITES or _is_deleted(top))


def _is_deleted(node: SgNode) -> bool:
    """`delete req.query.role`"""
    parent = node.parent()
    return parent is not None and parent.kind() == "unary_expression" and parent.text().startswith("delete")


def _camel(name: str) -> str:
    first, *rest = re.split(r"[^A-Za-z0-9]+", name)
    return "".join([first.lower(), *(word[:1].upper() + word[1:] for word in rest)])
