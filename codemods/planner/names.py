"""Uses of names: functions, namespaces and declarations of the repository, and members of `this`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.planner.constants import Constant, changes, constant_of, field_of, is_getter, is_shared_state
from codemods.planner.errors import extends_error
from codemods.planner.facts import PackageUse, PieceUse, Replaced, Style
from codemods.planner.instances import makes_values
from codemods.planner.member_chains import bound_to, member_chain
from codemods.planner.pieces import (
    CONSTANTS,
    PieceKind,
    declaration_piece,
    field_piece,
    function_piece,
    nested_statement,
    own_this,
)
from codemods.planner.places_of_use import call_of
from codemods.planner.problems import Problem
from codemods.planner.running.memory import is_filled_once
from codemods.planner.running.packages import Packages, is_logger
from codemods.planner.scan import Scan
from codemods.planner.settings.configured import configured_secret
from codemods.planner.settings.secret_reads import left_out
from codemods.planner.settings.secrets import defaulted_secret
from codemods.planner.settings.written_secrets import written_secrets
from codemods.planner.stored.drizzle_types import inferred, names_listed, table_of
from codemods.planner.stored.entities import new_entity
from codemods.planner.stored.keys_as_text import is_document_type
from codemods.planner.types import declared_type, type_of
from codemods.readers.zod.constants import Constants
from codemods.source import Binding, BindingKind, find_all, member, span_of
from codemods.workspace import Asset, Declared, External, FunctionRef, InFile, InPackage, Missing, Unknown

_OF_FUNCTIONS = frozenset({"bind", "call", "apply"})
"""Methods of functions themselves."""


class Names:
    """Reads what one piece refers to."""

    def __init__(self, scan: Scan, packages: Packages) -> None:
        self._scan, self._packages = scan, packages

    def use(self, binding: Binding, reference: SgNode) -> None:
        if self._scan.starts_query(reference):
            return
        if binding.imported is not None:
            target = self._scan.workspace.resolve_import(self._scan.file.path, binding.imported.module)
            if isinstance(target, Asset) and target.path.endswith(".json"):
                whole = binding.imported.style == "require" and binding.imported.imported == "*"
                imported = "default" if whole else binding.imported.imported
                self._scan.facts.packages.append(PackageUse(f"file:{target.path}", imported, binding.name, False))
            elif isinstance(target, Asset):
                self._scan.problem(reference, "CX105", f"imports the file `{binding.imported.module}`")
            elif isinstance(target, Missing):
                self._scan.problem(reference, "CX105", f"imports `{binding.imported.module}`, which was not found")
            elif isinstance(target, InFile):
                self._repository(binding, reference)
            else:
                self._packages.use(binding, reference, target.module if isinstance(target, InPackage) else None)
            return
        if binding.is_top_level or self._is_of_function(binding, reference):
            self._repository(binding, reference)
        else:
            around = binding.declaration.parent()
            is_generic = around is not None and around.kind() == "type_parameters"
            text = f"uses `{binding.name}` of the {'class' if is_generic else 'function'} around it"
            self._scan.problem(reference, "CX105", text)

    def _is_of_function(self, binding: Binding, reference: SgNode) -> bool:
        """Can a name of the function around the piece leave it: a function, or the only constant of that name?"""
        workspace, path = self._scan.workspace, self._scan.file.path
        if any(isinstance(workspace.function_of(path, each), FunctionRef) for each in member_chain(reference)):
            return True
        if binding.kind is not BindingKind.CONST or nested_statement(binding.declaration) is None:
            return False
        everything = self._scan.file.bindings.declared_in(self._scan.file.root)
        return sum(one.name == binding.name for one in everything) == 1

    def _repository(self, binding: Binding, reference: SgNode) -> None:
        """A name of this repository: a function, a namespace of functions, or a declaration."""
        found = inferred(self._scan.workspace, self._scan.schema, self._scan.file, reference)
        if found is not None:
            self._scan.facts.replaced.append(found)
            return
        table = table_of(self._scan.workspace, self._scan.schema, self._scan.file, reference)
        if table is not None:
            self._scan.problem(reference, "CX301", f"uses the table {table.name} apart from calls that are understood")
            return
        listed = names_listed(self._scan.workspace, self._scan.schema, self._scan.file, reference)
        if listed is not None:
            self._scan.facts.replaced.append(listed)
            return
        made = new_entity(self._scan.workspace, self._scan.file, reference)
        if made is not None:
            self._scan.facts.replaced.append(made)
            return
        if reference.kind() == "type_identifier":
            known = type_of(self._scan.workspace, self._scan.file.path, binding)
            if known is None:
                self._scan.problem(reference, "CX105", f"uses the type `{reference.text()}`, which cannot be followed")
            elif is_document_type(self._scan.workspace.source(known.file), declared_type(known).node, reference):
                self._scan.facts.replaced.append(Replaced(span_of(reference), "any"))
            else:
                self._declared(declared_type(known), reference)
            return
        for expression in reversed(member_chain(reference)):
            parts = member(expression)
            if parts is not None and parts[1] in _OF_FUNCTIONS:
                continue
            if parts is not None and self._values_of_enum(expression, parts[1]):
                return
            target = self._scan.workspace.function_of(self._scan.file.path, expression)
            if isinstance(target, FunctionRef):
                self._function_use(target, expression, reference, direct=span_of(expression) == span_of(reference))
                return
            if isinstance(target, External) and is_logger(target.module):
                self._packages.logger(reference, expression)
                return
            field = field_of(self._scan.workspace, self._scan.file.path, expression)
            if field is not None:
                self._field(field, reference.text(), Style.NAMESPACE)
                return
            if self._reads_getter(expression):
                return
        self._declaration_use(reference, binding)

    def _values_of_enum(self, expression: SgNode, name: str) -> bool:
        """`roles.enumValues` of Drizzle's `pgEnum` is written out: the enum itself stays with the database."""
        if name != "enumValues" or any(node.kind() == "type_query" for node in expression.ancestors()):
            return False
        values = Constants(self._scan.workspace, Schema()).of(self._scan.file, expression)
        if values is None:
            return False
        self._scan.facts.replaced.append(Replaced(span_of(expression), f"[{', '.join(values)}]"))
        return True

    def _function_use(self, target: FunctionRef, expression: SgNode, reference: SgNode, direct: bool) -> None:
        owner = target.owner_class
        if owner is not None and (extends_error(self._scan.workspace, target.file, owner) or makes_values(target)):
            self._declaration_use(reference, self._scan.file.bindings.resolve(reference))
            return
        file = self._scan.workspace.source(target.file)
        piece = function_piece(file, target.node)
        if piece is None and any(each.kind() == "internal_module" for each in target.node.ancestors()):
            self._declaration_use(reference, self._scan.file.bindings.resolve(reference))
            return
        if piece is None or piece.kind is PieceKind.INLINE:
            self._scan.problem(
                expression, "CX105", f"calls `{expression.text()}`, which is made inside another function"
            )
            return
        self._scan.know(piece)
        call = call_of(expression)
        bound = bound_to(expression)
        if bound is not None:
            self._scan.erase(span_of(bound))
        style = Style.DIRECT if direct else Style.NAMESPACE
        self._scan.facts.uses.append(
            PieceUse(
                piece.key, span_of(expression), reference.text(), style, span_of(call) if call is not None else None
            )
        )

    def _declaration_use(self, reference: SgNode, binding: Binding | None) -> None:
        meaning = self._scan.workspace.meaning_of(self._scan.file.path, reference)
        if isinstance(meaning, External):
            if is_logger(meaning.module):
                self._packages.logger(reference, reference)
                return
            own = binding is not None and binding.imported is None
            if not self._packages.external(meaning.module, reference, f"`{reference.text()}`"):
                return
            if not own and len(meaning.path) == 1 and binding is not None:
                self._packages.bring(meaning.module, meaning.path[0], binding.name)
                return
        found = constant_of(self._scan.workspace, self._scan.file.path, reference)
        if found is not None:
            self._constant(found, reference)
            return
        if isinstance(meaning, Declared) and meaning.name == "*":
            self._scan.problem(reference, "CX105", f"passes the module `{reference.text()}` on as a value")
            return
        reason = meaning.reason if isinstance(meaning, Unknown) else "it cannot be followed"
        self._scan.problem(reference, "CX201", f"uses `{reference.text()}`: {reason}")

    def _constant(self, found: Constant, reference: SgNode) -> None:
        if found.is_field:
            self._field(found, reference.text(), Style.NAMESPACE)
        else:
            style = Style.DIRECT if span_of(found.expression) == span_of(reference) else Style.NAMESPACE
            self._declared(found.declared, found.expression, style)

    def _declared(self, meaning: Declared, reference: SgNode, style: Style = Style.DIRECT) -> None:
        workspace, binding = self._scan.workspace, meaning.binding
        if self._secret(meaning, reference):
            return
        declared = binding.declaration if binding is not None else meaning.node
        piece = declaration_piece(workspace.source(meaning.file), declared, meaning.name)
        if piece is None:
            self._scan.problem(reference, "CX105", f"uses `{reference.text()}`, which is made inside another statement")
            return
        changes_later = binding is not None and binding.reassigned and not is_filled_once(binding)
        if changes_later or (binding is not None and is_shared_state(workspace, meaning.file, binding)):
            self._scan.problem(reference, "CX104", f"`{reference.text()}` is state in the memory of the server")
            return
        type_only = reference.kind() == "type_identifier"
        name = binding.name if binding is not None else ""
        self._scan.know(piece)
        self._scan.facts.uses.append(
            PieceUse(piece.key, span_of(reference), reference.text(), style, None, type_only, name)
        )

    def _secret(self, meaning: Declared, reference: SgNode) -> bool:
        """A constant for a secret that has a literal behind it: code that uses it asks for the variable itself."""
        workspace, binding = self._scan.workspace, meaning.binding
        file = workspace.source(meaning.file)
        written = written_secrets(workspace).of_constant(meaning)
        name = defaulted_secret(file, binding) or configured_secret(workspace, file, binding) if binding else None
        name = name or written
        runs_early = self._scan.facts.piece.kind in CONSTANTS
        if name is None or runs_early or any(node.kind() == "type_query" for node in reference.ancestors()):
            return False
        self._scan.facts.variables.add(name)
        key = reference.text() if reference.kind() == "shorthand_property_identifier" else None
        self._scan.facts.replaced.append(Replaced(span_of(reference), name, "secret", key))
        if written is not None:
            self._scan.facts.notes.append(left_out(self._scan, reference, name))
            return True
        text = f"the literal behind the secret `{name}` is left out: unset, it is an error"
        self._scan.facts.notes.append(Problem("CX803", text, self._scan.file.place(reference)))
        return True

    def _field(self, found: Constant, local: str, style: Style) -> None:
        declared, workspace = found.declared, self._scan.workspace
        piece = field_piece(workspace.source(declared.file), declared.node, declared.name)
        if piece is None or changes(workspace, declared):
            text = f"`{found.expression.text()}` is state in the memory of the server"
            self._scan.problem(found.expression, "CX104", text)
            return
        self._scan.know(piece)
        self._scan.facts.uses.append(PieceUse(piece.key, span_of(found.expression), local, style, None))

    def _reads_getter(self, expression: SgNode) -> bool:
        if not is_getter(self._scan.workspace, self._scan.file.path, expression):
            return False
        self._scan.problem(expression, "CX105", f"reads the getter `{expression.text()}`: make it a method")
        return True

    def this(self) -> None:
        if self._scan.facts.piece.kind is PieceKind.DECLARATION:
            return  # a class that moves as a whole keeps its own `this`
        if self._makes_instances():
            return
        for node in find_all(self._scan.node, "this", "super"):
            if self._scan.is_erased(node):
                continue
            if not self._scan.starts_query(node) and own_this(self._scan.node, node):
                self._this_use(node)

    def _makes_instances(self) -> bool:
        """`function Note(row) { this.text = row.text; }`, which is only called by `new Note(row)`, and does no more."""
        node, file = self._scan.node, self._scan.file
        if node.kind() != "function_declaration" or find_all(node, "call_expression", "super"):
            return False
        name = node.field("name")
        binding = file.bindings.resolve(name) if name is not None else None
        sites = self._scan.workspace.calls_of(file.path, node)
        is_plain = binding is not None and not any(_is_read_of(use) for use in binding.references)
        return is_plain and bool(sites) and all(site.call.kind() == "new_expression" for site in sites or ())

    def _this_use(self, node: SgNode) -> None:
        for expression in reversed(member_chain(node)):
            target = self._scan.workspace.function_of(self._scan.file.path, expression)
            if isinstance(target, FunctionRef):
                piece = function_piece(self._scan.workspace.source(target.file), target.node)
                if piece is None or piece.kind is PieceKind.INLINE:
                    break
                self._scan.know(piece)
                call = call_of(expression)
                parts = member(expression)
                holder = member(parts[0]) if parts is not None else None
                local = holder[1] if holder is not None else ""
                self._scan.facts.uses.append(
                    PieceUse(piece.key, span_of(expression), local, Style.THIS, span_of(call) if call else None)
                )
                return
            if isinstance(target, External) and is_logger(target.module):
                self._packages.logger(node, expression)
                return
            field = field_of(self._scan.workspace, self._scan.file.path, expression)
            if field is not None:
                self._field(field, "", Style.THIS)
                return
            if self._reads_getter(expression):
                return
        self._scan.problem(node, "CX206", f"uses `{member_chain(node)[-1].text()}`")


def _is_read_of(reference: SgNode) -> bool:
    """`Note.prototype`: more is added to it elsewhere."""
    above = reference.parent()
    return above is not None and above.kind() in ("member_expression", "subscript_expression")
