"""The text of a new module: header, computed imports, and the fragments of the accepted groups in order."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.changes.base import Base
from codemods.changes.changeset import Fragment, ImportSpec, NewModule
from codemods.changes.imports import clashes, import_lines
from codemods.changes.made import Fault, Made, culprits, faults, syntax_errors
from codemods.source.file import BOM


def merged_module(module: NewModule, live: frozenset[str], order: Sequence[str], base: Base) -> Made:
    """The module for these groups, or the groups that cannot be written: name taken, imports clash, does not parse."""
    fragments = present(module, live)
    if not fragments:
        return Made()
    existing = base.read(module.path)
    data = _encoded(module, module_text(module, fragments), base)
    if existing is not None and existing != data:
        return Made(faults=faults(module.path, _ordered(live, order), "CX106", "the file already exists"))
    clashing = _clashing(module.path, fragments)
    if clashing:
        return Made(faults=clashing)
    if data is not None and not syntax_errors(module.path, data.decode("utf-8-sig")):
        return Made(data)
    broken = culprits(_ordered(live, order), lambda groups: _breaks(module, groups, base))
    return Made(faults=faults(module.path, broken, "CX905", "the new code does not parse"))


def present(module: NewModule, live: frozenset[str]) -> list[Fragment]:
    """The fragments of the accepted groups with the module's frame, sorted; equal ones of several groups once."""
    if not any(live.intersection(fragment.groups) for fragment in module.fragments):
        return []
    chosen: dict[tuple[object, str], Fragment] = {}
    for fragment in module.fragments:
        if not fragment.groups or live.intersection(fragment.groups):
            chosen.setdefault((fragment.order, fragment.text), fragment)
    return sorted(chosen.values(), key=fragment_key)


def module_text(module: NewModule, fragments: Sequence[Fragment]) -> str:
    """The whole text, with the module's line ends."""
    specs = [spec for fragment in fragments for spec in fragment.imports]
    top = [part for part in (_trim(module.header), "\n".join(import_lines(module.path, specs, module.quote))) if part]
    text = "\n\n".join(top)
    for fragment in fragments:
        separator = "" if not text else "\n" if fragment.tight else "\n\n"
        text += separator + _trim(fragment.text)
    return f"{text}\n".replace("\n", module.newline)


def _trim(text: str) -> str:
    """Without blank lines around it, and with plain line ends."""
    lines = text.replace("\r\n", "\n").split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def _encoded(module: NewModule, text: str, base: Base) -> bytes | None:
    """The bytes, None for text that UTF-8 cannot hold. A renamed file keeps its byte order mark."""
    moved = base.read(module.from_path) if module.from_path else None
    mark = BOM if moved is not None and moved.startswith(BOM) else b""
    try:
        return mark + text.encode()
    except UnicodeEncodeError:
        return None


def _breaks(module: NewModule, groups: frozenset[str], base: Base) -> bool:
    fragments = present(module, groups)
    data = _encoded(module, module_text(module, fragments), base)
    return data is None or syntax_errors(module.path, data.decode("utf-8-sig")) > 0


def _clashing(path: str, fragments: Sequence[Fragment]) -> tuple[Fault, ...]:
    owners: dict[ImportSpec, Fragment] = {}
    for fragment in fragments:
        for spec in fragment.imports:
            owners.setdefault(spec, fragment)
    found: tuple[Fault, ...] = ()
    for first, second in clashes(owners):
        reason = f"{second.binds} would be imported from both {first.module} and {second.module}"
        groups = owners[second].groups or owners[first].groups
        found += faults(path, groups, "CX107", reason)
    return found


def fragment_key(fragment: Fragment) -> tuple[tuple[bool, int, str], ...]:
    """What fragments are sorted by: numbers before texts."""
    return tuple((isinstance(p, str), 0, p) if isinstance(p, str) else (False, p, "") for p in fragment.order)


def _ordered(live: frozenset[str], order: Sequence[str]) -> list[str]:
    return [name for name in order if name in live]
