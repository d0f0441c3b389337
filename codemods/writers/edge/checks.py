"""Validation middleware as functions that check the input of a route at the HTTP edge and throw what they refuse."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.planner.answering.responses import plan_response
from codemods.planner.answering.stands import UNANSWERED
from codemods.planner.asking.picks import picked
from codemods.planner.checking.checks import PARSERS
from codemods.planner.checking.result_checks import asked_of
from codemods.source import (
    BindingKind,
    Edit,
    SourceFile,
    arguments,
    find_all,
    member,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import wrapped_up
from codemods.workspace import Workspace
from codemods.writers.answers import Use, answer_edits
from codemods.writers.edge.ported import Ported, references, signature, untyped, whole_line

PARTS = frozenset({"body", "query", "params"})
_EXPRESS_TYPES = re.compile(r"\bRequest\b|\bParsedQs\b|\bParamsDictionary\b")


def port_check(workspace: Workspace, file: SourceFile, inner: SgNode, factory: SgNode | None) -> Ported:
    """`(req, res, next) => { … }` → `(req: Input) => { … }`; `factory` is the function that returns it."""
    ported = Ported(file)
    request = parameters(inner)[0].name if parameters(inner) else None
    body = inner.field("body")
    if body is None or request is None:
        ported.problem("CX401", "the validation cannot be read", inner)
        return ported
    _next_calls(ported, inner)
    _responses(ported, workspace, inner)
    _casts(ported, inner)
    _reads(ported, workspace, inner)
    typed = f"({request}: {ported.use('Input')})" if ported.typed else f"({request})"
    signature(ported, inner, typed)
    if factory is not None and span_of(factory) != span_of(inner):
        _factory(ported, factory)
    return ported


def _factory(ported: Ported, factory: SgNode) -> None:
    """`validate(schema: ZodSchema, part: keyof Request): RequestHandler` loses the types of the framework."""
    untyped(ported, factory.field("return_type"))
    for parameter in parameters(factory):
        if parameter.type is not None and re.search(r"\bkeyof\s+(express\.)?Request\b", parameter.type.text()):
            ported.edits.append(Edit.replace(span_of(parameter.type), f"keyof {ported.use('Input')}"))
    holder = factory.parent()
    annotation = holder.field("type") if holder is not None and holder.kind() == "variable_declarator" else None
    if annotation is None:
        return
    if any(parameter.type is None and parameter.default is None for parameter in parameters(factory)):
        ported.problem("CX401", "the validation is typed as a whole", annotation)
    untyped(ported, annotation)


def _responses(ported: Ported, workspace: Workspace, inner: SgNode) -> None:
    plan = plan_response(ported.file, inner, workspace=workspace)
    ported.edits += answer_edits(ported.file, inner, plan, ported.use, Use.CHECK)
    ported.problems += [p for p in plan.problems if p.text not in UNANSWERED]


def _next_calls(ported: Ported, inner: SgNode) -> None:
    """`next();` goes where nothing is left to do, else it returns."""
    given = parameters(inner)
    name = given[2].name if len(given) > 2 else None
    for call in find_all(inner, "call_expression"):
        callee = call.field("function")
        statement = call.parent()
        if callee is None or callee.text() != name or arguments(call) or statement is None:
            continue
        is_statement = statement.kind() in ("expression_statement", "return_statement")
        if is_statement and _ends_list(statement):
            ported.edits.append(Edit.delete(whole_line(ported.file, span_of(statement))))
        elif is_statement:
            ported.edits.append(Edit.replace(span_of(statement), "return;"))
        else:
            ported.problem("CX401", "the validation passes `next` on", call)


def _ends_list(statement: SgNode) -> bool:
    """The last statement of its block, in a function of which no more runs."""
    current: SgNode | None = statement
    while current is not None:
        parent = current.parent()
        if parent is None or parent.kind() not in ("statement_block", "if_statement", "else_clause", "try_statement",
                                                   "catch_clause"):  # fmt: skip
            return parent is not None and current.kind() == "statement_block"
        if parent.kind() != "statement_block" and current.kind() != "statement_block" and current == statement:
            return False
        if parent.kind() == "statement_block" and span_of(named(parent)[-1]) != span_of(current):
            return False
        current = parent
    return False


def _casts(ported: Ported, inner: SgNode) -> None:
    """`validated as unknown as Request["query"]`: the input's parts are plain."""
    for node in find_all(inner, "as_expression"):
        parent = node.parent()
        nested = parent is not None and parent.kind() == "as_expression"
        if not nested and _EXPRESS_TYPES.search(node.text()) is not None and "=>" not in node.text():
            value = node
            while value.kind() == "as_expression" and named(value):
                value = named(value)[0]
            ported.edits.append(Edit(span_of(node), (span_of(value),)))


def _reads(ported: Ported, workspace: Workspace, inner: SgNode) -> None:
    """All that a check may touch of the request is its three parts."""
    for reference in references(ported.file, inner, 0):
        _name_part(ported, reference)
        if not _reads_part(workspace, ported.file, reference):
            ported.problem("CX401", "the validation reads more than the input", reference)


def _name_part(ported: Ported, reference: SgNode) -> None:
    """`req[source]`, where an enum of the application lists the parts: TypeScript tells it from their names."""
    parent = wrapped_up(reference).parent()
    index = parent.field("index") if parent is not None and parent.kind() == "subscript_expression" else None
    binding = ported.file.bindings.resolve(unwrap(index)) if index is not None else None
    annotation = binding.type_annotation if binding is not None else None
    names = find_all(annotation, "type_identifier") if annotation is not None else []
    types = [ported.file.bindings.resolve(name) for name in names]
    if index is not None and any(each is not None and each.kind is BindingKind.ENUM for each in types):
        ported.edits.append(Edit.wrap(span_of(index), "", f" as string as keyof {ported.use('Input')}"))


def _reads_part(workspace: Workspace, file: SourceFile, reference: SgNode) -> bool:
    current = wrapped_up(reference)
    parent = current.parent()
    if parent is None:
        return False
    if parent.kind() == "subscript_expression":
        index = parent.field("index")
        key = string_value(index)
        return key in PARTS if key is not None else index is not None and _is_part_name(file, index)
    parts = member(parent)
    if parts is not None:
        return parts[1] in PARTS
    if parent.kind() == "variable_declarator":
        return _takes_parts(parent)
    return _is_whole_input(workspace, file, parent, current)


def _is_part_name(file: SourceFile, index: SgNode) -> bool:
    """A parameter, or the variable of a loop over the parts."""
    plain = unwrap(index)
    return plain.kind() == "identifier" and file.bindings.resolve(plain) is not None


def _takes_parts(declarator: SgNode) -> bool:
    """`const { body, params } = req`."""
    pattern = declarator.field("name")
    if pattern is None or pattern.kind() != "object_pattern":
        return False
    names = [child.text().split(":")[0].strip() for child in named(pattern)]
    return all(name in PARTS for name in names)


def _is_whole_input(workspace: Workspace, file: SourceFile, parent: SgNode, argument: SgNode) -> bool:
    """`schema.parse(req)`, `Object.assign(req, parsed)`, `pick(req, ["body"])`."""
    call = parent.parent() if parent.kind() == "arguments" else None
    if call is None or span_of(named(parent)[0]) != span_of(argument):
        return False
    callee = call.field("function")
    parts = member(callee) if callee is not None else None
    if parts is not None and (parts[1] in PARSERS or (callee is not None and callee.text() == "Object.assign")):
        return True
    return picked(workspace, file.path, call) is not None or asked_of(workspace, file, call) is not None
