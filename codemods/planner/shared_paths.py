"""Handlers that serve several paths: what some of these lack is an argument of all, which may be missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from codemods.planner.asking.requests import RequestPlan, nothing
from codemods.planner.pieces import PieceKey
from codemods.planner.routes import RoutePlan
from codemods.source import SourceFile
from codemods.workspace import Workspace


def align_paths(workspace: Workspace, plans: Iterable[RoutePlan]) -> None:
    """`/users/:id/notes` and `/notes` share their function, which only the edge calls: it knows what is missing."""
    groups: dict[PieceKey, list[tuple[RoutePlan, RequestPlan]]] = defaultdict(list)
    for plan in plans:
        if plan.piece is not None and plan.carried and plan.request is not None:
            groups[plan.piece.key].append((plan, plan.request))
    for key, group in groups.items():
        requests = [request for _, request in group]
        if len(group) > 1 and any(argument.is_absent for request in requests for argument in request.arguments):
            aligned = _aligned(workspace.source(key.file), requests)
            for (plan, _), request in zip(group, aligned, strict=True):
                plan.request, plan.exact = request, False


def _aligned(file: SourceFile, requests: Sequence[RequestPlan]) -> list[RequestPlan]:
    lacking = {argument.name for request in requests for argument in request.arguments if argument.is_absent}
    found = []
    for request in requests:
        own = [argument for argument in request.arguments if argument.name not in lacking]
        loose = [replace(each, shape=nothing(file)) for each in request.arguments if each.name in lacking]
        found.append(replace(request, arguments=(*own, *sorted(loose, key=lambda each: each.name))))
    return found
