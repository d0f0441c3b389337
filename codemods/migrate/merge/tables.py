"""Tables added to an existing `schema.ts`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.changes import Base, Fragment
from codemods.migrate.merge.found import Merging
from codemods.migrate.merge.lists import append_entries, entries_of
from codemods.migrate.merge.statements import tokens_of
from codemods.source import Edit, SourceFile, Span, arguments, find_all, member, named, span_of, unwrap

_SPREADS = {
    "authTables": frozenset(
        {"users", "authSessions", "authAccounts", "authRefreshTokens"}
        | {"authVerificationCodes", "authVerifiers", "authRateLimits"}
    )
}
"""Tables that well-known packages bring: `...authTables` of @convex-dev/auth."""

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table's definition taken apart: fields and indexes by name; None for what is written in another manner."""

    fields: dict[str, Tokens] | None
    indexes: dict[str, Tokens]
    other: bool
    """Does it have calls other than `index`, such as `searchIndex`?"""
    tail: Span
    """What follows `defineTable(…)`."""


def merge_schema(file: SourceFile, fragments: Sequence[Fragment], base: Base) -> Merging:
    """Missing tables behind the others, missing indexes of the same tables; other definitions are conflicts."""
    merging = Merging()
    literal = _definition(file)
    tables = [(fragment, *_own(file, fragment)) for fragment in fragments if "defineTable(" in fragment.text]
    if literal is None:
        for fragment, name, _, _ in tables:
            reason = f"{file.path} does not list its tables in defineSchema({{ … }}), so {name} cannot be added"
            merging.conflict(fragment.groups, "CX603", reason, file.place(0))
        return merging
    known, imports = entries_of(literal), tuple(spec for one in fragments for spec in one.imports)
    missing = []
    for fragment, name, source, value in tables:
        if name in known:
            _meet(file, fragment, name, known[name], (source, value), merging)
            continue
        spread = next((one for one in _spreads(literal) if _may_define(file, one, name, base)), None)
        if spread is not None:
            reason = f"{file.path} takes tables from {spread.text()}, which may define {name}"
            merging.conflict(fragment.groups, "CX603", reason, file.place(spread))
            continue
        text = fragment.text.strip("\n").rstrip().removesuffix(",")
        missing.append((text, fragment.groups, tuple(spec for spec in imports if spec.binds in text)))
    append_entries(file, literal, missing, merging)
    return merging


def _definition(file: SourceFile) -> SgNode | None:
    """The object that `defineSchema` takes."""
    for call in file.calls:
        function = call.field("function")
        if function is not None and function.text() == "defineSchema":
            first = next(iter(arguments(call)), None)
            return first if first is not None and first.kind() == "object" else None
    return None


def _own(file: SourceFile, fragment: Fragment) -> tuple[str, SourceFile, SgNode]:
    """Name and definition of the table that a fragment brings."""
    source = SourceFile(file.path, f"({{\n{fragment.text}\n}})")
    name, value = next(iter(entries_of(find_all(source.root, "object")[0]).items()))
    return name, source, value


def _meet(
    file: SourceFile, fragment: Fragment, name: str, value: SgNode, own: tuple[SourceFile, SgNode], merging: Merging
) -> None:
    """The table exists: it gets the indexes that it lacks, or is a conflict."""
    there, here = _taken_apart(value), _taken_apart(own[1])
    difference = _difference(there, here) if there is not None and here is not None else "it is not read"
    if there is None or here is None or difference:
        reason = f"{file.path} defines {name} in another way: {difference}"
        merging.conflict(fragment.groups, "CX603", reason, file.place(value))
        return
    if here.indexes.keys() <= there.indexes.keys():
        return
    tail = own[0].slice(here.tail)
    if not there.other and there.indexes.keys() <= here.indexes.keys() and _comments(file, there.tail) <= _words(tail):
        merging.add(Edit.replace(there.tail, tail.replace("\n", file.newline)), fragment.groups)
        return
    for index, tokens in here.indexes.items():
        if index not in there.indexes:
            text = f'{file.newline}    .index("{index}", {_listed(tokens)})'
            merging.add(Edit.insert(there.tail.end, text), fragment.groups)


def _taken_apart(value: SgNode) -> _Table | None:
    calls: list[tuple[str, list[SgNode]]] = []
    node = unwrap(value)
    while node.kind() == "call_expression":
        function = node.field("function")
        found = member(function) if function is not None else None
        if found is None:
            break
        calls.append((found[1], arguments(node)))
        node = unwrap(found[0])
    function = node.field("function")
    if function is None or function.text() != "defineTable":
        return None
    first = next(iter(arguments(node)), None)
    is_plain = first is not None and first.kind() == "object" and all(one.kind() == "pair" for one in named(first))
    fields = (
        {name: tokens_of(one) for name, one in entries_of(first).items()} if first is not None and is_plain else None
    )
    indexes = {args[0].text()[1:-1]: tokens_of(args[1]) for word, args in calls if word == "index" and len(args) == 2}
    tail = Span(span_of(node).end, span_of(value).end)
    return _Table(fields, dict(reversed(indexes.items())), len(indexes) < len(calls), tail)


def _difference(there: _Table, here: _Table) -> str:
    """What differs, in words; "" when the one can serve as the other."""
    if there.fields is None or here.fields is None:
        return "its fields are not listed"
    fields = sorted(
        name for name in there.fields.keys() | here.fields.keys() if there.fields.get(name) != here.fields.get(name)
    )
    if fields:
        return f"{', '.join(fields)} {'differs' if len(fields) == 1 else 'differ'}"
    indexes = sorted(name for name in there.indexes.keys() & here.indexes.keys() if _is_other(name, there, here))
    return f"the index {', '.join(indexes)} differs" if indexes else ""


def _is_other(name: str, there: _Table, here: _Table) -> bool:
    return there.indexes[name] != here.indexes[name]


def _listed(tokens: Tokens) -> str:
    return "".join(tokens).replace(",", ", ")


def _comments(file: SourceFile, span: Span) -> frozenset[str]:
    """The words of the comments in a stretch of text."""
    return frozenset(re.findall(r"//[^\n\r]*|/\*.*?\*/", file.slice(span), re.DOTALL))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"//[^\n\r]*", text))


# ---- spread tables ----------------------------------------------------------------------------------------


def _spreads(literal: SgNode) -> Iterator[SgNode]:
    return (one for one in named(literal) if one.kind() == "spread_element")


def _may_define(file: SourceFile, spread: SgNode, name: str, base: Base) -> bool:
    """Could a table of this name come from there? A file that does not know the word cannot bring it."""
    value = next(iter(named(spread)), None)
    if value is None or value.kind() != "identifier":
        return True
    if value.text() in _SPREADS:
        return name in _SPREADS[value.text()]
    binding = file.bindings.resolve(value)
    if binding is None:
        return True
    if binding.imported is None:
        return name in re.findall(r"\w+", binding.declaration.text())
    text = _imported_text(file, binding.imported.module, base)
    return text is None or "..." in text or name in re.findall(r"\w+", text)


def _imported_text(file: SourceFile, module: str, base: Base) -> str | None:
    if not module.startswith("."):
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), module))
    stem = target.removesuffix(".js").removesuffix(".ts")
    for path in (f"{stem}.ts", f"{stem}.js", f"{stem}/index.ts"):
        data = base.read(path)
        if data is not None:
            return data.decode("utf-8", "replace")
    return None
