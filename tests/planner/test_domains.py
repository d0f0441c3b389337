"""Names of files and functions, from the paths of sources and routes."""

from __future__ import annotations

import pytest

from codemods.planner.domains import camel, domain_of, full_stem, function_name, singular


@pytest.mark.parametrize(
    ("path", "domain"),
    [
        ("src/users.ts", "users"),
        ("src/users.routes.ts", "users"),
        ("src/users/index.ts", "users"),
        ("src/api/v1/bookController.ts", "book"),
        ("src/routes/order-items.ts", "orderItems"),
        ("src/services/user.service.js", "user"),
        ("src/app.ts", "app"),
        ("src/modules/services/service.routes.ts", "service"),
        ("src/modules/index.ts", "app"),
        ("server/index.js", "app"),
    ],
)
def test_a_file_is_about_what_its_name_says_besides_its_layer(path: str, domain: str) -> None:
    assert domain_of(path) == domain


def test_the_whole_stem_tells_files_of_one_domain_apart() -> None:
    assert full_stem("src/book.routes.ts") == "bookRoutes"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/users", "listUsers"),
        ("GET", "/api/v1/users", "listUsers"),
        ("GET", "/users/:id", "getUser"),
        ("POST", "/users", "createUser"),
        ("PUT", "/users/:id", "updateUser"),
        ("PATCH", "/users/:id", "updateUser"),
        ("DELETE", "/users/:id", "deleteUser"),
        ("GET", "/users/:id/posts", "listUserPosts"),
        ("POST", "/orders/:id/cancel", "cancelOrder"),
        ("GET", "/status", "getStatus"),
        ("GET", "/", "getRoot"),
        ("GET", "/:id", "getById"),
        ("GET", None, "getRoot"),
    ],
)
def test_a_route_without_a_name_is_named_after_what_it_does(method: str, path: str | None, name: str) -> None:
    assert function_name(method, path) == name


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("books", "book"),
        ("categories", "category"),
        ("boxes", "box"),
        ("status", "status"),
        ("statuses", "status"),
        ("houses", "house"),
        ("class", "class"),
    ],
)
def test_singulars(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_characters_that_no_module_may_have_separate_words() -> None:
    assert camel("user-profile.page") == "userProfilePage"
