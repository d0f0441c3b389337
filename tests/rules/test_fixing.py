"""Fixes: all edits of one or none, to a fixpoint, and never a file that parses worse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from convex_checks import ConvexProject

from codemods.rules.fixing import fix_file
from codemods.rules.module import CodeBase, Module
from codemods.rules.project import find_projects
from codemods.rules.rule import Applicability, Fix, Report, Rule
from codemods.source.edits import Edit
from codemods.source.span import Span
from codemods.workspace import Workspace

SAFE = frozenset({Applicability.SAFE})


class Replaces(Rule):
    """Replaces each occurrence of one text by another, as one fix an occurrence."""

    CODE, NAME, MESSAGE, HELP = "CX000", "replaces", "found", "replace"
    LITERALS = ()

    def __init__(self, old: str, new: str, before: str = "") -> None:
        self._old, self._new, self._before = old, new, before

    def check(self, module: Module) -> Iterator[Report]:
        start = module.text.find(self._old)
        while start >= 0:
            span = Span(start, start + len(self._old))
            extra = (Edit.insert(0, self._before),) if self._before and self._before not in module.text else ()
            yield self.report(span, Fix(f"Replace {self._old}", (*extra, Edit.replace(span, self._new))))
            start = module.text.find(self._old, span.end)


def fixed(root: Path, text: str, *rules: Rule) -> tuple[str, tuple[str, ...]]:
    ConvexProject(root).write("convex/a.ts", text)
    workspace = Workspace.open(root)
    module = CodeBase(workspace, find_projects(workspace)).module("convex/a.ts")
    assert module is not None
    result = fix_file(module, rules, SAFE)
    return result.module.text, result.refused


def test_one_fix_makes_room_for_the_next(tmp_path: Path) -> None:
    assert fixed(tmp_path, "a();\n", Replaces("a()", "b()"), Replaces("b()", "c()"))[0] == "c();\n"


def test_fixes_that_undo_each_other_end(tmp_path: Path) -> None:
    text, _ = fixed(tmp_path, "a();\n", Replaces("a()", "b()"), Replaces("b()", "a()"))
    assert text == "a();\n"


def test_a_fix_that_breaks_the_syntax_is_taken_back_alone(tmp_path: Path) -> None:
    text, refused = fixed(tmp_path, "a();\nd();\n", Replaces("a()", "b("), Replaces("d()", "e()"))
    assert text == "a();\ne();\n"
    assert refused == ("Replace a()",)


def test_two_fixes_that_need_one_import_insert_it_once(tmp_path: Path) -> None:
    text, _ = fixed(tmp_path, "a();\na();\n", Replaces("a()", "b()", before='import { b } from "b";\n'))
    assert text == 'import { b } from "b";\nb();\nb();\n'


def test_bytes_around_a_fix_survive(project: ConvexProject) -> None:
    text = 'import { v } from "convex/values";\r\n\r\nexport const é = v.bigint();\r\n// 🚀'
    source = b"\xef\xbb\xbf" + text.encode()
    project.write("convex/a.ts", source)
    (file,) = project.check(fix=True).fixed
    assert (file.before, file.after) == (source, source.replace(b"bigint", b"int64"))


def test_unsafe_fixes_need_to_be_asked_for(project: ConvexProject) -> None:
    text = (
        'import fs from "fs";\nimport { action } from "./_generated/server";\n'
        "export const a = action({ args: {}, handler: async () => fs.existsSync('x') });\n"
    )
    project.write("convex/a.ts", text)
    assert project.check(fix=True).fixed == ()
    (file,) = project.check(fix=True, unsafe=True).fixed
    assert file.after.decode() == f'"use node";\n\n{text}'


def test_checking_writes_nothing(project: ConvexProject) -> None:
    path = project.write("convex/a.ts", 'import { v } from "convex/values";\nexport const a = v.bigint();\n')
    before = path.read_bytes()
    assert project.check(fix=True).fixed
    assert path.read_bytes() == before
