"""The words in which every layer reports: places, diagnostics, items, groups. Imports nothing else of convexify."""

from codemods.outcome.codes import CODES, Code
from codemods.outcome.words import LEFT, Diagnostic, Group, Item, ItemKind, Outcome, Place, Severity, Target

__all__ = [
    "CODES",
    "LEFT",
    "Code",
    "Diagnostic",
    "Group",
    "Item",
    "ItemKind",
    "Outcome",
    "Place",
    "Severity",
    "Target",
]
