"""A Prisma schema and functions with Prisma calls, written as a Convex project that the tests can check and call."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convex_project import ConvexProject, Json, Request

from codemods.ir.query import Op, Query
from codemods.ir.table import Schema
from codemods.readers.prisma import find_queries, schema_from
from codemods.source import Edit, SourceFile, Span, named, render, span_of
from codemods.workspace import Workspace
from codemods.writers.acting.crossing import Crossing
from codemods.writers.code import DbCode, ImportSpec, Refusal, Rewrite, TableUse
from codemods.writers.library import library
from codemods.writers.names import SchemaNames, schema_names
from codemods.writers.queries.conditions import Assemblies
from codemods.writers.queries.database import DatabaseEdits, transaction_parameters, write_control
from codemods.writers.queries.db import write_query
from codemods.writers.settling import settled
from codemods.writers.splice import function_at
from codemods.writers.stored.schema import SCHEMA_CLOSE, SCHEMA_IMPORTS, SCHEMA_OPEN, close_tables, schema_fragments
from codemods.writers.stored.tables import close_uses, table_fragments

CLIENT = 'import { PrismaClient } from "@prisma/client";\n\nconst prisma = new PrismaClient();\n\n'
LITERAL = re.compile(r"""-?\d+(\.\d+)?|"[^"\n]*"|'[^'\n]*'|true|false|null""")

HTTP = """
import { ConvexError } from "convex/values";
import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();

http.route({
  pathPrefix: "/",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const name = new URL(request.url).pathname.slice(1);
    const functions = internal.app as Record<string, any>;
    try {
      return Response.json(await ctx.runMutation(functions[name], await request.json()));
    } catch (error) {
      const data = error instanceof ConvexError ? error.data : { message: String(error) };
      return Response.json(data, { status: 500 });
    }
  }),
});

export default http;
"""


@dataclass
class TextFacts:
    """What the text of a value tells; `optional` names values that may be undefined, `ids` those that are ids."""

    text_of_file: str
    optional: frozenset[str] = frozenset()
    ids: dict[str, str] = field(default_factory=dict)
    reaching: frozenset[tuple[str, int]] = frozenset()

    def text(self, value: Span) -> str:
        return self.text_of_file[value.start : value.end]

    def may_be_undefined(self, value: Span) -> bool:
        return self.text(value).split(".")[0] in self.optional or "undefined" in self.text(value)

    def may_be_null(self, value: Span) -> bool:
        return self.literal(value) is None

    def turns_async(self, value: Span) -> bool:
        return False

    def is_null(self, value: Span) -> bool:
        return self.text(value) == "null"

    def literal(self, value: Span) -> str | None:
        return self.text(value) if LITERAL.fullmatch(self.text(value)) else None

    def id_table(self, value: Span) -> str | None:
        return self.ids.get(self.text(value))


class PrismaSource:
    """One TypeScript file over a schema, with its queries."""

    client = CLIENT
    """What the file starts with, which its migration does not."""

    def __init__(self, root: Path, schema: str, code: str, optional: Iterable[str] = (), in_action: bool = False):
        root.mkdir(parents=True, exist_ok=True)
        (root / "package.json").write_text('{"name": "app", "dependencies": {"@prisma/client": "5"}}')
        (root / "app.ts").write_text(CLIENT + code)
        workspace = Workspace.open(root)
        self.schema: Schema = schema_from({"schema.prisma": schema}).schema
        self.names: SchemaNames = schema_names(self.schema)
        self.file: SourceFile = workspace.source("app.ts")
        self.queries: list[Query] = find_queries(workspace, "app.ts", self.schema)
        self.facts = TextFacts(self.file.text, frozenset(optional))
        names = set(re.findall(r"\b(?:function|const|let) (\w+)", self.file.text))
        self.crossing = Crossing("app", names) if in_action else None

    def function(self, name: str) -> Span:
        """Where an exported function stands."""
        [found] = [
            node
            for node in named(self.file.root)
            if node.kind() == "export_statement"
            and (own := node.field("declaration")) is not None
            and (called := own.field("name")) is not None
            and called.text() == name
        ]
        return span_of(found)

    def written(self, query: Query, used: bool = True) -> DbCode | Refusal:
        indent = self.file.indent_at(query.call.start)
        bound = set(re.findall(r"\b(?:function|const|let) (\w+)", self.file.text))
        changing = re.findall(r"\blet (\w+)", self.file.text)
        return write_query(
            query,
            self.schema,
            self.names,
            self.facts,
            indent=indent,
            avoid=bound,
            used=used,
            changing=changing,
            crossing=self.crossing,
        )

    def text(self, code: DbCode) -> str:
        return "".join(part if isinstance(part, str) else self.facts.text(part) for part in code.parts)


