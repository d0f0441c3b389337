"""The application as it is on Convex, or as a migration would make it, served from memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from codemods.changes import Options, settle
from codemods.changes.changeset import FileChange
from codemods.migrate import plan
from codemods.proof.bench import NoProject, bench
from codemods.proof.node import OLDEST, Node, NodeError, find_node
from codemods.proof.serve import Served, served
from codemods.proof.stages import CHECKS
from codemods.proof.words import Stage
from codemods.rules.project import find_projects
from codemods.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Preview:
    """Where the preview answers. `is_plan` says that it shows what a migration would write; `ended` is set when the
    server ends by itself."""

    url: str
    is_plan: bool
    ended: Event


@contextmanager
def previewed(
    root: Path,
    port: int,
    may_install: bool,
    on_request: Callable[[Served], None],
    on_output: Callable[[str], None],
) -> Iterator[Preview]:
    """Serve until the block ends. Raises NoProject, InstallError and NodeError."""
    executable = find_node()
    if executable is None:
        raise NodeError(f"Node {OLDEST} or newer is not installed")
    changes = _planned(root)
    with bench(root.resolve(), changes, may_install) as made:
        missing = made.missing(CHECKS[Stage.LOAD].needs or ())
        if missing:
            raise NodeError(f"{', '.join(missing)} not installed: run npm install, or pass --install")
        node = Node(executable, made.home, made.temporary)
        failed = CHECKS[Stage.CODEGEN].run(made, node, Options()).evidence
        if failed:
            raise NodeError(failed[0].message)
        ended = Event()
        with served(made, node, port, on_request, on_output, ended.set) as url:
            yield Preview(url, bool(changes), ended)


def _planned(root: Path) -> tuple[FileChange, ...]:
    """What a migration would write, where there is no Convex project yet."""
    if find_projects(Workspace.open(root)):
        return ()
    files = settle(plan(root, Options())).files
    if not files:
        raise NoProject("there is neither a Convex project nor an Express application that could become one")
    return files
