"""Statements that code builds in a variable: `const q = db("users"); if (name) q.where({ name }); await q.limit(3)`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import Assembly
from codemods.readers.assembled.extent import assembly_of, is_run_after, whole_statements
from codemods.readers.assembled.values import Tested, UnreadableError
from codemods.readers.assembled.writes import declaring_statement, tests_of
from codemods.readers.calls import CallSite, call_site
from codemods.readers.knex.conditions import Conditions, Part, all_of, is_condition
from codemods.readers.knex.statement import Statement
from codemods.readers.links import Chain, chain_of, waits_inside
from codemods.readers.literals import binding_of
from codemods.readers.sql.reading import UnreadError
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import operator_of, unwrap


@dataclass(frozen=True, slots=True)
class Addition:
    """The links that a statement of the code adds, and the tests under which it runs."""

    links: tuple[CallSite, ...]
    tests: tuple[Tested, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """A statement in a variable: the links of its declaration, those that are added, and the chain of its use."""

    before: tuple[CallSite, ...]
    additions: tuple[Addition, ...]
    chain: Chain
    assembly: Assembly | None
    problem: str = ""

    def add_to(self, statement: Statement) -> None:
        """Read what is added, one after the other."""
        for addition in self.additions:
            if addition.tests:
                self._chosen(statement, addition)
                continue
            for link in addition.links:
                statement.add(link)

    def _chosen(self, statement: Statement, addition: Addition) -> None:
        conditions = Conditions(statement.terms)
        parts: list[Part] = []
        for link in addition.links:
            if not is_condition(link.method or ""):
                raise UnreadError(f"`{link.method}`, which depends on a test")
            parts += conditions.read(link)
        if any(part.is_or for part in parts):
            raise UnreadError("an alternative that depends on a test")
        found = all_of(parts)
        for test, held in reversed(addition.tests):
            if test.case is not None:
                whole = test.node.parent()
                if whole is None or whole.kind() != "binary_expression":
                    raise UnreadError("a condition that depends on a switch")
                sides = (found, None) if held is ("!" not in operator_of(whole)) else (None, found)
                found = conditions.chosen(whole, *sides)
            else:
                found = conditions.chosen(test.node, *((found, None) if held else (None, found)))
        if found is not None:
            statement.where.append(Part(False, found))


def built_in(file: SourceFile, chain: Chain, known: Collection[str]) -> Built | None:
    """How a statement goes on which a variable holds; None for one that is used where it stands."""
    declarator = chain.whole.parent()
    while declarator is not None and declarator.kind() in ("as_expression", "parenthesized_expression"):
        declarator = declarator.parent()
    name = declarator.field("name") if declarator is not None and declarator.kind() == "variable_declarator" else None
    binding = file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
    if binding is None or chain.unknown is not None or waits_inside(chain.whole):
        return None
    statement = declaring_statement(binding)
    block = statement.parent() if statement is not None else None
    if statement is None or block is None:
        return _refused(chain, "a statement that is built with others")
    additions: list[Addition] = []
    changed: list[SgNode] = []
    uses: list[SgNode] = []
    for reference in binding.references:
        if name is not None and span_of(reference) == span_of(name):
            continue
        try:
            found = _addition(file, binding, reference, block, known)
        except UnreadableError as error:
            return _refused(chain, str(error))
        if found is None:
            uses.append(reference)
        elif found[1] is not None:
            additions.append(found[0])
            changed.append(found[1])
    if len(uses) != 1:
        return _refused(chain, "a statement that is used several times" if uses else "a statement that is never run")
    final = _chain_from(uses[0], chain.start, known)
    is_later = any(span_of(each).start > span_of(uses[0]).start for each in changed)
    if is_later or not is_run_after(statement, final.whole):
        return _refused(chain, "a statement that is built further behind its use")
    assembly = assembly_of(binding, whole_statements([statement, *changed]))
    return Built(chain.links, tuple(additions), final, assembly)


def _refused(chain: Chain, problem: str) -> Built:
    return Built(chain.links, (), chain, None, problem)


def _addition(
    file: SourceFile, binding: Binding, reference: SgNode, block: SgNode, known: Collection[str]
) -> tuple[Addition, SgNode | None] | None:
    """What `q.where(…);` and `q = q.where(…);` add, and the statement; None for a use of what is built."""
    target = reference.parent()
    if target is not None and target.kind() == "assignment_expression" and target.field("left") == reference:
        return Addition((), ()), None
    chain = _chain_from(reference, None, known)
    outer = chain.whole.parent()
    if outer is not None and outer.kind() == "assignment_expression":
        left = outer.field("left")
        if left is None or binding_of(file, left) is not binding:
            return None
        outer_call = outer
    elif chain.links and outer is not None and (outer.kind() == "expression_statement" or _is_guarded(chain.whole)):
        outer_call = chain.whole
    else:
        return None
    if chain.unknown is not None:
        raise UnreadableError(f"`{chain.unknown}` of a statement")
    tests, statement = tests_of(outer_call, block)
    return Addition(chain.links, tests), statement


def _is_guarded(node: SgNode) -> bool:
    """`name && q.where({ name });`"""
    parent = node.parent()
    above = parent.parent() if parent is not None else None
    is_and = parent is not None and parent.kind() == "binary_expression" and parent.field("right") == node
    return is_and and above is not None and above.kind() == "expression_statement"


def _chain_from(reference: SgNode, start: CallSite | None, known: Collection[str]) -> Chain:
    """The links behind a name."""
    access = reference.parent()
    call = access.parent() if access is not None and access.kind() == "member_expression" else None
    site = call_site(call) if call is not None and call.kind() == "call_expression" else None
    if site is None or site.target is None or unwrap(site.target) != reference or site.method not in known:
        unknown = site.method if site is not None and site.method not in ("then", "catch", "finally") else None
        return Chain(start or _nothing(reference), (), reference, unknown)
    found = chain_of(site, known)
    return Chain(start or site, (site, *found.links), found.whole, found.unknown)


def _nothing(reference: SgNode) -> CallSite:
    return CallSite(reference, reference, None, None, False)


def alias_of(file: SourceFile, holder: SgNode) -> Assembly | None:
    """The local constant by which a function calls one of its connections: `const q = trx ?? db;`."""
    binding = binding_of(file, unwrap(holder))
    if binding is None or binding.kind is not BindingKind.CONST or binding.is_top_level or binding.reassigned:
        return None
    value = unwrap(binding.value) if binding.value is not None else None
    if value is None or value.kind() not in ("binary_expression", "ternary_expression", "identifier"):
        return None
    statement = declaring_statement(binding)
    return assembly_of(binding, [statement]) if statement is not None else None
