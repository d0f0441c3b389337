"""Reports of a migration, one module a format. They return text; only the command line prints it."""

from codemods.report.facts import Mode, Report

__all__ = ["Mode", "Report"]
