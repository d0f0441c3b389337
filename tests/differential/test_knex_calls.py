"""Statements of Knex give what Knex itself gives, over PostgreSQL and SQLite."""

from pathlib import Path

import pytest
from figures import Figures
from sql_sides import FOLDER, Case, Library, compare_cases, listed

from codemods.ir.sql import Dialect
from codemods.readers.knex import find_queries

_DRIVERS = {Dialect.POSTGRES: "pg", Dialect.SQLITE: "better-sqlite3"}


def _cases(dialect: Dialect) -> list[Case]:
    names = ["knex", f"knex_{dialect}"]
    lines = [line for name in names for line in (FOLDER / "cases" / f"{name}.txt").read_text().splitlines() if line]
    return [Case(f"call{number}", line) for number, line in enumerate(lines)]


@pytest.mark.parametrize("dialect", [Dialect.POSTGRES, Dialect.SQLITE])
def test_migrated_statements_do_what_knex_does(tmp_path: Path, figures: Figures, dialect: Dialect) -> None:
    client = f'import knex from "knex";\n\nconst db = knex({{ client: "{_DRIVERS[dialect]}" }});\n\n'
    library = Library("knex", client, find_queries)
    found = compare_cases(tmp_path, dialect, _cases(dialect), typed=True, library=library)
    figures("\n".join([f"knex {dialect.value}", *listed(found)]))
    assert found.type_errors == []
    assert found.different == {}
    assert found.refused == {}
