"""The package `config`: what `config.get("jwt.secret")` gives, by the files of the folder `config`.

Source: node-config's documentation of configuration files and of custom-environment-variables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.planner.facts import Replaced
from codemods.planner.member_chains import member_chain
from codemods.planner.places_of_use import call_of
from codemods.planner.settings.secrets import free_variable, is_secret, variable_name, variables_of
from codemods.source import Binding, SourceFile, arguments, member, span_of, string_value, unwrap
from codemods.workspace import Workspace

MODULE = "config"
_VARIABLES = "custom-environment-variables"
_LEFT = frozenset({"default", _VARIABLES})

Value = Mapping[str, "Value"] | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a key stands for: a variable of the environment, a plain value as JSON, or the one with the other behind it.

    A `secret` has to be set.
    """

    variable: str = ""
    value: str = ""
    secret: bool = False

    def replaced(self, call: SgNode) -> Replaced:
        """The call as a read of the variable, or as the value."""
        if self.secret:
            return Replaced(span_of(call), self.variable, "secret")
        if not self.variable:
            return Replaced(span_of(call), self.value)
        behind = f" ?? {self.value}".replace("{", "{{").replace("}", "}}") if self.value else ""
        text = f"{{env}}.{self.variable}{behind}"
        return Replaced(span_of(call), f"({text})" if behind else text, "env")


def configured(workspace: Workspace, path: str, reference: SgNode) -> tuple[SgNode, Setting] | None:
    """The call `config.get("…")` that a name of the package starts, and what it gives; None where that is open."""
    chain = member_chain(reference)
    parts = member(chain[1]) if len(chain) > 1 else None
    call = call_of(chain[1]) if len(chain) > 1 else None
    given = arguments(call) if call is not None else []
    key = string_value(given[0]) if len(given) == 1 else None
    if call is None or parts is None or parts[1] != "get" or key is None:
        return None
    setting = _setting(workspace, workspace.home_of(path), key)
    return (call, setting) if setting is not None else None


def configured_secret(workspace: Workspace, file: SourceFile, binding: Binding) -> str | None:
    """The variable behind `const secret = config.get("jwt.secret")`, a constant of its module."""
    value = unwrap(binding.value) if binding.value is not None and not binding.path else None
    callee = value.field("function") if value is not None and value.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    base = file.bindings.resolve(parts[0]) if parts is not None and parts[0].kind() == "identifier" else None
    imported = base.imported if base is not None else None
    if parts is None or imported is None or imported.module != MODULE:
        return None
    found = configured(workspace, file.path, parts[0]) if binding.is_top_level and not binding.reassigned else None
    return found[1].variable if found is not None and found[1].secret else None


@lru_cache(maxsize=64)
def _setting(workspace: Workspace, home: str, key: str) -> Setting | None:
    files = _files(workspace, home)
    if files is None:
        return None
    words = key.split(".")
    own = _at(files.get(_VARIABLES), words)
    value = _at(files.get("default"), words)
    elsewhere = [name for name, held in files.items() if name not in _LEFT and _at(held, words) is not None]
    name = variable_name(words)
    if isinstance(own, str) or is_secret(name):
        variable = own if isinstance(own, str) else free_variable(name, variables_of(workspace))
        if is_secret(name) or value is None:
            return Setting(variable, secret=True)
        return Setting(variable, json.dumps(value)) if not elsewhere and not isinstance(value, Mapping) else None
    plain = value is not None and not isinstance(value, Mapping) and own is None
    return Setting(value=json.dumps(value)) if plain and not elsewhere else None


def _files(workspace: Workspace, home: str) -> dict[str, Value] | None:
    """The configuration files by their names without the ending; None where one is no JSON."""
    folder = workspace.root / home / "config"
    found: dict[str, Value] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in (".yaml", ".yml", ".toml", ".json5", ".hjson", ".xml", ".properties"):
            return None
        if path.suffix == ".json":
            try:
                found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return None
        elif path.stem in _LEFT | {"development", "production", "local", "test"}:
            return None
    return found


def _at(held: Value, words: list[str]) -> Value:
    for word in words:
        held = held.get(word) if isinstance(held, Mapping) else None
    return held
