"""Suppressions of codes that do not exist.

## What it does
Reports `// convexify-ignore` comments with a code that no rule has.

## Why is this bad
The comment suppresses nothing; mostly the code was mistyped.

## Example
```ts
// convexify-ignore CX999: the timer only runs in tests
export const limit = 20;
```

## Use instead
```ts
export const limit = 20;
```

## Fix safety
There is no fix.

## References
- `convexify rules` lists the codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid, Where
from codemods.rules.suppressions import WORD


class UnknownCodeInSuppression(Rule):
    CODE = "CX922"
    NAME = "unknown-code-in-suppression"
    MESSAGE = "No rule is called {code}"
    HELP = "`convexify rules` lists the codes."
    LITERALS = (WORD,)
    WHERE = Where.BOTH
    LAST = True

    VALID = (
        Valid(
            """
            // convexify-ignore CX520: fine
            export const a = 1;
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            // convexify-ignore CX999: fine
            export const a = 1;
            """,
            at="// convexify-ignore",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        from codemods.rules.registry import rules_by_code

        for found in module.suppressions:
            for code in found.codes:
                if code not in rules_by_code():
                    yield self.report(found.span, code=code)
