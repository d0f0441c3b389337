"""Dates among the arguments of a function: they cross as milliseconds, and are dates again inside."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.ir.validator import RECURSION, Kind, Shape

Path = tuple[str, ...]

_ANY_KEY = "*"
_INNER = frozenset({Kind.ARRAY, Kind.TUPLE, Kind.RECORD})


def date_paths(shape: Shape) -> tuple[str, ...]:
    """`due`, `tasks.*.due`: where the dates are in what crosses."""
    return tuple(dict.fromkeys(".".join(path) for path, leaf in _leaves(shape) if leaf.kind is Kind.DATE))


def has_unclear_dates(shape: Shape) -> bool:
    """May a number arrive where a date does, or is there a key that no path can name?"""
    leaves = list(_leaves(shape))
    dates = [path for path, leaf in leaves if leaf.kind is Kind.DATE]
    others = [(path, leaf.kind is Kind.ANY) for path, leaf in leaves if _may_be_number(leaf)]
    unnamed = any("." in key for path in dates for key in path)
    recursive = bool(dates) and any(leaf.residual == RECURSION for _, leaf in leaves)
    return unnamed or recursive or any(_meet(date, path, is_any) for date in dates for path, is_any in others)


def has_gaps(shape: Shape, inside: bool = False) -> bool:
    """May an item of a list or of a record be undefined?"""
    inner = shape.kind in _INNER or (inside and shape.kind is Kind.UNION)
    return (inside and shape.optional) or any(has_gaps(child, inner) for child in shape.children)


def _may_be_number(leaf: Shape) -> bool:
    literal = leaf.literal or ""
    return leaf.kind in (Kind.NUMBER, Kind.ANY) or (leaf.kind is Kind.LITERAL and literal[:1] not in "\"'`tf")


def _meet(date: Path, other: Path, is_any: bool) -> bool:
    """Do two paths lead to the same value, or does one end above it at a value of any kind?"""
    matches = all(left == right or _ANY_KEY in (left, right) for left, right in zip(date, other, strict=False))
    return matches and (len(other) == len(date) or (is_any and len(other) < len(date)))


def _leaves(shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    if shape.kind is Kind.UNION:
        for child in shape.children:
            yield from _leaves(child, path)
    elif shape.kind is Kind.OBJECT:
        for key, child in zip(shape.keys, shape.children, strict=True):
            yield from _leaves(child, (*path, key))
    elif shape.kind in _INNER and shape.children:
        values = shape.children[-1:] if shape.kind is Kind.RECORD else shape.children
        for child in values:
            yield from _leaves(child, (*path, _ANY_KEY))
    else:
        yield path, shape


def crosses(shape: Shape) -> bool:
    """Is all that comes out of a schema data, or made of dates?"""
    return shape.crosses and all(crosses(child) for child in shape.children)
