"""Reads of `process.env`: the variables become declared ones, and secrets lose the literals that stand in for them."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.checking.joi_keys import joi_keys
from codemods.planner.facts import Replaced
from codemods.planner.member_chains import member_chain
from codemods.planner.pieces import CONSTANTS
from codemods.planner.places_of_use import call_of
from codemods.planner.problems import Problem
from codemods.planner.scan import Scan
from codemods.planner.settings.declared_variables import variables_that_are_set
from codemods.planner.settings.secrets import is_default, is_secret, literal_fallback
from codemods.source import (
    Binding,
    BindingKind,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    parameters,
    property_name,
    span_of,
    string_value,
    unwrap,
)

_MODE = "NODE_ENV"
"""Known to Convex as `process.env.NODE_ENV`, and in no other way."""

_TEXTS = ("string", "template_string")

_READERS = {"parse": "lazyEnv", "safeParse": "safeEnv"}
"""The function of the library that reads the variables of a schema as its method does."""


_ASKING = frozenset(
    "binary_expression unary_expression parenthesized_expression ternary_expression assignment_expression".split()
    + "augmented_assignment_expression non_null_expression as_expression template_substitution".split()
)
"""Where a read may find nothing, or what it finds needs no type."""


class Environment:
    """Reads what one piece takes from the environment."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan

    def use(self, process: SgNode) -> bool:
        """Note what a use of `process` reads; False when it is something else, or more than can be told."""
        chain = member_chain(process)
        names = [parts[1] for expression in chain[1:3] if (parts := member(expression)) is not None]
        if names[:1] != ["env"]:
            return False
        if len(names) > 1:
            return names[1].isidentifier() and self._variable(chain[2], names[1])
        whole = chain[1]
        return self._taken_apart(whole) or self._checked(whole) or self._validated(whole) or self._asked_for(whole)

    def _variable(self, read: SgNode, name: str) -> bool:
        """`process.env.NAME` becomes `env.NAME`; a secret may have no fallback in the code."""
        if name == _MODE:
            return True
        self._scan.facts.variables.add(name)
        fallback = literal_fallback(self._scan.file, read) if is_secret(name) else None
        if fallback is None:
            self._replace(span_of(read), f"{{env}}.{name}{self._mark(read, name)}")
            return True
        entry = _entry(fallback)
        is_constant = self._scan.facts.piece.kind in CONSTANTS
        if not is_default(fallback, read) or (is_constant and entry is None):
            self._scan.problem(read, "CX803", f"falls back to a literal for the secret `{name}`")
            return True
        key = f"{entry[1]}=" if is_constant and entry is not None else ""
        replaced = entry[0] if is_constant and entry is not None else fallback
        self._scan.facts.replaced.append(Replaced(span_of(replaced), f"{key}{name}", "secret"))
        text = f"the literal behind the secret `{name}` is left out: unset, it is an error"
        self._scan.facts.notes.append(Problem("CX803", text, self._scan.file.place(read)))
        return True

    def _mark(self, read: SgNode, name: str) -> str:
        """`!` where the application's own types say that the variable is set, and the code does not ask."""
        above = read.parent()
        untold = above is None or above.kind() in _ASKING or self._scan.file.language == "javascript"
        return "" if untold or name not in variables_that_are_set(self._scan.workspace) else "!"

    def _asked_for(self, whole: SgNode) -> bool:
        """`process.env[key]` in a function of the file that is called with the names of variables alone."""
        read = whole.parent()
        index = read.field("index") if read is not None and read.kind() == "subscript_expression" else None
        key = self._scan.file.bindings.resolve(index) if index is not None and index.kind() == "identifier" else None
        names = _asked_names(self._scan.file, self._scan.node, key) if key is not None else None
        if read is None or not names:
            return False
        always = literal_fallback(self._scan.file, read) is not None
        for name, call in names:
            falls_back = always or any(find_all(each, *_TEXTS) for each in arguments(call)[1:])
            if is_secret(name) and falls_back:
                self._scan.problem(read, "CX803", f"falls back to a literal for the secret `{name}`")
        self._scan.facts.variables.update(name for name, _ in names if name != _MODE)
        modes = any(name == _MODE for name, _ in names)
        variables = f"{{{{ ...{{env}}, {_MODE}: process.env.{_MODE} }}}}" if modes else "{env}"
        typed = " as Record<string, string | undefined>" if self._scan.file.language != "javascript" else ""
        self._replace(span_of(whole), f"({variables}{typed})" if typed or modes else variables)
        return True

    def _taken_apart(self, whole: SgNode) -> bool:
        """`const { NAME, LEVEL = "info" } = process.env`."""
        declarator = whole.parent()
        pattern = declarator.field("name") if declarator is not None else None
        if pattern is None or pattern.kind() != "object_pattern":
            return False
        names = [_taken(part) for part in named(pattern) if part.kind() != "comment"]
        known = [name for name in names if name is not None and name != _MODE]
        if len(known) < len(names):
            return False
        for part, name in zip(named(pattern), known, strict=False):
            if is_secret(name) and "=" in part.text():
                self._scan.problem(part, "CX803", f"falls back to a literal for the secret `{name}`")
        self._scan.facts.variables.update(known)
        self._replace(span_of(whole), "{env}")
        return True

    def _checked(self, whole: SgNode) -> bool:
        """`schema.parse(process.env)` with a plain Zod object: each variable is checked when it is first read.

        So is `schema.safeParse(process.env)`; code that ends the server on a bad result stays behind with the server.
        """
        given = whole.parent()
        call = given.parent() if given is not None and given.kind() == "arguments" else None
        function = call.field("function") if call is not None else None
        parts = member(function) if function is not None else None
        if call is None or parts is None or parts[1] not in _READERS or len(arguments(call)) != 1:
            return False
        names = self._declared(parts[0])
        if names is None or (parts[1] == "safeParse" and not self._ends_on_failure(call)):
            return False
        self._scan.facts.variables.update(name for name in names if name != _MODE)
        start = span_of(call).start
        self._scan.facts.replaced.append(Replaced(Span(start, start), _READERS[parts[1]], "call"))
        variables = f"{{{{ ...{{env}}, {_MODE}: process.env.{_MODE} }}}}" if _MODE in names else "{env}"
        self._replace(Span(span_of(parts[0]).end, span_of(call).end), f".shape, {variables})")
        return True

    def _validated(self, whole: SgNode) -> bool:
        """`schema.validate(process.env)` with an object of Joi, whose error ends the server."""
        given = whole.parent()
        call = given.parent() if given is not None and given.kind() == "arguments" else None
        function = call.field("function") if call is not None else None
        parts = member(function) if function is not None else None
        if call is None or parts is None or parts[1] != "validate" or arguments(call)[0] != whole:
            return False
        names = joi_keys(self._scan.file, parts[0])
        if names is None or not self._ends_on_error(call):
            return False
        self._scan.facts.variables.update(name for name in names if name != _MODE)
        start = span_of(call).start
        self._scan.facts.replaced.append(Replaced(Span(start, start), "joiEnv", "call"))
        variables = f"{{{{ ...{{env}}, {_MODE}: process.env.{_MODE} }}}}" if _MODE in names else "{env}"
        self._replace(Span(span_of(parts[0]).end, span_of(whole).end), f", {variables}")
        return True

    def _ends_on_error(self, call: SgNode) -> bool:
        """`const { error } = schema.validate(…); if (error) throw …`, or `result.error`: nothing goes on after it."""
        declarator = call.parent()
        name = declarator.field("name") if declarator is not None else None
        if name is None:
            return False
        if name.kind() == "identifier":
            error = f"{name.text()}.error"
        else:
            found = [part for part in named(name) if _key_of(part) == "error"]
            value = found[0].field("value") if found else None
            error = value.text() if value is not None else "error" if found else ""
        guards = [node for node in named(self._scan.file.root) if node.kind() == "if_statement"]
        tests = [(guard, guard.field("condition")) for guard in guards]
        return any(
            test is not None and unwrap(test).text() == error and _ends(guard) and guard.field("alternative") is None
            for guard, test in tests
        )

    def _ends_on_failure(self, call: SgNode) -> bool:
        """`const result = schema.safeParse(…); if (!result.success) throw …`: what comes after only reads its data."""
        declarator = call.parent()
        name = declarator.field("name") if declarator is not None else None
        binding = self._scan.file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
        if binding is None:
            return False
        guards = [guard for guard in map(_guard_around, binding.references) if guard is not None]
        return any(map(_ends, guards)) and all(_reads_data(each) or _guard_around(each) for each in binding.references)

    def _declared(self, schema: SgNode) -> list[str] | None:
        """The variables that `z.object({…})` names."""
        binding = self._scan.file.bindings.resolve(schema) if schema.kind() == "identifier" else None
        value = unwrap(binding.value) if binding is not None and binding.value is not None else unwrap(schema)
        callee = value.field("function") if value.kind() == "call_expression" else None
        maker = member(callee) if callee is not None else None
        base = self._scan.file.bindings.resolve(maker[0]) if maker is not None else None
        if maker is None or maker[1] != "object" or base is None or base.imported is None:
            return None
        if base.imported.module.split("/")[0] != "zod" or not arguments(value):
            return None
        keys = [property_name(part.field("key")) for part in named(arguments(value)[0]) if part.kind() != "comment"]
        names = [key for key in keys if key is not None and key.isidentifier()]
        return names if len(names) == len(keys) else None

    def _replace(self, span: Span, text: str) -> None:
        self._scan.facts.replaced.append(Replaced(span, text, "env"))


