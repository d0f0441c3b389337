"""Says what a `setTimeout` is for. Few of them are background jobs: the others must not become one."""

from __future__ import annotations

import re
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.readers.calls import call_site
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, find_all, member_path, parameters, unwrap


class TimerKind(StrEnum):
    """The uses of timers that a migration treats differently."""

    JOB = "job"
    """Work that is to be done later, on its own."""
    INTERVAL = "interval"
    """Work that is repeated."""
    SLEEP = "sleep"
    """`await new Promise((resolve) => setTimeout(resolve, ms))`: the caller waits."""
    RACE = "timeout race"
    """A promise that is settled by the timer if nothing else settles it first."""
    ABORT = "abort"
    """Ends something that takes too long: a request, a child process, the server itself."""
    REPLY = "delayed reply"
    """The answer to the request is sent by the callback."""
    RECONNECT = "reconnect or poll"
    """The surrounding function tries again."""
    MEMORY = "in-memory upkeep"
    """Forgets entries of a map or resets a variable of this process."""
    UNCLEAR = "unclear"
    """The callback could not be found."""


_ENDINGS = frozenset({"abort", "kill", "destroy", "terminate", "exit", "close", "end", "cancel", "disconnect"})
_REPLIES = frozenset({"res", "response", "reply", "resp"})
_REPLY_METHODS = frozenset({"json", "send", "status", "end", "redirect", "sendStatus", "render", "write", "sendFile"})
_AGAIN = re.compile(r"connect|retry|poll|listen|reload|restart|bootstrap|init|startServer", re.IGNORECASE)
_UPKEEP = frozenset({"delete", "clear", "remove", "unref", "clearTimeout", "clearInterval", "emit"})
_LOGGERS = re.compile(r"^(console|logger|log|winston|pino|debug)$", re.IGNORECASE)
_CALLS = ("call_expression", "new_expression")


def classify_timer(file: SourceFile, call: SgNode) -> TimerKind:
    """What a call of setTimeout, setInterval or setImmediate is for."""
    site = call_site(call)
    given = site.arguments if site is not None else ()
    if site is not None and site.name == "setInterval":
        return TimerKind.INTERVAL
    if not given:
        return TimerKind.UNCLEAR
    settles = _settled(file, call, given[0])
    if settles is not None:
        return settles
    body = _callback(file, given[0])
    if body is None:
        return TimerKind.RECONNECT if _tries_again(given[0]) else _named(given[0])
    return _by_body(file, call, body)


def _named(callback: SgNode) -> TimerKind:
    """A function that is only named: what it does is found elsewhere, unless its name ends something."""
    if callback.kind() not in ("identifier", "member_expression", "call_expression"):
        return TimerKind.UNCLEAR
    return TimerKind.ABORT if member_path(callback)[1][-1:] and _last(callback) in _ENDINGS else TimerKind.JOB


def _last(node: SgNode) -> str:
    bottom, names = member_path(node)
    return names[-1] if names else bottom.text()


def _callback(file: SourceFile, node: SgNode) -> SgNode | None:
    """The body of the callback: written in place, or a function of this file; also under `.bind(…)`."""
    if node.kind() == "call_expression":
        site = call_site(node)
        if site is None or site.method != "bind" or site.target is None:
            return None
        node = site.target
    if node.kind() in FUNCTION_KINDS:
        return node.field("body")
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    if binding is None:
        return None
    if binding.declaration.kind() in FUNCTION_KINDS:
        return binding.declaration.field("body") if not _tries_again(node) else None
    value = unwrap(binding.value) if binding.value is not None else None
    return value.field("body") if value is not None and value.kind() in FUNCTION_KINDS else None


def _tries_again(callback: SgNode) -> bool:
    return callback.kind() in ("identifier", "member_expression") and bool(_AGAIN.search(_last(callback)))


# promises


def _settled(file: SourceFile, call: SgNode, callback: SgNode) -> TimerKind | None:
    """SLEEP or RACE when the callback settles the promise in whose executor the timer is set."""
    executor = _executor(call)
    if executor is None:
        return None
    names = [parameter.name for parameter in parameters(executor)]
    used = {text for text in _called_or_passed(callback) if text in names}
    if not used:
        return None
    if len(names) > 1 and names[1] in used:
        return TimerKind.RACE
    return TimerKind.RACE if _is_raced(executor) or _settles_elsewhere(executor, call, names) else TimerKind.SLEEP


