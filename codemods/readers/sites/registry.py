"""Every site reader in one table: adding a framework is one module and one line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from codemods.outcome import Item
from codemods.readers.calls import CallSite
from codemods.readers.sites import drizzle, knex, mongoose, orms, raw_sql, timers, uploads, validators
from codemods.readers.sites.view import FileView

Read = Callable[[FileView], Iterator[tuple[CallSite, Item]]]
Concerns = Callable[[FileView], bool]


@dataclass(frozen=True, slots=True)
class SiteReader:
    """A reader of sites. `concerns` tells from the text of a file whether it is worth reading: few need be parsed."""

    name: str
    concerns: Concerns
    read: Read


def _holding(*literals: str, packages: Iterable[str] | None = None) -> Concerns:
    """Files that hold any of the literals, in repositories that use any of the packages."""
    needed = frozenset(packages) if packages is not None else None
    words = tuple(literal for literal in literals if not literal.startswith("."))
    # All literals that start with a dot, in one pattern: it skips from dot to dot.
    methods = "|".join(re.escape(literal[1:]) for literal in literals if literal.startswith("."))
    pattern = re.compile(rf"\.(?:{methods})") if methods else None

    def concerns(view: FileView) -> bool:
        if needed is not None and needed.isdisjoint(view.workspace.used_packages):
            return False
        text = view.text
        return (pattern is not None and pattern.search(text) is not None) or any(word in text for word in words)

    return concerns


READERS: tuple[SiteReader, ...] = (
    SiteReader("timers", _holding(*timers.WORDS), timers.read),
    SiteReader(
        "uploads",
        _holding("multer", "formidable", "busboy", "upload", "multiparty", packages=uploads.PACKAGES),
        uploads.read,
    ),
    SiteReader(
        "drizzle",
        _holding(
            ".select",
            ".insert(",
            ".update(",
            ".delete(",
            ".query.",
            ".execute(",
            ".$count",
            ".transaction",
            packages=["drizzle-orm"],
        ),
        drizzle.read,
    ),
    SiteReader("knex", _holding("knex", "db", "trx", "Knex", packages=["knex"]), knex.read),
    SiteReader(
        "mongoose",
        _holding("mongoose", "odel", ".save(", ".find", ".create(", ".delete", ".update", packages=mongoose.PACKAGES),
        mongoose.read,
    ),
    SiteReader(
        "sequelize",
        _holding(
            ".find",
            ".create",
            ".destroy",
            ".update",
            ".save",
            ".count",
            ".bulk",
            ".query",
            packages=orms.SEQUELIZE.packages,
        ),
        orms.read_sequelize,
    ),
    SiteReader(
        "typeorm",
        _holding(
            "find", "save", "insert", "update", "delete", "remove", "count", "uery", packages=orms.TYPEORM.packages
        ),
        orms.read_typeorm,
    ),
    SiteReader("objection", _holding("uery(", "transaction", packages=orms.OBJECTION.packages), orms.read_objection),
    SiteReader(
        "mikro-orm",
        _holding(".find", ".flush", ".persist", ".count", packages=orms.MIKRO_ORM.packages),
        orms.read_mikro_orm,
    ),
    SiteReader("raw sql", raw_sql.concerns, raw_sql.read),
    SiteReader(
        "validators",
        _holding(
            *("joi", "Joi", "yup", "ajv", "valid", "superstruct", "typebox", "arktype", "io-ts", "runtypes"),
            "indicative",
            packages=validators.PACKAGES,
        ),
        validators.read,
    ),
)
"""In order of precedence: a call that two readers claim belongs to the first."""
