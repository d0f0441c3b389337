"""Follows values into id positions, and turns what treats them as numbers into what treats them as Convex ids.

Prisma's `Int @id` becomes `_id`, a string. A route that casts its parameter to a number before it looks the row up
(`Number(req.params.id)`) then passes the text itself, and a helper's `id: number` becomes `id: string`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from ast_grep_py import SgNode

from codemods.ir.query import All, Any, Assignment, Change, Condition, Data, Not, Predicate, Query, Related
from codemods.ir.table import FieldType, Schema, Table
from codemods.ir.validator import Kind, Shape
from codemods.outcome import Place
from codemods.planner.closure import Closure
from codemods.planner.pieces import PieceKey, context_name
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan, ShapeOf
from codemods.planner.types import type_of
from codemods.planner.values import node_covering
from codemods.source import (
    Binding,
    BindingKind,
    Edit,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    parameters,
    span_of,
    unwrap,
)
from codemods.source.tree import FUNCTION_KINDS, property_name
from codemods.workspace import Workspace

_CASTS = frozenset({"Number", "parseInt", "Number.parseInt", "parseFloat", "Number.parseFloat"})
_NUMERIC = re.compile(r"\b(parseInt|parseFloat|Number)\s*\(|map\(\s*(Number|parseInt|parseFloat)\b")
_STRING_OR_NUMBER = re.compile(r"^\s*(string\s*\|\s*number|number\s*\|\s*string)\s*$")
_EQUALITIES = frozenset({"===", "!==", "==", "!="})
_ARITHMETIC = frozenset({"<", ">", "<=", ">=", "+", "-", "*", "/", "%", "**", "+=", "-="})

_CHECKS = frozenset({"isNaN", "Number.isNaN", "Number.isInteger", "Number.isFinite", "isFinite"})


class IdFlow:
    """Edits, by file, that make numeric ids strings; and the obstacles met."""

    def __init__(
        self,
        workspace: Workspace,
        schema: Schema,
        closure: Closure,
        carried: Iterable[PieceKey],
        plans: Iterable[RoutePlan],
        shape_of: ShapeOf,
        table_name: Callable[[str], str],
    ) -> None:
        """`table_name` gives the Convex name of a source table."""
        self._workspace, self._schema, self._closure = workspace, schema, closure
        self._carried = tuple(carried)
        self._shape_of, self._table_name = shape_of, table_name
        self._numbers = self._validated_numbers(plans)
        self._keys = {f.name for t in schema.tables for f in t.fields if self._is_numeric_id(t, f.name)}
        self.edits: dict[str, dict[tuple[Span, tuple[str | Span, ...]], Edit]] = defaultdict(dict)
        self.problems: dict[PieceKey, list[Problem]] = defaultdict(list)
        self.names: dict[str, tuple[PieceKey, Place]] = {}
        """Fields of schemas that hold ids, and where they are used as such."""
        self._seen: set[tuple[str, int]] = set()
        self._traced: dict[tuple[str, int], PieceKey] = {}
        self._plain: dict[tuple[str, int], tuple[PieceKey, Place]] = {}
        for key in self._carried:
            for query in closure.facts(key).queries:
                self._query(key, query)
            self._comparisons(key)
            self._declared_types(key)
        for name, (owner, place) in self.names.items():
            if not self._rewrite_schemas(name):
                text = f"the id `{name}` is validated as something that no Convex id is"
                self.problems[owner].append(Problem("CX301", text, place))
        for mark in self._traced.keys() & self._plain.keys():
            owner, place = self._plain[mark]
            self.problems[owner].append(Problem("CX604", "one value is used as an id and as a plain number", place))

    def _validated_numbers(self, plans: Iterable[RoutePlan]) -> dict[PieceKey, frozenset[str]]:
        """By piece, the fields that routes reaching it validate as numbers."""
        found: dict[PieceKey, set[str]] = defaultdict(set)
        for plan in plans:
            if plan.piece is None or plan.request is None:
                continue
            names: set[str] = set()
            for argument in plan.request.arguments:
                names |= set(number_keys(argument.shape, argument.name))
            for key in self._closure.reached(plan.piece.key):
                found[key] |= names
        return {key: frozenset(names) for key, names in found.items()}

    def _rewrite_schemas(self, name: str) -> bool:
        """`authorId: z.coerce.number().int()` → `authorId: z.string()`; formats of other ids go. False: none found."""
        found = False
        for key in self._carried:
            file = self._workspace.source(key.file)
            for pair in find_all(self._closure.piece(key).node, "pair"):
                label, value = pair.field("key"), pair.field("value")
                if label is None or value is None or property_name(label) != name:
                    continue
                text = id_schema(value.text())
                if text is not None:
                    found = True
                    self._add(file.path, Edit.replace(span_of(value), text))
        return found

    def _comparisons(self, key: PieceKey) -> None:
        """`post.authorId !== Number(req.query.userId)`: the other side of a comparison with an id."""
        piece = self._closure.piece(key)
        file = self._workspace.source(key.file)
        for node in find_all(piece.node, "binary_expression"):
            operator, left, right = node.field("operator"), node.field("left"), node.field("right")
            if operator is None or left is None or right is None or operator.text() not in _EQUALITIES:
                continue
            for side, other in ((left, right), (right, left)):
                parts = member(side)
                if parts is not None and parts[1] in self._keys and _is_cast(file, other):
                    self._trace(key, file, other, self._key_owner(parts[1]))

    def edits_in(self, file: str, span: Span) -> list[Edit]:
        return [edit for edit in self.edits[file].values() if span.holds(edit.span)]

    def _add(self, file: str, edit: Edit) -> None:
        self.edits[file][(edit.span, edit.parts)] = edit

    def _query(self, key: PieceKey, query: Query) -> None:
        table = self._schema.table(query.table) if query.table is not None else None
        if table is None:
            return
        file = self._workspace.source(query.file)
        for field, value in _values(query):
            node = node_covering(file, value)
            if node is None:
                continue
            if self._is_id(table, field):
                self._trace(key, file, node, self._target(table, field))
            elif self._looks_like_key(table, field):
                text = f"{table.name}.{field} looks like a key of another table, but no relation says of which"
                self._refuse(key, "CX604", text, file, node)
            else:
                self._plain_use(key, file, node)
        for span in _opaque(query):
            if _NUMERIC.search(file.slice(span)) and any(self._is_numeric_id(table, f.name) for f in table.fields):
                node = node_covering(file, span)
                text = f"{query.name} is given rows in which ids may be numbers"
                self._refuse(key, "CX301", text, file, node if node is not None else file.root)

    def _refuse(self, key: PieceKey, code: str, text: str, file: SourceFile, node: SgNode) -> None:
        self.problems[key].append(Problem(code, text, file.place(node)))

    def _looks_like_key(self, table: Table, name: str) -> bool:
        """A number that is called like another table's generated key: `userID`, `authorId` without a relation."""
        field = table.field(name)
        if field is None or field.type not in (FieldType.INT, FieldType.BIGINT) or field.references is not None:
            return False
        if name == table.id_field:
            return False
        keys = {other.id_field for other in self._schema.tables if other.name != table.name} - {None, "id"}
        models = {other.name.lower() for other in self._schema.tables if self._numeric_key(other.name)}
        bare = re.sub(r"_?(id|ID|Id)$", "", name).lower()
        return name in keys or (bare != name.lower() and bare in models)

    def _plain_use(self, key: PieceKey, file: SourceFile, node: SgNode) -> None:
        """Remember variables that are written to plain number columns: those cannot also be ids."""
        plain = unwrap(node)
        binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
        if binding is not None:
            self._plain[(file.path, binding.start)] = (key, file.place(node))

    def _is_id(self, table: Table, name: str) -> bool:
        """A generated key of any type, or a foreign key to one."""
        field = table.field(name)
        if field is None:
            relation = table.relation(name)
            target = self._schema.table(relation.table) if relation is not None else None
            return target is not None and target.id_field is not None
        if table.id_field == name:
            return True
        target = self._schema.table(field.references[0]) if field.references is not None else None
        return target is not None and field.references is not None and target.id_field == field.references[1]

    def _is_numeric_id(self, table: Table, name: str) -> bool:
        """A generated Int key, or a foreign key to one."""
        field = table.field(name)
        if field is None:
            relation = table.relation(name)
            return relation is not None and self._numeric_key(relation.table)
        if table.id_field == name:
            return field.type in (FieldType.INT, FieldType.BIGINT)
        if field.references is None:
            return False
        target = self._schema.table(field.references[0])
        return target is not None and target.id_field == field.references[1] and self._numeric_key(target.name)

    def _target(self, table: Table, name: str) -> str:
        """The table whose ids a field holds."""
        field = table.field(name)
        if field is None:
            relation = table.relation(name)
            return relation.table if relation is not None else table.name
        return field.references[0] if field.references is not None and table.id_field != name else table.name

    def _key_owner(self, name: str) -> str:
        """Some table whose ids a field of that name holds."""
        for table in self._schema.tables:
            if table.field(name) is not None and self._is_numeric_id(table, name):
                return self._target(table, name)
        return self._schema.tables[0].name

    def _numeric_key(self, name: str) -> bool:
        table = self._schema.table(name)
        key = table.field(table.id_field) if table is not None and table.id_field is not None else None
        return key is not None and key.type in (FieldType.INT, FieldType.BIGINT)

    def _trace(self, key: PieceKey, file: SourceFile, node: SgNode, table: str) -> None:
        """Make an expression in an id position a string."""
        plain = unwrap(node)
        operand = cast_operand(plain)
        if operand is not None:
            self._add(file.path, Edit(span_of(plain), (span_of(operand),)))
            if unwrap(operand).kind() == "identifier":
                self._trace(key, file, operand, table)
            return
        if plain.kind() == "ternary_expression":
            for branch in (plain.field("consequence"), plain.field("alternative")):
                if branch is not None:
                    self._trace(key, file, branch, table)
            return
        operator = plain.field("operator") if plain.kind() == "binary_expression" else None
        if operator is not None and operator.text() in ("||", "??"):
            for side in (plain.field("left"), plain.field("right")):
                if side is not None:
                    self._trace(key, file, side, table)
            return
        if plain.kind() in ("identifier", "shorthand_property_identifier"):
            binding = self._file_binding(file, plain)
            if binding is not None:
                self._binding(key, file, binding, table)
        elif plain.kind() == "number":
            self._refuse(key, "CX301", f"the id {plain.text()} is written as a number", file, plain)
        elif _NUMERIC.search(plain.text()):
            self._refuse(key, "CX301", f"the id `{plain.text()[:60]}` is computed as a number", file, plain)
        elif (parts := member(plain)) is not None:
            self._member(key, file, plain, parts[0], parts[1])

    def _member(self, key: PieceKey, file: SourceFile, node: SgNode, base: SgNode, name: str) -> None:
        """`input.authorId`: refused when a schema makes a number of it."""
        plain = unwrap(base)
        binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
        shape = self._parsed(file, binding.value) if binding is not None and binding.value is not None else None
        child = shape.child(name) if shape is not None else None
        if (child is not None and is_unfit(child)) or (shape is None and name in self._numbers.get(key, ())):
            self._in_schema(key, name, file, node)

    def _in_schema(self, key: PieceKey, name: str, file: SourceFile, node: SgNode) -> None:
        """A schema says that the id is a number or a UUID: that part of the schema changes, where it can be found."""
        self.names.setdefault(name, (key, file.place(node)))

    def _parsed(self, file: SourceFile, value: SgNode) -> Shape | None:
        """The shape of `schema.parse(…)`."""
        plain = unwrap(value, awaited=True)
        callee = plain.field("function") if plain.kind() == "call_expression" else None
        parts = member(callee) if callee is not None else None
        if parts is None or parts[1] not in ("parse", "parseAsync"):
            return None
        return self._shape_of(file.path, parts[0])

    def _file_binding(self, file: SourceFile, node: SgNode) -> Binding | None:
        return file.bindings.resolve(node)

    def _binding(self, key: PieceKey, file: SourceFile, binding: Binding, table: str) -> None:
        mark = (file.path, binding.start)
        if mark in self._seen:
            return
        self._seen.add(mark)
        self._traced[mark] = key
        if binding.kind is BindingKind.PARAMETER:
            self._parameter(file, binding, table)
        elif binding.value is not None:
            self._trace(key, file, binding.value, table)
        elif binding.source is not None and binding.path:
            shape = self._parsed(file, binding.source)
            child = shape.child(binding.path[0]) if shape is not None else None
            numbers = self._numbers.get(key, ())
            if (child is not None and is_unfit(child)) or (shape is None and binding.path[-1] in numbers):
                self._in_schema(key, binding.path[-1], file, binding.node)
        if binding.type_annotation is not None:
            self._annotation(file, binding.type_annotation)
        self._number_checks(key, file, binding, table)

    def _annotation(self, file: SourceFile, annotation: SgNode) -> None:
        """`id: number`, `id: string | number` and `id: ID` become `string`."""
        plain = named(annotation)[0] if annotation.kind() == "type_annotation" and named(annotation) else annotation
        if plain.kind() == "type_identifier":
            binding = file.bindings.resolve(plain)
            found = type_of(self._workspace, file.path, binding) if binding is not None else None
            if found is not None and re.search(r"\bnumber\b", found.binding.declaration.text()):
                self._add(file.path, Edit.replace(span_of(plain), "string"))
        elif plain.kind() == "union_type" and {part.strip() for part in plain.text().split("|")} == {
            "string",
            "number",
        }:
            self._add(file.path, Edit.replace(span_of(plain), "string"))
        else:
            self._number_types(file, annotation)

    def _number_types(self, file: SourceFile, node: SgNode) -> None:
        for found in [node, *find_all(node, "predefined_type")]:
            if found.kind() == "predefined_type" and found.text() == "number":
                self._add(file.path, Edit.replace(span_of(found), "string"))

    def _declared_types(self, key: PieceKey) -> None:
        """`interface Order { id: number; userId: number | null }`: written types of rows follow their ids."""
        piece = self._closure.piece(key)
        file = self._workspace.source(key.file)
        for node in find_all(piece.node, "property_signature"):
            name, annotation = node.field("name"), node.field("type")
            if name is not None and annotation is not None and name.text() in self._keys:
                self._number_types(file, annotation)

    def _parameter(self, file: SourceFile, binding: Binding, table: str) -> None:
        """A parameter that is an id: so are the arguments of all calls."""
        function = next((a for a in binding.node.ancestors() if a.kind() in FUNCTION_KINDS), None)
        if function is None or binding.path:
            return
        names = [parameter.pattern for parameter in parameters(function)]
        index = next((i for i, node in enumerate(names) if span_of(node).start == binding.start), None)
        target = PieceKey(file.path, span_of(function).start)
        for user in self._carried:
            for use in self._closure.facts(user).uses:
                if use.target == target and use.call is not None and index is not None:
                    self._argument(user, use.call, index, table)

    def _argument(self, user: PieceKey, call: Span, index: int, table: str) -> None:
        file = self._workspace.source(user.file)
        node = node_covering(file, call)
        given = arguments(node) if node is not None else []
        if index < len(given):
            self._trace(user, file, given[index], table)

    def _id_check(
        self, key: PieceKey, file: SourceFile, reference: SgNode, call: SgNode, check: str, table: str
    ) -> None:
        """`isNaN(id)` asks whether the text is no id at all: `ctx.db.normalizeId("users", id) === null`."""
        if not self._closure.needs_context(key):
            self._refuse(key, "CX301", f"the id `{reference.text()}` is checked as a number", file, reference)
            return
        sign = "!==" if "Integer" in check or "Finite" in check else "==="
        ctx = context_name(file, self._closure.piece(key).node)
        text = f'({ctx}.db.normalizeId("{self._table_name(table)}", {reference.text()}) {sign} null)'
        self._add(file.path, Edit.replace(span_of(call), text))

    def _number_checks(self, key: PieceKey, file: SourceFile, binding: Binding, table: str) -> None:
        """`isNaN(id)` and arithmetic make no sense for an id any more."""
        for reference in binding.references:
            parent = reference.parent()
            call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
            callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
            if parent is not None and parent.kind() in ("binary_expression", "augmented_assignment_expression"):
                operator = parent.field("operator")
                if operator is not None and operator.text() in _ARITHMETIC:
                    self._refuse(key, "CX301", f"the id `{reference.text()}` is used as a number", file, reference)
            if call is not None and callee is not None and callee.text() in _CHECKS:
                self._id_check(key, file, reference, call, callee.text(), table)


