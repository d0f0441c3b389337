"""Tables of the runtime library's own functions, in the words of `convex/schema.ts`."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.writers.library import Declaration

TABLES: dict[str, str] = {
    "rateLimitHits": """\
  rateLimitHits: defineTable({
    limiter: v.string(),
    key: v.string(),
    hits: v.number(),
    resetTime: v.number(),
  })
    .index("by_resetTime", ["resetTime"])
    .index("by_limiter_and_key", ["limiter", "key"]),""",
    "storedFiles": """\
  storedFiles: defineTable({
    path: v.string(),
    storageId: v.id("_storage"),
  }).index("by_path", ["path"]),""",
}
"""The definition of each table by its name."""


def tables_of(declarations: Iterable[Declaration]) -> tuple[str, ...]:
    """The names of the tables that declarations of the library read or write."""
    texts = [declaration.text for declaration in declarations]
    return tuple(name for name in TABLES if any(f'"{name}"' in text for text in texts))
