"""Request scripts: what is read from `.http` files and OpenAPI documents, and what is said of other files."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from codemods.proof.replay import BadScript, Script, Step, read_script

HTTP = """
    @host = http://localhost:3000
    @path = books

    ### List
    GET {{host}}/{{path}}
        ?page=2
        &limit=1
    Accept: application/json

    ### Add
    # @name added
    # @wait 0.5
    POST http://other.example/books?x=1 HTTP/1.1
    Content-Type: application/json
    # a comment

    {
      "title": "A {{path}}"
    }

    > {%
      client.global.set("id", response.body.data[0].id);
    %}

    ###
    // nothing here

    ###
    DELETE {{host}}/books/{{id}}
    """


def script(folder: Path, text: str, name: str = "requests.http") -> Script:
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return read_script(path)


def test_an_http_file(tmp_path: Path) -> None:
    found = script(tmp_path, HTTP)
    assert found.variables == {"host": "http://localhost:3000", "path": "books"}
    assert found.steps == (
        Step("GET", "/books?page=2&limit=1", 6, "List", headers={"Accept": "application/json"}),
        Step(
            "POST",
            "/books?x=1",
            14,
            "Add",
            "added",
            {"Content-Type": "application/json"},
            '{\n  "title": "A {{path}}"\n}',
            {"id": "data[0].id"},
            0.5,
        ),
        Step("DELETE", "/books/{{id}}", 30),
    )


TARGETS = {
    "http://localhost:3000/api/books?x=1": "/api/books?x=1",
    "{{base}}/books": "/api/v1/books",
    "{{host}}books": "/books",
    "{{elsewhere}}/books/{{x.response.body.id}}": "/books/{{x.response.body.id}}",
    "localhost:3000/books": "/books",
    "{{elsewhere}}:3000/books": "/books",
    "/books": "/books",
    "http://localhost:3000": "/",
}


@pytest.mark.parametrize(("url", "target"), TARGETS.items())
def test_both_applications_get_path_and_query(tmp_path: Path, url: str, target: str) -> None:
    head = "@base = http://localhost:3000/api/v1\n@host = http://localhost/\n\n"
    assert script(tmp_path, f"{head}GET {url}\n").steps[0].target == target


BAD = {
    "a body elsewhere": ("POST /x\n\n< ./body.json\n", "bodies from other files are not understood"),
    "no request": ("# nothing\n", "holds no request"),
    "no method": ("FETCH /x\n", "requests.http:1: this is no request line: FETCH /x"),
    "no header": ("GET /x\nAccept application/json\n", "requests.http:2: this is no header: Accept application/json"),
    "no number": ("# @wait soon\nGET /x\n", "requests.http:2: `@wait` takes a number of seconds"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_what_is_no_http_file_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadScript, match=r"requests\.http") as raised:
        script(tmp_path, text)
    assert message in str(raised.value)


DOCUMENT = {
    "openapi": "3.0.0",
    "servers": [{"url": "https://api.example/v1/"}],
    "paths": {
        "/books/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {"summary": "One book", "parameters": [{"name": "full", "in": "query", "example": True}]},
            "put": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}},
                }
            },
        },
        "/search": {"get": {"parameters": [{"name": "q", "in": "query", "required": True}]}},
        "/books": {
            "post": {
                "requestBody": {"content": {"application/json": {"examples": {"one": {"value": {"title": "B"}}}}}},
                "parameters": [{"name": "x-tenant", "in": "header", "schema": {"enum": ["a", "b"]}}],
            }
        },
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"example": "a b"}}},
        "schemas": {
            "Book": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"example": "A"}, "price": {"default": 3}, "note": {"type": "string"}},
            }
        },
    },
}


def test_an_openapi_document(tmp_path: Path) -> None:
    found = script(tmp_path, json.dumps(DOCUMENT, indent=1), "api.json")
    json_type = {"Content-Type": "application/json"}
    assert [(step.method, step.target, step.title, dict(step.headers), step.body) for step in found.steps] == [
        ("GET", "/v1/books/a%20b?full=true", "One book", {}, None),
        ("PUT", "/v1/books/a%20b", "", json_type, '{"title": "A", "price": 3}'),
        ("POST", "/v1/books", "", {"x-tenant": "a", **json_type}, '{"title": "B"}'),
    ]


@pytest.mark.parametrize("text", ["openapi: 3", "openapi: [", "openapi: 3\npaths: {}\n"])
def test_a_document_without_requests(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadScript, match=r"api\.yaml"):
        script(tmp_path, text, "api.yaml")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="cannot be read"):
        read_script(tmp_path / "missing.http")


ODD = {
    "a date": ("paths:\n  /a:\n    post:\n      requestBody:\n        content:\n          application/json:\n"
               "            example: { day: 2024-01-01 }\n", '{"day": "2024-01-01"}'),
    "a list of paths": ("paths:\n  /a:\n    get:\n      parameters: [{ in: path, example: 1 }]\n", None),
    "servers as a map": ("servers: { url: /v1 }\npaths:\n  /a:\n    get: {}\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "body"), ODD.values(), ids=ODD)
def test_a_document_with_odd_values(tmp_path: Path, text: str, body: str | None) -> None:
    """Either it is read, or the message names the file: never a defect of ours."""
    if body is None:
        with pytest.raises(BadScript, match=r"api\.yaml is not built as"):
            script(tmp_path, f"openapi: 3.0.0\n{text}", "api.yaml")
    else:
        assert script(tmp_path, f"openapi: 3.0.0\n{text}", "api.yaml").steps[0].body == body
