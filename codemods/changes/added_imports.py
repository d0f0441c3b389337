"""Imports of an existing file: more of them, in its own manner, and none that nobody uses any more."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.changes.changeset import ImportSpec
from codemods.changes.imports import LINE_WIDTH, clashes, import_lines, import_name, module_key, needed
from codemods.source import Edit, SourceFile, Span, find_all, named, render, span_of
from codemods.source.imports import Import

_ENDINGS = (".js", ".ts", ".mjs", ".mts", ".jsx", ".tsx")


@dataclass(frozen=True, slots=True)
class Taken:
    """An import whose local name already means something else, and the words for it."""

    spec: ImportSpec
    reason: str


def taken_names(path: str, text: str, specs: Sequence[ImportSpec]) -> list[Taken]:
    """The imports that cannot be added to this file."""
    wanted = needed(path, specs)
    if not wanted:
        return []
    file = SourceFile(path, text)
    found = [Taken(spec, f"{spec.binds} means something else in {path}") for spec in wanted if _is_taken(file, spec)]
    for first, second in clashes(wanted):
        reason = f"{second.binds} would be imported from both {first.module} and {second.module}"
        found.append(Taken(second, reason))
    return [Taken(spec, one.reason) for one in found for spec in specs if _same(spec, one.spec)]


def with_imports(path: str, before: str, text: str, specs: Iterable[ImportSpec]) -> str:
    """`text` with the imports that it lacks, and without those that `before` used and `text` does not."""
    file = SourceFile(path, text)
    missing = [spec for spec in needed(path, specs) if not _is_there(file, spec)]
    added = render(text, list(_additions(file, missing))).text if missing else text
    return _without_unused(path, before, added)


def _is_taken(file: SourceFile, spec: ImportSpec) -> bool:
    binding = file.bindings.top_level.get(spec.binds) if spec.name else None
    if binding is None:
        return False
    known = binding.imported
    return known is None or not (_same_module(known.module, spec.module) and known.imported == spec.name)


def _same(one: ImportSpec, other: ImportSpec) -> bool:
    return (one.module, one.name, one.binds) == (other.module, other.name, other.binds)


def _same_module(one: str, other: str) -> bool:
    return one == other or (one.startswith(".") and _bare(one) == _bare(other))


def _bare(module: str) -> str:
    stem, ending = posixpath.splitext(module)
    return posixpath.normpath(stem if ending in _ENDINGS else module)


def _is_there(file: SourceFile, spec: ImportSpec) -> bool:
    return any(
        _same_module(known.module, spec.module)
        and (not spec.name or (known.local, known.imported) == (spec.binds, spec.name))
        and (spec.type_only or not known.type_only)
        for known in file.bindings.imports
    )


# ---- adding ---------------------------------------------------------------------------------------------


def _additions(file: SourceFile, missing: Sequence[ImportSpec]) -> Iterator[Edit]:
    statements = [node for node in file.root.children() if node.kind() == "import_statement"]
    new: list[ImportSpec] = []
    hosted: dict[int, list[ImportSpec]] = {}
    for spec in sorted(missing, key=_order):
        hosts = [number for number, node in enumerate(statements) if _can_hold(file, node, spec)]
        if hosts:
            hosted.setdefault(min(hosts, key=lambda number: _fit(file, statements[number], spec)), []).append(spec)
        else:
            new.append(spec)
    for number, specs in hosted.items():
        yield from _joined(file, statements[number], specs)
    yield from _statements(file, statements, new)


def _order(spec: ImportSpec) -> tuple[str, str, str]:
    return (spec.name.lower(), spec.name, spec.binds)


def _can_hold(file: SourceFile, statement: SgNode, spec: ImportSpec) -> bool:
    """Has the statement braces for this name?"""
    known = _imports_of(file, statement)
    in_braces = spec.name not in ("", "*", "default") and find_all(statement, "named_imports")
    return bool(in_braces) and any(_same_module(one.module, spec.module) for one in known)


def _fit(file: SourceFile, statement: SgNode, spec: ImportSpec) -> tuple[bool, bool]:
    """The statement that has the name already, as a type; else one of the name's own sort."""
    named_there = any(one.local == spec.binds for one in _imports_of(file, statement))
    return (not named_there, _is_typed(statement) != spec.type_only)


def _imports_of(file: SourceFile, statement: SgNode) -> list[Import]:
    return [one for one in file.bindings.imports if one.statement == span_of(statement)]


def _is_typed(statement: SgNode) -> bool:
    return any(child.kind() == "type" for child in statement.children())


def _joined(file: SourceFile, statement: SgNode, specs: Sequence[ImportSpec]) -> list[Edit]:
    """The statement with more names: written anew when it was one of types, or when its line would get too long."""
    known = _imports_of(file, statement)
    new_sort = _is_typed(statement) and not all(spec.type_only for spec in specs)
    edits = [_specifier(file, statement, spec) for spec in specs]
    length = len(statement.text()) + sum(len(part) for edit in edits for part in edit.parts if isinstance(part, str))
    is_line = "\n" not in statement.text()
    if not new_sort and not (is_line and length > LINE_WIDTH) and not {one.local for one in known} & _names(specs):
        return edits
    old = [ImportSpec(known[0].module, one.imported, one.local, one.type_only) for one in known]
    kept = [one for one in old if one.binds not in _names(specs)]
    added = [replace(spec, module=known[0].module) for spec in specs]
    text = "\n".join(import_lines("", [*kept, *added], _quote(file, [statement])))
    text = text if statement.text().endswith(";") else text.removesuffix(";")
    return [Edit.replace(span_of(statement), text.replace("\n", file.newline))]


