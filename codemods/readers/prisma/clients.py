"""Recognises Prisma's client and its models in receivers of calls."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.readers.calls import CallSite, last_name
from codemods.readers.origins import SEVERAL, Origin, Origins
from codemods.readers.prisma.extract import ClientCall, ModelCall, table_of_model
from codemods.readers.prisma.methods import CLIENT_METHODS, MODEL_METHODS
from codemods.source.file import SourceFile
from codemods.source.tree import member, unwrap
from codemods.workspace import Unknown, Workspace

_CLIENTS = frozenset({"PrismaClient", "TransactionClient"})
_STEPS = frozenset({"$extends", "$transaction", "()", "=>0", "default"})
"""What leads from a client to a client: extensions, and the parameter of a transaction's callback."""

_LOOKS = re.compile(r"prisma|^(db|tx|trx|client|database|dbClient|orm)$", re.IGNORECASE)
_UNMISTAKABLE = frozenset(
    {"$transaction", "$queryRaw", "$queryRawUnsafe", "$queryRawTyped", "$executeRaw", "$executeRawUnsafe"}
)
COMPUTED = frozenset({"[]", SEVERAL})
"""Steps of a model that is chosen at run time."""

NOT_RESOLVED = "client not resolved"


@dataclass(frozen=True, slots=True)
class _Receiver:
    """A client that is known (`problem` is None) or only looks like one."""

    problem: str | None = None


class Clients:
    """Answers for one file."""

    def __init__(self, workspace: Workspace, file: SourceFile, schema: Schema) -> None:
        self._origins = Origins(workspace)
        self._workspace = workspace
        self._file = file
        self._schema = schema

    def read(self, site: CallSite) -> ModelCall | ClientCall | None:
        """The Prisma call that a call is, None for every other call."""
        if site.target is None or site.method is None or site.is_new:
            return None
        found: ModelCall | ClientCall | None = None
        if site.method in CLIENT_METHODS:
            found = self._client_call(site, site.target, site.method)
        elif site.method in MODEL_METHODS:
            found = self._model_call(site, site.target, site.method)
        in_doubt = found is not None and found.problem is not None
        return None if in_doubt and self._is_followed(site.node) else found

    def _is_followed(self, call: SgNode) -> bool:
        """True when the call is known to run something else."""
        return not isinstance(self._workspace.callee(self._file.path, call), Unknown)

    def _client_call(self, site: CallSite, target: SgNode, method: str) -> ClientCall | None:
        receiver = self._client(site, target)
        if receiver is None and method in _UNMISTAKABLE and self._origins.of(self._file, target) is None:
            receiver = _Receiver(NOT_RESOLVED)
        if receiver is None or (receiver.problem and method not in _UNMISTAKABLE):
            return None
        return ClientCall(site.node, target.text(), method, receiver.problem)

    def _model_call(self, site: CallSite, target: SgNode, method: str) -> ModelCall | None:
        access = member(target)
        if access is not None:
            receiver = self._client(site, access[0])
            if receiver is not None and (receiver.problem is None or self._is_model(access[1])):
                return ModelCall(site.node, unwrap(access[0]).text(), access[1], method, receiver.problem)
        elif target.kind() == "subscript_expression":
            return self._computed(site, target, method)
        origin = self._origins.of_receiver(self._file, site.node, target)
        model = _model_of(origin) if origin is not None else None
        if model is None:
            return None
        return ModelCall(site.node, target.text(), None if model in COMPUTED else model, method)

    def _computed(self, site: CallSite, target: SgNode, method: str) -> ModelCall | None:
        """`prisma[model].findMany()`."""
        client = target.field("object")
        receiver = self._client(site, client) if client is not None else None
        if client is None or receiver is None or receiver.problem:
            return None
        return ModelCall(site.node, unwrap(client).text(), None, method)

    def _client(self, site: CallSite, node: SgNode) -> _Receiver | None:
        node = unwrap(node, awaited=True)
        origin = self._origins.of_receiver(self._file, site.node, node)
        if origin is not None:
            return _Receiver() if _is_client(origin) else None
        return _Receiver(NOT_RESOLVED) if _LOOKS.search(last_name(node)) else None

    def _is_model(self, name: str) -> bool:
        """For receivers in doubt: a model of the schema, or any name when a Prisma project has no schema here."""
        if self._schema.tables:
            return table_of_model(self._schema, name) is not None
        return name != "query" and self._workspace.depends_on(self._file.path, "@prisma/client")


def after_client(origin: Origin) -> tuple[str, ...] | None:
    """The steps that follow the client in a path, without those that lead to a client again."""
    path = origin.path
    position = next((number for number, step in enumerate(path) if step in _CLIENTS), None)
    if position is None:
        return None
    return tuple(step for step in path[position + 1 :] if step not in _STEPS)


def _is_client(origin: Origin) -> bool:
    return after_client(origin) == () or (origin.path == (SEVERAL,) and "prisma" in origin.module)


def _model_of(origin: Origin) -> str | None:
    """The model of a delegate that was put aside: `const users = prisma.user`."""
    if origin.path == (SEVERAL,):
        return SEVERAL if "prisma" in origin.module else None
    rest = after_client(origin)
    is_call = origin.path[-1:] == ("()",)
    return rest[0] if rest is not None and len(rest) == 1 and not is_call else None
