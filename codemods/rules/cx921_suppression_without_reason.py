"""Suppressions that do not say why.

## What it does
Reports `// convexify-ignore` comments without a reason, or without a code that they are about.

## Why is this bad
Whoever meets the comment later cannot tell whether it still holds. A comment without a code suppresses nothing.

## Example
```ts
import { query } from "./_generated/server";

// convexify-ignore CX524
export const now = query({ args: {}, handler: async () => Date.now() });
```

## Use instead
```ts
import { query } from "./_generated/server";

// convexify-ignore CX524: clients compare it with their own clock and reload
export const now = query({ args: {}, handler: async () => Date.now() });
```

## Fix safety
There is no fix: only its writer knows the reason.

## References
- `convexify check --help`
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid, Where
from codemods.rules.suppressions import WORD


class SuppressionWithoutReason(Rule):
    CODE = "CX921"
    NAME = "suppression-without-reason"
    MESSAGE = "The suppression names no {missing}"
    HELP = "Write: // convexify-ignore CX123: why it is fine here"
    LITERALS = (WORD,)
    WHERE = Where.BOTH
    LAST = True

    VALID = (
        Valid(
            """
            import { query } from "./_generated/server";
            // convexify-ignore CX524: shown once
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { query } from "./_generated/server";
            // convexify-ignore CX524
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
            at="// convexify-ignore",
        ),
        Invalid(
            """
            import { query } from "./_generated/server";
            // convexify-ignore CX524:
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
            at="// convexify-ignore",
        ),
        Invalid(
            """
            import { query } from "./_generated/server";
            /* convexify-ignore: because */
            export const a = query({ args: {}, handler: () => Date.now() });
            """,
            at="/* convexify-ignore",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for found in module.suppressions:
            if not found.codes or not found.reason:
                yield self.report(found.span, missing="reason" if found.codes else "code")
