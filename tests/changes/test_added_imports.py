"""Imports that an existing file gains and loses."""

import pytest
from builders import spec

from codemods.changes import ImportSpec
from codemods.changes.added_imports import taken_names, with_imports

PATH = "convex/users.ts"
SERVER = "./_generated/server"


def added(text: str, *specs: ImportSpec, path: str = PATH) -> str:
    return with_imports(path, text, text, specs)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('import { query } from "./_generated/server";', 'import { mutation, query } from "./_generated/server";'),
        ("import { a } from './_generated/server.js'", "import { a, mutation } from './_generated/server.js'"),
        (
            'import {\n  a,\n  z,\n} from "./_generated/server";',
            'import {\n  a,\n  mutation,\n  z,\n} from "./_generated/server";',
        ),
        (
            'import { v } from "convex/values";',
            'import { v } from "convex/values";\nimport { mutation } from "./_generated/server";',
        ),
        ("import x from 'x';", "import x from 'x';\nimport { mutation } from './_generated/server';"),
    ],
)
def test_a_name_joins_the_statement_of_its_module_or_gets_one(before: str, after: str) -> None:
    assert added(before, spec(SERVER, "mutation")) == after


def test_new_statements_stand_at_their_place_among_sorted_ones() -> None:
    before = 'import { a } from "b";\nimport { x } from "./x";\n'
    after = 'import { c } from "a";\nimport { a } from "b";\nimport { m } from "./m";\nimport { x } from "./x";\n'
    assert added(before, spec("./m", "m"), spec("a", "c")) == after


def test_a_file_without_imports_gets_them_below_its_directives() -> None:
    after = '"use node";\nimport { query } from "./_generated/server";\n\nconst a = 1;\n'
    assert added('"use node";\nconst a = 1;\n', spec(SERVER, "query")) == after


def test_line_ends_stay() -> None:
    before = "import {\r\n  a,\r\n} from 'm';\r\n"
    after = "import {\r\n  a,\r\n  b,\r\n} from 'm';\r\nimport { c } from 'n';\r\n"
    assert added(before, spec("m", "b"), spec("n", "c")) == after


def test_what_is_there_is_not_added_again() -> None:
    text = 'import { query } from "./_generated/server.js";\nimport { type Doc } from "./_generated/dataModel";\n'
    assert added(text, spec(SERVER, "query"), spec("./_generated/dataModel", "Doc", type_only=True)) == text


def test_a_type_import_becomes_one_of_a_value_where_that_is_needed() -> None:
    assert added('import { type A, b } from "m";\n', spec("m", "A")) == 'import { A, b } from "m";\n'
    assert added('import type { A, B } from "m";\n', spec("m", "A")) == 'import { A, type B } from "m";\n'


def test_types_and_values_keep_to_their_statements() -> None:
    before = 'import type { A } from "m";\n'
    assert added(before, spec("m", "B", type_only=True)) == 'import type { A, B } from "m";\n'
    assert added(before, spec("m", "b")) == 'import { type A, b } from "m";\n'


def test_a_line_that_would_get_too_long_is_broken() -> None:
    names = [f"aVeryLongNameWithNumber{number}" for number in range(4)]
    before = f"import {{ {', '.join(names[:3])} }} from 'm'\nimport {{ x }} from 'n'\n"
    lines = "".join(f"  {name},\n" for name in names)
    assert added(before, spec("m", names[3])) == f"import {{\n{lines}}} from 'm'\nimport {{ x }} from 'n'\n"


def test_imports_that_lost_their_last_use_go() -> None:
    before = (
        'import { internalQuery, query } from "./_generated/server";\nimport { z } from "z";\nimport "side";\n'
        "export const a = internalQuery(z);\nexport const b = query();\n"
    )
    after = (
        'import { query } from "./_generated/server";\nimport "side";\nexport const a = 1;\nexport const b = query();\n'
    )
    assert with_imports(PATH, before, before.replace("internalQuery(z)", "1"), ()) == after


def test_imports_that_were_never_used_are_none_of_our_business() -> None:
    text = 'import { unused } from "m";\nexport const a = 1;\n'
    assert with_imports(PATH, text, text.replace("1", "2"), ()) == text.replace("1", "2")


def test_a_name_that_means_something_else_is_taken() -> None:
    text = 'import { v } from "valibot";\nconst query = 1;\n'
    taken = taken_names(PATH, text, [spec("convex/values", "v"), spec(SERVER, "query"), spec(SERVER, "mutation")])
    assert [one.reason for one in taken] == [
        "v means something else in convex/users.ts",
        "query means something else in convex/users.ts",
    ]
