"""Multipart parsers in the functions folder.

## What it does
Reports imports of multer, formidable, busboy, express-fileupload and their like.

## Why is this bad
They read from Node's request streams and write to disk; Convex has neither. Files are uploaded to Convex's storage
directly, or arrive in an HTTP action that parses them with `request.formData()`.

## Example
```ts
import multer from "multer";

export const upload = multer({ dest: "uploads/" }).single("file");
```

## Use instead
```ts
import { mutation } from "./_generated/server";

export const generateUploadUrl = mutation({
  args: {},
  handler: async (ctx) => ctx.storage.generateUploadUrl(),
});
```
Clients that must post a form to an old URL get an HTTP action: `const form = await request.formData();`
`const id = await ctx.storage.store(form.get("file") as Blob);`

## Fix safety
There is no fix.

## References
- https://docs.convex.dev/file-storage/upload-files
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.span import Span

_PARSERS = frozenset({
    "@fastify/busboy", "@fastify/multipart", "@koa/multer", "busboy", "connect-busboy", "connect-multiparty",
    "express-fileupload", "formidable", "koa-body", "multer", "multer-s3", "multiparty", "parse-multipart-data",
})  # fmt: skip


class MultipartParsing(Rule):
    CODE = "CX722"
    NAME = "multipart-parsing"
    MESSAGE = "`{package}` cannot parse uploads in Convex: there are no request streams and no disk"
    HELP = "Let clients upload to ctx.storage.generateUploadUrl(), or use request.formData() in an httpAction."
    LITERALS = tuple(sorted(_PARSERS))

    VALID = (
        Valid(
            """
            import { httpAction } from "./_generated/server";
            export const multer = httpAction(async (ctx, request) => {
              const file = (await request.formData()).get("file") as Blob;
              return Response.json(await ctx.storage.store(file));
            });
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import multer from "multer";
            export const a = multer();
            """,
            at="import multer",
        ),
        Invalid(
            """
            const { IncomingForm } = require("formidable");
            export const a = IncomingForm;
            """,
            at="const {",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        reported: set[Span] = set()
        for found in module.bindings.imports:
            if found.module in _PARSERS and not found.type_only and found.statement not in reported:
                reported.add(found.statement)
                yield self.report(found.statement, package=found.module)
