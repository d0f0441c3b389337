"""Mongoose schemas and calls as they are read."""

from collections.abc import Callable

import pytest
from repositories import Repository

from codemods.ir.query import Query
from codemods.ir.table import Table
from codemods.readers.mongoose import find_queries, read_models

PACKAGE = '{"name": "app", "dependencies": {"express": "4", "mongoose": "8"}}'

USER = """
const mongoose = require("mongoose");

const userSchema = new mongoose.Schema({
  name: String,
  email: { type: String, required: true, unique: true },
  password: { type: String, select: false },
  friends: [{ type: mongoose.Schema.Types.ObjectId, ref: "User" }],
  addresses: [{ city: String }],
});

module.exports = mongoose.model("User", userSchema);
"""


@pytest.fixture
def table(repository: Repository) -> Callable[..., Table]:
    """The table of a schema that an expression makes; `before` and `after` are statements around it."""

    def read(definition: str, options: str = "{}", before: str = "", after: str = "") -> Table:
        text = f"""
import mongoose, {{ Schema }} from "mongoose";
{before}
const schema = new Schema({definition}, {options});
{after}
export const Thing = mongoose.model("Thing", schema);
"""
        workspace = repository({"package.json": PACKAGE, "src/thing.js": text})
        return read_models(workspace).schema.tables[0]

    return read


@pytest.fixture
def query(repository: Repository) -> Callable[[str], Query]:
    """The only call in a function that gets `req` and `values`."""

    def read(body: str) -> Query:
        text = f'const User = require("./user");\nexports.f = async (req, values) => {{\n  {body}\n}};\n'
        workspace = repository({"package.json": PACKAGE, "src/user.js": USER, "src/app.js": text})
        (found,) = find_queries(workspace, "src/app.js", read_models(workspace).schema)
        return found

    return read
