"""Uploads on their way to the edge: what multer is told of files, and where it keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.planner.facts import PieceUse, Style
from codemods.planner.pieces import declaration_piece
from codemods.readers.express.folders import folder_of
from codemods.readers.express.follow import ValueNode, value_of
from codemods.readers.express.twins import DISK, MULTER, twin_call
from codemods.source import (
    FUNCTION_KINDS,
    Edit,
    Span,
    arguments,
    enclosing,
    find_all,
    member,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.workspace import External, Workspace
from codemods.writers.edge.ported import Helper, Ported, references, untyped, whole_line
from codemods.writers.edge.steps import give_context

_CODE = "CX702"
_DISK_MODULES = frozenset({"fs", "fs/promises", "fs-extra", "mkdirp"})
_MAKES_FOLDER = frozenset({"mkdir", "mkdirSync", "ensureDir", "ensureDirSync", "mkdirp", "mkdirpSync", "mkdirs"})
_ASKS = frozenset({"existsSync"})


def port_storage(workspace: Workspace, ported: Ported, value: SgNode) -> bool:
    """`storage: multer.diskStorage({ … })`, perhaps behind a name; False for the memory, which needs no word."""
    path = ported.file.path
    found = value_of(workspace, path, value) or ValueNode(path, value)
    target = workspace.callee(found.file, found.node) if found.node.kind() in _CALLS else None
    if isinstance(target, External) and (target.module, target.path[-1:]) == (MULTER, ("memoryStorage",)):
        return False
    made = twin_call(workspace, found.file, found.node)
    if made is None or made.function != DISK:
        by = f"`{target.module}`" if isinstance(target, External) else f"`{value.text()}`"
        ported.problem(_CODE, f"keeps its files by {by}, which is not carried over", value)
    elif made.node != value and not _use(workspace, ported, value, found):
        ported.problem(_CODE, f"keeps its files by `{value.text()}`, which cannot be read", value)
    return True


_CALLS = ("call_expression", "new_expression")


def port_upload(workspace: Workspace, ported: Ported, call: SgNode) -> None:
    """`upload.single("photo")`: the upload has a name, or is made in place."""
    callee = call.field("function") or call
    holder = member(callee)
    upload = unwrap(holder[0]) if holder is not None else call
    if upload.kind() == "call_expression":
        return
    found = value_of(workspace, ported.file.path, upload)
    made = twin_call(workspace, found.file, found.node) if found is not None else None
    if found is None or made is None or made.function != MULTER or not _use(workspace, ported, upload, found):
        ported.problem(_CODE, f"takes files by `{upload.text()}`, which cannot be read", call)
        return
    ported.own.append(span_of(callee))


def port_options(workspace: Workspace, ported: Ported, options: SgNode) -> bool:
    """`multer(options)`, whose options are a constant of a module; False where they are not."""
    found = value_of(workspace, ported.file.path, options)
    return found is not None and found.node.kind() == "object" and _use(workspace, ported, options, found, MULTER)


def _use(workspace: Workspace, ported: Ported, reference: SgNode, value: ValueNode, options: str = "") -> bool:
    """Take a constant of a module by its own name; False where there is none."""
    declarator = value.node.parent()
    name = declarator.field("name") if declarator is not None else None
    if declarator is None or name is None or enclosing(declarator, FUNCTION_KINDS) is not None:
        return False
    piece = declaration_piece(workspace.source(value.file), declarator, name.text())
    if piece is None:
        return False
    ported.helpers.append(Helper(piece, 0, twin=True, options=options))
    ported.uses.append(PieceUse(piece.key, span_of(reference), name.text(), Style.DIRECT, None))
    if reference.kind() == "member_expression":
        ported.edits.append(Edit.replace(span_of(reference), name.text()))
    return True


def port_file_function(workspace: Workspace, ported: Ported, function: SgNode) -> None:
    """`(req, file, cb) => …` as `(c, file, cb) => …`, whose types the library knows."""
    given = parameters(function)
    ported.framework |= {one.name for one in given[:1] if one.name is not None}
    if given:
        give_context(workspace, ported, function, 0, "has a function for its files that", typed=False)
    for one in given[1:]:
        untyped(ported, one.node.field("type"))
    untyped(ported, function.field("return_type"))


def port_place(workspace: Workspace, ported: Ported, function: SgNode) -> None:
    """A function that chooses the folder of a file, which is there as soon as the file is."""
    port_file_function(workspace, ported, function)
    gone = [span for statement in _makers(workspace, ported, function) for span in [span_of(statement)]]
    for reference in references(ported.file, function, 2):
        call = reference.parent()
        given = arguments(call) if call is not None and call.kind() == "call_expression" else []
        if len(given) == 2 and string_value(unwrap(given[1])) is None:
            folder = folder_of(workspace, ported.file.path, given[1])
            if folder is not None:
                ported.edits.append(Edit.replace(span_of(given[1]), _quoted(ported, folder)))
                gone.append(span_of(given[1]))
    gone += _unused(function, ported, gone)
    for span in gone:
        if not any(edit.span == span for edit in ported.edits):
            ported.edits.append(Edit.delete(whole_line(ported.file, span)))


def port_folder(workspace: Workspace, ported: Ported, value: SgNode) -> str | None:
    """A path on the disk as it can be written, below the application's folder."""
    if string_value(value) is not None:
        return value.text()
    folder = folder_of(workspace, ported.file.path, value)
    if folder is None:
        ported.problem(_CODE, f"keeps its files in `{value.text()}`, which cannot be read", value)
    return _quoted(ported, folder) if folder is not None else None


