"""What Sequelize calls keys and related rows where nothing says so."""

from __future__ import annotations

import re
from collections.abc import Callable

from codemods.ir.nouns import plural_of, singular_of


def camelized(text: str) -> str:
    """`user_id` → `userId`, as Sequelize names keys."""
    return re.sub(r"[-_\s]+(.)?", lambda found: (found.group(1) or "").upper(), text.strip())


def singular(model: str) -> str:
    """What one row of a model is called."""
    return _last_word(model, singular_of)


def plural(model: str) -> str:
    """What several rows are called."""
    return _last_word(model, plural_of)


def _last_word(model: str, make: Callable[[str], str]) -> str:
    found = re.fullmatch(r"(.*?)([A-Z]?[a-z0-9]+)", model)
    if found is None:
        return model
    head, last = found.group(1), found.group(2)
    made = make(last.lower())
    return head + (made[:1].upper() + made[1:] if last[:1].isupper() else made)
