"""`v` imported from a module that does not have it.

## What it does
Reports imports of `v` from another module of Convex than `convex/values`, such as `convex/server` or
`./_generated/server`.

## Why is this bad
No other module exports `v`: it is undefined, and the first validator throws when the module is loaded.

## Example
```ts
import { query } from "./_generated/server";
import { v } from "convex/server";

export const get = query({ args: { id: v.id("tasks") }, handler: async () => null });
```

## Use instead
```ts
import { query } from "./_generated/server";
import { v } from "convex/values";

export const get = query({ args: { id: v.id("tasks") }, handler: async () => null });
```

## Fix safety
Safe: the import cannot have worked before.

## References
- https://docs.convex.dev/functions/validation
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.rules.module import Module
from codemods.rules.rule import Fix, Invalid, Report, Rule, Valid
from codemods.source.bindings import Import
from codemods.source.edits import Edit
from codemods.source.file import SourceFile
from codemods.source.span import Span

_NAMES = frozenset({"v", "Infer", "ConvexError"})
_WRONG = re.compile(r"^convex(?:/(?!values$).*)?$|(?:^|/)_generated/(?:server|api|dataModel)(?:\.[cm]?[jt]s)?$")
_BEFORE = re.compile(r",\s*$")
_AFTER = re.compile(r"\s*,\s*")


class VFromWrongModule(Rule):
    CODE = "CX422"
    NAME = "v-from-wrong-module"
    MESSAGE = "`{module}` does not export `{name}`"
    HELP = "Import it from convex/values."
    LITERALS = ("import",)

    VALID = (
        Valid(
            """
            import { v } from "convex/values";
            export const a = v.string();
            """,
        ),
        Valid(
            """
            import { v } from "./validators";
            export const a = v;
            """,
        ),
        Valid(
            """
            import * as server from "convex/server";
            export const v = server;
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { v } from 'convex/server'
            export const a = v.string()
            """,
            at="v }",
            fixed="""
            import { v } from 'convex/values'
            export const a = v.string()
            """,
        ),
        Invalid(
            """
            import { query, v, mutation } from "./_generated/server";
            export const a = v.string();
            """,
            at="v, mutation",
            fixed="""
            import { query, mutation } from "./_generated/server";
            import { v } from "convex/values";
            export const a = v.string();
            """,
        ),
        Invalid(
            'import { query, type Infer } from "convex/server";',
            at="type Infer",
            fixed="""
            import { query } from "convex/server";
            import { type Infer } from "convex/values";
            """,
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        for found in module.bindings.imports:
            if found.imported in _NAMES and _WRONG.search(found.module) and found.style == "esm":
                fix = Fix(f"Import `{found.imported}` from convex/values", _edits(module, found))
                yield self.report(found.span, fix, module=found.module, name=found.imported)


def _edits(module: Module, found: Import) -> tuple[Edit, ...]:
    statement = module.file.slice(found.statement)
    together = [other for other in module.bindings.imports if other.statement == found.statement]
    quote = '"' if '"' in statement else "'"
    if len(together) == 1:
        start = found.statement.start + statement.rindex(found.module)
        return (Edit.replace(Span(start, start + len(found.module)), "convex/values"),)
    end = ";" if statement.rstrip().endswith(";") else ""
    keyword = "import type" if statement.startswith("import type") else "import"
    specifier = module.file.slice(found.span)
    added = f"{module.file.newline}{keyword} {{ {specifier} }} from {quote}convex/values{quote}{end}"
    return (Edit.delete(_with_comma(module.file, found.span)), Edit.insert(found.statement.end, added))


def _with_comma(file: SourceFile, span: Span) -> Span:
    """An import specifier with the comma before it, or after it when it is the first."""
    before = _BEFORE.search(file.text[: span.start])
    if before is not None:
        return Span(before.start(), span.end)
    after = _AFTER.match(file.text, span.end)
    return Span(span.start, after.end() if after else span.end)
