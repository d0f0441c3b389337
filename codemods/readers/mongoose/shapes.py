"""Reads what documents show of themselves: virtuals, and the options of `toJSON` and `toObject`.

https://mongoosejs.com/docs/guide.html#toJSON
"""

from __future__ import annotations

from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.document import DocumentPath, Holds, Shape, Showing, Virtual
from codemods.ir.table import Reach
from codemods.readers.literals import Computed, Property, Spread, entries
from codemods.readers.mongoose.paths import Definitions
from codemods.readers.mongoose.source import followed
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, string_value, unwrap

_FLAGS = ("virtuals", "getters", "versionKey")

_LINKS = frozenset({"ref", "localField", "foreignField", "justOne", "count"})


def read_showing(definitions: Definitions, file: SourceFile, node: SgNode, what: str) -> Showing | None:
    """`{ virtuals: true, versionKey: false, transform(doc, ret) { … } }`."""
    where, literal = followed(definitions.workspace, file, node)
    if literal.kind() != "object":
        definitions.gap(f"the options `{what}` of its schema are built elsewhere", Reach.ALL)
        return None
    given = {key: value for entry in entries(literal) for key, value in _option(entry)}
    flags = {name: unwrap(given[name]).text() for name in _FLAGS if name in given}
    odd = [name for name in given if name in ("", "depopulate") or flags.get(name, "true") not in ("true", "false")]
    for name in odd:
        definitions.gap(f"its schema has the option `{what}.{name or '…'}`", Reach.ALL)
    virtuals = flags["virtuals"] == "true" if "virtuals" in flags else None
    showing = Showing(virtuals, flags.get("getters") == "true", flags.get("versionKey") != "false")
    if "transform" not in given or unwrap(given["transform"]).text() in ("false", "null", "undefined"):
        return showing
    made = _function(definitions, where, unwrap(given["transform"]))
    if made is None:
        definitions.gap(f"the `transform` of `{what}` uses what stands around it", Reach.ALL)
    return replace(showing, transform=made)


def _option(entry: Property | Spread | Computed) -> list[tuple[str, SgNode]]:
    """The name of an option with what it is given; the name of what cannot be read is empty."""
    if isinstance(entry, Property):
        return [(entry.key, entry.value)]
    name = entry.node.field("name") if isinstance(entry, Computed) else None
    return [(name.text() if name is not None else "", entry.node if isinstance(entry, Computed) else entry.value)]


def _function(definitions: Definitions, file: SourceFile, node: SgNode) -> str | None:
    where, found = followed(definitions.workspace, file, node)
    return definitions.carried(where, found) if found.kind() in FUNCTION_KINDS else None


def own_showing(definitions: Definitions, file: SourceFile, function: SgNode) -> Showing | None:
    """`schema.methods.toJSON = function () { … }`."""
    made = _function(definitions, file, function)
    return Showing(own=made) if made is not None else None


def read_virtual(definitions: Definitions, file: SourceFile, name: str, given: SgNode | None) -> Virtual | None:
    """`schema.virtual("posts", { ref, localField, foreignField })`; one that is computed gets its function later."""
    if "." in name:
        return None
    if given is None:
        return Virtual(name)
    _, literal = followed(definitions.workspace, file, given)
    if literal.kind() != "object":
        return None
    options = {entry.key: unwrap(entry.value) for entry in entries(literal) if isinstance(entry, Property)}
    if "ref" not in options:
        return Virtual(name) if not options.keys() & {"localField", "foreignField"} else None
    local, foreign = (string_value(options[key]) if key in options else None for key in ("localField", "foreignField"))
    flags = [options[key].text() if key in options else "false" for key in ("justOne", "count")]
    refers = definitions.reference(file, options["ref"])
    if options.keys() - _LINKS or not (local and foreign and refers) or not set(flags) <= {"true", "false"}:
        return None
    return Virtual(name, None, refers, local, foreign, flags[0] == "true", flags[1] == "true")


def getter(definitions: Definitions, file: SourceFile, function: SgNode) -> str | None:
    """The function of `schema.virtual("name").get(function () { … })`."""
    return _function(definitions, file, function)


def handed_down(paths: tuple[DocumentPath, ...], shape: Shape) -> tuple[DocumentPath, ...]:
    """Elements of lists that have no schema of their own show themselves as the document does, but for transforms."""
    json, plain = (
        replace(each, transform=None, own=None) if each is not None else None for each in (shape.json, shape.object)
    )
    if json is None and plain is None:
        return paths
    return tuple(_under(path, Shape(json=json, object=plain)) for path in paths)


def _under(path: DocumentPath, shape: Shape) -> DocumentPath:
    of = _under(path.of, shape) if path.of is not None else None
    own = path.holds is Holds.DOCUMENT and path.shape is None
    inner = path.paths if path.shape is not None else tuple(_under(each, shape) for each in path.paths)
    return replace(path, of=of, paths=inner, shape=shape if own else path.shape)
