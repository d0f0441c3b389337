"""Reads every model of a workspace into a table of documents.

https://mongoosejs.com/docs/guide.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.document import Document, DocumentPath, Holds
from codemods.ir.table import (
    DefaultKind,
    Field,
    FieldType,
    Gap,
    Reach,
    Relation,
    RelationKind,
    Schema,
    Table,
)
from codemods.outcome import CODES, Diagnostic, Place, Severity
from codemods.readers.calls import call_site
from codemods.readers.literals import Property, entries, property_of
from codemods.readers.mongoose.additions import Addition, additions
from codemods.readers.mongoose.paths import Definitions, Subschema
from codemods.readers.mongoose.shapes import handed_down, read_showing
from codemods.readers.mongoose.source import PACKAGES, called_export, followed, is_call_of, model_name
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, string_value, unwrap
from codemods.workspace import Role, Workspace

_FIELD_TYPES = {
    Holds.STRING: FieldType.STRING,
    Holds.NUMBER: FieldType.FLOAT,
    Holds.BOOLEAN: FieldType.BOOLEAN,
    Holds.DATE: FieldType.DATETIME,
    Holds.ID: FieldType.STRING,
}
_HARMLESS = frozenset(
    {
        "autoIndex",
        "autoCreate",
        "bufferCommands",
        "bufferTimeoutMS",
        "collection",
        "timestamps",
        "versionKey",
        "_id",
        "usePushEach",
        "strictQuery",
        "emitIndexErrors",
        "timestamp",
        "minimize",
    }
)
"""Options of schemas that are read, or that no code sees."""
_GLOBAL = frozenset(
    {"toJSON", "toObject", "id", "timestamps.createdAt.immutable", "runValidators", "selectPopulatedPaths"}
)
"""Settings of Mongoose itself that show in what routes answer."""
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The tables, and what their owner should know."""

    schema: Schema = field(default_factory=Schema)
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Model:
    """A model by its name, with the call that makes it."""

    name: str
    file: SourceFile
    call: SgNode

    @property
    def place(self) -> Place:
        return self.file.place(self.call)


def read_models(workspace: Workspace) -> ModelReading:
    """One table for each model. The first definition of a name counts; another one is reported."""
    if PACKAGES.isdisjoint(workspace.used_packages):
        return ModelReading()
    found: dict[str, _Model] = {}
    diagnostics: list[Diagnostic] = []
    everywhere: list[Gap] = []
    for path in workspace.files:
        if workspace.role_of(path) is Role.SERVER and _may_define(workspace.text(path)):
            file = workspace.source(path)
            for model in _models(workspace, file):
                first = found.setdefault(model.name, model)
                if first is not model:
                    text = f"model {model.name} is defined again; the definition in {first.file.path} is used"
                    diagnostics.append(Diagnostic("CX603", Severity.WARNING, text, CODES["CX603"].help, model.place))
            everywhere += _settings(workspace, file)
    tables = [_table(workspace, model, found, tuple(everywhere)) for model in found.values()]
    return ModelReading(Schema(tuple(tables)), tuple(diagnostics))


def _may_define(text: str) -> bool:
    return "mongoose" in text or "model(" in text or "model<" in text


def _models(workspace: Workspace, file: SourceFile) -> Iterator[_Model]:
    for node in file.calls:
        site = call_site(node)
        if site is None or site.name not in ("model",) or len(site.arguments) < 2:
            continue
        if is_call_of(workspace, file, node, "model") and (name := model_name(workspace, file, node)) is not None:
            yield _Model(name, file, node)


def _settings(workspace: Workspace, file: SourceFile) -> Iterator[Gap]:
    """`mongoose.plugin(…)` and `mongoose.set("toJSON", …)` change every schema."""
    for node in file.calls:
        site = call_site(node)
        if site is None or site.method not in ("plugin", "set"):
            continue
        exported = called_export(workspace, file, node)
        name = string_value(site.arguments[0]) if site.arguments else None
        if exported == ("plugin",) or (exported == ("set",) and (name is None or name in _GLOBAL)):
            yield Gap(f"every schema is changed by `{site.function.text()}` ({file.path})", Reach.ALL)


