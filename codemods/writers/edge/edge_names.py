"""The names of http.ts, which takes code from all over the source: no two imports share one."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.source import find_all, parse, span_of
from codemods.writers.code import ImportSpec
from codemods.writers.library import is_library

RESERVED = frozenset(
    {"ActionCtx", "Hono", "HonoWithConvex", "HttpRouterWithHono", "answer", "api", "app", "body", "c", "cors", "err",
     "error", "internal", "parse", "req", "result"}
)  # fmt: skip
"""Names that the frame of http.ts has for its own."""


_GENERATED = "convex:_generated"
"""Modules whose names are reserved, for nobody but them, as those of the library are."""


class EdgeNames:
    """Gives every import a local name, the one that it has in the source where that is free."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        """`reserved` are names of declarations and of the library."""
        self._taken: dict[str, tuple[str, str]] = dict.fromkeys([*RESERVED, *reserved], ("", ""))

    def local(self, spec: ImportSpec) -> str:
        """The name of an import."""
        key = (spec.module, spec.name)
        for wish in self._wishes(spec):
            if self._taken.setdefault(wish, key) == key:
                return wish
        raise AssertionError("no free name")

    def named(self, text: str, imports: Iterable[ImportSpec]) -> tuple[str, list[ImportSpec]]:
        """Code and its imports under names that are theirs alone."""
        renamed: dict[str, str] = {}
        found = []
        for spec in imports:
            if not spec.module.startswith("convex:") or spec.module.startswith(_GENERATED):
                found.append(spec)
                continue
            local = spec.name if is_library(spec) else self.local(spec)
            if local != spec.binds:
                renamed[spec.binds] = local
            found.append(ImportSpec(spec.module, spec.name, local if local != spec.name else "", spec.type_only))
        return (_renamed(text, renamed) if renamed else text), found

    def _wishes(self, spec: ImportSpec) -> Iterable[str]:
        home = spec.module.rsplit("/", 1)[-1].removeprefix("convex:")
        own = spec.binds
        yield own
        longer = f"{home}{own[:1].upper()}{own[1:]}"
        yield longer
        yield from (f"{longer}{number}" for number in range(2, 999))


def _renamed(text: str, names: dict[str, str]) -> str:
    """The code with its free names changed; what is declared inside has the same name only by accident of scope."""
    found = find_all(parse(text, "typescript"), "identifier", "type_identifier", "shorthand_property_identifier")
    for node in sorted(found, key=lambda node: span_of(node).start, reverse=True):
        new = names.get(node.text())
        if new is None:
            continue
        span = span_of(node)
        written = f"{node.text()}: {new}" if node.kind() == "shorthand_property_identifier" else new
        text = text[: span.start] + written + text[span.end :]
    return text
