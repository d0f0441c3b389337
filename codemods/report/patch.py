"""The changes as a patch for `git apply`."""

from __future__ import annotations

from codemods.changes.patch import git_patch
from codemods.report.facts import Report


def patch_report(report: Report) -> bytes:
    """Bytes, not text: a patch holds the bytes of the files, whatever they are."""
    return git_patch(report.settled.files, report.patch_prefix)
