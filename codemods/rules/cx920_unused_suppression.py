"""Suppressions that suppress nothing.

## What it does
Reports codes in `// convexify-ignore` comments for which nothing is found at that place.

## Why is this bad
The comment outlives its reason, misleads readers, and would hide the next finding there.

## Example
```ts
// convexify-ignore CX520: the timer only runs in tests
export const limit = 20;
```

## Use instead
```ts
export const limit = 20;
```

## Fix safety
Safe: the comment, or the code within it, is taken out.

## References
- `convexify check --help`
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.outcome import Severity
from codemods.rules.module import Module
from codemods.rules.rule import Fix, Invalid, Report, Rule, Valid, Where
from codemods.rules.suppressions import WORD, Suppression
from codemods.source.edits import Edit
from codemods.source.file import SourceFile
from codemods.source.span import Span


class UnusedSuppression(Rule):
    CODE = "CX920"
    NAME = "unused-suppression"
    MESSAGE = "Nothing to suppress here for {codes}"
    HELP = "Delete the comment, or put it on the line before the finding or at its end."
    LITERALS = (WORD,)
    SEVERITY = Severity.WARNING
    WHERE = Where.BOTH
    LAST = True

    VALID = (
        Valid(
            """
            import { query } from "./_generated/server";
            // convexify-ignore CX524: shown as "about now"
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
        ),
        Valid(
            'export const a = "// convexify-ignore CX524: text";',
        ),
    )
    INVALID = (
        Invalid(
            """
            // convexify-ignore CX524: no reason left
            export const a = 1;
            """,
            at="// convexify-ignore",
            fixed="export const a = 1;",
        ),
        Invalid(
            "export const a = 1; // convexify-ignore CX524, CX520: no reason left",
            at="// convexify-ignore",
            fixed="export const a = 1;",
        ),
        Invalid(
            """
            import { query } from "./_generated/server";
            // convexify-ignore CX520, CX524: shown as "about now"
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
            at="// convexify-ignore",
            fixed="""
            import { query } from "./_generated/server";
            // convexify-ignore CX524: shown as "about now"
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for found in module.suppressions:
            unused = [code for code in found.codes if code in found.judged and code not in found.used]
            if unused:
                edit = _edit(module.file, found, unused)
                yield self.report(found.span, Fix("Remove the unused suppression", (edit,)), codes=", ".join(unused))


def _edit(file: SourceFile, found: Suppression, unused: list[str]) -> Edit:
    kept = [code for code in found.codes if code not in unused]
    if kept:
        start = file.text.index(found.codes[0], found.span.start)
        end = file.text.index(found.codes[-1], found.span.start) + len(found.codes[-1])
        return Edit.replace(Span(start, end), ", ".join(kept))
    line_start, line_end = file.line_start(found.span.start), file.line_end(found.span.end)
    before, after = file.text[line_start : found.span.start], file.text[found.span.end : line_end]
    if before.strip() or after.strip():
        return Edit.delete(Span(found.span.start - (len(before) - len(before.rstrip())), found.span.end))
    following = file.text.find("\n", line_end) + 1
    return Edit.delete(Span(line_start, following or line_end))
