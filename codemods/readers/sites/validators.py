"""Validation libraries other than Zod: the schemas and checks that they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.outcome import CODES, Item, ItemKind, Outcome
from codemods.readers.calls import CallSite, call_site
from codemods.readers.sites.view import FileView, short
from codemods.source.binding import Binding
from codemods.source.tree import find_all, key, member_path, string_value
from codemods.workspace.graph import package_name

_WALLS = frozenset({"statement_block", "program", "class_body"})
_NAMING = {"variable_declarator": "name", "pair": "key", "assignment_expression": "left"}


@dataclass(frozen=True, slots=True)
class Library:
    """A validation library: `whole` when schemas nest in each other and only the outermost counts, else each chain
    that starts with one of the `starts` (empty: any function)."""

    title: str
    whole: bool = True
    starts: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    kept: bool = True
    """It runs on Convex as it is, so that a schema comes along with what uses it."""


_EXPRESS = Library(
    "express-validator",
    whole=False,
    starts=frozenset({"body", "check", "cookie", "header", "param", "query", "oneOf", "checkSchema", "checkExact"}),
)
LIBRARIES: Mapping[str, Library] = {
    "joi": Library("Joi", ignored=frozenset({"attempt", "assert", "isSchema"})),
    "@hapi/joi": Library("Joi"),
    "yup": Library("yup", ignored=frozenset({"isSchema", "reach", "setLocale"})),
    "superstruct": Library("superstruct", ignored=frozenset({"assert", "is", "validate", "create", "mask"})),
    "valibot": Library("valibot", ignored=frozenset({"parse", "safeParse", "is", "assert"})),
    "@sinclair/typebox": Library("TypeBox"),
    "arktype": Library("ArkType"),
    "io-ts": Library("io-ts"),
    "runtypes": Library("runtypes"),
    "ajv": Library(
        "ajv", whole=False, starts=frozenset({"compile", "validate", "addSchema", "compileAsync"}), kept=False
    ),
    "express-validator": _EXPRESS,
    "express-validator/check": _EXPRESS,
    "fastest-validator": Library(
        "fastest-validator", whole=False, starts=frozenset({"compile", "validate"}), kept=False
    ),
    "validatorjs": Library("validatorjs", whole=False, kept=False),
    "indicative": Library("indicative", whole=False, kept=False),
}
PACKAGES = frozenset({"class-validator", *map(package_name, LIBRARIES)})
_INSTANCE_METHODS = frozenset().union(*(library.starts for library in LIBRARIES.values()))


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each schema or check chain."""
    seen: set[tuple[str, int, int]] = set()
    imported = frozenset(each.local for each in view.file.bindings.imports if each.module in LIBRARIES)
    for call in view.calls:
        library = _library(view, call, imported)
        if library is None:
            continue
        top = _outermost(view, call.node, library)
        site = call_site(top)
        if key(top) in seen or site is None:
            continue
        seen.add(key(top))
        name = _name_of(top) or _chain_name(call, library)
        reason = f"CX404 {CODES['CX404'].title}" if library.kept else f"CX401 {library.title}"
        outcome = Outcome.NEEDS_REVIEW if library.kept else Outcome.UNSUPPORTED
        yield site, view.item(ItemKind.VALIDATOR, name, top, reason, outcome)
    yield from _decorated(view)


def _library(view: FileView, call: CallSite, names_of_libraries: frozenset[str]) -> Library | None:
    """The library whose function or instance a call starts from."""
    if not names_of_libraries and call.method not in _INSTANCE_METHODS:
        return None
    bottom, names = member_path(call.function)
    if bottom.kind() != "identifier":
        return None
    binding = view.file.bindings.resolve(bottom)
    imported = binding.imported if binding is not None else None
    if binding is None or imported is None:
        return _of_instance(view, call, binding)
    library = LIBRARIES.get(imported.module)
    first = names[0] if names else imported.imported
    if library is None or first in library.ignored or call.is_new:
        return None
    return library if not library.starts or first in library.starts else None


def _of_instance(view: FileView, call: CallSite, binding: Binding | None) -> Library | None:
    """`ajv.compile(schema)`: a method of an instance."""
    wanted = [library for library in LIBRARIES.values() if call.method in library.starts]
    if call.target is None or binding is None or not wanted:
        return None
    origin = view.receiver(call, call.target)
    library = LIBRARIES.get(origin.package) if origin is not None else None
    return library if library in wanted else None


def _outermost(view: FileView, node: SgNode, library: Library) -> SgNode:
    """The largest call of the same library around a call; for chains, the end of the chain."""
    top = node
    for around in node.ancestors():
        if around.kind() in _WALLS:
            break
        if around.kind() != "call_expression":
            continue
        site = call_site(around)
        is_chain = site is not None and site.target is not None and site.target == top
        if is_chain or (library.whole and _starts_from(view, around, library)):
            top = around
    return top


def _starts_from(view: FileView, node: SgNode, library: Library) -> bool:
    """True when the chain that a call ends begins with the library."""
    bottom = node
    while bottom.kind() == "call_expression":
        function = bottom.field("function")
        if function is None:
            return False
        bottom = member_path(function)[0]
    binding = view.file.bindings.resolve(bottom) if bottom.kind() == "identifier" else None
    imported = binding.imported if binding is not None else None
    return imported is not None and LIBRARIES.get(imported.module) is library


def _name_of(node: SgNode) -> str | None:
    parent = node.parent()
    label = _NAMING.get(parent.kind()) if parent is not None else None
    holder = parent.field(label) if parent is not None and label is not None else None
    is_name = holder is not None and holder.kind() not in ("object_pattern", "array_pattern")
    return short(holder.text().strip("\"'")) if holder is not None and is_name else None


def _chain_name(call: CallSite, library: Library) -> str:
    field = string_value(call.arguments[0]) if call.arguments else None
    return f"{call.name} {field}" if field else f"{library.title} {call.name}"


def _decorated(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """Classes whose fields carry decorators of class-validator."""
    if "class-validator" not in view.text:
        return
    imported = {each.local for each in view.file.bindings.imports if each.module == "class-validator"}
    for cls in find_all(view.file.root, "class_declaration"):
        decorators = [
            call_site(call) for node in find_all(cls, "decorator") for call in find_all(node, "call_expression")
        ]
        first = next((each for each in decorators if each is not None and each.function.text() in imported), None)
        name = cls.field("name")
        if first is not None and name is not None:
            reason = "CX401 class-validator"
            yield first, view.item(ItemKind.VALIDATOR, name.text(), name, reason, Outcome.UNSUPPORTED)
