"""Conditions under which the source registered routes, as tests that the edge makes for each request.

Hono's routes are all registered: one that the source registered under a condition of the environment asks for it when
it is called, and hands the request on when it does not hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Condition
from codemods.planner.running.runtimes import CONVERSIONS
from codemods.readers.express.follow import ValueNode
from codemods.readers.express.rows import NAMES, Rows
from codemods.source import SourceFile, arguments, find_all, member, named, parameters, span_of, string_value, unwrap
from codemods.source.tree import is_async, operator_of
from codemods.workspace import External, FunctionRef, Workspace

_MODE = "NODE_ENV"
"""Known to Convex as `process.env.NODE_ENV`, and in no other way."""

_LITERALS = frozenset({"number", "true", "false", "null", "undefined", "regex"})
_OPERATORS = frozenset({"===", "!==", "==", "!=", "&&", "||", "??", "<", "<=", ">", ">="})
_OPPOSITES = {"===": "!==", "!==": "===", "==": "!=", "!=": "=="}
_METHODS = frozenset("endsWith includes startsWith test toLowerCase toUpperCase trim".split())
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Test:
    """What must be true of the environment for a request to be handed on, and the variables that it reads."""

    text: str
    variables: frozenset[str]


class _Unmovable(Exception):
    """The condition depends on more than the environment."""


@dataclass(slots=True)
class _Writer:
    """Writes an expression anew, with constants in the place of their names."""

    workspace: Workspace
    rows: Rows
    variables: set[str] = field(default_factory=set)

    def text(self, file: SourceFile, node: SgNode, depth: int = 0) -> str:
        if depth > _DEPTH:
            raise _Unmovable
        literal = string_value(node)
        if literal is not None:
            return json.dumps(literal, ensure_ascii=False)
        match node.kind():
            case kind if kind in _LITERALS:
                return node.text()
            case "parenthesized_expression":
                return f"({self.text(file, named(node)[0], depth)})"
            case "non_null_expression" | "as_expression" | "satisfies_expression":
                return self.text(file, unwrap(node), depth)
            case "unary_expression":
                return self._unary(file, node, depth)
            case "binary_expression":
                return self._binary(file, node, depth)
            case "array":
                return f"[{', '.join(self.text(file, one, depth) for one in named(node))}]"
            case "call_expression":
                return self._call(file, node, depth)
            case kind if kind in NAMES:
                return self._name(file, node, depth)
            case _:
                raise _Unmovable

    def opposite(self, file: SourceFile, node: SgNode) -> str:
        """The expression negated."""
        sign, argument = operator_of(node), node.field("argument")
        if node.kind() == "unary_expression" and sign == "!" and argument is not None:
            return self.text(file, unwrap(argument))
        text = self.text(file, node)
        if node.kind() in NAMES and _variable(file, node) is None and not text.startswith("process"):
            behind = self._behind(file, node)
            return self.opposite(self._file(behind), unwrap(behind.node))
        if node.kind() == "binary_expression" and sign in _OPPOSITES:
            left, right = self._sides(file, node, 0)
            return f"{left} {_OPPOSITES[sign]} {right}"
        return f"!({text})" if " " in text else f"!{text}"

    def _unary(self, file: SourceFile, node: SgNode, depth: int) -> str:
        argument = node.field("argument")
        if argument is None or operator_of(node) != "!":
            raise _Unmovable
        return f"!{self._operand(file, argument, depth)}"

    def _binary(self, file: SourceFile, node: SgNode, depth: int) -> str:
        sign, sides = operator_of(node), self._sides(file, node, depth)
        if sign not in _OPERATORS:
            raise _Unmovable
        return f"{sides[0]} {sign} {sides[1]}"

    def _sides(self, file: SourceFile, node: SgNode, depth: int) -> tuple[str, str]:
        left, right = node.field("left"), node.field("right")
        if left is None or right is None:
            raise _Unmovable
        return self._operand(file, left, depth), self._operand(file, right, depth)

    def _operand(self, file: SourceFile, node: SgNode, depth: int) -> str:
        """A part of an expression; what a name stands for is bracketed where it is more than one word."""
        text = self.text(file, node, depth)
        return f"({text})" if " " in text and node.kind() in (*NAMES, "call_expression") else text

    def _call(self, file: SourceFile, node: SgNode, depth: int) -> str:
        callee, given = node.field("function"), arguments(node)
        if callee is None:
            raise _Unmovable
        if callee.text() in CONVERSIONS and file.bindings.resolve(callee) is None:
            return f"{callee.text()}({', '.join(self.text(file, one, depth) for one in given)})"
        parts = member(callee)
        if parts is not None and parts[1] in _METHODS:
            between = file.text[span_of(parts[0]).end : span_of(callee).end]
            listed = ", ".join(self.text(file, one, depth) for one in given)
            return f"{self._operand(file, parts[0], depth)}{between}({listed})"
        return self._own(file, node, depth)

    def _own(self, file: SourceFile, call: SgNode, depth: int) -> str:
        """A function without parameters that only returns an expression."""
        target = self.workspace.callee(file.path, call)
        if not isinstance(target, FunctionRef) or parameters(target.node) or is_async(target.node):
            raise _Unmovable
        body = target.node.field("body")
        statements = named(body) if body is not None and body.kind() == "statement_block" else []
        if statements:
            returned = named(statements[0]) if statements[0].kind() == "return_statement" else []
            body = returned[0] if len(statements) == 1 and returned else None
        if body is None or body.kind() == "statement_block":
            raise _Unmovable
        return self.text(self.workspace.source(target.file), body, depth + 1)

    def _name(self, file: SourceFile, node: SgNode, depth: int) -> str:
        variable = _variable(file, node)
        if variable is not None:
            self.variables |= {variable} - {_MODE}
            return f"process.env.{variable}" if variable == _MODE else f"env.{variable}"
        meaning = self.workspace.meaning_of(file.path, node)
        if isinstance(meaning, External) and meaning.path[-1:] == (_MODE,):
            return f"process.env.{_MODE}"
        behind = self._behind(file, node)
        return self.text(self._file(behind), behind.node, depth + 1)

    def _behind(self, file: SourceFile, node: SgNode) -> ValueNode:
        """What a name stands for, of which something can be written."""
        behind = self.rows.literal(ValueNode(file.path, node))
        if behind.node == node:
            raise _Unmovable
        return behind

    def _file(self, value: ValueNode) -> SourceFile:
        return self.workspace.source(value.file)


_IN_MODE = re.compile(r'process\.env\.NODE_ENV (===?|!==?) "(\w+)"')


def is_never_there(workspace: Workspace, conditions: Sequence[Condition]) -> bool:
    """Was it only registered in development or for tests? Functions of Convex run in production."""
    tests = read_tests(workspace, conditions)
    return not isinstance(tests, Condition) and any(_in_production(test) for test in tests)


def _in_production(test: Test) -> bool | None:
    """What a test of nothing but the mode says in production."""
    found = _IN_MODE.fullmatch(test.text)
    return (found[1][0] == "=") == (found[2] == "production") if found is not None else None


def open_tests(workspace: Workspace, conditions: Sequence[Condition]) -> tuple[Test, ...] | Condition:
    """The tests that only the running function can make."""
    tests = read_tests(workspace, conditions)
    return tests if isinstance(tests, Condition) else tuple(one for one in tests if _in_production(one) is None)


def read_tests(workspace: Workspace, conditions: Sequence[Condition]) -> tuple[Test, ...] | Condition:
    """For each condition what hands a request on; the first condition that only the original can decide, if any."""
    found: dict[Test, None] = {}
    for condition in conditions:
        test = _read(workspace, condition)
        if test is None:
            return condition
        found[test] = None
    return tuple(found)


def _read(workspace: Workspace, condition: Condition) -> Test | None:
    node = _node(workspace, condition.expression) if condition.expression is not None else None
    if node is None or condition.expression is None:
        return None
    file, writer = workspace.source(condition.expression.file), _Writer(workspace, Rows(workspace))
    try:
        text = writer.opposite(file, node) if condition.holds else writer.text(file, node)
    except _Unmovable:
        return None
    return Test(text.removeprefix("!!"), frozenset(writer.variables))


def _node(workspace: Workspace, code: CodeRef) -> SgNode | None:
    root = workspace.source(code.file).root
    kinds = (*NAMES, "binary_expression", "unary_expression", "call_expression", *_LITERALS, "string")
    return next((node for node in find_all(root, *kinds) if span_of(node) == code.span), None)


def _variable(file: SourceFile, node: SgNode) -> str | None:
    """`X` of `process.env.X`."""
    parts = member(node)
    above = member(parts[0]) if parts is not None else None
    if parts is None or above is None or above[1] != "env" or not parts[1].isidentifier():
        return None
    root = unwrap(above[0])
    is_global = root.text() == "process" and file.bindings.resolve(root) is None
    return parts[1] if is_global else None
