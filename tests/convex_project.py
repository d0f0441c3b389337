"""A Convex project on disk, checked and run by the node tools that `tests/convex` pins."""

import atexit
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from codemods.proof.node import SCRIPTS

TOOLS = Path(__file__).parent / "convex"
NODE_MODULES = TOOLS / "node_modules"
OLDEST_NODE = 20

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request to an old URL; `{name}` in its strings stands for what an earlier request captured."""

    method: Method
    url: str
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Json] | None = None
    capture: Mapping[str, str] = field(default_factory=dict)
    """Name -> dotted path into the answer's JSON."""

    def as_step(self) -> dict[str, Json]:
        step: dict[str, Json] = {"method": self.method, "url": self.url, "headers": dict(self.headers)}
        if self.body is not None:
            step["body"] = self.body
        if self.form is not None:
            step["form"] = dict(self.form)
        step["capture"] = dict(self.capture)
        return step


@dataclass(frozen=True, slots=True)
class Advance:
    """Lets time pass and runs what was scheduled for it."""

    minutes: float

    def as_step(self) -> dict[str, Json]:
        return {"advance": self.minutes * 60_000}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the HTTP router answered; `failure` is the stack of an error that no handler caught."""

    status: int
    headers: Mapping[str, str]
    text: str
    failure: str | None = None

    @property
    def body(self) -> Json:
        """The JSON value of the answer, None when it is empty, the text when it is not JSON."""
        if not self.text:
            return None
        try:
            value: Json = json.loads(self.text)
        except json.JSONDecodeError:
            return self.text
        return value


class ConvexProject:
    """The checks of one project folder; each returns the problems it found, none when all is well."""

    def __init__(self, root: Path) -> None:
        require_node()
        self.root = root
        link = root / "node_modules"
        if not link.exists():
            link.symlink_to(NODE_MODULES, target_is_directory=True)

    def codegen(self) -> list[str]:
        """Writes `convex/_generated` as `npx convex dev` would, without a deployment."""
        command = [_node(), str(NODE_MODULES / "convex" / "bin" / "main.js")]
        done = self._run([*command, "codegen", "--system-udfs", "--typecheck", "disable", "--init"])
        return [] if done.returncode == 0 else (done.stdout or done.stderr).splitlines()

    def tsc(self, javascript: bool = False) -> list[str]:
        """Type errors of `convex/` under its own tsconfig: strict ones, or what can be told of JavaScript."""
        rigour = {"allowJs": True, "checkJs": True, "strict": False} if javascript else {"strict": True}
        return self._check("tsc", rigour)

    def bundle(self) -> list[str]:
        """What a push would refuse: Node modules in the default runtime, missing imports, bad module names."""
        return self._check("bundle")

    def eslint(self) -> list[str]:
        """Findings of the recommended rules of `@convex-dev/eslint-plugin`, warnings included."""
        return self._check("eslint")

    def serve(self, steps: Sequence[Request | Advance]) -> list[Answer]:
        """Runs the project in memory and sends the requests in order; one answer for each `Request`."""
        command = [_node(), "--disallow-code-generation-from-strings", "--no-warnings", str(TOOLS / "serve.mjs")]
        done = self._run(command, given=json.dumps([step.as_step() for step in steps]))
        if done.returncode != 0:
            pytest.fail(f"The project in {self.root} could not be run:\n{done.stderr.strip()}", pytrace=False)
        return [
            Answer(each["status"], each["headers"], each["body"], each.get("failure"))
            for each in json.loads(done.stdout)
        ]

    def _check(self, name: str, options: Mapping[str, bool] | None = None) -> list[str]:
        return _checks().ask({"root": str(self.root), "check": name, "options": dict(options or {})})

    def _run(self, command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, input=given, env=_environment(), capture_output=True, text=True, check=False
        )


class _Checks:
    """The process that checks projects one after the other, and has its tools loaded once."""

    def __init__(self) -> None:
        command = [_node(), "--no-warnings", "--import", str(SCRIPTS / "resolve.mjs"), str(TOOLS / "checks.mjs")]
        self._process = subprocess.Popen(
            command, cwd=TOOLS, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self._process.kill)

    def ask(self, question: Mapping[str, Json]) -> list[str]:
        given, said = self._process.stdin, self._process.stdout
        assert given is not None and said is not None
        given.write(json.dumps(question) + "\n")
        given.flush()
        answer = json.loads(said.readline() or '{"failure": "the process that checks projects has ended"}')
        if isinstance(answer, dict):
            pytest.fail(f"{question['root']} could not be checked:\n{answer['failure']}", pytrace=False)
        return [str(problem) for problem in answer]


@cache
def _checks() -> _Checks:
    return _Checks()


def _environment() -> dict[str, str]:
    """The caller's environment without what would lead to a deployment."""
    return {
        **{name: value for name, value in os.environ.items() if name != "CONVEX_DEPLOYMENT"},
        "NO_COLOR": "1",
        "CI": "1",
    }


def require_node() -> None:
    """Fails the test, saying what to do, when Node or the pinned packages are missing."""
    problem = _missing()
    if problem is not None:
        pytest.fail(problem, pytrace=False)


def _missing() -> str | None:
    node = shutil.which("node")
    if node is None:
        return f"Node is not on the PATH. Install Node {OLDEST_NODE} or newer (https://nodejs.org) and run `make test`."
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(version.lstrip("v").split(".")[0] or 0) < OLDEST_NODE:
        return f"{node} is {version}; these tests need Node {OLDEST_NODE} or newer (https://nodejs.org)."
    if not (NODE_MODULES / "convex" / "package.json").is_file():
        return "The node packages of the tests are not installed. Run `make node`, or `npm ci --prefix tests/convex`."
    return None


def _node() -> str:
    return shutil.which("node") or "node"