def _asked_names(file: SourceFile, function: SgNode, key: Binding) -> list[tuple[str, SgNode]] | None:
    """The names that a function is given for its first parameter, with their calls; None where one is not known."""
    starts = [span_of(parameter.pattern).start for parameter in parameters(function)[:1]]
    if key.kind is not BindingKind.PARAMETER or key.reassigned or starts != [key.start]:
        return None
    declared = function.field("name") or _declared_name(function)
    binding = file.bindings.resolve(declared) if declared is not None else None
    if binding is None or binding.reassigned or any(each.local == binding.name for each in file.bindings.exports):
        return None
    found = []
    for reference in binding.references:
        call = call_of(reference)
        name = string_value(unwrap(arguments(call)[0])) if call is not None and arguments(call) else None
        if call is None or name is None or not name.isidentifier():
            return None
        found.append((name, call))
    return found


def _declared_name(function: SgNode) -> SgNode | None:
    """`const getEnv = (key) => …`"""
    holder = function.parent()
    return holder.field("name") if holder is not None and holder.kind() == "variable_declarator" else None


def _key_of(part: SgNode) -> str | None:
    key = part.field("key")
    return part.text() if key is None else key.text()


def _guard_around(reference: SgNode) -> SgNode | None:
    """The statement `if (!result.success) …` of the module that a use of `result` is in."""
    inside = (node for node in reference.ancestors() if node.kind() == "if_statement")
    found = next(inside, None)
    parent = found.parent() if found is not None else None
    condition = found.field("condition") if found is not None else None
    test = unwrap(condition) if condition is not None else None
    is_top = parent is not None and parent.kind() == "program"
    is_refusal = test is not None and test.text() == f"!{reference.text()}.success"
    return found if is_top and is_refusal and found is not None and found.field("alternative") is None else None


