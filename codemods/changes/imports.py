"""The import header of a new module, computed from what its fragments need."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import replace

from codemods.changes.changeset import ImportSpec

LINE_WIDTH = 100
SCRIPT_ENDINGS = (".js", ".mjs", ".cjs", ".jsx")


def import_lines(path: str, specs: Iterable[ImportSpec], quote: str = '"') -> list[str]:
    """The statements for these imports in the module at `path`: side effects, packages, then relative modules."""
    wanted = needed(path, specs)
    effects = [spec for spec in wanted if not spec.name]
    bound = [spec for spec in wanted if spec.name]
    named = {spec.module for spec in bound if not spec.type_only}
    lines = [f"import {quote}{spec.module}{quote};" for spec in effects if spec.module not in named]
    for module in sorted({spec.module for spec in bound}, key=module_key):
        lines += _statements(module, [spec for spec in bound if spec.module == module], quote)
    return lines


def clashes(specs: Iterable[ImportSpec]) -> list[tuple[ImportSpec, ImportSpec]]:
    """Pairs of imports that would bind one local name to two different things, later one second."""
    first: dict[str, ImportSpec] = {}
    found = []
    for spec in specs:
        known = first.setdefault(spec.binds, spec) if spec.name else spec
        if (known.module, known.name) != (spec.module, spec.name):
            found.append((known, spec))
    return found


def needed(path: str, specs: Iterable[ImportSpec]) -> list[ImportSpec]:
    """Without duplicates, without the module itself, and without types where the language has none."""
    chosen: dict[tuple[str, str, str], ImportSpec] = {}
    for spec in specs:
        if _is_own(path, spec) or (spec.type_only and path.endswith(SCRIPT_ENDINGS)):
            continue
        key = (spec.module, spec.name, spec.binds)
        known = chosen.get(key)
        chosen[key] = replace(spec, type_only=spec.type_only and (known is None or known.type_only))
    return list(chosen.values())


def _is_own(path: str, spec: ImportSpec) -> bool:
    if not spec.module.startswith(".") or spec.name in ("", "*") or spec.binds != spec.name:
        return False
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), spec.module))
    return _stem(target) == _stem(path)


def _stem(path: str) -> str:
    stem, ending = posixpath.splitext(path)
    return stem if ending in (*SCRIPT_ENDINGS, ".ts", ".tsx", ".mts", ".cts") else path


def module_key(module: str) -> tuple[bool, str, str]:
    """The order of import statements: packages, then relative modules, each by name."""
    return (module.startswith("."), module.lower(), module)


def _statements(module: str, specs: Sequence[ImportSpec], quote: str) -> list[str]:
    """One statement, and one more for each namespace: the grammar has no room for it beside names."""
    spaces = [spec for spec in specs if spec.name == "*"]
    lines = [
        f"import {'type ' if spec.type_only else ''}* as {spec.binds} from {quote}{module}{quote};" for spec in spaces
    ]
    return lines + _plain(module, [spec for spec in specs if spec.name != "*"], quote)


def _plain(module: str, specs: Sequence[ImportSpec], quote: str) -> list[str]:
    if not specs:
        return []
    defaults = [spec for spec in specs if spec.name == "default"]
    names = sorted((spec for spec in specs if spec.name != "default"), key=lambda s: (s.name.lower(), s.name, s.binds))
    if all(spec.type_only for spec in specs):
        heads = [spec.binds for spec in defaults] + _braces(names, mark_types=False)
        return [_statement("import type", [head], module, quote) for head in heads]
    lines = [_statement("import type", [spec.binds], module, quote) for spec in defaults if spec.type_only]
    values = [spec for spec in defaults if not spec.type_only]
    parts = [spec.binds for spec in values[:1]] + _braces([*values[1:], *names], mark_types=True)
    return [*lines, _statement("import", parts, module, quote)] if parts else lines


def _braces(names: Sequence[ImportSpec], mark_types: bool) -> list[str]:
    """The names in braces, nothing when there are none."""
    return ["{ " + ", ".join(import_name(spec, mark_types) for spec in names) + " }"] if names else []


def import_name(spec: ImportSpec, mark_types: bool) -> str:
    """The specifier: `x`, `x as y`, and `type x` where its statement does not say so already."""
    mark = "type " if mark_types and spec.type_only else ""
    return mark + (spec.name if spec.binds == spec.name else f"{spec.name} as {spec.binds}")


def _statement(keyword: str, parts: Sequence[str], module: str, quote: str) -> str:
    line = f"{keyword} {', '.join(parts)} from {quote}{module}{quote};"
    if len(line) <= LINE_WIDTH or "{ " not in line:
        return line
    names = line[line.index("{ ") + 2 : line.rindex(" }")].split(", ")
    body = "".join(f"  {name},\n" for name in names)
    return f"{line[: line.index('{')]}{{\n{body}}}{line[line.rindex(' }') + 2 :]}"