def _opaque(query: Query) -> Iterable[Span]:
    """Written values that are not spelled out: spreads, and rows that come from elsewhere."""
    for data in (query.data, query.update):
        yield from (part for part in (data.parts if data is not None else ()) if isinstance(part, Span))
    if isinstance(query.rows, Span):
        yield query.rows


_FORMAT = re.compile(r"uuid|cuid|ulid|nanoid|guid|regex|length|objectid|refine|ObjectId", re.I)
_SIMPLE = re.compile(r"^z\s*\.\s*(coerce\s*\.\s*)?(number|int|bigint|string|uuid|uuidv4|guid|cuid2?|ulid|nanoid)\s*\(")
_CHAIN = re.compile(r"\.(optional|nullable|nullish|default|describe)\((?:[^()]|\([^()]*\))*\)")


def is_unfit(shape: Shape) -> bool:
    """A shape that refuses Convex ids: a number, or text of another format."""
    if shape.kind is Kind.STRING:
        return any(_FORMAT.search(text) for text in shape.residual)
    return shape.kind in (Kind.NUMBER, Kind.BIGINT)


def id_schema(text: str) -> str | None:
    """A Zod schema of an id, as it has to be for Convex ids; None for text that is no simple schema."""
    match = re.match(
        r"^z\s*\.\s*(coerce\s*\.\s*)?(number|int|bigint|string|uuid|uuidv4|guid|cuid2?|ulid|nanoid)\s*\(", text
    )
    if match is None:
        return None
    return "z.string()" + "".join(found.group() for found in _CHAIN.finditer(text) if found.group(1) != "default")


