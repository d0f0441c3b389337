"""Applications run for real beside their migrations."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from account_app import APP, SCHEMA, SERVICE, TOKENS
from side_by_side import compare, compare_folder

ROOT = Path(__file__).parent.parent
BOOKSHOP = Path(__file__).parent / "apps" / "bookshop" / "requests.http"


def test_the_bookshop_answers_as_it_did_on_express(tmp_path: Path) -> None:
    result = compare_folder(tmp_path, ROOT / "examples" / "bookshop", BOOKSHOP.read_text(), "src/server.ts")
    assert result.differences == []
    assert result.note == "88 of 88 answers are the same"


ACCOUNTS = """
    @host = http://localhost:3000

    ###
    # @name ann
    POST {{host}}/register
    Content-Type: application/json

    { "email": "ann@shop.org", "password": "secret", "name": "Ann" }

    ### Taken
    POST {{host}}/register
    Content-Type: application/json

    { "email": "ann@shop.org", "password": "secret" }

    ###
    POST {{host}}/login
    Content-Type: application/json

    { "email": "ann@shop.org", "password": "secret" }

    ###
    POST {{host}}/login
    Content-Type: application/json

    { "email": "ann@shop.org", "password": "wrong" }

    ###
    POST {{host}}/users/{{ann.response.body.user.id}}/close
    Content-Type: application/json

    { "password": "wrong" }

    ###
    POST {{host}}/users/{{ann.response.body.user.id}}/close
    Content-Type: application/json

    { "password": "secret" }

    ###
    POST {{host}}/login
    Content-Type: application/json

    { "email": "ann@shop.org", "password": "secret" }
    """


def test_accounts_are_opened_used_and_closed_as_on_express(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed and tokens signed on both sides; the tokens hold the same claims."""
    monkeypatch.setenv("JWT_SECRET", "secret")
    files = {
        "prisma/schema.prisma": SCHEMA,
        "src/tokens.ts": TOKENS,
        "src/accounts.ts": SERVICE.replace('"bcrypt"', '"bcryptjs"'),
        "src/app.ts": APP.replace("app.listen(3000)", "app.listen(Number(process.env.PORT))"),
    }
    result = compare(tmp_path, files, dedent(ACCOUNTS))
    assert result.differences == []
    assert result.note == "7 of 7 answers are the same"
