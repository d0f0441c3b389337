"""Node modules outside of a "use node" file.

## What it does
Reports imports of Node's own modules, and of packages that only run on Node, in files of the functions folder that do
not begin with "use node".

## Why is this bad
Such files are bundled for Convex's own runtime, which has none of Node's modules: the push fails with "Could not
resolve". (`async_hooks` is the exception.)

## Example
```ts
import { createHash } from "crypto";
import { action } from "./_generated/server";

export const digest = action({
  args: {},
  handler: async () => createHash("sha256").update("x").digest("hex"),
});
```

## Use instead
```ts
"use node";

import { createHash } from "crypto";
import { action } from "./_generated/server";

export const digest = action({
  args: {},
  handler: async () => createHash("sha256").update("x").digest("hex"),
});
```
Often a Web API does the same in the default runtime, where functions start faster: `crypto.subtle`, `fetch`, `btoa`.

## Fix safety
A file that registers only actions gets `"use node";`. This is unsafe: the functions move to another runtime, with
other limits, and files of the default runtime may no longer import this one.

## References
- https://docs.convex.dev/functions/runtimes#nodejs-runtime
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.rules.functions import Kind
from codemods.rules.module import Module
from codemods.rules.rule import Applicability, Fix, Invalid, Report, Rule, Valid
from codemods.source.bindings import Import
from codemods.source.edits import Edit
from codemods.source.file import span_of
from codemods.source.span import Span
from codemods.workspace.builtins import builtin_module
from codemods.workspace.graph import package_name

_TYPES = frozenset({"type_annotation", "type_arguments", "type_query", "type_alias_declaration"})
_AVAILABLE = frozenset({"async_hooks"})
_NODE_PACKAGES = frozenset({
    "@google-cloud/storage", "@sendgrid/mail", "agenda", "archiver", "argon2", "aws-sdk", "bcrypt", "bull",
    "bullmq", "canvas", "chokidar", "discord.js", "dotenv", "firebase-admin", "fs-extra", "googleapis", "imap",
    "ioredis", "jsdom", "jsonwebtoken", "ldapjs", "log4js", "morgan", "node-cron", "node-schedule", "nodemailer",
    "passport", "pdf-parse", "pdfkit", "playwright", "playwright-core", "puppeteer", "puppeteer-core", "redis",
    "sharp", "socket.io", "ssh2", "twilio", "web-push", "winston", "ws",
})  # fmt: skip


class NodeModule(Rule):
    CODE = "CX522"
    NAME = "node-module"
    MESSAGE = "`{module}` needs Node.js, which this file does not run on"
    HELP = 'Move the code that needs it into an action in a file that begins with "use node", or use a Web API.'
    LITERALS = ("import", "require")

    VALID = (
        Valid(
            """
            "use node";
            import fs from "fs";
            import { query, action } from "./_generated/server";
            export const a = action({ args: {}, handler: async () => 1 });
            """,
        ),
        Valid(
            """
            import type { Readable } from "stream";
            export type A = Readable;
            """,
        ),
        Valid(
            """
            import { AsyncLocalStorage } from "node:async_hooks";
            export const a = new AsyncLocalStorage();
            """,
        ),
        Valid(
            """
            import { EventEmitter } from "events";
            export const a = EventEmitter;
            """,
            files=(
                (
                    "package.json",
                    '{ "dependencies": { "convex": "^1.48.0", "events": "^3.3.0" } }',
                ),
            ),
        ),
        Valid(
            """
            import fs from "fs";
            export const a = fs;
            """,
            path="convex/tasks.test.ts",
        ),
    )
    INVALID = (
        Invalid(
            """
            import { readFileSync } from "node:fs";
            export const a = readFileSync;
            """,
            at="import {",
        ),
        Invalid(
            """
            import jwt from "jsonwebtoken";
            import { query, action } from "./_generated/server";
            export const a = action({ args: {}, handler: async () => 1 });
            """,
            at="import jwt",
            fixed="""
            "use node";

            import jwt from "jsonwebtoken";
            import { query, action } from "./_generated/server";
            export const a = action({ args: {}, handler: async () => 1 });
            """,
        ),
        Invalid(
            """
            import crypto from "crypto";
            import { query, action } from "./_generated/server";
            export const a = action({ args: {}, handler: async () => 1 });
            export const q = query({ args: {}, handler: async () => 1 });
            """,
            at="import crypto",
        ),
        Invalid(
            """
            const path = require("path");
            export const a = path.sep;
            """,
            at="const path",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if module.uses_node or not module.is_entry:
            return
        reported: set[Span] = set()
        for found in module.bindings.imports:
            if found.statement in reported or not _needs_node(module, found) or _is_type(module, found):
                continue
            reported.add(found.statement)
            yield self.report(found.statement, _fix(module), module=found.module)


def _needs_node(module: Module, found: Import) -> bool:
    builtin = builtin_module(found.module)
    if builtin is not None:
        polyfilled = builtin == found.module and module.code.workspace.depends_on(module.path, builtin)
        return builtin not in _AVAILABLE and not polyfilled
    return package_name(found.module) in _NODE_PACKAGES


def _is_type(module: Module, found: Import) -> bool:
    """True for imports that only name types: `import type`, and `typeof import("fs")`."""
    if found.type_only or found.style != "dynamic":
        return found.type_only
    calls = [call for call in module.root.find_all(kind="call_expression") if span_of(call) == found.span]
    return any(above.kind() in _TYPES for call in calls for above in call.ancestors())


def _fix(module: Module) -> Fix | None:
    if not module.functions or any(one.kind is not Kind.ACTION for one in module.functions):
        return None
    newline = module.file.newline
    edit = Edit.insert(0, f'"use node";{newline}{newline}')
    return Fix('Run the file on Node.js: "use node"', (edit,), Applicability.UNSAFE)
