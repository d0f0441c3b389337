"""The answers that other layers get about names."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source.binding import Binding


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration of the repository: a function, class, variable declarator, property, method, parameter.

    `binding` is there when the declaration declares a name of a scope.
    """

    file: str
    node: SgNode
    binding: Binding | None
    name: str


@dataclass(frozen=True, slots=True)
class External:
    """Something from a package or a module of Node (named without `node:`), and the steps that lead to it.

    A step is an exported or property name ("default" for a default import; `import *` and `require` add none), "()"
    for the result of a call, "[]" for an element, "=>0" for what a callback gets as its first parameter,
    "=>this" for its `this`, "*" where it is one of several steps. `new` adds
    no step: `new PrismaClient().user.findMany` is ("PrismaClient", "user", "findMany").
    """

    module: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Global:
    """A global of the language or its host, and the steps from it, as in `External`.

    Methods of built-in values are reached through "prototype": `[].map` is Global("Array", ("prototype", "map")). The
    name is "*" where the receiver is one of several built-in values.
    """

    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A function of the repository that a call runs.

    For `new X()` it is the constructor, or the class itself where none is written. `name` is what the function is
    declared as: its own name, or that of the variable, field or property that holds it; "" when nothing does.
    `owner_class` is the class whose method or field it is.
    """

    file: str
    node: SgNode
    owner_class: SgNode | None
    name: str
    is_method: bool = False
    is_static: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be followed, and why, in words for the owner of the code.

    `candidates` are set where a call runs one of several functions, all of which are known.
    """

    reason: str
    candidates: tuple[FunctionRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A call in a file."""

    file: str
    call: SgNode


Meaning = Declared | External | Global | Unknown
Called = FunctionRef | External | Global | Unknown
