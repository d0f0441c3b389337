"""The stages that look at one project: each gives what it found wrong, and a note on what it looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codemods.changes import Options, settle
from codemods.migrate import plan
from codemods.proof.bench import Bench
from codemods.proof.node import Node, NodeError
from codemods.proof.replay import Exchange, Script, Unreachable, exchange
from codemods.proof.replay.compare import differences
from codemods.proof.serve import served
from codemods.proof.words import Evidence, Stage
from codemods.rules.engine import CheckOptions, check_paths
from codemods.source import SourceFile

_MARKER = "CX122"
_TSC = re.compile(r"^(?P<file>\S.*?)\((?P<line>\d+),(?P<column>\d+)\): error (?P<text>TS\d+: .*)$")
_STRICT = (
    "--pretty false --strict --noCheck false --strictNullChecks true --incremental false --composite false "
    "--tsBuildInfoFile null"
).split()
_SCRIPTS = "tsconfig.convexify-proof.json"
_AMBIENT = "convexify-proof.d.ts"
_RUNTIME = "declare const process: { env: Record<string, string | undefined> };\n"
"""What the runtime has of Node."""

_SCRIPT_OPTIONS = {
    "noEmit": True, "allowJs": True, "checkJs": True, "skipLibCheck": True, "types": [], "target": "ESNext",
    "module": "ESNext", "moduleResolution": "Bundler", "lib": ["ES2023", "dom"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a stage found wrong, and what it has to say beside."""

    evidence: tuple[Evidence, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A stage: the packages that it needs (None: not even Node), and the work.

    `imports` says that it needs those that the functions import, too.
    """

    needs: frozenset[str] | None
    run: Callable[[Bench, Node | None, Options], Found]
    imports: bool = True


def _parse(bench: Bench, node: Node | None, options: Options) -> Found:
    files = [SourceFile.from_bytes(relative, path.read_bytes()) for relative, path in bench.files()]
    found = [Evidence("syntax error", file.path, place.line, place.column) for file in files for place in file.errors]
    return Found(tuple(found), f"{len(files)} files")


def _second_run(bench: Bench, node: Node | None, options: Options) -> Found:
    files = settle(plan(bench.root, options)).files
    return Found(
        tuple(Evidence(f"a second run would {change.action} this file", change.path) for change in files),
        "nothing left to change" if not files else "",
    )


def _rules(bench: Bench, node: Node | None, options: Options) -> Found:
    result = check_paths([bench.root / bench.folder], CheckOptions(base=bench.root))
    markers = sum(finding.code == _MARKER for finding in result.findings)
    found = tuple(
        Evidence(f"{finding.code} {finding.message}", finding.place.file, finding.place.line, finding.place.column)
        for finding in result.findings
        if finding.code != _MARKER
    )
    return Found(found, f"{markers} markers left: `convexify todo` lists them" if markers else "")


def _codegen(bench: Bench, node: Node | None, options: Options) -> Found:
    assert node is not None
    command = "node_modules/convex/bin/main.js"
    done = node.run(command, "codegen", "--system-udfs", "--typecheck", "disable", *(["--init"] if bench.typed else []))
    made = bench.root / bench.folder / "_generated" / "server.js"
    if done.returncode == 0 and made.is_file():
        return Found()
    said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return Found((Evidence(" ".join(said[-3:]) or f"codegen ended with {done.returncode}"),))


def _tsc(bench: Bench, node: Node | None, options: Options) -> Found:
    assert node is not None
    compiler = "node_modules/typescript/bin/tsc"
    if "Version" not in node.run(compiler, "--version").stdout:
        raise NodeError(f"{compiler} does not work")
    if bench.typed:
        done = node.run(compiler, "--noEmit", *_STRICT, "-p", bench.functions)
    else:
        (bench.home / _AMBIENT).write_text(_RUNTIME, encoding="utf-8")
        config = {"compilerOptions": _SCRIPT_OPTIONS, "include": [_AMBIENT, f"{bench.functions}/**/*"]}
        (bench.home / _SCRIPTS).write_text(json.dumps(config), encoding="utf-8")
        done = node.run(compiler, "--pretty", "false", "-p", _SCRIPTS)
    found = tuple(_type_errors(bench, done.stdout))
    if done.returncode != 0 and not found and "/_generated/" not in done.stdout:
        raise NodeError(done.stdout.strip() or done.stderr.strip() or f"tsc ended with {done.returncode}")
    return Found(found, "strict" if bench.typed else "JavaScript: only what types can be inferred is proven")


def _type_errors(bench: Bench, said: str) -> Iterator[Evidence]:
    for line in said.splitlines():
        match = _TSC.match(line)
        if match is not None and "/_generated/" in match["file"]:
            continue
        if match is not None:
            yield Evidence(match["text"], _relative(bench, match["file"]), int(match["line"]), int(match["column"]))
        elif re.match(r"error TS\d+", line):
            yield Evidence(line)


def _bundle(bench: Bench, node: Node | None, options: Options) -> Found:
    assert node is not None
    return Found(tuple(_listed(bench, node.script("bundle.mjs", bench.functions))))


def _load(bench: Bench, node: Node | None, options: Options) -> Found:
    assert node is not None
    loaded = node.script("load.mjs", bench.functions)
    return Found(tuple(_listed(bench, loaded["problems"])), f"{loaded['functions']} functions")


def replay(script: Script, original: str, bench: Bench, node: Node | None, options: Options) -> Found:
    """What the migrated application answers otherwise than the one at the URL `original`."""
    assert node is not None
    found: list[Evidence] = []
    exchanges: list[Exchange] = []
    try:
        with served(bench, node) as url:
            exchanges.extend(exchange(script, original, url))
    except Unreachable as error:
        line = script.steps[min(len(exchanges), len(script.steps) - 1)].line
        found.append(Evidence(str(error), str(script.path), line))
    same = 0
    for one, unlike in differences(exchanges):
        same += not unlike
        asked = f"{one.step.method} {one.step.target}"
        found += [
            Evidence(
                f"{asked}: {each.where} is {each.migrated}, was {each.original}",
                str(script.path),
                one.step.line,
                sides=(each.original, each.migrated),
            )
            for each in unlike
        ]
    return Found(tuple(found), f"{same} of {len(script.steps)} answers are the same")


def _listed(bench: Bench, problems: list[Mapping[str, Any]]) -> Iterator[Evidence]:
    for problem in problems:
        message = str(problem["message"]).strip().splitlines()
        yield Evidence(
            message[0] if message else "failed",
            _relative(bench, str(problem["file"])),
            int(problem["line"]),
            int(problem["column"]),
        )


def _relative(bench: Bench, path: str) -> str:
    """A path that a tool gave, relative to the root of the proof."""
    full = (bench.home / path).resolve()
    return full.relative_to(bench.root).as_posix() if full.is_relative_to(bench.root) else path


CHECKS: Mapping[Stage, Check] = {
    Stage.PARSE: Check(None, _parse),
    Stage.SECOND_RUN: Check(None, _second_run),
    Stage.RULES: Check(None, _rules),
    Stage.CODEGEN: Check(frozenset({"convex"}), _codegen, imports=False),
    Stage.TSC: Check(frozenset({"convex", "typescript"}), _tsc),
    Stage.BUNDLE: Check(frozenset({"convex", "esbuild"}), _bundle),
    Stage.LOAD: Check(frozenset({"convex", "convex-test", "esbuild"}), _load),
}
"""All stages but the replay, which takes a second application."""
