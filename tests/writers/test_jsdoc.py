"""Types in the comments of JavaScript, after what they name stayed behind."""

import pytest

from codemods.writers.jsdoc import carried_docs


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/** @param {User} user */\nconst f = (user) => user;", "/** @param {any} user */\nconst f = (user) => user;"),
        ("/** @type {Map<string, moment.Moment>} */\nlet a;", "/** @type {Map<string, moment.Moment>} */\nlet a;"),
        ("/** @param {Array<moment.Moment>} a */\nf;", "/** @param {Array<moment.Moment>} a */\nf;"),
        ("/** @param {Sequelize.Op} a */\nf;", "/** @param {any} a */\nf;"),
        ("/** @throws {ApiError} */\nf;", "/** @throws {ApiError} */\nf;"),
        ("/** @param {Job} a */\nclass Job {}", "/** @param {Job} a */\nclass Job {}"),
        (
            "/** @typedef {{a: User}} Row */\n/** @param {Row} a */\nf;",
            "/** @typedef {{a: User}} Row */\n/** @param {Row} a */\nf;",
        ),
        (
            "/**\n * Sign.\n * @returns {string} the token\n */\nexport const sign = async () => 1;",
            "/**\n * Sign.\n * @returns {Promise<string>} the token\n */\nexport const sign = async () => 1;",
        ),
        ("/** @returns {User} */\nasync function f() {}", "/** @returns {Promise<any>} */\nasync function f() {}"),
        ("/** @returns {string} */\nfunction f() {}", "/** @returns {string} */\nfunction f() {}"),
        ("// {User}\n/* @param {User} a */\nf;", "// {User}\n/* @param {User} a */\nf;"),
    ],
)
def test_comments_name_types_that_exist_where_they_stand(source: str, expected: str) -> None:
    assert carried_docs(source, ["ApiError"]) == expected
