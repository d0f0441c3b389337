"""Finds what a registered function must not do, in its own code and in the helpers that it calls by name.

The search goes backwards, from the few suspicious calls of a file to the functions that run them: most files have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.rules.functions import Kind, Registered, called
from codemods.rules.module import Module
from codemods.rules.origin import Declared, origin_of
from codemods.source.bindings import Binding
from codemods.source.file import span_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What to look for: `find` yields the suspicious calls of a file with a name for each.

    Only files whose text holds one of the `literals` are looked into. `name` tells suspicions apart.
    """

    name: str
    literals: tuple[str, ...]
    find: Callable[[Module], Iterator[tuple[SgNode, str]]]


@dataclass(frozen=True, slots=True)
class Offence:
    """Something that a registered function must not do.

    `span` is where its file shows it: the thing itself, or the call of an imported helper that does it; then `via`
    says where the helper does it.
    """

    span: Span
    what: str
    by: Registered
    via: str = ""


def offences(module: Module, suspicion: Suspicion, *kinds: Kind) -> Iterator[Offence]:
    """The offences of functions of these kinds: in their file at any depth of calls, and one import further."""
    functions = [one for one in module.functions if one.kind in kinds and one.handler is not None]
    if not functions:
        return
    reported: set[Span] = set()
    for node, what, via in (*_own(module, suspicion), *_imported(module, suspicion)):
        by = _run_by(module, node, functions)
        if by is not None and span_of(node) not in reported:
            reported.add(span_of(node))
            yield Offence(span_of(node), what, by, via)


def _own(module: Module, suspicion: Suspicion) -> Iterator[tuple[SgNode, str, str]]:
    if module.holds(suspicion.literals):
        for node, what in suspicion.find(module):
            yield node, what, ""


def _imported(module: Module, suspicion: Suspicion) -> Iterator[tuple[SgNode, str, str]]:
    """The calls of imported helpers that do something suspicious."""
    culprits = {other.path: found for other in module.imported if (found := _culprits(other, suspicion))}
    if not culprits:
        return
    for binding in module.bindings.top_level.values():
        if binding.imported is None:
            continue
        for call in filter(None, map(called, binding.references)):
            callee = call.field("function")
            match origin_of(module, callee) if callee is not None else None:
                case Declared(where, node, ()) if span_of(node) in culprits.get(where.path, {}):
                    what, via = culprits[where.path][span_of(node)]
                    yield call, what, via
                case _:
                    pass


def _culprits(module: Module, suspicion: Suspicion) -> dict[Span, tuple[str, str]]:
    """The functions of a file that do something suspicious, themselves or by others of the file, and where."""
    if suspicion.name not in module.culprits:
        found: dict[Span, tuple[str, str]] = {}
        module.culprits[suspicion.name] = found
        for node, what, _ in _own(module, suspicion):
            place = module.file.place(node)
            for function in _runners(module, node):
                found.setdefault(span_of(function), (what, f" ({place.file}:{place.line})"))
    return module.culprits[suspicion.name]


def _run_by(module: Module, node: SgNode, functions: list[Registered]) -> Registered | None:
    """The first of the registered functions that runs a node."""
    runners = {span_of(function) for function in _runners(module, node)}
    return next((one for one in functions if one.handler is not None and span_of(one.handler) in runners), None)


def _runners(module: Module, node: SgNode) -> Iterator[SgNode]:
    """The functions around a node, and around each call by name of one of those, and so on."""
    seen: set[Span] = set()
    pending = [node]
    while pending:
        for function in pending.pop().ancestors():
            if function.kind() in FUNCTION_KINDS and span_of(function) not in seen:
                seen.add(span_of(function))
                yield function
                binding = _named(module, function)
                pending += filter(None, map(called, binding.references)) if binding is not None else ()


def _named(module: Module, function: SgNode) -> Binding | None:
    """The name of a function declaration, or of the constant that holds a function."""
    name = function.field("name") if function.kind().endswith("_declaration") else None
    parent = function.parent()
    if parent is not None and parent.kind() == "variable_declarator":
        name = parent.field("name")
    return module.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
