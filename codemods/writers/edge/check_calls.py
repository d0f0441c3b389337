"""Checks of express-validator as http.ts calls them: `await body("name").trim().notEmpty().run(req);`"""

from __future__ import annotations

from codemods.source import named, parse, span_of
from codemods.writers.layout import WIDTH

_OPENING, _END = "  await ", "(req);"
_DEEPER = "\n    "


def run_call(chain: str, language: str) -> str:
    """The method that runs a chain, on a line of its own where the calls have theirs; calls get those if it is long."""
    if "\n" not in chain and len(f"{_OPENING}{chain}.run{_END}") > WIDTH:
        for offset in _links(chain, language):
            chain = f"{chain[:offset]}{_DEEPER}{chain[offset:]}"
    last = chain.rsplit("\n", 1)[-1]
    indent = last[: len(last) - len(last.lstrip())]
    return f"{chain}\n{indent}.run" if "\n" in chain and last.lstrip().startswith(".") else f"{chain}.run"


def _links(chain: str, language: str) -> list[int]:
    """Where the methods of a chain begin, the last one first."""
    found = []
    node = next(iter(named(parse(chain, language))), None)
    while node is not None and node.kind() in ("expression_statement", "call_expression", "member_expression"):
        if node.kind() == "expression_statement":
            node = next(iter(named(node)), None)
        elif node.kind() == "call_expression":
            node = node.field("function")
        else:
            target = node.field("object")
            found += [span_of(target).end] if target is not None else []
            node = target
    return found
