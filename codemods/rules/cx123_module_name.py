"""File names that Convex does not accept.

## What it does
Reports modules of functions whose path holds other characters than letters, digits, underscores and dots, or a part
of more than 64 characters.

## Why is this bad
`npx convex dev` refuses to push such a module. The type checker and code generation do not notice.

## Example
```ts
// path: convex/user-tasks.ts
import { query } from "./_generated/server";

export const list = query({ args: {}, handler: async () => [] });
```

## Use instead
```ts
// path: convex/userTasks.ts
import { query } from "./_generated/server";

export const list = query({ args: {}, handler: async () => [] });
```

## Fix safety
There is no fix: renaming the file changes the names of its functions in `api`.

## References
- https://github.com/get-convex/convex-backend/blob/main/crates/sync_types/src/module_path.rs
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.span import Span

_PART = re.compile(r"[A-Za-z0-9_.]{1,64}")


class ModuleName(Rule):
    CODE = "CX123"
    NAME = "module-name"
    MESSAGE = "Convex does not accept the module name `{part}`"
    HELP = "Rename it: only letters, digits, underscores and dots, at most 64 characters."
    LITERALS = ("export", "import")

    VALID = (
        Valid(
            "export const a = 1;",
            path="convex/model/user_tasks.ts",
        ),
        Valid(
            "export const a = 1;",
            path="convex/user-tasks.test.ts",
        ),
        Valid(
            "console.log(1);",
            path="convex/no-module.ts",
        ),
    )
    INVALID = (
        Invalid(
            "export const a = 1;",
            path="convex/user-tasks.ts",
        ),
        Invalid(
            "export const a = 1;",
            path="convex/user-tasks/list.ts",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if not module.is_entry or not (module.bindings.exports or module.bindings.imports):
            return
        for part in module.name.split("/"):
            if not _PART.fullmatch(part):
                yield self.report(Span(0, 0), part=posixpath.basename(part))
