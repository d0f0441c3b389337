"""Every kind of call of Mongoose does what Mongoose does, beside the real package on collections in memory."""

import re
from pathlib import Path

from figures import Figures
from mongoose_cases import Case, cases, files, requests
from mongoose_pipelines import pipeline_cases
from mongoose_schemas import MODELS as SCHEMAS
from mongoose_schemas import RESET as SCHEMA_RESET
from mongoose_schemas import schema_cases
from side_by_side import compare

KNOWN = {
    "User.find({ role: req.body.v })": "a list in the place of a value: any of its elements there, an error here",
    "User.findOne({ name: req.body.v })": "an operator in the place of a value: a condition there, an error here",
    'User.findOne({ name: "Zed" }).orFail()': "the message names the conditions there",
    "User.updateMany({ active: true }, { $mul: { age: 2 } })": "null is no number, which mingo multiplies all the same",
}
"""Where the migrated call differs, and how."""

KNOWN_PIPELINES = {
    '{ $count: "found" }': "mingo counts nothing as a document, MongoDB gives none",
    "$multiply": "null makes null in MongoDB, mingo takes it for 0",
    "$divide": "null makes null in MongoDB, mingo takes it for 0",
}
"""Where mingo does not do what MongoDB does."""

REFUSED = {'populate("friends", "-_id name")': "documents without their keys"}
"""What is not migrated, by a part of the call."""

REFUSED_IN_ACTIONS = {
    "const filter = {};": "conditions that are put together before the call",
    "const query = role": "conditions that are put together before the call",
}

_CASE = re.compile(r"POST /case/(\d+): (.*)", re.DOTALL)


def _compared(folder: Path, every: list[Case], in_action: bool = False) -> tuple[list[str], list[str]]:
    """Which cases are refused, and which answer otherwise."""
    found = compare(folder, files(every, in_action), requests(every), "server.js")
    refused: dict[str, None] = {}
    different: dict[str, None] = {}
    for line in found.differences:
        match = _CASE.match(line)
        assert match is not None, line
        into = refused if "status is 501" in match[2] else different
        into[every[int(match[1])].body] = None
    return list(refused), list(different)


def test_migrated_calls_do_what_mongoose_does(tmp_path: Path, figures: Figures) -> None:
    every = cases()
    refused, different = _compared(tmp_path, every)
    figures(f"{len(every)} cases of Mongoose: {len(different)} different, {len(refused)} refused")
    assert [body for body in refused if not any(part in body for part in REFUSED)] == []
    assert [body for body in different if not any(part in body for part in KNOWN)] == []
    assert len(different) <= len(KNOWN) <= len(every) / 100


def test_documents_show_themselves_as_their_schemas_say(tmp_path: Path, figures: Figures) -> None:
    every = schema_cases()
    found = compare(tmp_path, files(every, models=SCHEMAS, reset=SCHEMA_RESET), requests(every), "server.js")
    figures(f"{len(every)} cases of Mongoose's schemas: {len(found.differences)} different or refused")
    assert found.differences == []


def test_pipelines_do_what_mongodb_does(tmp_path: Path, figures: Figures) -> None:
    every = pipeline_cases()
    refused, different = _compared(tmp_path, every)
    figures(f"{len(every)} pipelines: {len(different)} different, {len(refused)} refused")
    assert refused == []
    assert [body for body in different if not any(part in body for part in KNOWN_PIPELINES)] == []


def test_so_do_calls_that_an_action_makes(tmp_path: Path) -> None:
    """Every sixth: their work crosses into internal functions, and their documents back."""
    every = [case for case in cases() if ".populate(" not in case.body][::6]
    refused, different = _compared(tmp_path, every, in_action=True)
    assert [body for body in refused if not any(part in body for part in REFUSED_IN_ACTIONS)] == []
    assert [body for body in different if not any(part in body for part in KNOWN)] == []
