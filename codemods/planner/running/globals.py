"""Uses of globals: what Convex and Node have, the environment, and timers that are background jobs."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.planner.facts import Effect, Replaced, Timer
from codemods.planner.member_chains import member_chain, outer_name
from codemods.planner.pieces import CONSTANTS, is_in_function
from codemods.planner.places_of_use import call_of
from codemods.planner.problems import Problem
from codemods.planner.running.npm import ACTING, Nature
from codemods.planner.running.outside import act
from codemods.planner.running.runtimes import GLOBALS
from codemods.planner.scan import Scan
from codemods.planner.settings.environment import Environment
from codemods.readers.sites.timer_kinds import TimerKind, classify_timer
from codemods.source import SourceFile, arguments, find_all, member, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS

_CLOCKS = frozenset({"Date", "Math", "crypto", "performance"})
_CHANCE = frozenset({"random", "randomUUID", "getRandomValues"})

_WAITED_FOR = frozenset({TimerKind.SLEEP, TimerKind.RACE, TimerKind.ABORT})

_REFUSED: dict[Nature, tuple[str, str]] = {
    Nature.SERVER: ("CX501", "uses `{chain}`"),
    Nature.ERASED: ("CX502", "uses {name}"),
    Nature.UNKNOWN: ("CX201", "uses the global `{name}`"),
}
"""Why a global cannot stay: code and words."""


class Globals:
    """Reads what one piece takes from the runtime."""

    def __init__(self, scan: Scan, is_job: Callable[[SourceFile, SgNode], bool]) -> None:
        self._scan, self._is_job = scan, is_job
        self._environment = Environment(scan)

    def use(self, name: str) -> None:
        for node in self._identifiers(name) if name in _CLOCKS else ():
            if _tells_time(node):
                self._asks(node)
        nature = GLOBALS.get(name, Nature.UNKNOWN)
        if nature is Nature.PURE or name in self._scan.own_parameters:
            return
        for node in self._identifiers(name):
            if self._scan.is_erased(node) or _is_exported_to(node):
                continue
            if name == "Express" and self._file_type(node):
                continue
            if name == "setTimeout" and (self._timer(node) or self._limit(node)):
                continue
            if name == "process" and self._environment.use(node):
                continue
            if name == "process" and _tells_of_itself(node):
                act(self._scan, Nature.NODE, f"process.{_after(node)}", node)
                continue
            if nature in ACTING:
                act(self._scan, nature, name, node)
                continue
            code, words = _REFUSED[nature]
            self._scan.problem(node, code, words.format(name=name, chain=outer_name(node)))

    def _file_type(self, node: SgNode) -> bool:
        """`Express.Multer.File`: what an upload hands on."""
        above = node.parent()
        whole = above.parent() if above is not None else None
        if whole is None or whole.text() != "Express.Multer.File":
            return False
        self._scan.facts.replaced.append(Replaced(span_of(whole), "UploadedFile", "errors"))
        return True

    def _asks(self, node: SgNode) -> None:
        """A function asks anew each time; a constant has asked when the server started, and Convex asks at the push.

        The time of the push stands for that of the start; chance has to differ from server to server.
        """
        chain = member_chain(node)
        parent = node.parent()
        is_made = parent is not None and parent.kind() == "new_expression"
        asks_now = is_made or call_of(chain[min(1, len(chain) - 1)]) is not None
        started = asks_now and self._scan.facts.piece.kind in CONSTANTS and not is_in_function(node, self._scan.node)
        name = self._scan.facts.piece.name
        if not started:
            self._scan.facts.effects.add(Effect.CLOCK)
        elif node.text() == "Date":
            text = f"`{name}` is the time of the push, no longer that of the server's start"
            self._scan.facts.notes.append(Problem("CX104", text, self._scan.file.place(node)))
        else:
            self._scan.problem(node, "CX104", f"`{name}` is what `{outer_name(node)}` was when the server started")

    def _identifiers(self, name: str) -> list[SgNode]:
        found = find_all(self._scan.node, "identifier", "type_identifier", "shorthand_property_identifier")
        return [node for node in found if node.text() == name and self._scan.file.bindings.resolve(node) is None]

    def _timer(self, node: SgNode) -> bool:
        call = call_of(node)
        if call is None or not self._is_job(self._scan.file, call):
            return False
        given = arguments(call)
        callback = unwrap(given[0]) if given else None
        statement = call.parent()
        if callback is None or callback.kind() not in FUNCTION_KINDS or statement is None:
            return False
        if statement.kind() != "expression_statement":
            return False
        delay = span_of(given[1]) if len(given) > 1 else None
        self._scan.facts.timers.append(Timer(span_of(call), span_of(callback), delay))
        self._scan.facts.effects.add(Effect.SCHEDULES)
        return True

    def _limit(self, node: SgNode) -> bool:
        """A sleep, a race against time, an abort: an action may wait."""
        call = call_of(node)
        if call is None or classify_timer(self._scan.file, call) not in _WAITED_FOR:
            return False
        self._scan.facts.limits.append(span_of(call))
        act(self._scan, Nature.OUTSIDE, "setTimeout", node)
        return True


_OF_THE_PROCESS = frozenset(
    "arch cpuUsage hrtime memoryUsage pid platform release resourceUsage uptime version versions".split()
)
"""What Node tells of the process that answers, whichever it is."""


def _tells_of_itself(node: SgNode) -> bool:
    """`process.uptime()`, `process.version`: whoever answers tells of itself, which on Convex is an action on Node."""
    return _after(node) in _OF_THE_PROCESS


def _after(node: SgNode) -> str:
    chain = member_chain(node)
    parts = member(chain[1]) if len(chain) > 1 else None
    return parts[1] if parts is not None else ""


def _tells_time(node: SgNode) -> bool:
    """`new Date()`, `Date.now()`, `Math.random()`: not a date that is made of something."""
    parent = node.parent()
    if parent is not None and parent.kind() == "new_expression":
        return not arguments(parent)
    chain = member_chain(node)
    parts = member(chain[1]) if len(chain) > 1 else None
    if node.text() in ("Math", "crypto"):
        return parts is not None and parts[1] in _CHANCE
    return call_of(node) is not None or (parts is not None and parts[1] == "now")


def _is_exported_to(node: SgNode) -> bool:
    """`module.exports = …`: the left side of an assignment that becomes an export."""
    top = member_chain(node)[-1]
    parent = top.parent()
    left = parent.field("left") if parent is not None and parent.kind() == "assignment_expression" else None
    return node.text() in ("module", "exports") and left is not None and span_of(left) == span_of(top)
