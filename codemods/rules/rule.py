"""What a rule is: its documentation, its examples, the files it looks at, and what it reports."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from textwrap import dedent
from typing import TYPE_CHECKING

from codemods.outcome import Severity
from codemods.source.edits import Edit
from codemods.source.span import Span

if TYPE_CHECKING:
    from codemods.rules.module import Module


class Applicability(StrEnum):
    """How far a fix may be trusted.

    SAFE keeps what the code means (or makes code work that could not work before). UNSAFE may change what the
    code does and needs a look. DISPLAY is a suggestion that is shown and never written.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display-only"


class Where(StrEnum):
    """Which files a rule looks at: those of a functions folder, those beside it in the same package, or both."""

    FUNCTIONS = "functions"
    OUTSIDE = "outside"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of one file that belong together: all are made or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.SAFE


@dataclass(frozen=True, slots=True)
class Report:
    """What a rule says about a place in the file that it was given."""

    span: Span
    message: str
    help: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Valid:
    """Code that a rule accepts. `files` are further files of the example project, as (path, text) pairs.

    Code that begins with a line end may be indented as the Python around it is.
    """

    code: str
    path: str = "convex/tasks.ts"
    files: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", _dedented(self.code))
        object.__setattr__(self, "files", tuple((path, _dedented(text)) for path, text in self.files))


@dataclass(frozen=True, slots=True)
class Invalid:
    """Code that a rule reports `found` times; `at` is the text that the first report starts with.

    `fixed` is the code after its fixes, the unsafe ones included; None when the rule offers no fix here.
    """

    code: str
    at: str = ""
    fixed: str | None = None
    path: str = "convex/tasks.ts"
    files: tuple[tuple[str, str], ...] = ()
    found: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", _dedented(self.code))
        object.__setattr__(self, "fixed", self.fixed and _dedented(self.fixed))
        object.__setattr__(self, "files", tuple((path, _dedented(text)) for path, text in self.files))


def _dedented(text: str) -> str:
    return dedent(text[1:]) if text.startswith("\n") else text


class Rule(ABC):
    """One thing that `check` enforces.

    A rule is a module named after its code. The module's docstring is the rule's documentation (see `docs.py` for
    its headings); VALID and INVALID are its examples and, without further code, its tests. LITERALS are strings one
    of which every reported file contains: files without them are not even parsed. TESTS is set for the few rules
    that look at test files too, LAST for those that run after all others.
    """

    CODE: str
    NAME: str
    MESSAGE: str
    HELP: str
    LITERALS: tuple[str, ...]
    SEVERITY: Severity = Severity.ERROR
    WHERE: Where = Where.FUNCTIONS
    TESTS: bool = False
    LAST: bool = False
    VALID: tuple[Valid, ...] = ()
    INVALID: tuple[Invalid, ...] = ()

    @abstractmethod
    def check(self, module: Module) -> Iterator[Report]:
        """Report what is wrong in one file, in any order."""

    def report(self, span: Span, fix: Fix | None = None, **names: str) -> Report:
        """A report with the placeholders of MESSAGE and HELP filled from `names`."""
        return Report(span, self.MESSAGE.format(**names), self.HELP.format(**names), fix)

    @property
    def has_fix(self) -> bool:
        """True when an example shows a fix."""
        return any(example.fixed is not None for example in self.INVALID)

    @property
    def documentation(self) -> str:
        """The documentation's text: the docstring of the module that defines the rule."""
        return sys.modules[type(self).__module__].__doc__ or ""
