"""Secrets that are written in the code: no literal goes along, each becomes a variable of the environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.planner.settings.app_settings import setting_of
from codemods.planner.settings.secrets import (
    EMPTY,
    free_variable,
    is_literal_text,
    is_secret,
    is_text,
    variable_name,
    variables_of,
)
from codemods.readers.express.follow import ValueNode, value_of
from codemods.readers.literals import Property, entries
from codemods.source import (
    FUNCTION_KINDS,
    BindingKind,
    arguments,
    enclosing,
    find_all,
    parameters,
    span_of,
    unwrap,
)
from codemods.source.tree import STRING_KINDS, member_path, operator_of, property_name
from codemods.workspace import Declared, External, Workspace

_TOKENS = "jsonwebtoken"
_CALLS = frozenset({"sign", "verify"})
_MAKERS = {"passport-jwt": "secretOrKey", "express-jwt": "secret"}
"""Packages whose options hold a secret, and the option."""

_ANY = "JWT_SECRET"
_BARE = frozenset({"KEY", "PRIVATE_KEY", "SECRET", "SECRET_KEY", "TOKEN"})
"""Names that do not say what a secret is for: here all are for tokens."""
_MAKES_BYTES = frozenset({"Buffer", "TextEncoder", "String", "createSecretKey"})
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class WrittenSecrets:
    """The variables that take the place of literals: by the file and the offset of each literal."""

    names: dict[tuple[str, int], str]

    def inside(self, path: str, node: SgNode) -> list[tuple[SgNode, str]]:
        """The literals below a node, each with its variable."""
        if not any(file == path for file, _ in self.names):
            return []
        found = [each for each in (node, *find_all(node, "string", "template_string")) if is_text(each)]
        known = {start: each for each in found if (path, start := span_of(each).start) in self.names}
        return [(each, self.names[path, start]) for start, each in known.items()]

    def of_constant(self, meaning: Declared) -> str | None:
        """The variable for a constant of a module that holds such a literal."""
        binding = meaning.binding
        if binding is not None and (not binding.is_top_level or binding.reassigned or binding.path):
            return None
        value = binding.value if binding is not None else meaning.node
        return self.names.get((meaning.file, span_of(unwrap(value)).start)) if value is not None else None

    def behind(self, workspace: Workspace, path: str, expression: SgNode) -> str | None:
        """The variable for what an expression stands for: one literal, however it gets there."""
        found = list(_literals(workspace, path, expression))
        names = {self.names.get((each.file, span_of(each.node).start)) for each in found}
        return names.pop() if len(names) == 1 else None


@lru_cache(maxsize=4)
def written_secrets(workspace: Workspace) -> WrittenSecrets:
    """All literals with which tokens are signed or verified; equal ones are one variable."""
    taken = set(variables_of(workspace))
    names: dict[tuple[str, int], str] = {}
    by_value: dict[str, str] = {}
    places = {
        (literal.file, span_of(literal.node).start): literal
        for path, secret in _secrets(workspace)
        for literal in _literals(workspace, path, secret)
    }
    for place, literal in sorted(places.items()):
        value = literal.node.text()[1:-1]
        if value not in by_value:
            by_value[value] = free_variable(_name_for(literal.node), taken)
            taken.add(by_value[value])
        names[place] = by_value[value]
    return WrittenSecrets(names)


def writes_down(workspace: Workspace, path: str, secret: SgNode) -> bool:
    """Does a secret hold a text of the code that no variable stands in for? Parts of one are secret as well."""
    known = written_secrets(workspace)
    if known.behind(workspace, path, secret) is not None:
        return False
    value = value_of(workspace, path, secret)
    at, node = (value.file, value.node) if value is not None else (path, unwrap(secret))
    file = workspace.source(at)
    inner = [each for each in find_all(node, *STRING_KINDS, "identifier") if each != node]
    held = [node, *(each for each in inner if not _is_name(each) and not _is_left_out(each))]
    return any(is_literal_text(file, each) and each.text() not in EMPTY for each in held)


def _is_name(text: SgNode) -> bool:
    """`process.env["JWT_SECRET"]`, `requireEnv("JWT_SECRET")`, `{ "key": … }`: it says what is asked for."""
    above = text.parent()
    call = above.parent() if above is not None and above.kind() == "arguments" else None
    if call is not None:
        callee = call.field("function") or call.field("constructor")
        base = member_path(callee)[0] if callee is not None else None
        return base is not None and base.text() not in _MAKES_BYTES and base.kind() not in STRING_KINDS
    return above is not None and above.kind() in ("subscript_expression", "pair") and text != above.field("value")


def _is_left_out(text: SgNode) -> bool:
    """`process.env.JWT_SECRET || "x"`: secrets of the environment lose what stands in for them."""
    above = text.parent()
    read = above.field("left") if above is not None and operator_of(above) in ("||", "??") else None
    root, path = member_path(unwrap(read)) if read is not None else (text, ())
    return root.text() == "process" and len(path) == 2 and path[0] == "env" and is_secret(path[1])


def _secrets(workspace: Workspace) -> Iterator[tuple[str, SgNode]]:
    """The expressions that stand where a secret is asked for, with their files."""
    for path in workspace.files:
        text = workspace.text(path)
        if not any(module in text for module in (_TOKENS, *_MAKERS)):
            continue
        for call in find_all(workspace.source(path).root, "call_expression", "new_expression"):
            yield from ((path, secret) for secret in _asked(workspace, path, call))


def _asked(workspace: Workspace, path: str, call: SgNode) -> Iterator[SgNode]:
    given = arguments(call)
    target = workspace.callee(path, call) if given else None
    callee = call.field("function")
    if isinstance(target, External) and target.module in _MAKERS:
        yield from _option(workspace, path, given[0], _MAKERS[target.module])
    elif isinstance(target, External) and target.module == _TOKENS and target.path[-1:] and len(given) > 1:
        yield from given[1:2] if target.path[-1] in _CALLS else ()
    elif callee is not None and callee.kind() == "call_expression" and len(given) > 1:
        promised = arguments(callee)[:1]
        meaning = workspace.meaning_of(path, promised[0]) if promised else None
        if isinstance(meaning, External) and meaning.module == _TOKENS and meaning.path[-1:] == ("verify",):
            yield given[1]


def _option(workspace: Workspace, path: str, options: SgNode, name: str) -> Iterator[SgNode]:
    value = value_of(workspace, path, options) if options.kind() != "object" else None
    literal = value.node if value is not None else unwrap(options)
    for entry in entries(literal) if literal.kind() == "object" else ():
        if isinstance(entry, Property) and entry.key == name:
            yield entry.value


def _literals(workspace: Workspace, path: str, expression: SgNode, depth: int = 0) -> Iterator[ValueNode]:
    """The texts that an expression may stand for: through constants, settings, and what callers give."""
    node = unwrap(expression)
    if is_text(node):
        yield ValueNode(path, node)
    if depth > _DEPTH or node.kind() not in ("identifier", "member_expression", "call_expression"):
        return
    setting = setting_of(workspace, path, node)
    value = setting or (value_of(workspace, path, node) if node.kind() != "call_expression" else None)
    if value is not None and (value.file, span_of(value.node)) != (path, span_of(node)):
        yield from _literals(workspace, value.file, value.node, depth + 1)
    for site, given in _given(workspace, path, node):
        yield from _literals(workspace, site, given, depth + 1)


def _given(workspace: Workspace, path: str, node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """What callers give for a parameter."""
    file = workspace.source(path)
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    function = (
        enclosing(node, FUNCTION_KINDS) if binding is not None and binding.kind is BindingKind.PARAMETER else None
    )
    while function is not None and binding not in file.bindings.declared_in(function):
        function = enclosing(function, FUNCTION_KINDS)
    if function is None or binding is None:
        return
    index = next((n for n, each in enumerate(parameters(function)) if each.name == binding.name), None)
    for site in (workspace.calls_of(path, function) or ()) if index is not None else ():
        given = arguments(site.call)
        if index is not None and index < len(given):
            yield site.file, given[index]


def _name_for(literal: SgNode) -> str:
    """A name after the constant, or the property with the one around it, that a literal is the value of."""
    words: list[str] = []
    for node in literal.ancestors():
        if node.kind() in ("pair", "variable_declarator", "public_field_definition", "field_definition"):
            label = node.field("key") or node.field("name") or node.field("property")
            word = property_name(label) if label is not None and node.kind() != "variable_declarator" else None
            if word == _MAKERS["passport-jwt"]:
                return _ANY
            word = word or (label.text() if label is not None and label.kind() == "identifier" else None)
            words += [variable_name([word])] if word else []
            if words and words[-1] not in _BARE:
                break
        elif node.kind() in (*FUNCTION_KINDS, "arguments"):
            break
    if not words or all(word in _BARE for word in words):
        return f"JWT_{words[0]}" if words else _ANY
    return words[0] if len(words) == 1 else f"{words[-1]}_{words[0]}"
