"""The import header of a new module."""

import pytest
from builders import spec

from codemods.changes import ImportSpec
from codemods.changes.imports import import_lines

CASES: dict[str, tuple[list[ImportSpec], list[str]]] = {
    "names of one module are merged and sorted": (
        [spec("m", "b"), spec("m", "A"), spec("m", "b")],
        ['import { A, b } from "m";'],
    ),
    "default and names share a statement": (
        [spec("m", "x"), spec("m", "default", "M")],
        ['import M, { x } from "m";'],
    ),
    "a second default name": (
        [spec("m", "default", "M"), spec("m", "default", "N")],
        ['import M, { default as N } from "m";'],
    ),
    "a namespace stands alone": (
        [spec("./model/users", "*", "Users"), spec("./model/users", "x")],
        ['import * as Users from "./model/users";', 'import { x } from "./model/users";'],
    ),
    "a renamed name": ([spec("m", "a", "b")], ['import { a as b } from "m";']),
    "types alone": ([spec("m", "A", type_only=True)], ['import type { A } from "m";']),
    "types beside values": (
        [spec("m", "A", type_only=True), spec("m", "b")],
        ['import { type A, b } from "m";'],
    ),
    "a value outdoes a type of the same name": (
        [spec("m", "A", type_only=True), spec("m", "A")],
        ['import { A } from "m";'],
    ),
    "a default type cannot stand beside names": (
        [spec("m", "default", "M", True), spec("m", "A", type_only=True)],
        ['import type M from "m";', 'import type { A } from "m";'],
    ),
    "a default type beside values": (
        [spec("m", "default", "M", True), spec("m", "b")],
        ['import type M from "m";', 'import { b } from "m";'],
    ),
    "a type namespace": ([spec("m", "*", "M", True)], ['import type * as M from "m";']),
    "side effects come first, in their order": (
        [spec("z"), spec("m", "a"), spec("b")],
        ['import "z";', 'import "b";', 'import { a } from "m";'],
    ),
    "a side effect comes with any value import": ([spec("m"), spec("m", "a")], ['import { a } from "m";']),
    "a type import has no side effect": (
        [spec("m"), spec("m", "A", type_only=True)],
        ['import "m";', 'import type { A } from "m";'],
    ),
    "packages before relative modules": (
        [spec("./a", "a"), spec("zod", "z"), spec("../b", "b"), spec("@x/y", "y")],
        [
            'import { y } from "@x/y";',
            'import { z } from "zod";',
            'import { b } from "../b";',
            'import { a } from "./a";',
        ],
    ),
    "nothing from the module itself": ([spec("./users", "a"), spec("../convex/users.js", "b")], []),
    "itself under another name": ([spec("./users", "*", "Users")], ['import * as Users from "./users";']),
}


@pytest.mark.parametrize("name", CASES)
def test_statements(name: str) -> None:
    specs, lines = CASES[name]
    assert import_lines("convex/users.ts", specs) == lines


def test_a_long_statement_takes_a_line_a_name() -> None:
    names = [f"quiteLongExportedName{letter}" for letter in "abcde"]
    (line,) = import_lines("convex/a.ts", [spec("m", name) for name in names])
    assert line == "import {\n" + "".join(f"  {name},\n" for name in names) + '} from "m";'


def test_javascript_has_no_types_to_import() -> None:
    assert import_lines("convex/a.js", [spec("m", "A", type_only=True)]) == []


def test_quotes() -> None:
    assert import_lines("convex/a.ts", [spec("m", "a")], "'") == ["import { a } from 'm';"]
