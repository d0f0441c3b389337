"""Calls that only write to the log: of the console, of logging packages, and of the application's own loggers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.passing import METHODS, writes_own
from codemods.readers.loggers import LOGGERS
from codemods.readers.reporters import reports
from codemods.source import SourceFile, arguments, find_all, member, member_path, named, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, WRITES
from codemods.workspace import External, FunctionRef, Global, Workspace

FORMATTERS = frozenset({"ansi-colors", "chalk", "cli-color", "colorette", "colors", "debug", "kleur", "picocolors"})
"""Packages that colour what is logged, or log it under a name."""

_TOOLS = frozenset("crypto date-fns dayjs luxon moment nanoid os path url util uuid".split())
"""Packages that log lines and the paths of log files are made with, and that change nothing."""
_DISK = frozenset({"fs", "fs-extra", "fs/promises"})
_LISTENERS = frozenset({"on-finished", "stream", "stream/promises"})
_APPENDS = frozenset({"appendFile", "appendFileSync"})
_PREPARES = frozenset({"access", "accessSync", "ensureDir", "ensureDirSync", "existsSync", "mkdir", "mkdirSync"})
"""What is done so that there is a file to log to."""

_DEPTH = 4
_HEADER = re.compile(r"[A-Za-z]+(-[A-Za-z]+)*")
_PLAIN = METHODS | {"push"}
"""Methods of values that a logger formats its lines with."""
_PURE = frozenset(
    "Array Boolean Date Error JSON Map Math Number Object RegExp Set String console performance process".split()
)
"""Globals of which a logger may use everything."""


@dataclass(frozen=True, slots=True)
class LogCalls:
    """Tells loggers by what they do."""

    workspace: Workspace

    def logs(self, file: SourceFile, call: SgNode, depth: int = 0) -> bool:
        """Does a call do nothing but to write to the log?"""
        callee = bare(call.field("function"))
        if callee is None or depth > _DEPTH:
            return False
        root = member_path(callee)[0]
        if root.text() == "console" and file.bindings.resolve(root) is None:
            return True
        target = self.workspace.callee(file.path, call)
        if isinstance(target, External) and _module(target) in _LISTENERS:
            return self._logs_at_the_end(file, arguments(call), depth)
        if isinstance(target, External):
            return target.module.split("/")[0] in LOGGERS | FORMATTERS or _appends(target) or reports(target)
        if not isinstance(target, FunctionRef):
            return False
        return self.only_logs(self.workspace.source(target.file), target.node, depth)

    def fills_file(self, file: SourceFile, function: SgNode) -> bool:
        """Does a function do nothing but to add lines to a file, and to say so on the console? Nobody asks it back."""
        given = [
            unwrap(value, awaited=True) for each in find_all(function, "return_statement") for value in named(each)
        ]
        if any(value.kind() != "call_expression" or not self.logs(file, value) for value in given):
            return False
        targets = (self.workspace.callee(file.path, call) for call in find_all(function, "call_expression"))
        appends = any(isinstance(target, External) and _appends(target) for target in targets)
        return appends and self.only_logs(file, function)

    def _logs_at_the_end(self, file: SourceFile, given: list[SgNode], depth: int) -> bool:
        """`finished(res, () => { … })`, which logs when a request has been answered."""
        callback = given[1] if len(given) == 2 else None
        return callback is not None and callback.kind() in FUNCTION_KINDS and self.only_logs(file, callback, depth)

    def only_formats(self, file: SourceFile, values: list[SgNode]) -> bool:
        """Do the values change nothing while they are put together?"""
        if any(find_all(value, "await_expression", "new_expression", *WRITES) for value in values):
            return False
        return all(self._formats(file, call) for value in values for call in find_all(value, "call_expression"))

    def only_logs(self, file: SourceFile, function: SgNode, depth: int = 0) -> bool:
        """Everything that the function does is to format and to log, and it logs at all."""
        if find_all(function, "throw_statement", "yield_expression", "update_expression") or not writes_own(function):
            return False
        awaited = (unwrap(named(node)[0]) for node in find_all(function, "await_expression"))
        if any(node.kind() != "call_expression" for node in awaited):
            return False
        calls = find_all(function, "call_expression")
        logged = [self.logs(file, call, depth + 1) for call in calls]
        plain = (was_log or self._formats(file, call) for call, was_log in zip(calls, logged, strict=True))
        made = (node.field("constructor") for node in find_all(function, "new_expression"))
        return any(logged) and all(plain) and all(maker is not None and maker.text() in _PURE for maker in made)

    def _formats(self, file: SourceFile, call: SgNode) -> bool:
        callee = bare(call.field("function"))
        if callee is None:
            return False
        root = member_path(callee)[0]
        if root.kind() == "identifier" and file.bindings.resolve(root) is None:
            return root.text() in _PURE
        target = self.workspace.callee(file.path, call)
        if isinstance(target, External) and (_module(target) in _TOOLS or _on_disk(target, _PREPARES)):
            return True
        if isinstance(target, Global):
            return True
        parts = member(callee)
        return parts is not None and (parts[1] in _PLAIN or _reads_header(file, parts, call))


def _module(target: External) -> str:
    return target.module.removeprefix("node:")


def _appends(target: External) -> bool:
    """`fs.appendFile(…)`, and `stream.write(…)` of `fs.createWriteStream(…)`."""
    return _on_disk(target, _APPENDS) or (
        _module(target) in _DISK and target.path[-3:] == ("createWriteStream", "()", "write")
    )


def _on_disk(target: External, names: frozenset[str]) -> bool:
    return _module(target) in _DISK and bool(target.path) and target.path[-1] in names


def _reads_header(file: SourceFile, parts: tuple[SgNode, str], call: SgNode) -> bool:
    """`req.get("User-Agent")` of a parameter."""
    receiver = file.bindings.resolve(parts[0]) if parts[0].kind() == "identifier" else None
    given = [string_value(argument) for argument in arguments(call)]
    is_header = len(given) == 1 and given[0] is not None and _HEADER.fullmatch(given[0]) is not None
    return receiver is not None and receiver.kind == "parameter" and parts[1] in ("get", "header") and is_header