def number_keys(shape: Shape, name: str) -> Iterator[str]:
    """The names under which a shape holds what no id fits, at any depth."""
    if is_unfit(shape):
        yield name
    for key, child in zip(shape.keys, shape.children, strict=False):
        yield from number_keys(child, key)
    if not shape.keys:
        for child in shape.children:
            yield from number_keys(child, name)


def _is_cast(file: SourceFile, node: SgNode) -> bool:
    """A number made of a text, or a constant that holds one."""
    plain = unwrap(node)
    if cast_operand(plain) is not None:
        return True
    binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
    return binding is not None and binding.value is not None and cast_operand(unwrap(binding.value)) is not None


def cast_operand(node: SgNode) -> SgNode | None:
    """`x` of `Number(x)`, `parseInt(x, 10)` and `+x`."""
    if node.kind() == "call_expression":
        callee = node.field("function")
        given = arguments(node)
        if callee is not None and callee.text() in _CASTS and given:
            return given[0]
    if node.kind() == "unary_expression" and node.text().startswith("+"):
        return node.field("argument")
    return None


def _values(query: Query) -> Iterable[tuple[str, Span]]:
    """(field, value) of all conditions on the table itself and all writes."""
    yield from _conditions(query.where)
    datas: list[Data] = [data for data in (query.data, query.update) if data is not None]
    if isinstance(query.rows, tuple):
        datas += query.rows
    for data in datas:
        for part in data.parts:
            if isinstance(part, Assignment) and part.change in (Change.SET, Change.CONNECT, Change.DISCONNECT):
                yield part.field, part.value


def _conditions(predicate: Predicate) -> Iterable[tuple[str, Span]]:
    match predicate:
        case Condition(field=field, value=value):
            yield field, value
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _conditions(part)
        case Not(part=part):
            yield from _conditions(part)
        case Related():
            return