@dataclass(slots=True)
class _SchemaReader:
    """Reads one `new Schema(…)`, and what the file does with it afterwards."""

    workspace: Workspace
    depth: int = 0

    def subschema(self, file: SourceFile, call: SgNode) -> Subschema | None:
        """A schema that a path of another one names."""
        if self.depth > _DEPTH:
            return None
        reader = _SchemaReader(self.workspace, self.depth + 1)
        definitions, document, keyless = reader.read(file, call)
        gaps = [*definitions.gaps, *(Gap(f"`{name}` is unique", Reach.WRITES) for name in definitions.uniques)]
        gaps += [Gap("it has hooks of its own", Reach.WRITES)] if document.hooks else []
        stamps = tuple(name for name in (document.made, document.changed) if name is not None)
        return Subschema(
            document.paths,
            not keyless,
            stamps,
            tuple(gaps),
            tuple(definitions.imports),
            tuple(definitions.helpers.items()),
            document.shape,
        )

    def read(self, file: SourceFile, call: SgNode) -> tuple[Definitions, Document, bool]:
        """What the definition and the options say, and whether documents have no key."""
        definitions = Definitions(self.workspace, options_of=self.subschema)
        given = [call] if call.kind() == "object" else arguments(call)
        where, literal = followed(self.workspace, file, given[0]) if given else (file, call)
        if literal.kind() != "object":
            definitions.gaps.append(Gap("its schema is built elsewhere", Reach.ALL))
            return definitions, Document(()), False
        document = Document(definitions.paths(where, literal))
        keyless = False
        if len(given) > 1:
            document, keyless = self._options(definitions, file, given[1], document)
        held = unwrap(call).parent()
        name = held.field("name") if held is not None and held.kind() == "variable_declarator" else None
        binding = file.bindings.resolve(name) if name is not None else None
        definitions.top = document.paths
        definitions.transforms = any(
            showing is not None and showing.transform is not None
            for showing in (document.shape.json, document.shape.object)
        )
        for addition in additions(definitions, file, binding) if binding is not None else ():
            definitions.gaps += addition.gaps
            definitions.uniques += [",".join(fields) for fields in addition.uniques]
            definitions.indexes += [",".join(fields) for fields in addition.indexes]
            document = _with(document, addition)
        return definitions, replace(document, paths=handed_down(document.paths, document.shape)), keyless

    def _options(
        self, definitions: Definitions, file: SourceFile, node: SgNode, document: Document
    ) -> tuple[Document, bool]:
        _, literal = followed(self.workspace, file, node)
        if literal.kind() != "object":
            definitions.gaps.append(Gap("the options of its schema are built elsewhere", Reach.ALL))
            return document, False
        shape = document.shape
        for entry in entries(literal):
            if isinstance(entry, Property) and entry.key in ("toJSON", "toObject"):
                showing = read_showing(definitions, file, entry.value, entry.key)
                shape = replace(shape, json=showing) if entry.key == "toJSON" else replace(shape, object=showing)
                continue
            if isinstance(entry, Property) and entry.key == "id" and unwrap(entry.value).text() == "false":
                shape = replace(shape, text_key=False)
                continue
            known = isinstance(entry, Property) and (entry.key in _HARMLESS or _is_default(entry))
            if not known:
                name = entry.key if isinstance(entry, Property) else "…"
                definitions.gaps.append(Gap(f"its schema has the option `{name}`", Reach.ALL))
        minimize = property_of(literal, "minimize")
        if minimize is not None and unwrap(minimize).text() == "false":
            document = _unminimized(definitions, document)
        stamps = _stamps(property_of(literal, "timestamps"))
        if stamps is None:
            definitions.gaps.append(Gap("the names of its time stamps are chosen at run time", Reach.ALL))
        version = property_of(literal, "versionKey")
        if version is not None and unwrap(version).text() not in ("false", "true"):
            definitions.gaps.append(Gap("its schema has the option `versionKey`", Reach.ALL))
        made, changed = stamps or (None, None)
        paths = list(document.paths)
        stamped = [name for name in (made, changed) if name is not None and document.path(name) is None]
        paths += [DocumentPath(name, Holds.DATE) for name in stamped]
        kept = None if version is not None and unwrap(version).text() == "false" else document.version
        key = property_of(literal, "_id")
        without = key is not None and unwrap(key).text() == "false"
        return replace(document, paths=tuple(paths), made=made, changed=changed, version=kept, shape=shape), without


def _unminimized(definitions: Definitions, document: Document) -> Document:
    """`minimize: false`: empty objects are stored."""
    if any(path.holds in (Holds.OBJECT, Holds.MAP) for path in document.paths):
        definitions.gap("its schema keeps objects without anything (`minimize`)", Reach.ALL)
    mixed = [path.holds is Holds.MIXED for path in document.paths]
    paths = zip(document.paths, mixed, strict=True)
    kept = (
        replace(path, options={**path.options, "keepsEmpty": "true"}) if is_mixed else path for path, is_mixed in paths
    )
    return replace(document, paths=tuple(kept))


def _with(document: Document, addition: Addition) -> Document:
    """The document with what a statement adds to its schema."""
    shape = document.shape
    return replace(
        document,
        methods=(*document.methods, *addition.methods),
        statics=(*document.statics, *addition.statics),
        hooks=(*document.hooks, *addition.hooks),
        finding=(*document.finding, *addition.finding),
        shape=replace(
            shape,
            virtuals=(*shape.virtuals, *addition.virtuals),
            json=addition.json or shape.json,
            object=addition.object or shape.object,
        ),
    )


