"""Checks Convex projects against the rules and makes the fixes, in memory: pure data in, pure data out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from codemods.outcome import Place
from codemods.rules.finding import CheckResult, Finding, FixedFile, Stats
from codemods.rules.fixing import Fixed, fix_file
from codemods.rules.module import CodeBase, Module
from codemods.rules.project import Project, find_projects
from codemods.rules.registry import all_rules
from codemods.rules.rule import Applicability, Rule
from codemods.workspace import Workspace, WorkspaceError

_PROJECT_MARKS = ("convex.json", "convex/_generated", "convex/schema.ts", "convex/schema.js")
_NOT_READ = "CX901"

Progress = Callable[[str, int, int], None]


class CannotCheck(Exception):
    """A path or an option that the check cannot work with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to check and what to fix.

    `select` and `ignore` are codes or beginnings of codes ("CX5"); an empty `select` means all. With `fix`, safe
    fixes are made, and unsafe ones too with `unsafe`. Places are relative to `base`.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix: bool = False
    unsafe: bool = False
    base: Path = field(default_factory=Path.cwd)

    @property
    def applicabilities(self) -> frozenset[Applicability]:
        """The fixes that are to be made."""
        if not self.fix:
            return frozenset()
        return frozenset({Applicability.SAFE} | ({Applicability.UNSAFE} if self.unsafe else set()))


def check_paths(
    paths: Sequence[Path], options: CheckOptions | None = None, progress: Progress | None = None
) -> CheckResult:
    """Check the Convex projects under, or around, each path. Raises CannotCheck; writes and prints nothing."""
    options = options or CheckOptions()
    rules = _selected(options)
    results = [_check_root(root, only, rules, options, progress) for root, only in _roots(_outermost(paths)).items()]
    return CheckResult(
        findings=tuple(sorted((found for result in results for found in result.findings), key=lambda f: f.order)),
        fixed=tuple(file for result in results for file in result.fixed),
        stats=_total([result.stats for result in results]),
        notes=tuple(note for result in results for note in result.notes),
    )


def _selected(options: CheckOptions) -> tuple[Rule, ...]:
    rules = all_rules()
    for prefix in (*options.select, *options.ignore):
        if not any(rule.CODE.startswith(prefix) for rule in rules):
            raise CannotCheck(f"no rule is called {prefix}; `convexify rules` lists them")
    return tuple(
        rule
        for rule in rules
        if (not options.select or rule.CODE.startswith(options.select)) and not rule.CODE.startswith(options.ignore)
    )


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """The paths, each once, without those that lie in another one."""
    for path in paths:
        if not path.exists():
            raise CannotCheck(f"{path} does not exist")
    resolved = dict.fromkeys(path.resolve() for path in paths)
    return [path for path in resolved if not any(parent in resolved for parent in path.parents)]


def _roots(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """The directories to open, each with the paths within it that were asked for."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        found.setdefault(_root_of(path), []).append(path)
    return found


def _root_of(path: Path) -> Path:
    """The project around a path: the nearest folder above it that looks like one, else the path itself."""
    start = path if path.is_dir() else path.parent
    for folder in (start, *start.parents):
        if _looks_like_project(folder):
            return folder
        if (folder / ".git").exists():
            break
    return start


def _looks_like_project(folder: Path) -> bool:
    if any((folder / mark).exists() for mark in _PROJECT_MARKS):
        return True
    try:
        return '"convex"' in (folder / "package.json").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _check_root(
    root: Path, only: list[Path], rules: Sequence[Rule], options: CheckOptions, progress: Progress | None
) -> CheckResult:
    try:
        workspace = Workspace.open(root)
    except WorkspaceError as error:
        raise CannotCheck(str(error)) from error
    projects = find_projects(workspace)
    if not projects:
        return CheckResult((), notes=(f"No Convex project found in {root}: nothing to check.",))
    code = CodeBase(workspace, projects)
    paths = [path for path in code.paths if root in only or _is_asked_for(root / path, only)]
    checked = [
        _check_file(module, rules, options)
        for path in _counted(paths, progress)
        if (module := code.module(path)) is not None
    ]
    result = _gathered(checked, _Shown(root, options.base), projects, len(rules))
    return replace(result, notes=(*_problems(workspace, code), *result.notes))


def _problems(workspace: Workspace, code: CodeBase) -> Iterator[str]:
    """What the check could not read: files, and configuration that decides what is checked."""
    for found in workspace.diagnostics:
        project = code.project_of(found.place.file)
        is_source = project is not None and project.functions_folder(found.place.file) is not None
        if found.code == _NOT_READ and is_source:
            yield f"{found.message}. {found.help}"


def _is_asked_for(path: Path, only: Iterable[Path]) -> bool:
    return any(path == asked or path.is_relative_to(asked) for asked in only)


def _counted(paths: Sequence[str], progress: Progress | None) -> Iterator[str]:
    for number, path in enumerate(paths, start=1):
        if progress is not None:
            progress(path, number, len(paths))
        yield path


def _check_file(module: Module, rules: Sequence[Rule], options: CheckOptions) -> tuple[Module, Fixed]:
    return module, fix_file(module, rules, options.applicabilities)


@dataclass(frozen=True, slots=True)
class _Shown:
    """How places of a workspace are shown: relative to the base of the check."""

    root: Path
    base: Path

    def path(self, path: str) -> str:
        return Path(os.path.relpath(self.root / path, self.base)).as_posix()

    def place(self, place: Place) -> Place:
        return replace(place, file=self.path(place.file))

    def finding(self, finding: Finding) -> Finding:
        return replace(finding, place=self.place(finding.place), end=self.place(finding.end))


def _gathered(
    checked: Sequence[tuple[Module, Fixed]], shown: _Shown, projects: Sequence[Project], rules: int
) -> CheckResult:
    outcomes = [fixed for _, fixed in checked]
    return CheckResult(
        findings=tuple(shown.finding(found) for fixed in outcomes for found in fixed.inspection.findings),
        fixed=tuple(_fixed_file(module, fixed, shown) for module, fixed in checked if fixed.titles),
        stats=Stats(
            projects=len(projects),
            files=len(checked),
            parsed=sum(fixed.inspection.parsed for fixed in outcomes),
            rules=rules,
            suppressed=sum(fixed.inspection.suppressed for fixed in outcomes),
        ),
        notes=tuple(
            f"{shown.path(module.path)}: not fixed, since the result would not parse: {title}"
            for module, fixed in checked
            for title in fixed.refused
        ),
    )


def _fixed_file(module: Module, fixed: Fixed, shown: _Shown) -> FixedFile:
    before, after = module.file.to_bytes(module.text), module.file.to_bytes(fixed.module.text)
    return FixedFile(shown.path(module.path), before, after, fixed.titles)


def _total(stats: Sequence[Stats]) -> Stats:
    return Stats(
        projects=sum(one.projects for one in stats),
        files=sum(one.files for one in stats),
        parsed=sum(one.parsed for one in stats),
        rules=max((one.rules for one in stats), default=0),
        suppressed=sum(one.suppressed for one in stats),
    )
