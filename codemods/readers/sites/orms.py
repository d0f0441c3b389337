"""Object mappers whose classes and repositories share a shape: Sequelize, TypeORM, Objection, MikroORM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.calls import CallSite
from codemods.readers.sites.view import FileView, short


@dataclass(frozen=True, slots=True)
class Mapper:
    """An object mapper: its packages, and the methods of its values that reach the database.

    `telling` are those methods whose name alone gives them away, on a receiver that could not be followed.
    """

    title: str
    packages: frozenset[str]
    methods: frozenset[str]
    telling: frozenset[str] = frozenset()


_SEQUELIZE_TELLING = frozenset({"findAll", "findByPk", "findAndCountAll", "findOrCreate", "bulkCreate", "findOne"})
_TYPEORM_TELLING = frozenset({"findOne", "findOneBy", "findAndCount", "findOneOrFail", "createQueryBuilder", "save"})
_OBJECTION_TELLING = frozenset({"$query", "$relatedQuery", "relatedQuery"})

SEQUELIZE = Mapper(
    "Sequelize",
    frozenset({"sequelize", "sequelize-typescript", "@sequelize/core"}),
    frozenset(
        {
            "findAll", "findOne", "findByPk", "findOrCreate", "findCreateFind", "findAndCountAll", "create",
            "bulkCreate", "update", "destroy", "count", "max", "min", "sum", "increment", "decrement", "upsert",
            "truncate", "restore", "save", "reload", "query", "transaction",
        }
    ),
    _SEQUELIZE_TELLING,
)  # fmt: skip
TYPEORM = Mapper(
    "TypeORM",
    frozenset({"typeorm"}),
    frozenset(
        {
            "find", "findOne", "findOneBy", "findBy", "findAndCount", "findAndCountBy", "findOneOrFail",
            "findOneByOrFail", "findByIds", "save", "insert", "update", "upsert", "delete", "remove", "softDelete",
            "softRemove", "restore", "recover", "count", "countBy", "exist", "exists", "existsBy", "increment",
            "decrement", "sum", "average", "minimum", "maximum", "clear", "createQueryBuilder", "query",
            "transaction",
        }
    ),
    _TYPEORM_TELLING,
)  # fmt: skip
OBJECTION = Mapper(
    "Objection",
    frozenset({"objection"}),
    frozenset({"query", "relatedQuery", "$query", "$relatedQuery", "transaction"}),
    _OBJECTION_TELLING,
)
MIKRO_ORM = Mapper(
    "MikroORM",
    frozenset({"@mikro-orm/core", "@mikro-orm/postgresql", "@mikro-orm/mysql", "@mikro-orm/sqlite", "@mikro-orm/knex"}),
    frozenset({"find", "findOne", "findOneOrFail", "findAll", "findAndCount", "count", "persistAndFlush", "flush"}),
)


def read_sequelize(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """Sequelize's models, instances and connection."""
    return _read(view, SEQUELIZE)


def read_typeorm(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """TypeORM's repositories, managers, data sources and active records."""
    return _read(view, TYPEORM)


def read_objection(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """Objection's models."""
    return _read(view, OBJECTION)


def read_mikro_orm(view: FileView) -> Iterator[tuple[CallSite, Item]]:
    """MikroORM's entity managers and repositories."""
    return _read(view, MIKRO_ORM)


def _read(view: FileView, mapper: Mapper) -> Iterator[tuple[CallSite, Item]]:
    if not view.depends_on(*mapper.packages):
        return
    for call in view.calls:
        if call.target is None or call.method not in mapper.methods or call.is_new:
            continue
        if _reaches(view, call, call.target, mapper):
            name = f"{mapper.title.lower()} {short(call.target.text())}.{call.method}"
            yield call, view.item(ItemKind.QUERY, name, call.place, f"CX302 {mapper.title}", Outcome.UNSUPPORTED)


def _reaches(view: FileView, call: CallSite, target: SgNode, mapper: Mapper) -> bool:
    origin = view.receiver(call, target)
    if origin is not None:
        return origin.package in mapper.packages and "createQueryBuilder" not in origin.path
    return call.method in mapper.telling and not view.is_followed(call.node)
