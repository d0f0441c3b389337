"""Every kind of statement that is read does what the database does, through its driver."""

from pathlib import Path

import pytest
from figures import Figures
from sql_cases import cases
from sql_sides import compare_cases, listed

from codemods.ir.sql import Dialect

REFUSED = {
    Dialect.POSTGRES: {"`COUNT(*) OVER ()` of SQL": 3},
    Dialect.SQLITE: {},
}
"""How often which construct is not migrated."""


@pytest.mark.parametrize("dialect", [Dialect.POSTGRES, Dialect.SQLITE])
def test_migrated_statements_do_what_the_database_does(tmp_path: Path, figures: Figures, dialect: Dialect) -> None:
    every = cases(dialect)
    found = compare_cases(tmp_path, dialect, every, typed=True)
    figures("\n".join([dialect.value, *listed(found)]))
    assert found.type_errors == []
    assert found.different == {}
    reasons = list(found.refused.values())
    assert {reason: reasons.count(reason) for reason in reasons} == REFUSED[dialect]


@pytest.mark.parametrize("dialect", [Dialect.POSTGRES, Dialect.SQLITE])
def test_so_do_those_of_an_action(tmp_path: Path, dialect: Dialect) -> None:
    """Every fifth: their work crosses into internal functions, and their rows back."""
    every = cases(dialect)[::5]
    found = compare_cases(tmp_path, dialect, every, in_action=True)
    assert found.different == {}
    assert len(found.refused) < len(every) / 10
