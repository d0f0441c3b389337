"""Documents as an object mapper describes them: what each path holds, and how values are brought into that form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Holds(StrEnum):
    """What a path of a document holds."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ID = "id"
    MIXED = "mixed"
    LIST = "list"
    OBJECT = "object"
    """An object that is part of its document."""
    DOCUMENT = "document"
    """An object with a key of its own, as an element of a list has one."""
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Showing:
    """How a document becomes a plain object. `transform` and `own` are TypeScript texts of functions.

    `own` is a method of the schema that does it all; `version` says whether the count of changes is shown.
    """

    virtuals: bool | None = None
    getters: bool = False
    version: bool = True
    transform: str | None = None
    own: str | None = None


@dataclass(frozen=True, slots=True)
class Virtual:
    """A path that is not stored: computed by the TypeScript text of a function, or documents that refer to this one.

    Those are of the model `refers`, whose path `foreign` holds what is at `local` here: all of them, one, or their
    number.
    """

    name: str
    get: str | None = None
    refers: str | None = None
    local: str = ""
    foreign: str = ""
    one: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What documents show beyond their paths. `text_key` says whether they have their key as text."""

    virtuals: tuple[Virtual, ...] = ()
    json: Showing | None = None
    object: Showing | None = None
    text_key: bool = True

    @property
    def is_plain(self) -> bool:
        """Nothing but the paths."""
        return self == Shape()

    def virtual(self, name: str) -> Virtual | None:
        """The virtual of that name."""
        return next((virtual for virtual in self.virtuals if virtual.name == name), None)


@dataclass(frozen=True, slots=True)
class DocumentPath:
    """One path. `refers` is the model that an id names; `of` what a list or a map holds; `paths` those of an object.

    `options` are TypeScript texts by the names that the library's `Field` has for them.
    """

    name: str
    holds: Holds
    refers: str | None = None
    of: DocumentPath | None = None
    paths: tuple[DocumentPath, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    """Options that mean nothing to the object mapper, but may to a plugin."""
    required: bool = False
    hidden: bool = False
    """Left out of what is read unless it is asked for."""
    timestamps: tuple[str, ...] = ()
    """DOCUMENT: when it was made and when it was changed, by the names of these paths."""
    shape: Shape | None = None
    """OBJECT, DOCUMENT: what a schema of its own says."""

    @property
    def is_shaped(self) -> bool:
        """Does something in it show itself in ways of its own?"""
        inner = (*self.paths, *([self.of] if self.of is not None else []))
        return not (self.shape is None or self.shape.is_plain) or any(each.is_shaped for each in inner)

    @property
    def is_plain(self) -> bool:
        """One value, which an index can hold."""
        return self.holds in (Holds.STRING, Holds.NUMBER, Holds.BOOLEAN, Holds.DATE, Holds.ID)


@dataclass(frozen=True, slots=True)
class DocumentFunction:
    """A function of the source whose `this` is a document, by its file and the offset of its node.

    A hook is called by the event that it comes before, or `after`; with `is_query` its `this` is the query.
    `own_name` is that of a function which is declared elsewhere.
    """

    name: str
    file: str
    offset: int
    after: bool = False
    is_query: bool = False
    own_name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The schema behind a table of documents. `version` is the path that counts changes of lists, if there is one."""

    paths: tuple[DocumentPath, ...]
    made: str | None = None
    """The path that says when a document was made, and the one that says when it was changed."""
    changed: str | None = None
    version: str | None = "__v"
    collection: str = ""
    imports: tuple[tuple[str, str, str], ...] = ()
    """What functions in options of paths take from packages: module, name, local name; no module for the library."""
    helpers: tuple[tuple[str, str], ...] = ()
    """Declarations that they use, by name."""
    methods: tuple[DocumentFunction, ...] = ()
    statics: tuple[DocumentFunction, ...] = ()
    """Methods of the model."""
    hooks: tuple[DocumentFunction, ...] = ()
    """What is called before and after documents are saved, changed and removed, in order."""
    finding: tuple[DocumentFunction, ...] = ()
    """What is added to each query that reads documents, by the events that it is called for, a pattern or a name."""
    shape: Shape = Shape()

    @property
    def is_shaped(self) -> bool:
        """Do documents show more, or less, than their paths?"""
        return not self.shape.is_plain or any(path.is_shaped for path in self.paths)

    def hooks_of(self, *events: str) -> tuple[DocumentFunction, ...]:
        """The hooks of these events."""
        return tuple(hook for hook in self.hooks if hook.name in events)

    def method(self, name: str) -> DocumentFunction | None:
        """The method of that name."""
        return next((method for method in self.methods if method.name == name), None)

    def static(self, name: str) -> DocumentFunction | None:
        """The method of the model of that name."""
        return next((static for static in self.statics if static.name == name), None)

    def path(self, name: str) -> DocumentPath | None:
        """The path of that dotted name, through lists and objects."""
        found: DocumentPath | None = None
        paths = self.paths
        for part in name.split("."):
            found = next((path for path in paths if path.name == part), None)
            if found is None:
                return None
            inner = found.of if found.of is not None else found
            paths = inner.paths
        return found
