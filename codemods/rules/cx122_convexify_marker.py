"""What a migration left to do.

## What it does
Reports the markers that `convexify migrate` leaves where it could not carry something over whole.

## Why is this bad
A marked function throws instead of doing its work, or does less than the original did.

## Example
```ts
import { mutation } from "./_generated/server";

export const pay = mutation({
  args: {},
  handler: async () => {
    // TODO(convexify CX202): call the payment service in an action
    throw new Error("not migrated");
  },
});
```

## Use instead
```ts
import { action } from "./_generated/server";

export const pay = action({
  args: {},
  handler: async () => {
    await fetch("https://payments.example/charges", { method: "POST" });
  },
});
```
Do what the marker says, then delete it. `convexify explain` tells more about its code.

## Fix safety
There is no fix.

## References
- `convexify explain CODE`
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.outcome import CODES
from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid, Where
from codemods.source.markers import find_markers


class ConvexifyMarker(Rule):
    CODE = "CX122"
    NAME = "convexify-marker"
    MESSAGE = "Left to do ({code}): {text}"
    HELP = "{remedy} Then delete the comment."
    LITERALS = ("TODO(convexify ",)
    WHERE = Where.BOTH
    TESTS = True

    VALID = (
        Valid(
            """
            // TODO: something else
            export const a = 1;
            """,
        ),
        Valid(
            'export const a = "// TODO(convexify CX301): no marker";',
        ),
    )
    INVALID = (
        Invalid(
            """
            // TODO(convexify CX301): write the query by hand
            export const a = 1;
            """,
            at="// TODO",
        ),
        Invalid(
            """
            // TODO(convexify CX701): port cors()
            app.use(cors());
            """,
            at="// TODO",
            path="src/app.ts",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for marker in find_markers(module.file):
            known = CODES.get(marker.code)
            remedy = known.help if known else "Do what the comment says."
            yield self.report(marker.span, code=marker.code, text=marker.text, remedy=remedy)