def _is_default(entry: Property) -> bool:
    """An option that is given the value which it has anyway."""
    return (entry.key, unwrap(entry.value).text()) in {("strict", "true"), ("minimize", "true"), ("id", "true")}


def _stamps(node: SgNode | None) -> tuple[str | None, str | None] | None:
    """The paths of `timestamps: true` or `{ createdAt: "made", updatedAt: false }`; None when they are not known."""
    text = unwrap(node).text() if node is not None else "false"
    if text == "false":
        return None, None
    if text == "true":
        return "createdAt", "updatedAt"
    if node is None or unwrap(node).kind() != "object":
        return None
    found: list[str | None] = []
    for usual in ("createdAt", "updatedAt"):
        value = property_of(unwrap(node), usual)
        inner = unwrap(value).text() if value is not None else "true"
        chosen = string_value(unwrap(value)) if value is not None else None
        if inner not in ("true", "false") and chosen is None:
            return None
        found.append(None if inner == "false" else chosen or usual)
    known = all(isinstance(e, Property) and e.key in ("createdAt", "updatedAt") for e in entries(unwrap(node)))
    return (found[0], found[1]) if known else None


# ---- tables -------------------------------------------------------------------------------------


def _table(workspace: Workspace, model: _Model, models: dict[str, _Model], everywhere: tuple[Gap, ...]) -> Table:
    given = arguments(model.call)
    where, call = followed(workspace, model.file, given[1])
    if call.kind() != "object" and not is_call_of(workspace, where, call, "Schema"):
        unread = (f"its schema is made by `{' '.join(call.text().split())[:40]}`",)
        return Table(model.name, (), (), ("_id",), True, (), (), model.place, unsupported=unread, document=Document(()))
    definitions, document, keyless = _SchemaReader(workspace).read(where, call)
    if keyless or document.path("_id") is not None:
        definitions.gaps.append(Gap("its documents have keys of their own making", Reach.ALL))
    if document.version is not None:
        version = DocumentPath(document.version, Holds.NUMBER)
        document = replace(document, paths=(*document.paths, version))
    gaps = [*definitions.gaps, *everywhere, *_discriminated(workspace, model)]
    fields = [_field(path, models) for path in document.paths]
    key = Field("_id", FieldType.STRING, default_kind=DefaultKind.GENERATED_ID)
    names = {path.name for path in document.paths if path.is_plain}
    uniques: list[tuple[str, ...]] = []
    for listed in definitions.uniques:
        fields_of = tuple(listed.split(","))
        if set(fields_of) <= names:
            uniques.append(fields_of)
        else:
            gaps.append(Gap(f"`{listed}` is unique within a list or an object", Reach.WRITES))
    listed_indexes = (tuple(listed.split(",")) for listed in definitions.indexes)
    others = [fields_of for fields_of in listed_indexes if set(fields_of) <= names]
    return Table(
        name=model.name,
        fields=(key, *fields),
        relations=tuple(_relations(document, models)),
        primary_key=("_id",),
        generated_id=True,
        uniques=tuple(dict.fromkeys(uniques)),
        indexes=tuple(dict.fromkeys(others)),
        place=model.place,
        unsupported=tuple(dict.fromkeys(gap.reason for gap in gaps if gap.reach is Reach.ALL)),
        gaps=tuple(dict.fromkeys(gap for gap in gaps if gap.reach is not Reach.ALL)),
        document=replace(
            document,
            collection=_collection(given),
            imports=tuple(dict.fromkeys(definitions.imports)),
            helpers=tuple(definitions.helpers.items()),
        ),
    )


def _collection(given: list[SgNode]) -> str:
    return (string_value(unwrap(given[2])) or "") if len(given) > 2 else ""


def _discriminated(workspace: Workspace, model: _Model) -> Iterator[Gap]:
    if ".discriminator(" in model.file.text:
        yield Gap("its documents are of several kinds (`discriminator`)", Reach.ALL)


def _field(path: DocumentPath, models: dict[str, _Model]) -> Field:
    refers = path.refers if path.refers in models else None
    return Field(
        name=path.name,
        type=_FIELD_TYPES.get(path.holds, FieldType.JSON),
        nullable=not path.required,
        references=(refers, "_id") if refers is not None and path.holds is Holds.ID else None,
    )


def _relations(document: Document, models: dict[str, _Model]) -> Iterator[Relation]:
    """What `populate` follows from the document itself."""
    for path in document.paths:
        if path.holds is Holds.ID and path.refers in models:
            yield Relation(path.name, RelationKind.BELONGS_TO, path.refers or "", (path.name,), ("_id",))