def _executor(call: SgNode) -> SgNode | None:
    """The function given to `new Promise` around a call, when no other function lies between."""
    for around in call.ancestors():
        if around.kind() not in FUNCTION_KINDS:
            continue
        parent = around.parent()
        creation = parent.parent() if parent is not None and parent.kind() == "arguments" else None
        made = creation.field("constructor") if creation is not None else None
        return around if made is not None and made.text() == "Promise" else None
    return None


def _called_or_passed(callback: SgNode) -> list[str]:
    if callback.kind() == "identifier":
        return [callback.text()]
    sites = [call_site(node) for node in find_all(callback, "call_expression")]
    return [site.function.text() for site in sites if site is not None]


def _is_raced(executor: SgNode) -> bool:
    return any(
        around.kind() == "call_expression"
        and (around.field("function") or around).text() in ("Promise.race", "Promise.any")
        for around in executor.ancestors()
    )


def _settles_elsewhere(executor: SgNode, call: SgNode, names: list[str | None]) -> bool:
    """True when code of the executor outside of the timer settles the promise as well."""
    inside = call.range()
    for node in find_all(executor, "call_expression"):
        site = call_site(node)
        outside = not inside.start.index <= node.range().start.index < inside.end.index
        if site is not None and outside and site.function.text() in names:
            return True
    return False


# callbacks


def _by_body(file: SourceFile, call: SgNode, body: SgNode) -> TimerKind:
    sites = [site for node in find_all(body, *_CALLS) if (site := call_site(node)) is not None]
    done = [site for site in sites if not _LOGGERS.match(member_path(site.function)[0].text())]
    if any(_replies(file, site.function) for site in done):
        return TimerKind.REPLY
    if any(site.name == "next" and site.target is None for site in done):
        return TimerKind.REPLY
    if _runs_enclosing(call, [site.name for site in done]):
        return TimerKind.RECONNECT
    if done and all(site.name in _ENDINGS for site in done):
        return TimerKind.ABORT
    if all(_is_upkeep(file, site.function) for site in done):
        return TimerKind.MEMORY
    if any(site.name in ("abort", "kill", "exit") for site in done):
        return TimerKind.ABORT
    return TimerKind.JOB


def _replies(file: SourceFile, function: SgNode) -> bool:
    bottom, names = member_path(_bottom(function))
    return bottom.text() in _REPLIES and bool(names) and names[0] in _REPLY_METHODS


def _bottom(function: SgNode) -> SgNode:
    """`res.status` of `res.status(200).json`."""
    node = function
    while True:
        bottom, _ = member_path(node)
        inner = bottom.field("function") if bottom.kind() == "call_expression" else None
        if inner is None:
            return node
        node = inner


def _runs_enclosing(call: SgNode, names: list[str]) -> bool:
    """True when the callback connects again or polls: its own function, under a name that says so."""
    enclosing = {_function_name(around) for around in call.ancestors() if around.kind() in FUNCTION_KINDS}
    return any(_AGAIN.search(name) and (name in enclosing or len(names) == 1) for name in names)


def _function_name(function: SgNode) -> str | None:
    name = function.field("name")
    if name is not None:
        return name.text()
    parent = function.parent()
    holder = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    return holder.text() if holder is not None else None


def _is_upkeep(file: SourceFile, function: SgNode) -> bool:
    """`cache.delete(key)`: a call on a collection that lives in this process."""
    bottom, names = member_path(function)
    if not names:
        return bottom.text() in _UPKEEP
    if names[-1] not in _UPKEEP or bottom.kind() not in ("identifier", "this"):
        return False
    binding = file.bindings.resolve(bottom) if bottom.kind() == "identifier" else None
    value = unwrap(binding.value) if binding is not None and binding.value is not None else None
    made = value.field("constructor") if value is not None else None
    return (made is not None and made.text() in ("Map", "Set", "WeakMap")) or bottom.kind() == "this"
