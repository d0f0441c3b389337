"""The Express applications under `tests/apps`, and which of their routes stay behind for now.

Each is written in a style of its own, as real back ends are; its `requests.http` asks every route for every answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

APPS = Path(__file__).parent / "apps"


@dataclass(frozen=True, slots=True)
class SampleApp:
    """One application.

    `left` has a line for each route that is not migrated, with the reason. `unlike` are the differences of the replay
    beside the 501 of those routes: each is in the documentation's table of what the edge does otherwise.
    """

    name: str
    entry: str
    left: str = ""
    unlike: tuple[str, ...] = ()

    @property
    def refused(self) -> list[str]:
        return sorted(line.strip() for line in self.left.strip().splitlines())

    @property
    def root(self) -> Path:
        return APPS / self.name

    @property
    def requests(self) -> str:
        return (self.root / "requests.http").read_text(encoding="utf-8")


CLASSES = SampleApp("classes", "src/server.ts")
"""Controllers, services and repositories as classes, put together by hand."""

ANSWERS = SampleApp(
    "answers",
    "src/server.ts",
    left="""
    GET /documents/buffer: CX501 uses `Buffer.from`
    GET /documents/bytes: CX501 uses `Buffer.from`
    GET /documents/written: CX203 streams its reply
    GET /session: CX205 hands all cookies on
    GET /statuses/after: CX207 goes on after its reply
    HEAD /statuses/computed: CX704 HEAD routes are not carried over
    OPTIONS /statuses/computed: CX704 OPTIONS routes are not carried over
    POST /letters/draft: CX203 hands the response on
    """,
    unlike=(
        "HEAD /statuses/computed: status is 404 , was 200 ",
        "OPTIONS /statuses/computed: status is 404 404 Not Found, was 204 ",
    ),
)
"""Every way to answer: statuses, headers, cookies, redirects, texts, bytes, errors."""

SAMPLE_APPS = (CLASSES, ANSWERS)
