"""The migrated application, served on loopback by the in-memory backend."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from codemods.proof.bench import Bench
from codemods.proof.node import SCRIPTS, Node, NodeError

_SECONDS = 10
_LAST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Served:
    """One answered request."""

    method: str
    url: str
    status: int
    milliseconds: int


def _ignore(said: object) -> None:
    """For those who do not listen."""


@contextmanager
def served(
    bench: Bench,
    node: Node,
    port: int = 0,
    on_request: Callable[[Served], None] = _ignore,
    on_output: Callable[[str], None] = _ignore,
    on_end: Callable[[], object] = lambda: None,
) -> Iterator[str]:
    """The URL at which the project answers until the block ends. Port 0 is any free one. Raises NodeError.

    `on_request` hears of every answer, `on_output` gets the lines that functions print, `on_end` is
    called when the server ends.
    """
    command = [str(node.executable), "--no-warnings", "--import", str(SCRIPTS / "resolve.mjs"),
               str(SCRIPTS / "preview.mjs"), bench.functions, str(port)]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=bench.home, env=node.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    words: list[str] = []
    threads = [threading.Thread(target=_listen, args=(process.stderr, _both(words, on_output)), daemon=True)]
    threads[0].start()
    try:
        first = _parsed(process.stdout.readline())
        if "port" not in first:
            raise NodeError(str(first.get("failure") or "".join(words)[-_LAST_WORDS:] or "the server did not start"))
        arguments = (process.stdout, _requests(on_request), on_end)
        threads.append(threading.Thread(target=_listen, args=arguments, daemon=True))
        threads[-1].start()
        yield f"http://127.0.0.1:{first['port']}"
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for thread in threads:
            thread.join(timeout=_SECONDS)
        process.stdout.close()
        process.stderr.close()


def _listen(stream: IO[str], hear: Callable[[str], None], end: Callable[[], object] = lambda: None) -> None:
    for line in stream:
        hear(line)
    end()


def _both(words: list[str], on_output: Callable[[str], None]) -> Callable[[str], None]:
    def hear(line: str) -> None:
        words.append(line)
        on_output(line.rstrip("\n"))

    return hear


def _requests(on_request: Callable[[Served], None]) -> Callable[[str], None]:
    def hear(line: str) -> None:
        said = _parsed(line)
        if "method" in said:
            on_request(
                Served(str(said["method"]), str(said["url"]), int(str(said["status"])), int(str(said["milliseconds"])))
            )

    return hear


def _parsed(line: str) -> dict[str, object]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
