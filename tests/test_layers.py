"""The architecture: one-way imports between layers, one place that prints, one place that writes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS = (
    "outcome",
    "source",
    "workspace",
    "ir",
    "readers",
    "planner",
    "writers",
    "rules",
    "changes",
    "migrate",
    "proof",
    "report",
    "cli",
)
"""Top to bottom: a layer imports itself and the layers before it."""

IR_IMPORTS = ("codemods.ir", "codemods.outcome", "codemods.source.span")
WRITING_LAYERS = frozenset({"changes", "proof", "cli"})
WRITING_METHODS = frozenset(
    {"write_text", "write_bytes", "unlink", "rmdir", "mkdir", "touch", "rename", "symlink_to", "rmtree"}
)

MODULES = tuple(sorted(path for package in ("codemods", "cli") for path in (ROOT / package).rglob("*.py")))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _layer(module: str) -> str | None:
    package, *rest = module.split(".")
    if package == "cli":
        return "cli"
    return rest[0] if package == "codemods" and rest else None


def _package(path: Path) -> list[str]:
    return list(path.relative_to(ROOT).parent.parts)


def _imported(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, lazy ones included; a relative import by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = _package(path)
            start = package[: len(package) - node.level + 1] if node.level else []
            base = [*start, *(node.module.split(".") if node.module else [])]
            if base == ["codemods"]:
                yield from ((node.lineno, f"codemods.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, ".".join(base)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_layer_imports_only_layers_above_it(path: Path) -> None:
    layer = _layer(_name(path))
    if layer is None:
        return
    below = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = [
        f"{_place(path, line)}: {layer} imports {module}, which lies below it"
        for line, module in _imported(path, _tree(path))
        if _layer(module) in below
    ]
    assert wrong == []


def test_every_module_belongs_to_a_layer() -> None:
    assert {_layer(_name(path)) for path in MODULES} <= {*LAYERS, None}


def test_the_ir_knows_no_source_trees() -> None:
    wrong = [
        f"{_place(path, line)}: imports {module}"
        for path in MODULES
        if _layer(_name(path)) == "ir"
        for line, module in _imported(path, _tree(path))
        if module.startswith("codemods.") and not module.startswith(IR_IMPORTS)
    ]
    assert wrong == []


def _prints(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="print")):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
            return True
        case ast.Import(names=names):
            return any(alias.name == "click" for alias in names)
        case ast.ImportFrom(module=module):
            return module == "click"
        case _:
            return False


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in WRITING_METHODS
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str(mode)), *_]):
            return any(letter in mode for letter in "wax+")
        case _:
            return False


def test_only_the_command_line_prints() -> None:
    wrong = [
        _place(path, getattr(node, "lineno", 0))
        for path in MODULES
        if _layer(_name(path)) != "cli"
        for node in ast.walk(_tree(path))
        if _prints(node)
    ]
    assert wrong == []


def test_only_the_change_set_and_the_proof_write_files() -> None:
    wrong = [
        _place(path, getattr(node, "lineno", 0))
        for path in MODULES
        if _layer(_name(path)) not in WRITING_LAYERS
        for node in ast.walk(_tree(path))
        if _writes(node)
    ]
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    wrong = [
        _place(path, 1)
        for path in MODULES
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(_tree(path))
    ]
    assert wrong == []
