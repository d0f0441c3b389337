"""Timers of the language, and the schedulers and job queues that packages bring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite, last_name
from codemods.readers.sites.timer_kinds import TimerKind, classify_timer
from codemods.readers.sites.view import FileView
from codemods.source.tree import string_value

TIMERS = frozenset({"setTimeout", "setInterval", "setImmediate"})
_GLOBALS = frozenset({"global", "globalThis", "window", "self"})
_MODULES = frozenset({"timers", "timers/promises"})


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A scheduling package: what makes a job (constructors and functions), and which methods schedule one."""

    makers: frozenset[str]
    methods: frozenset[str]


SCHEDULERS: Mapping[str, Scheduler] = {
    "node-cron": Scheduler(frozenset(), frozenset({"schedule", "createTask"})),
    "cron": Scheduler(frozenset({"CronJob"}), frozenset({"from"})),
    "croner": Scheduler(frozenset({"Cron", "default"}), frozenset()),
    "node-schedule": Scheduler(frozenset({"Job"}), frozenset({"scheduleJob"})),
    "toad-scheduler": Scheduler(frozenset(), frozenset({"addSimpleIntervalJob", "addCronJob"})),
    "bree": Scheduler(frozenset({"default", "Bree"}), frozenset()),
    "agenda": Scheduler(frozenset(), frozenset({"define", "every", "schedule", "now", "repeatEvery"})),
    "@hokify/agenda": Scheduler(frozenset(), frozenset({"define", "every", "schedule", "now", "repeatEvery"})),
    "bull": Scheduler(frozenset({"default", "Queue"}), frozenset({"add", "process"})),
    "bullmq": Scheduler(
        frozenset({"Queue", "Worker", "QueueScheduler", "FlowProducer"}), frozenset({"add", "addBulk"})
    ),
    "bee-queue": Scheduler(frozenset({"default"}), frozenset({"createJob", "process"})),
    "pg-boss": Scheduler(frozenset(), frozenset({"send", "work", "schedule", "publish", "subscribe"})),
    "graphile-worker": Scheduler(frozenset(), frozenset({"run", "addJob", "quickAddJob"})),
}
_METHODS = frozenset().union(*(scheduler.methods for scheduler in SCHEDULERS.values()))
_CRON_NAME = re.compile(r"^(cron|schedule|scheduler|nodeCron|nodeSchedule)$")
_CRON_METHODS = frozenset({"schedule", "scheduleJob"})

WORDS: tuple[str, ...] = (
    *sorted(TIMERS),
    *SCHEDULERS,
    *sorted(f".{method}" for method in _METHODS),
)
"""What a file must hold to be worth reading."""

REASONS: Mapping[TimerKind, str] = {
    TimerKind.JOB: "CX503 deferred work",
    TimerKind.INTERVAL: "CX503 repeated work",
    TimerKind.SLEEP: "CX502 the timer is a sleep",
    TimerKind.RACE: "CX502 the timer limits how long something may take",
    TimerKind.ABORT: "CX502 the timer ends something that takes too long",
    TimerKind.REPLY: "CX502 the timer delays the reply",
    TimerKind.RECONNECT: "CX502 the timer tries again to connect or polls",
    TimerKind.MEMORY: "CX502 the timer looks after state in memory",
    TimerKind.UNCLEAR: "CX502 the callback could not be read",
}


def read(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """One item for each timer that is set and each job that is scheduled."""
    schedulers = _Schedulers(view)
    for call in view.calls:
        if not call.is_new and call.name in TIMERS:
            if _is_timer(view, call):
                reason = REASONS[classify_timer(view.file, call.node)]
                yield call, view.item(ItemKind.TIMER, call.name, call.place, reason, Outcome.NEEDS_REVIEW)
        elif _is_scheduled(view, call, schedulers):
            name = _job_name(call)
            yield call, view.item(ItemKind.CRON, name, call.place, "CX503 scheduled job", Outcome.NEEDS_REVIEW)


def _is_timer(view: FileView, call: CallSite) -> bool:
    """The global function, under its own name, or Node's module of timers."""
    root = call.target if call.target is not None else call.function
    if root.kind() != "identifier":
        return False
    binding = view.file.bindings.resolve(root)
    if binding is None:
        return call.target is None or root.text() in _GLOBALS
    return binding.imported is not None and binding.imported.module.removeprefix("node:") in _MODULES


class _Schedulers:
    """Whether a file can have anything to do with scheduling packages: so most calls need no second look."""

    def __init__(self, view: FileView) -> None:
        imported = SCHEDULERS.keys() & view.workspace.imported_packages
        self.makes = any(SCHEDULERS[name].makers for name in imported)
        self.methods = _CRON_METHODS.union(*(SCHEDULERS[name].methods for name in imported))
        self.mentioned = view.depends_on(*SCHEDULERS) or any(
            f'"{name}"' in view.text or f"'{name}'" in view.text for name in SCHEDULERS
        )


def _is_scheduled(view: FileView, call: CallSite, schedulers: _Schedulers) -> bool:
    if call.target is None:
        makes = schedulers.makes and (call.is_new or call.name[:1].isupper())
        origin = view.origin(call.function) if makes else None
        scheduler = SCHEDULERS.get(origin.package) if origin is not None else None
        return scheduler is not None and origin is not None and bool(scheduler.makers & set(origin.path))
    if call.is_new:
        return call.name == "CronJob"
    if call.method not in schedulers.methods or not schedulers.mentioned:
        return False
    origin = view.receiver(call, call.target)
    if origin is not None:
        return origin.package in SCHEDULERS and call.method in SCHEDULERS[origin.package].methods
    return call.method in _CRON_METHODS and bool(_CRON_NAME.match(last_name(call.target)))


def _job_name(call: CallSite) -> str:
    """The call with its pattern or job name: `cron.schedule 0 3 * * *`, `queue.add mail`."""
    given = string_value(call.arguments[0]) if call.arguments else None
    owner = last_name(call.target) if call.target is not None else ""
    called = f"new {call.name}" if call.is_new else ".".join(part for part in (owner, call.name) if part)
    return f"{called} {given}" if given else called