def _names(specs: Sequence[ImportSpec]) -> set[str]:
    return {spec.binds for spec in specs}


def _specifier(file: SourceFile, statement: SgNode, spec: ImportSpec) -> Edit:
    """The name among the others, in their order where they have one, on a line of its own where they have that."""
    text = import_name(spec, mark_types=not _is_typed(statement))
    braces = find_all(statement, "named_imports")[0]
    specifiers = named(braces)
    if not specifiers:
        return Edit.insert(span_of(braces).start + 1, f" {text},")
    first, last = span_of(specifiers[0]), span_of(specifiers[-1])
    lines = file.place(first.start).line != file.place(span_of(braces).start).line
    between = f",{file.newline}{file.indent_at(first.start)}" if lines else ", "
    names = [_imported_name(node) for node in specifiers]
    later = next((node for node in specifiers if _imported_name(node).lower() > spec.name.lower()), None)
    if later is not None and names == sorted(names, key=str.lower):
        return Edit.insert(span_of(later).start, f"{text}{between}")
    return Edit.insert(last.end, f"{between}{text}")


def _imported_name(specifier: SgNode) -> str:
    name = specifier.field("name")
    return name.text() if name is not None else ""


def _statements(file: SourceFile, statements: Sequence[SgNode], new: Sequence[ImportSpec]) -> Iterator[Edit]:
    """New statements: at their place where the others are sorted, else after the last one."""
    quote = _quote(file, statements)
    if not statements and new:
        text = "\n".join([*import_lines(file.path, new, quote), "", ""]).replace("\n", file.newline)
        yield Edit.insert(_top(file), text)
        return
    modules = [_module(node) for node in statements]
    is_sorted = modules == sorted(modules, key=module_key)
    for module in sorted({spec.module for spec in new}, key=module_key):
        lines = import_lines(file.path, [spec for spec in new if spec.module == module], quote)
        text = "\n".join(lines).replace("\n", file.newline)
        earlier = [node for node in statements if not is_sorted or module_key(_module(node)) <= module_key(module)]
        if earlier:
            yield Edit.insert(file.line_end(span_of(earlier[-1]).end), f"{file.newline}{text}")
        else:
            yield Edit.insert(file.line_start(span_of(statements[0]).start), f"{text}{file.newline}")


def _module(statement: SgNode) -> str:
    source = statement.field("source")
    return source.text()[1:-1] if source is not None else ""


def _quote(file: SourceFile, statements: Sequence[SgNode]) -> str:
    sources = [node.field("source") for node in statements]
    strings = [node.text() for node in [*sources, *file.root.find_all(kind="string")] if node is not None]
    return strings[0][:1] if strings else '"'


def _top(file: SourceFile) -> int:
    """Where imports go in a file that has none: after its directives, else before its first statement."""
    start = 0
    for node in file.root.children():
        is_directive = node.kind() == "expression_statement" and node.text()[:1] in "\"'"
        if node.kind() == "hash_bang_line" or is_directive:
            start = min(file.line_end(span_of(node).end) + len(file.newline), len(file.text))
        elif node.kind() != "comment":
            break
    return start


# ---- removing -------------------------------------------------------------------------------------------


def _without_unused(path: str, before: str, text: str) -> str:
    """Imports that were used before and are not any more: a name, or the statement with its line."""
    file = SourceFile(path, text)
    once, now = _used(SourceFile(path, before)), _used(file)
    gone = {one.at for one in file.bindings.imports if one.local in once - now and one.style == "esm"}
    edits = []
    for statement in [node for node in file.root.children() if node.kind() == "import_statement"]:
        own = {one.at for one in file.bindings.imports if one.statement == span_of(statement)}
        if own and own <= gone:
            span = span_of(statement)
            end = min(file.line_end(span.end) + len(file.newline), len(text))
            edits.append(Edit.delete(Span(file.line_start(span.start), end)))
        elif own & gone:
            edits += _cut(file, statement, gone)
    return render(text, edits).text if edits else text


def _used(file: SourceFile) -> frozenset[str]:
    return frozenset(name for name, one in file.bindings.top_level.items() if one.imported and one.references)


def _cut(file: SourceFile, statement: SgNode, gone: set[int]) -> Iterator[Edit]:
    """The names in braces that stay. A default import beside them stays in any case."""
    for braces in find_all(statement, "named_imports"):
        specifiers = named(braces)
        kept = [node for node in specifiers if not any(span_of(node).start <= at < span_of(node).end for at in gone)]
        if kept and len(kept) < len(specifiers):
            around = Span(span_of(specifiers[0]).start, span_of(specifiers[-1]).end)
            lines = "\n" in file.slice(around)
            between = f",{file.newline}{file.indent_at(around.start)}" if lines else ", "
            yield Edit.replace(around, between.join(node.text() for node in kept))
