"""What code adds to a schema after it was made: indexes, hooks, methods, virtuals and plugins.

https://mongoosejs.com/docs/middleware.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.ir.document import DocumentFunction, Showing, Virtual
from codemods.ir.table import Gap, Reach
from codemods.readers.assembled.writes import assigned
from codemods.readers.calls import call_site
from codemods.readers.literals import Computed, Property, entries, property_of
from codemods.readers.mongoose.finding import is_find, links_in
from codemods.readers.mongoose.methods import MODEL_METHODS, PLUGGED
from codemods.readers.mongoose.paths import Definitions
from codemods.readers.mongoose.shapes import getter, own_showing, read_showing, read_virtual
from codemods.readers.mongoose.source import followed
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, member, named, parameters, property_text, string_value, unwrap

_HOOKED: Mapping[str, Reach] = {
    "save": Reach.CREATES,
    "validate": Reach.CREATES,
    "insertMany": Reach.CREATES,
    "init": Reach.ALL,
    "find": Reach.ALL,
    "findOne": Reach.ALL,
    "count": Reach.ALL,
    "countDocuments": Reach.ALL,
    "estimatedDocumentCount": Reach.ALL,
    "distinct": Reach.ALL,
    "aggregate": Reach.ALL,
    "remove": Reach.DELETES,
    "deleteOne": Reach.DELETES,
    "deleteMany": Reach.DELETES,
    "findOneAndDelete": Reach.DELETES,
    "findOneAndRemove": Reach.DELETES,
    "findOneAndUpdate": Reach.WRITES,
    "findOneAndReplace": Reach.WRITES,
    "update": Reach.WRITES,
    "updateOne": Reach.WRITES,
    "updateMany": Reach.WRITES,
    "replaceOne": Reach.WRITES,
}
"""Which calls run a hook."""

_WITH_THIS = frozenset({"function_expression", "function", "method_definition"})
"""Functions whose `this` is what they are called on."""

_TAKERS = frozenset({"model", "Schema", "discriminator"})
"""Functions that take a schema and leave it as it is."""

_DESCRIBING = frozenset({"options", "paths", "obj", "tree"})
"""What says how a schema is made."""

_ASKED = re.compile(r"\boptions\??\.(\w+)")
"""Options of paths that a plugin asks for."""

_SILENT_PLUGINS = ("mongoose-paginate", "mongoose-aggregate-paginate")
"""Plugins that only add methods of models."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What one statement adds."""

    gaps: tuple[Gap, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    methods: tuple[DocumentFunction, ...] = ()
    statics: tuple[DocumentFunction, ...] = ()
    hooks: tuple[DocumentFunction, ...] = ()
    finding: tuple[DocumentFunction, ...] = ()
    virtuals: tuple[Virtual, ...] = ()
    json: Showing | None = None
    object: Showing | None = None

    def with_more(self, other: Addition) -> Addition:
        """What this and another statement add together."""
        return Addition(
            (*self.gaps, *other.gaps),
            (*self.uniques, *other.uniques),
            (*self.indexes, *other.indexes),
            (*self.methods, *other.methods),
            (*self.statics, *other.statics),
            (*self.hooks, *other.hooks),
            (*self.finding, *other.finding),
            (*self.virtuals, *other.virtuals),
            other.json or self.json,
            other.object or self.object,
        )


def additions(definitions: Definitions, file: SourceFile, schema: Binding) -> Iterator[Addition]:
    """Everything that a file does with the schema that it keeps under a name, but for making models of it."""
    for reference in schema.references:
        access = reference.parent()
        found = member(access) if access is not None else None
        handed = _handed_to(access)
        if handed is not None:
            yield _gap(f"it is handed to `{handed}`", Reach.ALL)
        if access is None or found is None or unwrap(found[0]) != reference:
            continue
        call = access.parent()
        if call is not None and call.kind() == "call_expression" and call.field("function") == access:
            yield _called(definitions, file, found[1], call)
        else:
            yield _set(definitions, file, access, found[1])


def _handed_to(arguments: SgNode | None) -> str | None:
    """The function that is given the schema, and may change it; models and other schemas only take it."""
    call = arguments.parent() if arguments is not None and arguments.kind() == "arguments" else None
    site = call_site(call) if call is not None else None
    return site.function.text() if site is not None and site.name not in _TAKERS else None


def _called(definitions: Definitions, file: SourceFile, method: str, call: SgNode) -> Addition:
    site = call_site(call)
    given = site.arguments if site is not None else ()
    name = string_value(given[0]) if given else None
    match method:
        case "index":
            return _index(given)
        case "pre" | "post":
            return _hook(definitions, file, method, given)
        case "method" | "static" if name is not None and len(given) > 1:
            return _named(definitions, file, f"{method}s", name, given[1])
        case "method" | "static" if given:
            return _all_named(definitions, file, f"{method}s", given[0])
        case "plugin" if given:
            return _plugin(definitions, file, given)
        case "virtual" if name is not None:
            return _virtual(definitions, file, name, call, given)
        case "set" if name in ("toJSON", "toObject") and len(given) > 1:
            return _shown(definitions, file, name, given[1])
        case _:
            return _gap(f"it is changed by `{method}`", Reach.ALL)


def _shown(definitions: Definitions, file: SourceFile, name: str, given: SgNode) -> Addition:
    showing = read_showing(definitions, file, given, name)
    return Addition(json=showing) if name == "toJSON" else Addition(object=showing)


def _virtual(
    definitions: Definitions, file: SourceFile, name: str, call: SgNode, given: tuple[SgNode, ...]
) -> Addition:
    """`schema.virtual("posts", { ref, … })`, `schema.virtual("fullName").get(function () { … })`."""
    virtual = read_virtual(definitions, file, name, given[1] if len(given) > 1 else None)
    access = call.parent()
    outer = access.parent() if access is not None and access.kind() == "member_expression" else None
    site = call_site(outer) if outer is not None and outer.kind() == "call_expression" else None
    above = outer.parent() if outer is not None else None
    is_whole = outer is None or (above is not None and above.kind() == "expression_statement")
    if virtual is not None and virtual.refers is not None and outer is None:
        return Addition(virtuals=(virtual,))
    if virtual is None or virtual.refers is not None or site is None or site.method != "get" or not is_whole:
        return _gap(f"virtual `{name}`", Reach.ALL)
    computed = getter(definitions, file, site.arguments[0]) if site.arguments else None
    if computed is None:
        return _gap(f"virtual `{name}` uses what stands around it", Reach.ALL)
    return Addition(virtuals=(replace(virtual, get=computed),))


def _set(definitions: Definitions, file: SourceFile, access: SgNode, name: str) -> Addition:
    """`schema.methods.check = …`, `schema.statics = { … }`."""
    outer = access.parent()
    found = member(outer) if outer is not None else None
    assigned = outer.parent() if outer is not None and found is not None else None
    if name in _DESCRIBING:
        return _described(definitions, file, access, name)
    if name in ("methods", "statics") and found is not None and assigned is not None:
        value = assigned.field("right")
        return _named(definitions, file, name, found[1], value)
    value = outer.field("right") if outer is not None and outer.kind() == "assignment_expression" else None
    if name in ("methods", "statics") and value is not None:
        return _all_named(definitions, file, name, value)
    return _gap(f"it is changed through `{name}`", Reach.ALL)


def _described(definitions: Definitions, file: SourceFile, access: SgNode, name: str) -> Addition:
    """`schema.options.toJSON = Object.assign(…, { transform })`; to read what it says changes nothing."""
    outer = access.parent()
    found = member(outer) if outer is not None else None
    assignment = outer.parent() if outer is not None else None
    holder = access if found is None else outer
    above = holder.parent() if holder is not None else None
    if above is None or above.kind() != "assignment_expression" or above.field("left") != holder:
        return Addition()
    value = assignment.field("right") if assignment is not None and found is not None else None
    site = call_site(unwrap(value)) if value is not None and unwrap(value).kind() == "call_expression" else None
    if site is not None and site.function.text() == "Object.assign" and len(site.arguments) == 2:
        value = site.arguments[1]
    if found is None or value is None or name != "options" or found[1] not in ("toJSON", "toObject"):
        return _gap(f"it is changed through `{name}`", Reach.ALL)
    return _shown(definitions, file, found[1], unwrap(value))


def _all_named(definitions: Definitions, file: SourceFile, kind: str, value: SgNode) -> Addition:
    """`schema.methods = { check() { … } }`, `schema.static({ … })`."""
    literal = unwrap(value)
    if literal.kind() != "object":
        return _gap(f"its {kind} are built elsewhere", Reach.ALL)
    found = Addition()
    for entry in entries(literal):
        function = entry.value if isinstance(entry, Property) else entry.node if isinstance(entry, Computed) else None
        label = function.field("name") if function is not None and function.kind() == "method_definition" else None
        name = entry.key if isinstance(entry, Property) else label.text() if label is not None else None
        if name is None:
            return _gap(f"its {kind} are built elsewhere", Reach.ALL)
        one = _named(definitions, file, kind, name, function)
        gaps = (*found.gaps, *one.gaps)
        methods, statics = (*found.methods, *one.methods), (*found.statics, *one.statics)
        found = replace(found, gaps=gaps, methods=methods, statics=statics, json=one.json or found.json)
    return found


def _named(definitions: Definitions, file: SourceFile, kind: str, name: str, function: SgNode | None) -> Addition:
    """A method of documents or of the model: calls of it are found where they are made, unless it has a known name."""
    value = unwrap(function) if function is not None else None
    if name == "toJSON" and kind == "methods" and value is not None:
        showing = own_showing(definitions, file, value)
        return Addition(json=showing) if showing is not None else _gap(f"it has its own `{name}`", Reach.ALL)
    if name in ("toJSON", "toObject", "save", "remove", "deleteOne") or name in MODEL_METHODS.keys() - PLUGGED:
        return _gap(f"it has its own `{name}`", Reach.ALL)
    if value is None or value.kind() not in _WITH_THIS:
        return Addition()
    made = (DocumentFunction(name, file.path, span_of(value).start),)
    return Addition(methods=made) if kind == "methods" else Addition(statics=made)


def _hook(definitions: Definitions, file: SourceFile, when: str, given: tuple[SgNode, ...]) -> Addition:
    """`schema.pre("save", function () { … })`, for one event or several."""
    events = given[0] if given else None
    names = [_event(events)] if events is not None else []
    if events is not None and events.kind() == "array":
        names = [_event(unwrap(item)) for item in named(events)]
    if when == "pre" and len(given) == 2 and names and all(map(is_find, names)) and links_in(given[1]) is not None:
        offset = span_of(given[1]).start
        return Addition(finding=tuple(DocumentFunction(name or "", file.path, offset) for name in names))
    options = given[1] if len(given) > 2 else None
    found = Addition()
    for name in names or [None]:
        hook = _known_hook(definitions, file, when, name, options, given[-1]) if len(given) > 1 else None
        gap = Gap(f'hook `{when}("{name or "…"}")`', _HOOKED.get(name or "", Reach.ALL))
        added = Addition(hooks=(hook,)) if hook is not None else Addition((gap,))
        found = replace(found, hooks=(*found.hooks, *added.hooks), gaps=(*found.gaps, *added.gaps))
    return found


def _event(node: SgNode) -> str | None:
    """The name of an event, or the pattern of several."""
    return node.text() if node.kind() == "regex" else string_value(node)


def _known_hook(
    definitions: Definitions, file: SourceFile, when: str, name: str | None, options: SgNode | None, given: SgNode
) -> DocumentFunction | None:
    """A hook of documents that are saved or removed, or of an update that is still to be made."""
    kinds = {"document", "query"}
    listed = list(entries(options)) if options is not None and options.kind() == "object" else []
    flags = {each.key for each in listed if isinstance(each, Property) and each.value.text() == "true"}
    if options is not None and not all(isinstance(each, Property) and each.key in kinds for each in listed):
        return None
    where, function = followed(definitions.workspace, file, given)
    after = when == "post"
    takes_error = after and len(parameters(function)) > 2
    if function.kind() not in (*_WITH_THIS, "function_declaration", "arrow_function") or takes_error:
        return None
    label = function.field("name") if function.kind() == "function_declaration" else None
    own_name = label.text() if label is not None else ""
    if where is file and function.kind() == "arrow_function" and not after:
        return None
    if function.kind() != "function_declaration" and function != given:
        return None
    of_document = name in ("save", "validate") or (name == "deleteOne" and flags == {"document"}) or name == "remove"
    is_query = name in ("findOneAndUpdate", "updateOne", "updateMany") and not after and "document" not in flags
    if name is None or (not (of_document and "query" not in flags) and not is_query):
        return None
    event = "deleteOne" if name == "remove" else name
    return DocumentFunction(event, where.path, span_of(function).start, after, is_query, own_name)


def _plugin(definitions: Definitions, file: SourceFile, given: tuple[SgNode, ...]) -> Addition:
    """A plugin of the repository does what any code does with the schema that it is given."""
    binding = file.bindings.resolve(given[0]) if given[0].kind() == "identifier" else None
    module = binding.imported.module if binding is not None and binding.imported is not None else ""
    if module.startswith(_SILENT_PLUGINS):
        return Addition()
    where, function = followed(definitions.workspace, file, given[0])
    taken = parameters(function) if function.kind() in FUNCTION_KINDS else []
    schema = where.bindings.resolve(taken[0].pattern) if len(taken) == 1 and taken[0].name is not None else None
    if schema is None or len(given) > 1:
        return _gap(f"plugin `{' '.join(given[0].text().split())[:40]}`", Reach.ALL)
    _tell(definitions, where, function, schema)
    found = Addition()
    for each in additions(definitions, where, schema):
        found = found.with_more(each)
    return found


def _tell(definitions: Definitions, file: SourceFile, function: SgNode, schema: Binding) -> None:
    """What functions within a plugin see of it: the paths of the schema, and that it has no transform before."""
    asked = set(_ASKED.findall(function.text()))
    paths = []
    for path in definitions.top:
        flags = ", ".join(f"{name}: {text}" for name, text in path.flags.items() if name in asked)
        paths.append(f"{property_text(path.name)}: {{ options: {{{f' {flags} ' if flags else ''}}} }}")
    typed = ": any" if file.language != "javascript" else ""
    definitions.known[file.path, schema.start] = f"const {schema.name}{typed} = {{ paths: {{ {', '.join(paths)} }} }};"
    for binding in file.bindings.declared_in(function):
        values = [binding.value, *(assigned(each) for each in binding.references)]
        texts = {unwrap(value).text() for value in values if value is not None}
        if texts == {f"{schema.name}.options.toJSON.transform"} and not definitions.transforms:
            definitions.known[file.path, binding.start] = f"const {binding.name}{typed} = undefined;"


def _index(given: tuple[SgNode, ...]) -> Addition:
    literal = given[0] if given and given[0].kind() == "object" else None
    if literal is None:
        return _gap("an index is built elsewhere", Reach.WRITES)
    listed = [entry for entry in entries(literal) if isinstance(entry, Property)]
    if any(unwrap(entry.value).text().strip("-") != "1" for entry in listed):
        # Indexes over texts and places serve operators of their own, which are refused by name.
        return Addition()
    fields = tuple(entry.key for entry in listed)
    options = given[1] if len(given) > 1 else None
    if options is None:
        return Addition(indexes=(fields,))
    unique = property_of(options, "unique") if options.kind() == "object" else None
    if options.kind() != "object" or property_of(options, "expireAfterSeconds") is not None:
        return _gap("an index makes documents expire", Reach.ALL)
    if property_of(options, "partialFilterExpression") is not None:
        return _gap("an index holds for some documents only", Reach.WRITES)
    is_unique = unique is not None and unwrap(unique).text() == "true"
    return Addition(uniques=(fields,)) if is_unique else Addition(indexes=(fields,))


def _gap(reason: str, reach: Reach) -> Addition:
    return Addition((Gap(reason, reach),))
