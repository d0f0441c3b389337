"""Names that Convex accepts."""

import re

import pytest

from codemods.ir.nouns import plural_of
from codemods.ir.table import Field, FieldType, Schema, Table
from codemods.outcome import Place
from codemods.writers.names import (
    camel,
    field_name,
    function_name,
    identifier,
    index_name,
    is_field_name,
    schema_names,
)

VALID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def schema(*names: str, fields: tuple[str, ...] = ()) -> Schema:
    columns = tuple(Field(name, FieldType.STRING) for name in ("id", *fields))
    return Schema(tuple(Table(name, columns, (), ("id",), True, (), (), Place("s.prisma")) for name in names))


@pytest.mark.parametrize(
    ("model", "table", "row"),
    [
        ("User", "users", "user"),
        ("Category", "categories", "category"),
        ("TaskAssignment", "taskAssignments", "taskAssignment"),
        ("order_item", "orderItems", "orderItem"),
        ("Address", "addresses", "address"),
        ("Status", "statuses", "status"),
        ("Person", "people", "person"),
        ("Users", "users", "users"),
        ("Media", "media", "media"),
        ("Day", "days", "day"),
        ("APIKey", "apiKeys", "apiKey"),
        ("Class", "classes", "class_"),
    ],
)
def test_tables_are_camel_case_plurals_of_their_models(model: str, table: str, row: str) -> None:
    names = schema_names(schema(model)).of(model)
    assert (names.table, names.row) == (table, row)


def test_tables_of_one_name_are_told_apart() -> None:
    names = schema_names(schema("User", "Users", "user"))
    assert [names.of(model).table for model in ("User", "Users", "user")] == ["users", "users2", "users3"]
    assert [names.of(model).mapper for model in ("User", "Users", "user")] == ["toUser", "toUsers", "toUser2"]


@pytest.mark.parametrize("model", ["日本", "Größe", "_", "9lives", "X" * 90])
def test_every_table_has_a_name_that_convex_takes(model: str) -> None:
    names = schema_names(schema(model)).of(model)
    assert VALID.fullmatch(names.table)
    assert VALID.fullmatch(names.row)


def test_types_do_not_hide_those_of_the_language() -> None:
    assert schema_names(schema("Date")).of("Date").type == "Date2"


def test_fields_that_convex_refuses_are_renamed() -> None:
    names = schema_names(schema("User", fields=("first-name", "firstName", "_hidden", "été", "ok_1")))
    assert dict(names.of("User").fields) == {
        "first-name": "firstName",
        "firstName": "firstName2",
        "_hidden": "hidden",
        "été": "ete",
        "ok_1": "ok_1",
    }
    assert [rename.field for rename in names.renames] == ["first-name", "firstName", "_hidden", "été"]


@pytest.mark.parametrize(
    ("given", "name"), [("getUser", "getUser"), ("delete", "delete_"), ("get-user", "getUser"), ("2fa", "n2Fa")]
)
def test_functions_are_identifiers(given: str, name: str) -> None:
    assert function_name(given) == name


def test_taken_names_get_a_number_within_the_limit() -> None:
    assert function_name("list", {"list", "list2"}) == "list3"
    assert identifier("new", "value") == "new_"
    long = "x" * 64
    assert len(field_name(long, {long})) == 64


def test_indexes_are_named_for_their_fields() -> None:
    assert index_name(["email"]) == "by_email"
    assert index_name(["code", "teamId"]) == "by_code_and_teamId"
    assert index_name(["id"]) == "by_id_"
    assert VALID.fullmatch(index_name(["a" * 40, "b" * 40]))
    assert index_name(["a" * 40, "b" * 40]) != index_name(["a" * 40, "c" * 40])


@pytest.mark.parametrize(("name", "valid"), [("a", True), ("_a", True), ("__", False), ("a-b", False), ("é", False)])
def test_which_keys_validators_take(name: str, valid: bool) -> None:
    assert is_field_name(name) is valid


def test_camel_case() -> None:
    assert camel("HTTPServer error") == "httpServerError"
    assert camel("--") == ""


@pytest.mark.parametrize(
    ("word", "plural"), [("box", "boxes"), ("analysis", "analyses"), ("news", "news"), ("boy", "boys")]
)
def test_plurals(word: str, plural: str) -> None:
    assert plural_of(word) == plural
