"""The model of a table of documents in `convex/tables/<table>.ts`, and what is stored of it in `convex/schema.ts`."""

from __future__ import annotations

from collections.abc import Iterator, Set

from codemods.ir.document import Document, DocumentPath, Holds, Shape, Showing
from codemods.ir.table import Schema, Table
from codemods.writers.code import ImportSpec, TableAction, TableUse
from codemods.writers.layout import Doc, call, listed, record, text_of
from codemods.writers.names import SchemaNames
from codemods.writers.stored.parts import Builder, ModulePart, chained, function, statement, unique_constraints

_PLAIN = {
    Holds.STRING: "v.string()",
    Holds.NUMBER: "v.number()",
    Holds.BOOLEAN: "v.boolean()",
    Holds.DATE: "v.number()",
    Holds.ID: "v.string()",
    Holds.MIXED: "v.any()",
}
_TYPES = {
    Holds.STRING: "string",
    Holds.NUMBER: "number",
    Holds.BOOLEAN: "boolean",
    Holds.DATE: "Date",
    Holds.ID: "string",
    Holds.MIXED: "any",
}


# ---- convex/schema.ts ---------------------------------------------------------------------------


def stored_validator(path: DocumentPath, schema: Schema, names: SchemaNames) -> Doc:
    """The validator of a path, which may be missing or null unless it is required."""
    bare = _validator(path, schema, names)
    if path.required or path.name == "__v":
        return bare
    return call("v.optional", bare if bare == "v.any()" else call("v.union", bare, "v.null()"))


def _validator(path: DocumentPath, schema: Schema, names: SchemaNames) -> Doc:
    match path.holds:
        case Holds.ID if path.refers is not None and schema.table(path.refers) is not None:
            return f'v.id("{names.of(path.refers).table}")'
        case Holds.LIST if path.of is not None:
            return call("v.array", _validator(path.of, schema, names))
        case Holds.MAP if path.of is not None:
            return call("v.record", "v.string()", _validator(path.of, schema, names))
        case Holds.OBJECT | Holds.DOCUMENT:
            items: list[Doc] = ["id: v.string()"] if path.holds is Holds.DOCUMENT else []
            items += [(f"{inner.name}: ", stored_validator(inner, schema, names)) for inner in path.paths]
            return call("v.object", record(items))
        case _:
            return _PLAIN.get(path.holds, "v.any()")


# ---- convex/tables ------------------------------------------------------------------------------


def document_fragments(
    table: Table, document: Document, actions: Set[TableAction], schema: Schema, names: SchemaNames
) -> tuple[ModulePart, ...]:
    """The parts of the table's module that these uses ask for, in order."""
    parts = [_model_part(Builder(schema, names, table), document)] if actions else []
    if actions & {"mapper", "insert", "patch", "save"}:
        parts += [_type_part(Builder(schema, names, table), document), _mapper_part(Builder(schema, names, table))]
    if actions & {"insert", "save"}:
        parts.append(_insert_part(Builder(schema, names, table), document, "save" in actions))
    if actions & {"patch", "save"}:
        parts.append(_patch_part(Builder(schema, names, table), document))
    if "save" in actions:
        parts.append(_save_part(Builder(schema, names, table)))
    return tuple(parts)


def _uses(build: Builder, *actions: TableAction) -> list[TableUse]:
    return [TableUse(build.table.name, action) for action in actions]


def _model_part(build: Builder, document: Document) -> ModulePart:
    """`export const userModel: Model`: how values are cast and checked."""
    own = build.own
    items: list[Doc] = [f'name: "{build.table.name}"']
    items.append(("fields: ", record([(f"{_key(path.name)}: ", _field(build, path)) for path in document.paths])))
    items += [f'made: "{document.made}"'] if document.made is not None else []
    items += [f'changed: "{document.changed}"'] if document.changed is not None else []
    items += [f'version: "{document.version}"'] if document.version is not None else []
    items += _shape(build, document.shape)
    for module, name, local in document.imports:
        if module:
            build.imports.add(ImportSpec(module, name, local if local != name else ""))
        else:
            build.library(name)
    helpers = "".join(f"{helper}\n\n" for _, helper in document.helpers)
    text = helpers + text_of((f"export const {own.model}: {build.library('Model')} = ", record(items), ";"), "", 0)
    return build.part(own.model, 0, text, *_uses(build, "mapper", "insert", "patch", "save", "model"))


def _shape(build: Builder, shape: Shape) -> list[Doc]:
    """`shape: shapedBy({ virtuals: { … }, json: { … } })`: what documents show beyond their fields."""
    items: list[Doc] = ["textKey: false"] if not shape.text_key else []
    computed = [f"{_key(each.name)}: {each.get}" for each in shape.virtuals if each.get is not None]
    items += [("virtuals: ", record(computed))] if computed else []
    shown = (("json", shape.json), ("object", shape.object))
    items += [(f"{name}: ", _showing(each)) for name, each in shown if each is not None]
    return [("shape: ", call(build.library("shapedBy"), record(items)))] if items else []


def _showing(showing: Showing) -> Doc:
    items = [f"virtuals: {str(showing.virtuals).lower()}"] if showing.virtuals is not None else []
    items += ["getters: true"] if showing.getters else []
    items += ["version: false"] if not showing.version else []
    items += [f"{name}: {text}" for name, text in (("transform", showing.transform), ("own", showing.own)) if text]
    return record(items) if items else "{}"


