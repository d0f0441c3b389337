"""Sequelize's models and calls as they are read."""

from collections.abc import Callable

import pytest
from repositories import Repository
from sequelize_app import DATABASE, MODELS, PACKAGE

from codemods.ir.query import Query
from codemods.ir.table import Schema
from codemods.readers.sequelize import find_queries, read_models

HEAD = 'const { Op } = require("sequelize");\nconst { User, Post, Tag } = require("./models");\n'


@pytest.fixture
def tables(repository: Repository) -> Callable[[str], Schema]:
    """The tables of the text of `models.js`."""

    def read(text: str) -> Schema:
        return read_models(repository({"package.json": PACKAGE, "database.js": DATABASE, "models.js": text})).schema

    return read


@pytest.fixture
def query(repository: Repository) -> Callable[[str], Query]:
    """The last call in a function that gets `given` and `user`."""

    def read(body: str) -> Query:
        text = f"{HEAD}\nasync function f(given) {{\n  {body}\n}}\nmodule.exports = f;\n"
        files = {"package.json": PACKAGE, "database.js": DATABASE, "models.js": MODELS, "app.js": text}
        workspace = repository(files)
        read_ = read_models(workspace)
        return find_queries(workspace, "app.js", read_.schema, read_.models)[-1]

    return read
