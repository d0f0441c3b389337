"""Says what a `setTimeout` is for. Few of them are background jobs: the others must not become one."""

from __future__ import annotations

import re
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.readers.calls import call_site
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, WRITES, find_all, member_path, named, parameters, unwrap


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
_AGAIN = re.compile(r"connect|retry|poll(?!l)|reload|restart|bootstrap|create\w*(client|pool)", re.IGNORECASE)
_UPKEEP = frozenset({"delete", "clear", "remove", "unref", "clearTimeout", "clearInterval", "emit"})
_LOGGERS = re.compile(r"^(console|logger|log|winston|pino|debug)$", re.IGNORECASE)
_CALLS = ("call_expression", "new_expression")
_FORCED = frozenset({"abort", "kill", "exit"})


def classify_timer(file: SourceFile, call: SgNode) -> TimerKind:
    """What a call of setTimeout, setInterval or setImmediate is for."""
    site = call_site(call)
    given = site.arguments if site is not None else ()
    if site is not None and site.name == "setInterval":
        return TimerKind.INTERVAL
    if not given:
        return TimerKind.UNCLEAR
    executor = _executor(call)
    if executor is not None:
        return _settling(executor, call, given[0])
    if given[0].kind() in FUNCTION_KINDS:
        return _by_body(file, call, given[0])
    return _by_name(file, call, given)


def _by_name(file: SourceFile, call: SgNode, given: tuple[SgNode, ...]) -> TimerKind:
    """A callback that is only named, also under `.bind(…)`."""
    callback, passed = given[0], len(given) - 2
    bound = call_site(callback)
    if bound is not None and bound.method == "bind" and bound.target is not None:
        callback, passed = bound.target, len(bound.arguments) - 1
    if callback.kind() not in ("identifier", "member_expression"):
        return TimerKind.UNCLEAR
    if _last(callback) in _ENDINGS and callback.kind() == "member_expression":
        return TimerKind.ABORT
    if _is_again(call, _last(callback), passed):
        return TimerKind.RECONNECT
    function = _function_of(file, callback)
    return _by_body(file, call, function) if function is not None else TimerKind.JOB


def _last(node: SgNode) -> str:
    bottom, names = member_path(node)
    return names[-1] if names else bottom.text()


def _function_of(file: SourceFile, node: SgNode) -> SgNode | None:
    """The function of this file that an identifier names."""
    binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
    if binding is None:
        return None
    value = unwrap(binding.value) if binding.value is not None else binding.declaration
    return value if value.kind() in FUNCTION_KINDS else None


def _is_again(call: SgNode, name: str, passed: int) -> bool:
    """True for a function that tries to connect again, and for one around the timer that runs itself again without
    arguments; with arguments it is a job that puts itself off."""
    if _AGAIN.search(name):
        return True
    enclosing = {_function_name(around) for around in call.ancestors() if around.kind() in FUNCTION_KINDS}
    return name in enclosing and passed <= 0


# promises


def _settling(executor: SgNode, call: SgNode, callback: SgNode) -> TimerKind:
    """SLEEP when the timer alone settles the promise in whose executor it is set, else RACE."""
    names = [parameter.name for parameter in parameters(executor)]
    used = {text for text in _called_or_passed(callback) if text in names}
    if used != {names[0] if names else None}:
        return TimerKind.RACE
    raced = _is_raced(executor) or _settles_elsewhere(executor, call, names)
    return TimerKind.RACE if raced else TimerKind.SLEEP


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
    """True when code of the executor outside of the timer may settle the promise as well."""
    inside, body = span_of(call), executor.field("body") or executor
    used = [node for node in find_all(body, "identifier") if node.text() in names]
    return any(not inside.holds(span_of(node)) for node in used)


# callbacks


def _by_body(file: SourceFile, call: SgNode, function: SgNode) -> TimerKind:
    body = function.field("body") or function
    sites = [site for node in find_all(body, *_CALLS) if (site := call_site(node)) is not None]
    done = [site for site in sites if not _LOGGERS.match(member_path(site.function)[0].text())]
    if _touches_reply(file, body) or any(site.name == "next" and site.target is None for site in done):
        return TimerKind.REPLY
    if "reconnect" in body.text().lower():
        return TimerKind.RECONNECT
    if len(done) == 1 and _is_again(call, done[0].name, len(done[0].arguments)):
        return TimerKind.RECONNECT
    if (done and all(site.name in _ENDINGS for site in done)) or any(site.name in _FORCED for site in done):
        return TimerKind.ABORT
    if _only_throws(body):
        return TimerKind.ABORT
    if not done:
        return TimerKind.MEMORY if find_all(body, *WRITES) else TimerKind.UNCLEAR
    return TimerKind.MEMORY if all(_is_upkeep(file, site.function) for site in done) else TimerKind.JOB


def _only_throws(body: SgNode) -> bool:
    statements = named(body)
    return bool(statements) and all(statement.kind() == "throw_statement" for statement in statements)


def _touches_reply(file: SourceFile, body: SgNode) -> bool:
    """True when the callback uses the response, or a method that was taken off it."""
    for name in find_all(body, "identifier", "shorthand_property_identifier"):
        binding = file.bindings.resolve(name)
        if binding is not None and span_of(body).start <= binding.start < span_of(body).end:
            continue
        if name.text() in _REPLIES:
            return True
        value = unwrap(binding.value) if binding is not None and binding.value is not None else None
        if value is not None and _bottom_name(value) in _REPLIES:
            return True
    return False


def _bottom_name(node: SgNode) -> str:
    """`res` of `res.status(200).json`, also of `res.json.bind(res)`; "" when a call is made with anything else."""
    bottom, _ = member_path(node)
    site = call_site(bottom)
    if site is not None and site.method == "bind":
        return _bottom_name(site.function)
    return bottom.text() if bottom.kind() == "identifier" else ""


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