def _quoted(ported: Ported, text: str) -> str:
    quote = "'" if ported.file.text.count("'") > ported.file.text.count('"') else '"'
    return f"{quote}{text}{quote}"


def _makers(workspace: Workspace, ported: Ported, function: SgNode) -> Iterator[SgNode]:
    """The statements that only make a folder: `if (!fs.existsSync(dir)) fs.mkdirSync(dir, { recursive: true });`."""
    for statement in find_all(function, "expression_statement", "if_statement"):
        above = statement.parent()
        outer = above.parent() if above is not None and above.kind() == "statement_block" else above
        if outer is not None and outer.kind() == "if_statement" and _only_makes(workspace, ported, outer):
            continue
        if _only_makes(workspace, ported, statement):
            yield statement


def _only_makes(workspace: Workspace, ported: Ported, statement: SgNode) -> bool:
    if statement.kind() == "expression_statement":
        return _of_disk(workspace, ported, unwrap(named(statement)[0], awaited=True), _MAKES_FOLDER)
    body, condition = statement.field("consequence"), statement.field("condition")
    if statement.kind() != "if_statement" or body is None or condition is None or statement.field("alternative"):
        return False
    test = unwrap(condition)
    asked = test.field("argument") if test.kind() == "unary_expression" else None
    inner = named(body) if body.kind() == "statement_block" else [body]
    return (
        asked is not None
        and _of_disk(workspace, ported, unwrap(asked), _ASKS)
        and all(_only_makes(workspace, ported, one) for one in inner)
    )


def _of_disk(workspace: Workspace, ported: Ported, call: SgNode, names: frozenset[str]) -> bool:
    target = workspace.callee(ported.file.path, call) if call.kind() == "call_expression" else None
    if not isinstance(target, External) or target.module.removeprefix("node:") not in _DISK_MODULES:
        return False
    has_callback = any(one.kind() in ("arrow_function", "function_expression") for one in arguments(call))
    return (target.path[-1] if target.path else target.module) in names and not has_callback


def _unused(function: SgNode, ported: Ported, gone: list[Span]) -> list[Span]:
    """Declarations in the function that only served what is gone."""
    found = []
    for declaration in find_all(function, "lexical_declaration"):
        declarators = named(declaration)
        name = declarators[0].field("name") if len(declarators) == 1 else None
        binding = ported.file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
        uses = [span_of(one) for one in binding.references] if binding is not None else []
        if uses and all(any(span.holds(use) for span in gone) for use in uses):
            found.append(span_of(declaration))
    return found
