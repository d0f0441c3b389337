"""Turns the definition of a schema into paths: types, options, lists, nested objects and subdocuments.

https://mongoosejs.com/docs/schematypes.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.document import DocumentPath, Holds, Shape
from codemods.ir.table import Gap, Reach
from codemods.readers.literals import Computed, Property, entries
from codemods.readers.mongoose.carried import carried, is_constant
from codemods.readers.mongoose.source import export_of, followed, is_call_of, model_name
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, arguments, find_all, is_async, member, named, string_value, unwrap
from codemods.workspace import Workspace

_TYPES: Mapping[str, Holds] = {
    "String": Holds.STRING,
    "Number": Holds.NUMBER,
    "Boolean": Holds.BOOLEAN,
    "Bool": Holds.BOOLEAN,
    "Date": Holds.DATE,
    "ObjectId": Holds.ID,
    "ObjectID": Holds.ID,
    "Oid": Holds.ID,
    "Mixed": Holds.MIXED,
    "Object": Holds.MIXED,
    "Array": Holds.LIST,
    "Map": Holds.MAP,
}
"""Types by the last of their names: `String`, `Schema.Types.ObjectId`, `mongoose.Types.ObjectId`, and as texts."""

_NUMBERED = ("min", "max", "minlength", "minLength", "maxlength", "maxLength")
_SWITCHES = ("lowercase", "uppercase", "trim")
_CLOCKS = frozenset({"Date.now", "Date", "Date.now()"})
_MEANT = frozenset(
    {"get", "set", "alias", "transform", "expires", "expireAfterSeconds", "refPath", "cast", "subtype", "autopopulate"}
)
"""Other options that change what is stored or shown. What Mongoose does not know, it leaves alone."""


@dataclass(slots=True)
class Definitions:
    """Reads the definitions of one schema, and collects what has no counterpart in it."""

    workspace: Workspace
    gaps: list[Gap] = field(default_factory=list)
    uniques: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    imports: list[tuple[str, str, str]] = field(default_factory=list)
    """What the functions in options take from packages: module, name, local name."""
    helpers: dict[str, str] = field(default_factory=dict)
    """Declarations that they use, by name."""
    known: dict[tuple[str, int], str] = field(default_factory=dict)
    """What functions of plugins know of the schema: declarations, by the files and offsets of those that they see."""
    top: tuple[DocumentPath, ...] = ()
    transforms: bool = False
    """Has the schema a transform before its plugins?"""
    options_of: Callable[[SourceFile, SgNode], Subschema | None] = lambda file, node: None
    """What a schema that a path names holds."""

    def paths(self, file: SourceFile, literal: SgNode, prefix: str = "") -> tuple[DocumentPath, ...]:
        """The paths of an object literal."""
        found: list[DocumentPath] = []
        for entry in entries(literal):
            if not isinstance(entry, Property):
                self.gap(f"part of the schema is built elsewhere: `{_line(literal)}`", Reach.ALL)
                continue
            if entry.key == "_id" and unwrap(entry.value).text() == "false":
                continue
            path = self.path(file, entry.key, entry.value, f"{prefix}{entry.key}")
            found += [path] if path is not None else []
        return tuple(found)

    def path(self, file: SourceFile, name: str, value: SgNode, full: str) -> DocumentPath | None:
        """The path of one property: a type, a list, an object, or an object with a `type`."""
        inner = unwrap(value)
        if inner.kind() == "object":
            return self._object(file, name, inner, full)
        if inner.kind() == "array":
            return self._list(file, name, inner, full)
        return self._typed(file, name, inner, full)

    def _object(self, file: SourceFile, name: str, literal: SgNode, full: str) -> DocumentPath | None:
        given = {entry.key: entry.value for entry in entries(literal) if isinstance(entry, Property)}
        declared = given.get("type")
        if declared is not None and not self._is_path_called_type(declared):
            for entry in entries(literal):
                name_of = entry.node.field("name") if isinstance(entry, Computed) else None
                if isinstance(entry, Computed) and name_of is not None and name_of.text() == "validate":
                    given["validate"] = entry.node
                elif not isinstance(entry, Property):
                    self.gap(f"part of `{full}` is built elsewhere", Reach.ALL)
        if declared is None or self._is_path_called_type(declared):
            return DocumentPath(name, Holds.OBJECT, paths=self.paths(file, literal, f"{full}."))
        found = self.path(file, name, declared, full)
        return self._with_options(file, found, given, full) if found is not None else None

    def _is_path_called_type(self, declared: SgNode) -> bool:
        """`{ type: { type: String } }` is an object with a path called `type`."""
        inner = unwrap(declared)
        if inner.kind() != "object":
            return False
        return any(isinstance(entry, Property) and entry.key == "type" for entry in entries(inner))

    def _list(self, file: SourceFile, name: str, literal: SgNode, full: str) -> DocumentPath | None:
        items = named(literal)
        if not items:
            return DocumentPath(name, Holds.LIST, of=DocumentPath("", Holds.MIXED))
        inner = unwrap(items[0])
        if inner.kind() == "object" and not any(
            isinstance(entry, Property) and entry.key == "type" and not self._is_path_called_type(entry.value)
            for entry in entries(inner)
        ):
            paths = self.paths(file, inner, f"{full}.")
            keyless = any(
                isinstance(e, Property) and e.key == "_id" and e.value.text() == "false" for e in entries(inner)
            )
            of: DocumentPath | None = DocumentPath("", Holds.OBJECT if keyless else Holds.DOCUMENT, paths=paths)
        else:
            of = self.path(file, "", inner, full)
        return DocumentPath(name, Holds.LIST, of=of) if of is not None else None

    def _typed(self, file: SourceFile, name: str, node: SgNode, full: str) -> DocumentPath | None:
        holds = self._type(file, node)
        if holds is Holds.LIST:
            return DocumentPath(name, Holds.LIST, of=DocumentPath("", Holds.MIXED))
        if holds is Holds.MAP:
            return DocumentPath(name, Holds.MAP, of=DocumentPath("", Holds.MIXED))
        if holds is not None:
            return DocumentPath(name, holds)
        where, value = followed(self.workspace, file, node)
        if is_call_of(self.workspace, where, value, "Schema"):
            inner = self.options_of(where, value)
            if inner is not None:
                return self._subdocument(name, inner, full)
        if value.kind() in ("object", "array") and value is not node and where is file:
            return self.path(where, name, value, full)
        self.gap(f"`{full}` has the type `{_line(node)}`, which has no counterpart", Reach.ALL)
        return None

    def _subdocument(self, name: str, inner: Subschema, full: str) -> DocumentPath:
        self.gaps += [replace(gap, reason=f"in `{full}`: {gap.reason}") for gap in inner.gaps]
        self.imports += inner.imports
        self.helpers |= dict(inner.helpers)
        holds = Holds.DOCUMENT if inner.has_key else Holds.OBJECT
        return DocumentPath(name, holds, paths=inner.paths, timestamps=inner.timestamps, shape=inner.shape)

    def _type(self, file: SourceFile, node: SgNode) -> Holds | None:
        text = string_value(node)
        if text is not None:
            return _TYPES.get(text) or _TYPES.get(text[:1].upper() + text[1:])
        exported = export_of(self.workspace, file, node)
        if exported is not None:
            return _TYPES.get(exported[-1]) if exported else None
        if node.kind() == "identifier" and file.bindings.resolve(node) is None:
            return _TYPES.get(node.text())
        parts = member(node)
        return _TYPES.get(parts[1]) if parts is not None and parts[1] in ("ObjectId", "Mixed") else None

    # ---- options --------------------------------------------------------------------------------

    def _with_options(
        self, file: SourceFile, path: DocumentPath, given: Mapping[str, SgNode], full: str
    ) -> DocumentPath:
        options = dict(path.options)
        for key, value in given.items():
            options |= self._option(file, path, key, unwrap(value), full)
        refers = self.reference(file, given.get("ref"))
        if path.holds is Holds.LIST and refers is not None and path.of is not None:
            path = replace(path, of=replace(path.of, refers=refers))
        elif path.holds is Holds.MAP and "of" in given:
            path = replace(path, of=self.path(file, "", given["of"], full) or path.of)
        if _is_true(given.get("unique")) or _first(given.get("unique")) == "true":
            self.uniques.append(full)
        if _is_true(given.get("index")) or (given.get("index") is not None and not _is_false(given["index"])):
            self.indexes.append(full)
        return replace(
            path,
            refers=refers if path.holds is Holds.ID else path.refers,
            options=options,
            flags={
                key: unwrap(value).text()
                for key, value in given.items()
                if key not in ("type", "ref", "default", "validate") and is_constant(value)
            },
            required="required" in options,
            hidden=_is_false(given.get("select")),
        )

    def _option(
        self, file: SourceFile, path: DocumentPath, key: str, value: SgNode, full: str
    ) -> Iterator[tuple[str, str]] | dict[str, str]:
        if key == "required":
            return self._required(value, full)
        if key == "default":
            return self._default(file, path, value, full)
        if key == "enum":
            return self._enum(file, value, full)
        if key in _NUMBERED or key == "match":
            return self._checked(key, value, full)
        if key in _SWITCHES:
            return {key: "true"} if value.text() == "true" else {}
        if key == "validate":
            return self._validators(file, value, full)
        if key == "immutable" and value.text() != "false":
            return {"immutable": "true"} if value.text() == "true" else self._refused(f"`{full}`: option `immutable`")
        if key in _MEANT:
            self.gap(f"`{full}` has the option `{key}`", Reach.ALL)
        return {}

    def _refused(self, reason: str) -> dict[str, str]:
        self.gap(reason, Reach.WRITES)
        return {}

    def _required(self, value: SgNode, full: str) -> dict[str, str]:
        text = value.text()
        if text in ("false", "undefined", "null"):
            return {}
        if text == "true":
            return {"required": "true"}
        if string_value(value) is not None:
            return {"required": text}
        items = [unwrap(item) for item in named(value)] if value.kind() == "array" else []
        if len(items) == 2 and items[0].text() == "true" and string_value(items[1]) is not None:
            return {"required": items[1].text()}
        if items and items[0].text() == "false":
            return {}
        return self._refused(f"`{full}` is required under a condition")

    def _default(self, file: SourceFile, path: DocumentPath, value: SgNode, full: str) -> dict[str, str]:
        text = value.text()
        if text in _CLOCKS:
            return {"default": "() => new Date()" if text != "Date.now()" else text}
        if path.holds in (Holds.LIST, Holds.MAP, Holds.OBJECT, Holds.DOCUMENT) and text == "undefined":
            return {"default": text}
        where, found = followed(self.workspace, file, value)
        if is_constant(found):
            text = found.text()
            return {"default": f"() => ({text})" if found.kind() in ("object", "array") else text}
        is_read = found.kind() in (*FUNCTION_KINDS, "call_expression", "new_expression", "identifier")
        known = self.carried(where, found) if is_read and not find_all(found, "this") else None
        return {"default": known} if known else self._refused(f"the default of `{full}` is made by `{_line(value)}`")

    def _validators(self, file: SourceFile, value: SgNode, full: str) -> dict[str, str]:
        """`validate: isEmail`, `[isEmail, "message"]`, `{ validator, message }`, and lists of these."""
        items = [unwrap(item) for item in named(value)] if value.kind() == "array" else [value]
        if len(items) == 2 and value.kind() == "array" and string_value(items[1]) is not None:
            found = [self._validator(file, items[0], items[1])]
        else:
            found = [self._validator(file, item, None) for item in items]
        if any(each is None for each in found):
            return self._refused(f"`{full}` is validated by `{_line(value)}`")
        return {"validate": f"[{', '.join(each or '' for each in found)}]"}

    def _validator(self, file: SourceFile, node: SgNode, message: SgNode | None) -> str | None:
        """One validator as the library has it; None for one that cannot be moved."""
        if node.kind() == "object":
            given = {entry.key: unwrap(entry.value) for entry in entries(node) if isinstance(entry, Property)}
            test, message = given.get("validator"), given.get("message")
            if given.keys() - {"validator", "message"} or test is None:
                return None
            node = test
        if message is not None and string_value(message) is None:
            return None
        where, found = followed(self.workspace, file, node)
        known = None if is_async(found) or find_all(found, "this") else self.carried(where, found)
        written = f", message: {message.text()}" if message is not None else ""
        return f"{{ test: {known}{written} }}" if known is not None else None

    def carried(self, file: SourceFile, node: SgNode) -> str | None:
        """A function of the schema as it stands in the table's module; None for one that cannot stand there."""
        found = carried(self.workspace, file, node, self.known)
        if found is None:
            return None
        self.imports += found.imports
        self.helpers |= dict(found.helpers)
        return found.text

    def _enum(self, file: SourceFile, value: SgNode, full: str) -> dict[str, str]:
        where, found = followed(self.workspace, file, value)
        message = None
        if found.kind() == "object":
            given = {entry.key: unwrap(entry.value) for entry in entries(found) if isinstance(entry, Property)}
            if "values" in given:
                where, found = followed(self.workspace, where, given["values"])
                message = given.get("message")
        literals = self._literals(where, found)
        if literals is None or (message is not None and string_value(message) is None):
            return self._refused(f"the values of `{full}` are built elsewhere")
        options = {"enum": f"[{', '.join(literals)}]"}
        return options | ({"enumMessage": message.text()} if message is not None else {})

    def _literals(self, file: SourceFile, node: SgNode) -> list[str] | None:
        """The texts of a list of literals, or of the values of an object or of an enum."""
        if node.kind() == "array":
            items = [followed(self.workspace, file, item)[1] for item in named(node)]
            return [item.text() for item in items] if all(is_constant(item) for item in items) else None
        if node.kind() == "object":
            values = [unwrap(e.value) for e in entries(node) if isinstance(e, Property)]
            return [value.text() for value in values] if all(is_constant(value) for value in values) else None
        if node.kind() == "enum_declaration":
            body = node.field("body")
            members = [child.field("value") for child in named(body)] if body is not None else []
            texts = [value.text() for value in members if value is not None and is_constant(value)]
            return texts if texts and len(texts) == len(members) else None
        function = node.field("function")
        if node.kind() == "call_expression" and function is not None:
            where, found = followed(self.workspace, file, arguments(node)[0]) if arguments(node) else (file, node)
            if function.text() == "Object.values":
                return self._literals(where, found) if found.kind() != "call_expression" else None
            keys = [entry.key for entry in entries(found) if isinstance(entry, Property)]
            is_whole = found.kind() == "object" and len(keys) == len(named(found))
            if function.text() == "Object.keys" and is_whole:
                return [f'"{key}"' for key in keys]
        return None

    def _checked(self, key: str, value: SgNode, full: str) -> dict[str, str]:
        key = {"minlength": "minLength", "maxlength": "maxLength"}.get(key, key)
        items = [unwrap(item) for item in named(value)] if value.kind() == "array" else [value]
        ok = items and is_constant(items[0]) and len(items) <= 2
        if ok and (len(items) == 1 or string_value(items[1]) is not None):
            options = {key: items[0].text()}
            return options | ({f"{key}Message": items[1].text()} if len(items) == 2 else {})
        return self._refused(f"`{full}` has the option `{key}`, which is built elsewhere")

    def reference(self, file: SourceFile, node: SgNode | None) -> str | None:
        """The name of the model that an id refers to."""
        if node is None:
            return None
        inner = unwrap(node)
        text = string_value(inner)
        if text is not None:
            return text
        where, found = followed(self.workspace, file, inner)
        if string_value(found) is not None:
            return string_value(found)
        return model_name(self.workspace, where, found) if is_call_of(self.workspace, where, found, "model") else None

    def gap(self, reason: str, reach: Reach) -> None:
        """Notes what has no counterpart."""
        self.gaps.append(Gap(reason, reach))


@dataclass(frozen=True, slots=True)
class Subschema:
    """A schema within a schema."""

    paths: tuple[DocumentPath, ...]
    has_key: bool = True
    timestamps: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    imports: tuple[tuple[str, str, str], ...] = ()
    helpers: tuple[tuple[str, str], ...] = ()
    shape: Shape = field(default_factory=Shape)


def _is_true(node: SgNode | None) -> bool:
    return node is not None and unwrap(node).text() == "true"


def _is_false(node: SgNode | None) -> bool:
    return node is not None and unwrap(node).text() in ("false", "0")


def _first(node: SgNode | None) -> str:
    """The first element of `[true, "message"]`."""
    items = named(unwrap(node)) if node is not None and unwrap(node).kind() == "array" else []
    return unwrap(items[0]).text() if items else ""


def _line(node: SgNode) -> str:
    line = " ".join(node.text().split())
    return line if len(line) <= 40 else f"{line[:39]}…"
