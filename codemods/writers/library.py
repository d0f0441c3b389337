"""The runtime library of generated code: real TypeScript, copied declaration by declaration where it is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ast_grep_py import SgNode

from codemods.source import SourceFile, named
from codemods.writers.code import ImportSpec, merge_imports

RUNTIME = Path(__file__).parent / "runtime"

_DECLARATION = re.compile(r"^export (?:abstract |async )*(?:function|class|type|interface|const) (\w+)", re.MULTILINE)
_IMPORT = re.compile(r'^import (type )?\{([^}]*)\} from "([^"]+)";$', re.MULTILINE)
_TYPE = re.compile(r"^export (?:type|interface) ", re.MULTILINE)
_REGISTERED = re.compile(r"\binternal\.lib\.\w+\.(\w+)")
"""Functions of the library that Convex runs for others of it."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One exported declaration. `module` is `lib/rows`; `needs` names others of the library that it uses."""

    name: str
    module: str
    order: int
    text: str
    needs: frozenset[str]
    imports: tuple[ImportSpec, ...]

    @property
    def is_type(self) -> bool:
        """True for types, which JavaScript has none of."""
        return _TYPE.search(self.text) is not None


def module_of(name: str) -> str:
    """The module of a library declaration: `lib/rows`."""
    return _library()[name].module


def spec_of(name: str, local: str = "") -> ImportSpec:
    """The import of a library declaration."""
    declaration = _library()[name]
    return ImportSpec(f"convex:{declaration.module}", name, local, declaration.is_type)


def is_library(spec: ImportSpec) -> bool:
    """Does an import take a declaration of the library, and not one of the user's in a module of the same name?"""
    declaration = _library().get(spec.name)
    return declaration is not None and spec.module == f"convex:{declaration.module}"


_EXPRESS_5 = {"readBody": "readOptionalBody"}
"""Declarations that mean something else in version 5 of Express, and those that go under their names there."""
_FLAT = {"readQuery": "readFlatQuery"}
"""The same where brackets in the names of a query are nothing but letters."""


def library(names: Iterable[str], express: int = 4, nests_queries: bool = True) -> tuple[Declaration, ...]:
    """The declarations of these names with all that they need, in module and source order.

    `express` is the major version whose ways they have.
    """
    known = _library()
    others = (_EXPRESS_5 if express >= 5 else {}) | ({} if nests_queries else _FLAT)
    known = known | {name: _renamed(known[other], name) for name, other in others.items()}
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += known[name].needs
    return tuple(declaration for name, declaration in known.items() if name in wanted)


def _renamed(declaration: Declaration, name: str) -> Declaration:
    text = re.sub(rf"\b{declaration.name}\b", name, declaration.text)
    return replace(declaration, name=name, text=text)


def all_names() -> tuple[str, ...]:
    """Every declaration of the library."""
    return tuple(_library())


_OF_DATA = frozenset(
    f"lib/{name}" for name in "documents models pipelines rows sql sqlErrors storing transactions".split()
)


def edge_names() -> tuple[str, ...]:
    """The declarations that `convex/http.ts` may import: it reaches no rows."""
    return tuple(name for name, declaration in _library().items() if declaration.module not in _OF_DATA)


@cache
def names_in(module: str) -> frozenset[str]:
    """Every declaration of one module: `lib/rows`."""
    return frozenset(name for name, declaration in _library().items() if declaration.module == module)


@cache
def _library() -> dict[str, Declaration]:
    """Every declaration, in module and source order, with what its names refer to."""
    paths = sorted(RUNTIME.glob("*.ts"))
    pieces = [piece for path in paths for piece in _pieces(path)]
    used = {name: found for path in paths for name, found in _names_used(path).items()}
    names = {name for name, *_ in pieces}
    types = {name for name, _, _, text, _ in pieces if _TYPE.search(text)}
    found: dict[str, Declaration] = {}
    for name, module, order, text, imported in pieces:
        words = used[name]
        needs = frozenset((words & names) - {name})
        siblings = {other: mod for other, mod, *_ in pieces if other in needs and mod != module}
        own = [ImportSpec(f"convex:{mod}", other, "", other in types) for other, mod in siblings.items()]
        outside = [spec for spec in imported if spec.name in words]
        found[name] = Declaration(name, module, order, text, needs, merge_imports(own, outside))
    return found


def _pieces(path: Path) -> list[tuple[str, str, int, str, list[ImportSpec]]]:
    """(name, module, order, text with its comment, imports of packages and generated files) of one file.

    Overloads stand next to each other and make one piece.
    """
    source = path.read_text(encoding="utf-8")
    imported = _imports(source)
    body = _IMPORT.sub("", source).strip() + "\n"
    starts = [(match.group(1), _comment_start(body, match.start())) for match in _DECLARATION.finditer(body)]
    firsts = [item for index, item in enumerate(starts) if index == 0 or starts[index - 1][0] != item[0]]
    ends = [start for _, start in firsts[1:]] + [len(body)]
    return [
        (name, f"lib/{path.stem}", order, body[start:end].strip(), imported)
        for order, ((name, start), end) in enumerate(zip(firsts, ends, strict=True))
    ]


def _names_used(path: Path) -> dict[str, set[str]]:
    """What each declaration of a file uses of the file and of its imports; the names of properties do not count."""
    file = SourceFile(path.name, path.read_text(encoding="utf-8"))
    used: dict[str, set[str]] = {}
    for statement in file.root.children():
        declaration = statement.field("declaration")
        for name in _declared(declaration) if declaration is not None else ():
            free = {one.name for one in file.bindings.free(statement).bindings}
            used.setdefault(name, set()).update(free, _REGISTERED.findall(statement.text()))
    return used


def _declared(declaration: SgNode) -> list[str]:
    """The names that an exported declaration declares."""
    nodes = named(declaration) if declaration.kind() == "lexical_declaration" else [declaration]
    return [name.text() for node in nodes if (name := node.field("name")) is not None]


def _comment_start(body: str, declaration: int) -> int:
    before = body.rfind("/**", 0, declaration)
    return before if before >= 0 and body[before:declaration].rstrip().endswith("*/") else declaration


def _imports(source: str) -> list[ImportSpec]:
    specs = []
    for type_only, names, module in _IMPORT.findall(source):
        if module.startswith("./"):
            continue
        target = module.replace("../", "convex:") if module.startswith("../") else module
        for name in filter(None, (part.strip() for part in names.split(","))):
            is_type = bool(type_only) or name.startswith("type ")
            specs.append(ImportSpec(target, name.removeprefix("type "), "", is_type))
    return specs