def _field(build: Builder, path: DocumentPath) -> Doc:
    items: list[Doc] = [f'type: "{path.holds.value}"']
    if path.of is not None:
        items.append(("of: ", _field(build, path.of)))
    if path.holds in (Holds.OBJECT, Holds.DOCUMENT):
        items.append(("fields: ", record([(f"{_key(each.name)}: ", _field(build, each)) for each in path.paths])))
    items += _shape(build, path.shape) if path.shape is not None else []
    items += [f"{name}: {text}" for name, text in path.options.items()]
    if path.timestamps:
        items.append(("timestamps: ", listed("[", [f'"{name}"' for name in path.timestamps], "]")))
    return record(items)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else f'"{name}"'


def _type_part(build: Builder, document: Document) -> ModulePart:
    """`export interface User`: a document as code sees it."""
    own = build.own
    lines = [f"  _id: {build.id_type(build.table)};", "  readonly id: string;"]
    stamps = (document.made, document.changed)
    lines += [f"  {_member(path, path.name in stamps)};" for path in document.paths]
    lines += [f"  readonly {_key(each.name)}: any;" for each in document.shape.virtuals]
    text = "\n".join([f"export interface {own.type} {{", *lines, "}"])
    return build.part(own.type, 10, text, *_uses(build, "mapper", "insert", "patch", "save"))


def _member(path: DocumentPath, is_stamp: bool = False) -> str:
    sure = is_stamp or path.required or path.holds is Holds.LIST or "default" in path.options or path.name == "__v"
    return f"{_key(path.name)}{'' if sure else '?'}: {_type(path)}"


def _type(path: DocumentPath) -> str:
    match path.holds:
        case Holds.LIST if path.of is not None:
            inner = _type(path.of)
            return f"({inner})[]" if " " in inner and not inner.startswith("{") else f"{inner}[]"
        case Holds.MAP if path.of is not None:
            return f"Record<string, {_type(path.of)}>"
        case Holds.OBJECT | Holds.DOCUMENT:
            key = ["_id: string", "readonly id: string"] if path.holds is Holds.DOCUMENT else []
            members = [*key, *map(_member, path.paths)]
            return f"{{ {'; '.join(members)} }}"
        case _:
            return _TYPES.get(path.holds, "any")


def _mapper_part(build: Builder) -> ModulePart:
    own = build.own
    made = f"{build.library('documentOf')}(doc, {own.model}) as {own.type}"
    text = f"export function {own.mapper}(doc: {build.doc_type()}): {own.type} {{\n  return {made};\n}}"
    return build.part(own.mapper, 15, text, *_uses(build, "mapper", "insert", "patch", "save"))


def _insert_part(build: Builder, document: Document, saves: bool) -> ModulePart:
    own = build.own
    body = [f"  const row = {build.library('newRow')}({own.model}, data{', checked' if saves else ''});"]
    body += _unique_checks(build, document, "row")
    body += [f"  const id = await ctx.db.insert({build.quoted}, row);"]
    body += [f"  return (await ctx.db.get({build.quoted}, id))!;"]
    parameters = [f"ctx: {build.mutation_ctx()}", "data: unknown", *(["checked = false"] if saves else [])]
    text = function(own.insert, parameters, build.doc_type(), body)
    return build.part(own.insert, 30, text, *_uses(build, "insert", "save"))


def _patch_part(build: Builder, document: Document) -> ModulePart:
    """`export async function patchUser`: the row with changes, under its constraints."""
    own = build.own
    checks = list(_unique_checks(build, document, "after", changed=True))
    body = ["  const after = { ...doc, ...changes };", *checks] if checks else []
    body += [f"  await ctx.db.patch({build.quoted}, doc._id, changes);"]
    body += [f"  return (await ctx.db.get({build.quoted}, doc._id))!;"]
    doc = build.doc_type()
    parameters = [f"ctx: {build.mutation_ctx()}", f"doc: {doc}", f"changes: Partial<{doc}>"]
    text = function(own.patch, parameters, doc, body)
    return build.part(own.patch, 40, text, *_uses(build, "patch", "save"))


def _save_part(build: Builder) -> ModulePart:
    """`export async function saveUser`: what code did to a document, or a new one."""
    own = build.own
    missing = build.library("DocumentNotFoundError")
    body = [
        f"  if (changes._id === undefined) return await {own.insert}(ctx, changes.set, changes.checked);",
        f"  const id = ctx.db.normalizeId({build.quoted}, changes._id);",
        f"  const doc = id && (await ctx.db.get({build.quoted}, id));",
        f'  if (!doc) throw new {missing}("{build.table.name}");',
        f"  return await {own.patch}(ctx, doc, {build.library('changedRow')}({own.model}, doc, changes));",
    ]
    parameters = [f"ctx: {build.mutation_ctx()}", f"changes: {build.library('DocumentChanges')}"]
    text = function(own.save, parameters, build.doc_type(), body)
    return build.part(own.save, 50, text, *_uses(build, "save"))


def _unique_checks(build: Builder, document: Document, row: str, changed: bool = False) -> Iterator[str]:
    for fields in unique_constraints(build.table):
        name, ordered = build.index(build.table, fields)
        stored = {field: build.stored(build.table, field) for field in fields}
        steps: list[Doc] = [f'.eq("{stored[field]}", {row}.{stored[field]})' for field in ordered]
        query = chained([f".query({build.quoted})", call(".withIndex", f'"{name}"', ("(q) => q", *steps))])
        values = record([f"{field}: {row}.{stored[field]}" for field in fields])
        collection = f'"{document.collection or build.own.table}"'
        arguments: list[Doc] = [query, collection, values, *(["doc._id"] if changed else [])]
        check = statement(call(f"await {build.library('onlyOne')}", *arguments), 2 if changed else 1)
        test = " || ".join(f'"{each}" in changes' for each in stored.values())
        yield f"  if ({test}) {{\n{check}\n  }}" if changed else check
