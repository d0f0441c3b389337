"""The package.json files of a repository: dependencies, module kind, and where a package's code starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from codemods.workspace.jsonc import InvalidConfig, parse_object, strict_problem, strings

_DEPENDENCY_FIELDS = ("peerDependencies", "optionalDependencies", "devDependencies", "dependencies")
_CONDITIONS = ("source", "development", "import", "module", "node", "require", "default", "types")
_OUTPUT_FOLDER = re.compile(r"^(?:dist|build|lib|out|esm|cjs)/(?:(?:esm|cjs|src)/)?")
_EXTENSION = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")


@dataclass(frozen=True, slots=True)
class Package:
    """One package.json. `folder` is "" for the root's; `problem` says what is wrong with the file, if anything is."""

    folder: str
    name: str = ""
    dependencies: Mapping[str, str] = field(default_factory=dict)
    is_esm: bool = False
    scripts: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    problem: str | None = None
    problem_line: int = 1

    @property
    def path(self) -> str:
        """Where the package.json lies (or would lie)."""
        return f"{self.folder}/package.json" if self.folder else "package.json"


def read_package(folder: str, text: str) -> Package:
    """The package of a package.json's text; one with a `problem` when the text is no JSON object.

    Comments and trailing commas are a problem, since npm refuses them; what is meant can be read all the same.
    """
    try:
        data = parse_object(text)
    except InvalidConfig as error:
        return Package(folder, problem=str(error), problem_line=error.line)
    problem = strict_problem(text)
    dependencies: dict[str, str] = {}
    for name in _DEPENDENCY_FIELDS:
        dependencies.update(strings(data.get(name)))
    own_name = data.get("name")
    return Package(
        folder=folder,
        name=own_name if isinstance(own_name, str) else "",
        dependencies=dependencies,
        is_esm=data.get("type") == "module",
        scripts=strings(data.get("scripts")),
        data=data,
        problem=str(problem) if problem is not None else None,
        problem_line=problem.line if problem is not None else 1,
    )


def entry_candidates(package: Package, subpath: str) -> Iterator[str]:
    """Paths in the package's folder that may hold the code behind `import "name/subpath"`, best first.

    Published entries point into build output; the source that it was built from is tried in its stead. See
    https://nodejs.org/api/packages.html#package-entry-points for `exports`, `main` and their order.
    """
    published = [*_exported(package.data.get("exports"), subpath)]
    if not subpath:
        published += [
            value for key in ("source", "module", "main", "types") if isinstance(value := package.data.get(key), str)
        ]
    for target in published:
        yield from sources_of(target)
    yield from (subpath, f"src/{subpath}") if subpath else ("src/index", "index", "src/main", "lib/index")


def sources_of(target: str) -> Iterator[str]:
    """The file that a published target names, then the sources that it may have been built from."""
    target = target.removeprefix("./")
    yield target
    bare = _EXTENSION.sub("", target)
    yield bare
    if _OUTPUT_FOLDER.match(bare):
        yield _OUTPUT_FOLDER.sub("src/", bare)
        yield _OUTPUT_FOLDER.sub("", bare)


def _exported(exports: object, subpath: str) -> Iterator[str]:
    key = f"./{subpath}" if subpath else "."
    if not isinstance(exports, dict) or not any(name.startswith(".") for name in exports):
        if not subpath:
            yield from conditional_targets(exports)
        return
    if key in exports:
        yield from conditional_targets(exports[key])
        return
    for pattern, value in exports.items():
        captured = capture(pattern, key)
        if captured is not None:
            yield from (target.replace("*", captured) for target in conditional_targets(value))


def conditional_targets(value: object) -> Iterator[str]:
    """The file targets of an `exports` or `imports` value, preferred conditions first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from conditional_targets(item)
    elif isinstance(value, dict):
        for condition in _CONDITIONS:
            if condition in value:
                yield from conditional_targets(value[condition])


def capture(pattern: str, text: str) -> str | None:
    """What `*` stands for when `pattern` (with at most one `*`) matches `text`; "" for an exact match."""
    head, star, tail = pattern.partition("*")
    if not star:
        return "" if pattern == text else None
    if len(text) < len(head) + len(tail) or not (text.startswith(head) and text.endswith(tail)):
        return None
    return text[len(head) : len(text) - len(tail)]
