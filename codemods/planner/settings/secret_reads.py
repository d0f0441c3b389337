"""Secrets in one piece that its source writes down, and settings of the application that it asks for."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.facts import Replaced
from codemods.planner.pieces import CONSTANTS
from codemods.planner.problems import Problem
from codemods.planner.scan import Scan
from codemods.planner.settings.app_settings import setting_of
from codemods.planner.settings.secrets import is_secret
from codemods.planner.settings.written_secrets import written_secrets
from codemods.readers.express.follow import ValueNode
from codemods.source import find_all, span_of, unwrap
from codemods.source.tree import member_path, operator_of

_LITERALS = frozenset({"string", "number", "true", "false"})


class SecretReads:
    """Reads the secrets and settings of one piece."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._written = written_secrets(scan.workspace)

    def read(self) -> None:
        path = self._scan.file.path
        for literal, name in self._written.inside(path, self._scan.node):
            if not self._scan.is_erased(literal):
                self._literal(literal, name)
        for call in find_all(self._scan.node, "call_expression") if "app.get(" in self._scan.node.text() else ():
            setting = setting_of(self._scan.workspace, path, call)
            if setting is not None and not self._scan.is_erased(call):
                self._setting(call, setting)

    def _literal(self, literal: SgNode, name: str) -> None:
        """It is read where it stands; an object asks for it each time, and no other constant may hold it."""
        if self._scan.facts.piece.kind not in CONSTANTS:
            self._ask(literal, name)
            return
        pair = literal.parent()
        key = pair.field("key") if pair is not None and pair.kind() == "pair" else None
        if pair is None or key is None:
            self._scan.problem(literal, "CX803", f"holds a secret that is written in the code, `{name}`")
        else:
            self._ask(pair, name, f"{key.text()}=")

    def _ask(self, node: SgNode, name: str, key: str = "") -> None:
        self._scan.facts.variables.add(name)
        self._scan.facts.replaced.append(Replaced(span_of(node), f"{key}{name}", "secret"))
        self._scan.facts.notes.append(left_out(self._scan, node, name))

    def _setting(self, call: SgNode, setting: ValueNode) -> None:
        """What the application was given is read in its place."""
        secret = self._written.names.get((setting.file, span_of(setting.node).start))
        found = _variable(setting.node)
        self._scan.erase(span_of(call))
        if secret is not None:
            self._ask(call, secret)
        elif found is not None and is_secret(found[0]):
            self._ask(call, found[0])
        elif found is not None:
            self._scan.facts.variables.add(found[0])
            self._scan.facts.replaced.append(Replaced(span_of(call), f"{{env}}.{found[0]}{found[1]}", "env"))
        elif setting.node.kind() in _LITERALS:
            self._scan.facts.replaced.append(Replaced(span_of(call), setting.node.text()))
        else:
            self._scan.problem(call, "CX205", f"reads `{call.text()}`, which the application makes when it starts")


def left_out(scan: Scan, node: SgNode, name: str) -> Problem:
    """What its owner is told of a secret that does not come along."""
    text = f"the secret that is written in the code is left out: set `{name}` to it, unset it is an error"
    return Problem("CX803", text, scan.file.place(node))


def _variable(value: SgNode) -> tuple[str, str] | None:
    """`process.env.PORT`, and the text of a plain value behind it."""
    plain = unwrap(value)
    other = plain.field("right") if operator_of(plain) in ("||", "??") else None
    read = unwrap(plain.field("left") or plain) if other is not None else plain
    root, path = member_path(read)
    if root.text() != "process" or len(path) != 2 or path[0] != "env" or not path[1].isidentifier():
        return None
    if other is None:
        return path[1], ""
    text = other.text().replace("{", "{{").replace("}", "}}")
    return (path[1], f" {operator_of(plain)} {text}") if other.kind() in _LITERALS else None
