"""Calls of packages' middleware as calls of their twins in the runtime library: `rateLimit("api", { … })`."""

from __future__ import annotations

import re
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.planner.passing.twin_steps import TwinDepths, claims_property, major_version, may_throw
from codemods.planner.pieces import PieceKind, function_piece
from codemods.planner.settings.secrets import is_text
from codemods.planner.settings.tokens import VERIFY_OPTIONS, is_shared
from codemods.planner.settings.written_secrets import writes_down
from codemods.readers.express.follow import value_of
from codemods.readers.express.limiters import LimiterNames
from codemods.readers.express.twins import (
    BEARER,
    DISK,
    LIMITER,
    LIMITS,
    MULTER,
    OVERRIDE,
    STRATEGY,
    TAKES,
    UPLOADS,
    TwinCall,
    twin_calls,
)
from codemods.readers.literals import Computed, Entry, Property, Spread, entries
from codemods.source import (
    FUNCTION_KINDS,
    Edit,
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    parameters,
    property_name,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import is_async, shortened
from codemods.workspace import FunctionRef, Workspace
from codemods.writers.edge.edge_request import with_comma
from codemods.writers.edge.limiters import LimiterFunction
from codemods.writers.edge.ported import NEXT, Helper, Ported, fresh_context, untyped
from codemods.writers.edge.steps import give_context
from codemods.writers.edge.uploads import (
    port_file_function,
    port_folder,
    port_options,
    port_place,
    port_storage,
    port_upload,
)

_CODES = {LIMITER: "CX802", BEARER: "CX801", STRATEGY: "CX801"}
_EXTRACTORS = frozenset("fromHeader fromUrlQueryParameter fromAuthHeaderWithScheme fromAuthHeaderAsBearerToken".split())


class Option(StrEnum):
    """What becomes of an option."""

    VALUE = "value"
    """It stays, as long as it is no function."""
    FUNCTION = "function"
    """It stays; a function of the request is written for the edge, and has to stand in place."""
    OWN = "own"
    """It stays, whatever it is: a function of it gets nothing of Express."""
    HELPER = "helper"
    """A function with a name that is given the request."""
    EXTRACTOR = "extractor"
    """It stays, as long as it looks where the library looks."""
    FILTER = "filter"
    """A function that is given the request and a file, in place or with a name."""
    STORAGE = "storage"
    """Where files are kept: it goes where that is the memory."""
    FOLDER = "folder"
    """A path on the disk."""
    PLACE = "place"
    """A function that chooses a folder or a name for a file of a request, or a path on the disk."""
    DROPPED = "dropped"
    """It is about what the library does in its own way."""


_BODIES = {"limit": Option.VALUE, "type": Option.VALUE, "verify": Option.DROPPED, "inflate": Option.DROPPED}

OPTIONS: dict[str, dict[str, Option]] = {
    LIMITER: {
        "windowMs": Option.VALUE,
        "max": Option.FUNCTION,
        "limit": Option.FUNCTION,
        "message": Option.VALUE,
        "statusCode": Option.VALUE,
        "handler": Option.FUNCTION,
        "legacyHeaders": Option.VALUE,
        "headers": Option.VALUE,
        "standardHeaders": Option.VALUE,
        "draft_polli_ratelimit_headers": Option.VALUE,
        "identifier": Option.VALUE,
        "keyGenerator": Option.FUNCTION,
        "ipv6Subnet": Option.VALUE,
        "skip": Option.FUNCTION,
        "skipSuccessfulRequests": Option.VALUE,
        "skipFailedRequests": Option.VALUE,
        "requestWasSuccessful": Option.FUNCTION,
        "store": Option.DROPPED,
        "validate": Option.DROPPED,
        "passOnStoreError": Option.DROPPED,
        "logger": Option.DROPPED,
    },
    "cors": {
        "origin": Option.OWN,
        "methods": Option.VALUE,
        "allowedHeaders": Option.VALUE,
        "exposedHeaders": Option.VALUE,
        "credentials": Option.VALUE,
        "maxAge": Option.VALUE,
        "preflightContinue": Option.VALUE,
        "optionsSuccessStatus": Option.VALUE,
    },
    "jsonBody": {
        **_BODIES,
        "strict": Option.VALUE,
        "extended": Option.DROPPED,
        "parameterLimit": Option.DROPPED,
    },
    "formBody": {**_BODIES, "extended": Option.VALUE, "parameterLimit": Option.DROPPED, "depth": Option.DROPPED},
    "textBody": {**_BODIES, "defaultCharset": Option.DROPPED},
    BEARER: {
        **dict.fromkeys(VERIFY_OPTIONS, Option.VALUE),
        "secret": Option.VALUE,
        "credentialsRequired": Option.VALUE,
        "getToken": Option.HELPER,
        "requestProperty": Option.VALUE,
        "userProperty": Option.DROPPED,
    },
    STRATEGY: {
        **dict.fromkeys(("algorithms", "audience", "ignoreExpiration", "issuer", "jsonWebTokenOptions"), Option.VALUE),
        "jwtFromRequest": Option.EXTRACTOR,
        "secretOrKey": Option.VALUE,
    },
    "hpp": {"whitelist": Option.VALUE},
    MULTER: {
        "dest": Option.FOLDER,
        "limits": Option.VALUE,
        "fileFilter": Option.FILTER,
        "storage": Option.STORAGE,
    },
    DISK: {"destination": Option.PLACE, "filename": Option.PLACE},
    TAKES: {},
    OVERRIDE: {"methods": Option.VALUE},
    UPLOADS: {},
    "xssClean": {},
    "validateRequest": dict.fromkeys(("params", "query", "body"), Option.OWN),
}
"""The options that are understood, by function of the library. All others are an obstacle."""

_VERIFIES = frozenset({"secret", "secretOrKey", "algorithms"})
_BY_SECRET = frozenset({BEARER, STRATEGY})

_RENAMED = {"headers": "legacyHeaders", "draft_polli_ratelimit_headers": "standardHeaders"}
"""Options of earlier versions of express-rate-limit."""


def port_twins(
    workspace: Workspace, file: SourceFile, node: SgNode, names: LimiterNames, depths: TwinDepths, tells: bool = False
) -> Ported:
    """All such calls below a node. A strategy that `tells` only gives its verdict, with which others go on."""
    ported = Ported(file, is_helper=tells)
    for call in twin_calls(workspace, file, node):
        _Call(workspace, ported, call, depths, tells).write(names)
    return ported


def port_twin(
    workspace: Workspace, file: SourceFile, helper: Helper, names: LimiterNames, depths: TwinDepths
) -> Ported:
    """A constant that holds what such a call makes, or the options of one."""
    node = helper.piece.node
    ported = port_twins(workspace, file, node, names, depths)
    if helper.options:
        options = min(find_all(node, "object"), key=lambda one: span_of(one).start)
        _Call(workspace, ported, TwinCall(file.path, options, helper.options), depths).take(options)
    ported.is_helper = True
    return ported


class _Call:
    """One call on its way."""

    def __init__(
        self, workspace: Workspace, ported: Ported, call: TwinCall, depths: TwinDepths, tells: bool = False
    ) -> None:
        self._tells = tells
        self._workspace, self._ported, self._call, self._depths = workspace, ported, call, depths
        self._file, self._options = ported.file, OPTIONS[call.function]
        self._code = _CODES.get(call.function, "CX701")

    def write(self, names: LimiterNames) -> None:
        if self._call.function == TAKES:
            port_upload(self._workspace, self._ported, self._call.node)
            return
        self._callee()
        given = arguments(self._call.node)
        if self._call.function == UPLOADS:
            given = self._without(given)
        if self._call.function == LIMITER:
            self._name(names.of(self._file.path, self._call.node), bool(given))
        if self._call.function == OVERRIDE:
            given = self._application(given)
        if self._call.function == "formBody" and "extended" not in self._call.node.text():
            self._flat(unwrap(given[0]) if given else None)
        if given:
            self._given(unwrap(given[0]))
        if self._call.function == BEARER:
            self._claims(unwrap(given[0]) if given else None)

    def _callee(self) -> None:
        """The library's function under the local name that the package's had; what said its type goes."""
        node = self._call.node
        callee = node.field("function") or node.field("constructor")
        assert callee is not None
        if self._call.function == STRATEGY:
            self._strategy(node)
            return
        local = callee.text() if callee.kind() == "identifier" else self._call.function
        self._ported.library[self._call.function] = local
        self._ported.edits.append(Edit.replace(Span(span_of(node).start, span_of(callee).end), local))
        untyped(self._ported, node.field("type_arguments"))
        holder = node.parent()
        if holder is not None and holder.kind() == "variable_declarator":
            untyped(self._ported, holder.field("type"))

    def _strategy(self, node: SgNode) -> None:
        """`new JwtStrategy(options, verify)` → `async (c, next) => passportJwt(c, next, options, verify)`.

        Where it only tells who it is, `(c) => identify(c, options, verify)`.
        """
        ported, given, opening = self._ported, arguments(node), node.field("arguments")
        if len(given) != 2 or opening is None or given[0].kind() == "spread_element":
            self._problem("is no strategy with options and a function", node)
            return
        context = fresh_context(node)
        names, function = ([context], "identify") if self._tells else ([context, "next"], STRATEGY)
        kinds = [ported.context(True), *([] if self._tells else [ported.package(NEXT)])] if ported.typed else []
        typed = ", ".join(f"{name}: {kind}" for name, kind in zip(names, kinds, strict=True)) if kinds else None
        head = Span(span_of(node).start, span_of(opening).start + 1)
        line = re.match(r"[ \t]*\r?\n[ \t]*", self._file.text[head.end :])
        taken = "".join(f"{line[0]}{name}," if line is not None else f"{name}, " for name in names)
        text = f"async ({typed or ', '.join(names)}) => {ported.use(function)}({taken}"
        ported.edits.append(Edit.replace(head, text))
        ported.environment = f"{context}.env"
        verify = unwrap(given[1])
        if verify.kind() not in FUNCTION_KINDS:
            return
        ported.framework |= {each.name for each in parameters(verify)[1:2] if each.name is not None}
        ported.asynchronous.append(span_of(verify))
        if not is_async(verify):
            ported.edits.append(Edit.insert(span_of(verify).start, "async "))
        body = verify.field("body")
        last = named(body)[-1:] if body is not None and body.kind() == "statement_block" else []
        if last and last[0].kind() == "expression_statement" and not is_async(verify):
            ported.edits.append(Edit.insert(span_of(last[0]).start, "return "))
            ported.returned = (span_of(last[0]),)

    def _without(self, given: list[SgNode]) -> list[SgNode]:
        """No files are read, so that nothing has to be said of how."""
        if given:
            self._ported.edits.append(Edit.delete(Span(span_of(given[0]).start, span_of(self._call.node).end - 1)))
        return []

    def _name(self, name: str, followed: bool) -> None:
        quote = "'" if self._file.text.count("'") > self._file.text.count('"') else '"'
        opening = self._call.node.field("arguments")
        assert opening is not None
        comma = ", " if followed else ""
        self._ported.edits.append(Edit.insert(span_of(opening).start + 1, f"{quote}{name}{quote}{comma}"))

    def _application(self, given: list[SgNode]) -> list[SgNode]:
        """The application first, which answers again by the other method; the options that are left."""
        opening, used = self._call.node.field("arguments"), self._call.node.parent()
        assert opening is not None
        if used is None or used.kind() != "arguments":
            self._problem("has a name, so that it cannot be given the application", self._call.node)
        self._ported.edits.append(Edit.insert(span_of(opening).start + 1, "app, " if given else "app"))
        if given and unwrap(given[0]).kind() in FUNCTION_KINDS:
            self._problem("finds the method by a function", given[0])
        elif given and string_value(unwrap(given[0])) is None:
            self._problem(f"finds the method by `{given[0].text()}`", given[0])
        return given[1:]

    def _flat(self, options: SgNode | None) -> None:
        """Forms are not nested from version 5 of Express on, unless they are told to be."""
        if major_version(self._workspace, self._file.path, "express", 4) < 5:
            return
        if options is None:
            closing = span_of(self._call.node).end - 1
            self._ported.edits.append(Edit.insert(closing, "{ extended: false }"))
        elif options.kind() == "object":
            comma = ", " if named(options) else " "
            self._ported.edits.append(Edit.insert(span_of(options).start + 1, f" extended: false{comma.rstrip()}"))

    def _claims(self, options: SgNode | None) -> None:
        """The field for the claims, where it is not the usual one."""
        name = claims_property(self._workspace, self._call)
        if options is None or options.kind() != "object":
            self._problem("takes options that do not stand in place", self._call.node)
        elif name != "auth" and "requestProperty" not in options.text():
            self._ported.edits.append(Edit.insert(span_of(options).start + 1, f' requestProperty: "{name}",'))

    def _problem(self, text: str, node: SgNode) -> None:
        self._ported.problem(self._code, text, node)

    # ---- options ----------------------------------------------------------------------------------

    def _given(self, options: SgNode) -> None:
        if options.kind() == "object":
            self.take(options)
        elif self._call.function != MULTER or not port_options(self._workspace, self._ported, options):
            self._named(options)

    def take(self, options: SgNode) -> None:
        """The options one by one."""
        for entry in entries(options):
            key, value = _option_of(entry)
            if key is None:
                self._problem(f"takes options from `{value.text()}`", value)
            else:
                self._option(key, value)

    def _named(self, options: SgNode) -> None:
        """Options that stand elsewhere stay as they are: none of them may have to change."""
        value = value_of(self._workspace, self._file.path, options)
        if value is None or value.node.kind() != "object":
            self._problem(f"takes options from `{options.text()}`, which cannot be read", options)
            return
        for entry in entries(value.node):
            key, node = _option_of(entry)
            treatment = self._options.get(key or "")
            plain = treatment in (Option.VALUE, Option.FUNCTION, Option.EXTRACTOR)
            stays = treatment is Option.OWN or (plain and unwrap(node).kind() not in FUNCTION_KINDS)
            if key in _VERIFIES and self._call.function in _BY_SECRET:
                self._secret(key, unwrap(node))
            if treatment is Option.EXTRACTOR:
                self._extractor(unwrap(node))
            if not stays or key in _RENAMED:
                self._problem(f"sets the option `{key or node.text()}` in `{options.text()}`", options)

    def _option(self, key: str, value: SgNode) -> None:
        plain, entry = unwrap(value), _entry(value)
        is_function = plain.kind() in FUNCTION_KINDS
        match self._options.get(key):
            case None:
                self._problem(f"sets the option `{key}`", value)
            case Option.DROPPED if may_throw(self._workspace, self._file.path, plain):
                self._problem(f"has a `{key}` that may refuse what is sent", value)
            case Option.DROPPED:
                self._ported.edits.append(Edit.delete(with_comma(self._file, entry)))
            case Option.HELPER:
                self._helper(key, plain)
            case Option.FILTER if is_function:
                port_file_function(self._workspace, self._ported, plain)
            case Option.PLACE if is_function:
                port_place(self._workspace, self._ported, plain)
            case Option.FILTER | Option.PLACE if key != "destination":
                self._helper(key, plain)
            case Option.STORAGE if not port_storage(self._workspace, self._ported, plain):
                self._ported.edits.append(Edit.delete(with_comma(self._file, entry)))
            case Option.FOLDER | Option.PLACE:
                self._folder(key, plain, entry)
            case Option.EXTRACTOR:
                self._extractor(plain)
            case Option.VALUE if key in _VERIFIES and self._call.function in _BY_SECRET:
                self._secret(key, plain)
            case Option.VALUE if is_function:
                self._problem(f"has a function for its `{key}`", value)
            case Option.FUNCTION if is_function:
                depth = self._depths.of(self._call)
                LimiterFunction(self._workspace, self._ported, key, plain, depth).write()
            case Option.FUNCTION if key not in ("max", "limit"):
                self._problem(f"has a `{key}` that is not written in place", value)
            case Option.FUNCTION:
                self._unlimited(plain)
            case _ if key in _RENAMED:
                self._rename(entry, _RENAMED[key])
            case _:
                pass

    def _helper(self, key: str, value: SgNode) -> None:
        target = self._workspace.function_of(self._file.path, value)
        file = self._workspace.source(target.file) if isinstance(target, FunctionRef) else None
        piece = function_piece(file, target.node) if file is not None and isinstance(target, FunctionRef) else None
        if piece is None or piece.kind is PieceKind.INLINE or not parameters(piece.node):
            self._problem(f"has a `{key}` that is no function with a name", value)
        else:
            self._ported.helpers.append(Helper(piece, 0))

    def _folder(self, key: str, value: SgNode, entry: SgNode) -> None:
        """A folder by its path; of the upload itself, it is that of a storage."""
        folder = port_folder(self._workspace, self._ported, value)
        if folder is not None and key == "dest":
            text = f"storage: {self._ported.use(DISK)}({{ destination: {folder} }})"
            self._ported.edits.append(Edit.replace(span_of(entry), text))
        elif folder is not None and folder != value.text():
            label = f"{key}: " if entry.kind() == "shorthand_property_identifier" else ""
            self._ported.edits.append(Edit.replace(span_of(value), f"{label}{folder}"))

    def _extractor(self, value: SgNode) -> None:
        """`ExtractJwt.fromHeader("x-token")`, `ExtractJwt.fromExtractors([…])`"""
        callee = value.field("function") if value.kind() == "call_expression" else None
        name = (member(callee) or ("", ""))[1] if callee is not None else ""
        given = [unwrap(each) for each in arguments(value)] if callee is not None else []
        if name == "fromExtractors" and len(given) == 1 and given[0].kind() == "array":
            for each in named(given[0]):
                self._extractor(unwrap(each))
        elif value.kind() in FUNCTION_KINDS and parameters(value)[:1] and not is_async(value):
            give_context(self._workspace, self._ported, value, 0, "looks for its token where it", self._ported.typed)
        elif value.kind() in ("identifier", "member_expression"):
            self._helper("jwtFromRequest", value)
        elif name not in _EXTRACTORS:
            self._problem(f"looks for its token by `{shortened(value)}`", value)

    def _secret(self, key: str, value: SgNode) -> None:
        """What both sides know, and nobody else."""
        if key == "algorithms":
            if not is_shared(value):
                self._problem("verifies with a key pair", value)
        elif writes_down(self._workspace, self._file.path, value):
            self._ported.problem("CX803", "verifies with a secret that is written in the code", value)
        elif value.kind() not in ("member_expression", "identifier", "binary_expression") and not is_text(value):
            self._problem("looks its secret up", value)

    def _rename(self, entry: SgNode, name: str) -> None:
        label = entry.field("key")
        if label is None:
            self._ported.edits.append(Edit.insert(span_of(entry).start, f"{name}: "))
        else:
            self._ported.edits.append(Edit.replace(span_of(label), name))

    def _unlimited(self, value: SgNode) -> None:
        """Before version 7 of express-rate-limit, a limit of 0 was none."""
        major = major_version(self._workspace, self._file.path, LIMITS, 8)
        if major >= 7 or (value.kind() == "number" and value.text() != "0"):
            return
        simple = value.kind() in ("number", "identifier", "member_expression", "call_expression")
        opening, closing = ("", "") if simple else ("(", ")")
        self._ported.edits.append(Edit.wrap(span_of(value), opening, f"{closing} || Infinity"))


def _option_of(entry: Entry) -> tuple[str | None, SgNode]:
    """The name of an option, and its value; a method is its own value."""
    match entry:
        case Property(key, value):
            return key, value
        case Spread(value):
            return None, value
        case Computed(node):
            return property_name(node.field("name")), node


def _entry(value: SgNode) -> SgNode:
    """The pair of an option's value; a shorthand or method is its own."""
    parent = value.parent()
    return parent if parent is not None and parent.kind() == "pair" else value
