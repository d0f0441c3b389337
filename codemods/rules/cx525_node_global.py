"""Globals of Node outside of a "use node" file.

## What it does
Reports `Buffer`, `__dirname`, `__filename` and members of `process` other than `env` in files of the functions folder
that do not begin with "use node".

## Why is this bad
Convex's own runtime has none of them: the code throws a ReferenceError when it gets there.

## Example
```ts
import { action } from "./_generated/server";

export const basic = action({
  args: {},
  handler: async () => Buffer.from("user:secret").toString("base64"),
});
```

## Use instead
```ts
import { action } from "./_generated/server";

export const basic = action({
  args: {},
  handler: async () => btoa("user:secret"),
});
```
For bytes there are `Uint8Array`, `TextEncoder` and `TextDecoder`.

## Fix safety
There is no fix: which Web API is meant depends on the data.

## References
- https://docs.convex.dev/functions/runtimes
"""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.rules.module import Module
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.file import span_of

_GLOBALS = ("Buffer", "__dirname", "__filename")


class NodeGlobal(Rule):
    CODE = "CX525"
    NAME = "node-global"
    MESSAGE = "`{name}` does not exist outside of Node.js, which this file does not run on"
    HELP = 'Use a Web API (Uint8Array, TextEncoder, btoa), or move the code to an action in a "use node" file.'
    LITERALS = (*_GLOBALS, "process.")

    VALID = (
        Valid(
            """
            "use node";
            import { action } from "./_generated/server";
            export const a = action({ args: {}, handler: () => Buffer.from('a') });
            """,
        ),
        Valid(
            """
            import { action } from "./_generated/server";
            export const a = action({ args: {}, handler: () => process.env.KEY });
            """,
        ),
        Valid(
            """
            import { Buffer } from "buffer/";
            export const a = Buffer.from("a");
            """,
        ),
        Valid(
            'export const a = typeof Buffer === "undefined" ? btoa("a") : Buffer.from("a");',
        ),
        Valid(
            "export const a = (data: Buffer) => data;",
        ),
    )
    INVALID = (
        Invalid(
            """
            import { action } from "./_generated/server";
            export const a = action({ args: {}, handler: () => Buffer.from('a') });
            """,
            at="Buffer.from",
        ),
        Invalid(
            "export const a = () => process.cwd();",
            at="process.cwd",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if module.uses_node or not module.is_entry:
            return
        tested = {name for name in _GLOBALS if f"typeof {name}" in module.text}
        for name in sorted(set(_GLOBALS) - tested):
            for node in _identifiers(module, name):
                yield self.report(span_of(node), name=name)
        if "process." in module.text and "typeof process" not in module.text:
            for node in _identifiers(module, "process"):
                member = node.parent()
                taken = (
                    member.field("property") if member is not None and member.kind() == "member_expression" else None
                )
                if member is not None and taken is not None and taken.text() != "env":
                    yield self.report(span_of(member), name=member.text())


def _identifiers(module: Module, name: str) -> Iterator[SgNode]:
    if name not in module.text:
        return
    for node in module.root.find_all({"rule": {"kind": "identifier", "regex": f"^{name}$"}}):
        if module.bindings.resolve(node) is None:
            yield node
