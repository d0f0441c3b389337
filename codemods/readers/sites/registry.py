"""Every site reader in one table: adding a framework is one module and one line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.outcome import Item
from codemods.readers.calls import CallSite
from codemods.readers.sites import drizzle, knex, mongoose, orms, raw_sql, timers, uploads, validators
from codemods.readers.sites.view import FileView

Read = Callable[[FileView], Iterator[tuple[CallSite, Item]]]


@dataclass(frozen=True)
class SiteReader:
    """A reader of sites. `literals`: a file whose text holds none of them is never parsed for it."""

    name: str
    literals: tuple[str, ...]
    read: Read

    def concerns(self, text: str) -> bool:
        """True for the text of a file that is worth reading."""
        has_method = self._methods is not None and self._methods.search(text) is not None
        return has_method or any(word in text for word in self._words)

    @cached_property
    def _methods(self) -> re.Pattern[str] | None:
        """All literals that start with a dot, in one pattern: it skips from dot to dot."""
        methods = "|".join(re.escape(literal[1:]) for literal in self.literals if literal.startswith("."))
        return re.compile(rf"\.(?:{methods})") if methods else None

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return tuple(literal for literal in self.literals if not literal.startswith("."))


READERS: tuple[SiteReader, ...] = (
    SiteReader("timers", timers.WORDS, timers.read),
    SiteReader("uploads", ("multer", "formidable", "busboy", "upload", "multiparty"), uploads.read),
    SiteReader(
        "drizzle",
        (".select", ".insert(", ".update(", ".delete(", ".query.", ".execute(", ".$count", ".transaction"),
        drizzle.read,
    ),
    SiteReader("knex", ("knex", "db", "trx", "Knex"), knex.read),
    SiteReader("mongoose", ("mongoose", "odel", ".save(", ".find", ".create(", ".delete", ".update"), mongoose.read),
    SiteReader(
        "sequelize",
        (".find", ".create", ".destroy", ".update", ".save", ".count", ".bulk", ".query"),
        orms.read_sequelize,
    ),
    SiteReader("typeorm", ("find", "save", "insert", "update", "delete", "remove", "count", "uery"), orms.read_typeorm),
    SiteReader("objection", ("uery(", "transaction"), orms.read_objection),
    SiteReader("mikro-orm", (".find", ".flush", ".persist", ".count"), orms.read_mikro_orm),
    SiteReader(
        "raw sql",
        ("query", "execute", "prepare", "exec", ".run(", ".all(", ".get(", "SELECT", "INSERT", "sql"),
        raw_sql.read,
    ),
    SiteReader(
        "validators",
        ("joi", "Joi", "yup", "ajv", "valid", "superstruct", "typebox", "arktype", "io-ts", "runtypes", "indicative"),
        validators.read,
    ),
)
"""In order of precedence: a call that two readers claim belongs to the first."""
