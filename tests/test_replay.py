"""Which answers count as the same as the recorded ones."""

import json

from convex_project import Answer, Json
from replay import Recorded, differences


def _found(old: Json, new: Json, *, status: int = 200) -> list[str]:
    answer = Answer(status, {"content-type": "application/json"}, json.dumps(new))
    return differences([Recorded("GET /", 200, old)], [answer])


def test_equal_answers_have_no_differences() -> None:
    assert _found({"data": [{"name": "Ged"}]}, {"data": [{"name": "Ged"}]}) == []


def test_values_keys_and_lengths_count() -> None:
    assert _found({"name": "Ged"}, {"name": "Tenar"}) == ['1. GET /: body.name: "Tenar" instead of "Ged"']
    assert _found({"name": "Ged"}, {"name": "Ged", "_id": "1"}) != []
    assert _found([1, 2], [1]) != []


def test_the_status_counts() -> None:
    (line,) = _found({}, {"error": "gone"}, status=404)
    assert line == '1. GET /: status 404 instead of 200: {"error": "gone"}'


def test_ids_may_be_others_when_they_stand_for_the_same_rows() -> None:
    old: Json = [{"id": 1, "parentId": 2}, {"id": 2, "parentId": None}]
    assert _found(old, [{"id": "001tags", "parentId": "002tags"}, {"id": "002tags", "parentId": None}]) == []
    assert _found(old, [{"id": "001tags", "parentId": "001tags"}, {"id": "002tags", "parentId": None}]) != []
    assert _found(old, [{"id": "001tags", "parentId": "003tags"}, {"id": "002tags", "parentId": None}]) != []


def test_rows_of_two_tables_may_share_a_recorded_id() -> None:
    assert _found({"id": 1, "orderId": 1}, {"id": "001items", "orderId": "001orders"}) == []


def test_times_set_by_the_app_may_differ_but_must_be_times() -> None:
    old: Json = {"createdAt": "2026-01-01T00:00:00.000Z"}
    assert _found(old, {"createdAt": "2024-01-15T09:00:00.000Z"}) == []
    assert _found(old, {"createdAt": 1705309200000}) != []
    assert _found({"publishedAt": "1968-11-01T00:00:00.000Z"}, {"publishedAt": "2024-01-15T09:00:00.000Z"}) != []
