"""Variables added to an existing `convex.config.ts`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from codemods.changes import Fragment, ImportSpec
from codemods.migrate.merge.found import Merging
from codemods.migrate.merge.lists import append_entries, entries_of
from codemods.source import Edit, SourceFile, arguments, span_of

_VARIABLE = re.compile(r"^\s*(\w+): (v\..*),$")
_VALIDATORS = (ImportSpec("convex/values", "v"),)


def merge_environment(file: SourceFile, fragments: Sequence[Fragment]) -> Merging:
    """The variables that `defineApp({ env: { … } })` does not declare yet."""
    merging = Merging()
    found = [(match, one) for one in fragments if (match := _VARIABLE.match(one.text)) is not None]
    app = _application(file)
    first = next(iter(arguments(app)), None) if app is not None else None
    if app is None or (first is not None and first.kind() != "object"):
        for match, fragment in found:
            reason = f"{file.path} has no defineApp({{ … }}) to which the variable {match[1]} could be added"
            merging.conflict(fragment.groups, "CX106", reason, file.place(0))
        return merging
    known = entries_of(first) if first is not None else {}
    env = known.get("env")
    declared = entries_of(env) if env is not None else {}
    missing = [(match, one.groups) for match, one in found if match[1] not in declared]
    if not missing:
        return merging
    if env is not None and env.kind() == "object":
        entries = [(f"    {match[1]}: {match[2]}", groups, _VALIDATORS) for match, groups in missing]
        append_entries(file, env, entries, merging)
    else:
        _open(file, app, first, missing, merging)
    return merging


def _application(file: SourceFile) -> SgNode | None:
    for call in file.calls:
        function = call.field("function")
        if function is not None and function.text() == "defineApp":
            return call
    return None


def _open(
    file: SourceFile,
    app: SgNode,
    options: SgNode | None,
    missing: Sequence[tuple[re.Match[str], tuple[str, ...]]],
    merging: Merging,
) -> None:
    """The whole of `env`, where there is none: first in the options, or with them."""
    everyone = tuple(dict.fromkeys(name for _, groups in missing for name in groups))
    values = app.field("arguments")
    at = span_of(options if options is not None else values or app).start + 1
    begin, end = ("\n  env: {", "\n  },") if options is not None else ("{\n  env: {", "\n  },\n}")
    if options is not None and "\n" not in options.text():
        end += "\n " if len(entries_of(options)) else "\n"
    merging.add(Edit.insert(at, begin.replace("\n", file.newline)), everyone)
    for match, groups in missing:
        line = f"\n    {match[1]}: {match[2]},".replace("\n", file.newline)
        merging.add(Edit.insert(at, line), groups, _VALIDATORS)
    merging.add(Edit.insert(at, end.replace("\n", file.newline)), everyone)
