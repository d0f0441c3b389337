"""A service outside of the application, on a local port: it takes messages and tells the weather."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class FakeService:
    """What a test needs of it: its address, and the messages that it was given."""

    url: str
    messages: list[tuple[str, str]] = field(default_factory=list)
    """Body and signature of each."""


@contextmanager
def fake_service() -> Iterator[FakeService]:
    """Runs the service until the test is done with it."""
    found = FakeService("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, found))
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """`POST /messages` accepts all but those to nobody; `GET /weather/:city` knows one city."""

    def __init__(self, found: FakeService, *given: Any) -> None:
        self._found = found
        super().__init__(*given)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self._found.messages.append((body, self.headers.get("x-signature", "")))
        to = json.loads(body)["to"]
        self._answer(422 if to.startswith("nobody") else 202, {"accepted": to})

    def do_GET(self) -> None:
        known = self.path == "/weather/bern"
        self._answer(200 if known else 404, {"degrees": 12.5, "sky": ["clear"]} if known else {"error": "unknown"})

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
