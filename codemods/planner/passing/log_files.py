"""Functions that add lines to a log file: there is no disk, and what the console is given Convex keeps."""

from __future__ import annotations

from codemods.planner.facts import Replaced
from codemods.planner.scan import Scan
from codemods.readers.express.logging import LogCalls
from codemods.source import parameters, span_of
from codemods.source.tree import FUNCTION_KINDS


def read_log_file(scan: Scan) -> None:
    """`async (line, file) => { await appendFile(…); }` → `async (line, file) => { console.log(line, file); }`."""
    body = scan.node.field("body") if scan.node.kind() in FUNCTION_KINDS else None
    names = [parameter.name for parameter in parameters(scan.node)] if body is not None else []
    if body is None or not names or None in names or not LogCalls(scan.workspace).fills_file(scan.file, scan.node):
        return
    call = f"console.log({', '.join(name for name in names if name is not None)})"
    if body.kind() == "statement_block":
        margin = scan.file.indent_at(span_of(body).start)
        first = next(iter(body.children()[1:-1]), body)
        inner = scan.file.indent_at(span_of(first).start)
        end = ";" if ";" in body.text() else ""
        call = f"{{\n{inner}{call}{end}\n{margin}}}"
    scan.erase(span_of(body))
    scan.facts.replaced.append(Replaced(span_of(body), call))
