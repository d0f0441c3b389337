"""Work that runs beside the rest: in a second process where that pays, else when its result is asked for."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Aside(Generic[T]):
    """A computation whose result can be pickled. It sees the state of its start, and what it changes is lost."""

    def __init__(self, work: Callable[[], T], in_process: bool = False) -> None:
        """`in_process`: start a second process at once, if the system can fork one."""
        self._work = work
        self._known: list[T] = []
        self._child = _Child(work) if in_process and _can_fork() else None

    def result(self) -> T:
        """The result; the first call waits for it."""
        if not self._known:
            answer = self._child.answer() if self._child is not None else None
            self._known.append(pickle.loads(answer) if answer else self._work())
        return self._known[0]


def _can_fork() -> bool:
    """A process with several threads cannot be forked safely."""
    return hasattr(os, "fork") and threading.active_count() == 1


class _Child:
    """A forked process that writes its pickled result to a pipe, or nothing when it fails."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _run(work, writer)
        os.close(writer)

    def answer(self) -> bytes:
        """What the process wrote before it ended well; empty when it did not."""
        with os.fdopen(self._reader, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        return data if status == 0 else b""


def _run(work: Callable[[], object], writer: int) -> None:
    """Never returns: the process must not go on with what its parent is doing. The parent does failed work again."""
    status = 1
    try:
        data = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with suppress(BrokenPipeError), os.fdopen(writer, "wb") as pipe:
            pipe.write(data)
        status = 0
    finally:
        os._exit(status)
