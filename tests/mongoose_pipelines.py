"""Aggregation pipelines for the differential test, each as one route over the documents of the other cases."""

from __future__ import annotations

from pathlib import Path

from mongoose_cases import Case

_PIPELINES = (Path(__file__).parent / "differential/cases/pipelines.txt").read_text(encoding="utf-8").splitlines()


def pipeline_cases() -> list[Case]:
    """One case for each pipeline."""
    return [Case(f"res.json(await {each});", "user") for each in _PIPELINES]
