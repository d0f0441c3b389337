"""A file's text and tree, ranges, scopes and bindings, edits. Knows no framework."""

from codemods.source.bindings import Binding, BindingKind, Bindings, Export, Free, Import, Scope
from codemods.source.edits import Edit, Refused, Rendered, render
from codemods.source.file import (
    SourceFile,
    UnreadableFile,
    check_reparse,
    error_count,
    parse,
    span_of,
)
from codemods.source.markers import Marker, find_markers, marker
from codemods.source.span import Span

__all__ = [
    "Binding",
    "BindingKind",
    "Bindings",
    "Edit",
    "Export",
    "Free",
    "Import",
    "Marker",
    "Refused",
    "Rendered",
    "Scope",
    "SourceFile",
    "Span",
    "UnreadableFile",
    "check_reparse",
    "error_count",
    "find_markers",
    "marker",
    "parse",
    "render",
    "span_of",
]