def _ends(guard: SgNode) -> bool:
    """Does the statement throw, or end the process?"""
    body = guard.field("consequence")
    last = (named(body)[-1] if body.kind() == "statement_block" else body) if body is not None else None
    return last is not None and (last.kind() == "throw_statement" or last.text().startswith("process.exit("))


def _reads_data(reference: SgNode) -> bool:
    parent = reference.parent()
    parts = member(parent) if parent is not None else None
    return parts is not None and parts[1] == "data"


def _taken(part: SgNode) -> str | None:
    """The variable that one part of a pattern takes; None for the rest, and for what takes it apart further."""
    match part.kind():
        case "shorthand_property_identifier_pattern":
            return part.text()
        case "object_assignment_pattern":
            left = part.field("left")
            return _taken(left) if left is not None else None
        case "pair_pattern":
            value = part.field("value")
            plain = value is not None and value.kind() in ("identifier", "assignment_pattern")
            return property_name(part.field("key")) if plain else None
        case _:
            return None


def _entry(value: SgNode) -> tuple[SgNode, str] | None:
    """The property of an object literal whose whole value this is, and its key."""
    pair = value.parent()
    key = pair.field("key") if pair is not None and pair.kind() == "pair" else None
    return (pair, key.text()) if pair is not None and key is not None else None
