"""Calls of TypeORM's repositories and entities give what TypeORM itself gives, over PostgreSQL."""

from pathlib import Path

from figures import Figures
from sql_sides import FOLDER, Case, Library, compare_cases, listed

from codemods.ir.sql import Dialect
from codemods.readers.typeorm import find_queries


def test_migrated_calls_do_what_typeorm_does(tmp_path: Path, figures: Figures) -> None:
    lines = (FOLDER / "cases" / "typeorm.txt").read_text(encoding="utf-8").splitlines()
    cases = [Case(f"call{number}", line) for number, line in enumerate(lines)]
    client = (FOLDER / "cases" / "typeorm_entities.ts").read_text(encoding="utf-8")
    library = Library("typeorm", client, find_queries)
    found = compare_cases(tmp_path, Dialect.POSTGRES, cases, typed=True, library=library)
    figures("\n".join(listed(found)))
    assert found.type_errors == []
    assert found.different == {}
    assert found.refused == {}