@dataclass
class Written:
    """A source whose calls are written, with those that are not: (call, why)."""

    source: PrismaSource
    codes: list[tuple[Query, DbCode]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    refused: list[tuple[Span, str]] = field(default_factory=list)

    def project(self, root: Path, without: Collection[str] = (), as_json: bool = False) -> ConvexProject:
        """The Convex project: every exported function of the source as an internal mutation, but for some."""
        cut = [self.source.function(name) for name in without]
        kept = [(query, code) for query, code in self.codes if not any(span.holds(query.call) for span in cut)]
        assemblies = Assemblies(self.source.file, kept)
        assert list(assemblies.problems()) == []
        rewrites = [*(Rewrite(query.call, code.parts) for query, code in kept), *assemblies.rewrites()]
        edits = [edit for edit in self.edits if not any(span.holds(edit.span) for span in cut)]
        edits += [Edit.replace(span, "") for span in cut]
        rendered = render(self.source.file.text, settled(self.source.file.text, edits, rewrites))
        assert not rendered.refused
        codes = [code for _, code in kept]
        return _write_files(root, self.source, rendered.text.removeprefix(self.source.client), codes, as_json)


def write_app(source: PrismaSource) -> Written:
    """Every call of the source written, transactions included."""
    written = Written(source)
    for query in source.queries:
        edits = DatabaseEdits()
        if query.op is Op.TRANSACTION:
            write_control(source.file, query, edits)
            written.edits += [Edit(call, ("(", *work, ")()")) for call, work in edits.transactions.items()]
            written.refused += [(query.call, problem.text) for problem in edits.problems]
            continue
        code = source.written(query)
        if isinstance(code, Refusal):
            written.refused.append((query.call, code.reason))
        else:
            written.codes.append((query, code))
    for callback in transaction_parameters(source.file, source.queries):
        node = function_at(source.file.root, callback)
        given = (node.field("parameters") or node.field("parameter")) if node is not None else None
        if given is not None:
            written.edits.append(Edit.replace(span_of(given), "()"))
    return written


def write_project(root: Path, source: PrismaSource) -> ConvexProject:
    """The Convex project: every exported function of the source as an internal mutation."""
    written = write_app(source)
    assert not written.refused, written.refused
    return written.project(root)


def _write_files(root: Path, source: PrismaSource, app: str, codes: list[DbCode], as_json: bool) -> ConvexProject:
    uses = close_uses({use for code in codes for use in code.tables}, source.schema)
    indexes = {index for code in codes for index in code.indexes}
    modules = _table_modules(source, uses, indexes)
    runtime = {name for code in codes for name in code.runtime} | {
        name for part in modules.values() for name in part.runtime
    }
    tables = close_tables([table.name for table in source.schema.tables], source.schema)
    fragments = schema_fragments(source.schema, source.names, tables, indexes)
    body = "\n".join([SCHEMA_OPEN, *(fragment.text for fragment in fragments), SCHEMA_CLOSE])
    files = {"schema.ts": _module("schema", SCHEMA_IMPORTS, body), "http.ts": HTTP}
    files["app.ts"] = _app(app, codes, as_json, source.crossing is not None)
    files |= {f"tables/{name}.ts": _module(f"tables/{name}", part.imports, part.text) for name, part in modules.items()}
    files |= _library_modules({*runtime, "toJson"})
    for path, text in files.items():
        target = root / "convex" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    (root / "package.json").write_text(json.dumps({"name": "app", "type": "module", "dependencies": {"convex": "1"}}))
    return ConvexProject(root)


def call_all(project: ConvexProject, calls: Sequence[tuple[str, Json]]) -> list[Json]:
    """The results of functions of the app. `{x}` in an argument is the id that a call named `x=function` gave."""
    requests = []
    for name, given in calls:
        capture, _, function = name.rpartition("=")
        requests.append(
            Request("POST", f"/{function}", body={"given": given}, capture={capture: "id"} if capture else {})
        )
    return [answer.body for answer in project.serve(requests)]


@dataclass
class _Module:
    text: str
    imports: list[ImportSpec]
    runtime: set[str]


def _table_modules(
    source: PrismaSource, uses: frozenset[TableUse], indexes: set[tuple[str, tuple[str, ...]]]
) -> dict[str, _Module]:
    modules = {}
    for table in source.schema.tables:
        parts = table_fragments(table, uses, source.schema, source.names)
        if parts:
            text = "\n\n".join(part.text for part in parts)
            imports = [spec for part in parts for spec in part.imports]
            modules[source.names.of(table.name).table] = _Module(
                text, imports, {n for part in parts for n in part.runtime}
            )
            indexes |= {index for part in parts for index in part.indexes}
    return modules


def _library_modules(names: set[str]) -> dict[str, str]:
    modules: dict[str, _Module] = {}
    for declaration in library(names):
        module = modules.setdefault(declaration.module, _Module("", [], set()))
        module.text += ("\n\n" if module.text else "") + declaration.text
        module.imports += declaration.imports
    return {f"{path}.ts": _module(path, module.imports, module.text) for path, module in modules.items()}


TO_TEXT = """
const toText = (value: unknown) =>
  JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each)) ?? "null";
"""


def _app(text: str, codes: list[DbCode], as_json: bool, in_action: bool) -> str:
    kind, ctx = ("internalAction", "ActionCtx") if in_action else ("internalMutation", "MutationCtx")
    shown = "toText" if as_json else "toJson"
    names = re.findall(r"^export async function (\w+)\((.*)\)", text, re.MULTILINE)
    text = re.sub(r"^export async function (\w+)\(", rf"async function \1(ctx: {ctx}, ", text, flags=re.MULTILINE)
    text += "".join(
        f"\nconst {name}_ = {kind}({{\n  args: {{ given: v.any() }},\n"
        f"  handler: async (ctx, {{ given }}): Promise<any> =>\n"
        f"    {shown}(await {name}(ctx{', given' if given else ''})),\n}});\n"
        f"export {{ {name}_ as {name} }};\n"
        for name, given in names
    )
    text += TO_TEXT if as_json else ""
    functions = {name: function for code in codes for name, function in code.functions.items()}
    text += "".join(f"\n{function}\n" for function in functions.values())
    imports = [spec for code in codes for spec in (*code.imports, *code.beyond)]
    imports += [ImportSpec("convex/values", "v"), ImportSpec("convex:lib/json", "toJson")]
    imports += [ImportSpec("convex:_generated/server", kind)]
    imports += [ImportSpec("convex:_generated/server", ctx, type_only=True)]
    return _module("app", imports, text)


def _module(path: str, imports: Iterable[ImportSpec], body: str) -> str:
    up = "../" * path.count("/") or "./"
    lines = []
    for spec in dict.fromkeys(imports):
        module = spec.module.replace("convex:", up)
        if module == f"{up}{path}":
            continue
        kind = "import type" if spec.type_only else "import"
        name = spec.name if spec.binds == spec.name else f"{spec.name} as {spec.binds}"
        lines.append(f'{kind} {{ {name} }} from "{module}";')
    return "\n".join([*lines, "", body, ""])
