"""What counts as the same answer: ids renamed one to one, moments shortly apart, tokens by their claims."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime

import pytest

from codemods.proof.replay.compare import differences
from codemods.proof.replay.play import Answer, Exchange
from codemods.proof.replay.script import Step

NOW = int(time.time())
FIRST = "0000000000000000000000010000users"[-32:]
SECOND = "0000000000000000000000010001users"[-32:]
POST = "0000000000000000000000010002posts"[-32:]


def answer(body: object, status: int = 200, media: str = "application/json", **headers: str) -> Answer:
    data = body.encode() if isinstance(body, str) and media != "application/json" else json.dumps(body).encode()
    return Answer(status, {"content-type": media, **{k.replace("_", "-"): v for k, v in headers.items()}}, data)


def compared(*pairs: tuple[Answer, Answer]) -> list[str]:
    exchanges = [Exchange(Step("GET", "/", 1), old, new) for old, new in pairs]
    return [each.where for _, found in differences(exchanges) for each in found]


def test_ids_are_renamed_one_to_one() -> None:
    old = {"id": 1, "posts": [{"id": 1, "authorId": 1}], "link": "/users/1/posts/1"}
    new = {"id": FIRST, "posts": [{"id": POST, "authorId": FIRST}], "link": f"/users/{FIRST}/posts/{POST}"}
    assert compared((answer(old), answer(new))) == []


def moment(seconds: float) -> str:
    """That many seconds from now, as JSON has it."""
    return datetime.fromtimestamp(NOW + seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


WRONG = {
    "another row": ({"a": 1, "b": 2, "c": 1}, {"a": FIRST, "b": SECOND, "c": SECOND}, ["body.c"]),
    "inside a string": ({"a": 1, "b": "u1"}, {"a": FIRST, "b": f"u{SECOND}"}, ["body.b"]),
    "text instead of a number": ({"a": 1}, {"a": "1"}, ["body.a"]),
    "a key too much": ({"a": 1}, {"a": 1, "b": 2}, ["body.b"]),
    "a key too little": ({"a": 1, "b": None}, {"a": 1}, ["body.b"]),
    "a list too short": ([1, 2], [1], ["body"]),
    "true for one": ({"a": 1}, {"a": True}, ["body.a"]),
    "a fixed date": ({"at": "2024-01-01T00:00:00.000Z"}, {"at": "2024-01-01T00:00:09.000Z"}, ["body.at"]),
    "another zone": ({"at": moment(0)}, {"at": moment(0).replace("Z", "+00:00")}, ["body.at"]),
    "a number that looks like a time": ({"isbn": 9780441007318}, {"isbn": 9780441007319}, ["body.isbn"]),
    "a name that became an id": ({"name": "Ursula"}, {"name": FIRST}, ["body.name"]),
    "another day": ({"at": "2024-01-01T00:00:00.000Z"}, {"at": "2024-01-02T00:00:00.000Z"}, ["body.at"]),
}


@pytest.mark.parametrize(("old", "new", "where"), WRONG.values(), ids=WRONG)
def test_differences_are_named_by_their_place(old: object, new: object, where: list[str]) -> None:
    assert compared((answer(old), answer(new))) == where


def token(claims: dict[str, object]) -> str:
    parts = ({"alg": "HS256"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".x"


SAME = {
    "moments": ({"at": moment(0)}, {"at": moment(3.1)}),
    "milliseconds": ({"at": NOW * 1000}, {"at": NOW * 1000 + 4000}),
    "whole numbers": ({"a": 1.0}, {"a": 1}),
    "tokens": ({"t": token({"id": 1, "iat": NOW})}, {"t": token({"id": FIRST, "iat": NOW + 2})}),
    "tokens good for a day": (
        {"t": token({"iat": int(NOW), "exp": int(NOW) + 86400})},
        {"t": token({"iat": int(NOW) + 1, "exp": int(NOW) + 86401})},
    ),
    "random ids": ({"a": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}, {"a": "00000000-8b86-d011-b42d-00c04fc964ff"}),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_what_is_the_same(old: object, new: object) -> None:
    assert compared((answer(old), answer(new))) == []


def test_a_token_that_is_good_for_longer_differs() -> None:
    old, new = (token({"iat": int(NOW), "exp": int(NOW) + seconds}) for seconds in (3600, 7200))
    assert compared((answer({"t": old}), answer({"t": new}))) == ["body.t"]


def test_a_token_of_another_user_differs() -> None:
    old, new = {"t": token({"role": "user"})}, {"t": token({"role": "admin"})}
    assert compared((answer(old), answer(new))) == ["body.t"]


def test_status_headers_and_media_type() -> None:
    assert compared((answer({}, 200), answer({}, 201))) == ["status"]
    assert compared((answer({}, location="/a"), answer({}, location="/b"))) == ["header location"]
    assert compared((answer({}, x_powered_by="Express"), answer({}))) == []
    assert compared((answer("a", media="text/html"), answer("a", media="text/plain"))) == ["media type"]


def test_cookies_may_end_seconds_apart() -> None:
    ends = "a=1; Expires=Mon, 23 Nov 2026 14:58:{} GMT; Path=/"
    assert compared((answer({}, set_cookie=ends.format("02")), answer({}, set_cookie=ends.format("03")))) == []
    other = ends.replace("14:", "15:").format("02")
    assert compared((answer({}, set_cookie=ends.format("02")), answer({}, set_cookie=other))) == ["header set-cookie"]


def test_default_pages_are_not_compared() -> None:
    page = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>Cannot GET /x</pre></body></html>"
    assert compared((answer(page, 404, "text/html"), answer("404 Not Found", 404, "text/plain"))) == []


def test_bodies_that_are_no_text_are_compared_byte_for_byte() -> None:
    old, new = (Answer(200, {"content-type": "image/png"}, data) for data in (b"\x89\xff", b"\x89\xfe"))
    assert compared((old, new)) == ["body"]
    assert compared((old, old)) == []


def test_an_empty_answer_is_no_null() -> None:
    assert compared((answer(None), Answer(200, {"content-type": "application/json"}, b""))) == ["body"]


def test_an_error_page_is_nothing_else() -> None:
    page = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>No</pre></body></html>"
    assert compared((answer(page, 500, "text/html"), answer({"secret": 1}, 500))) == ["media type"]
