"""Calls of models and instances of Sequelize, in the common form."""

from collections.abc import Callable

import pytest

from codemods.ir.query import Compare, Condition, Op, Query, Related, Result

Read = Callable[[str], Query]

METHODS = {
    "User.findAll()": Op.FIND_MANY,
    "User.findOne({ where: { name: given } })": Op.FIND_FIRST,
    "User.findByPk(given)": Op.FIND_UNIQUE,
    "User.count({ where: { age: 3 } })": Op.COUNT,
    "User.create({ name: given })": Op.CREATE,
    "User.bulkCreate(given)": Op.CREATE_MANY,
    "User.update({ name: given }, { where: { id: 3 } })": Op.UPDATE_MANY,
    "User.destroy({ where: { id: 3 } })": Op.DELETE_MANY,
    'User.max("age")': Op.AGGREGATE,
    "const user = await User.findByPk(given); await user.update({ name: given })": Op.UPDATE,
    "const user = await User.findByPk(given); user.name = given; await user.save()": Op.UPDATE,
    "const user = await User.findByPk(given); await user.destroy()": Op.DELETE,
    "const users = await User.findAll(); for (const user of users) await user.destroy()": Op.DELETE,
    "User.findByPk(given).then((user) => user.destroy())": Op.DELETE,
}


@pytest.mark.parametrize(("text", "op"), METHODS.items(), ids=METHODS)
def test_methods(query: Read, text: str, op: Op) -> None:
    found = query(text)
    assert (found.op, found.unsupported) == (op, ())


CONDITIONS = {
    "{ name: given }": Compare.EQ,
    "{ name: [given, 'b'] }": Compare.IN,
    "{ age: { [Op.gte]: given } }": Compare.GTE,
    "{ name: { [Op.like]: `%${given}%` } }": Compare.LIKE,
    "{ name: { [Op.substring]: given } }": Compare.CONTAINS,
    "{ age: { [Op.in]: given } }": Compare.IN,
}


@pytest.mark.parametrize(("text", "op"), CONDITIONS.items(), ids=CONDITIONS)
def test_conditions(query: Read, text: str, op: Compare) -> None:
    found = query(f"User.findAll({{ where: {text} }})")
    assert isinstance(found.where, Condition) and found.where.op is op and not found.unsupported


REFUSED = {
    "User.findAll({ where: { nick: given } })": "where: unknown column `nick`",
    "User.findAll({ where: { name: { [Op.regexp]: given } } })": "where: operator `regexp`",
    "User.findAll({ where: given })": "where: `given` comes from the caller",
    "User.findAll({ group: ['name'] })": "option `group`",
    "User.findAll({ order: sequelize.random() })": "order: built elsewhere",
    "User.findAll({ attributes: [['name', 'title']] })": "attributes: a column that is computed or renamed",
    "User.findAll({ include: [Tag] })": "include: Tag",
    "Post.findAll({ include: ['tags'] })": "include: `tags` with the rows that connect",
    "User.update({ age: sequelize.fn('now') }, { where: { id: 3 } })": "values: `age` is computed by the database",
    "User.destroy()": "destroy without a condition",
    "User.findOrCreate({ where: { name: given } })": "findOrCreate",
    "const user = await User.findByPk(1); Object.assign(user, given); await user.save()": (
        "save: `user` is changed by `Object.assign`"
    ),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=REFUSED)
def test_what_is_not_understood_is_named(query: Read, text: str, reason: str) -> None:
    assert reason in query(text).unsupported


def test_required_related_rows_are_asked_for(query: Read) -> None:
    found = query("Post.findAll({ include: [{ model: User, as: 'author', where: { name: given } }] })")
    assert isinstance(found.where, Related) and (found.where.relation, found.where.quantifier) == ("author", "is")
    assert [each.relation for each in found.include] == ["author"]


def test_attributes_choose_columns(query: Read) -> None:
    assert query("User.findAll({ attributes: ['id', 'name'] })").select == ("id", "name")
    left = query("User.findAll({ attributes: { exclude: ['email', 'createdAt', 'updatedAt'] } })").select
    assert left == ("id", "name", "age", "isActive", "role")


def test_results_have_their_forms(query: Read) -> None:
    assert query("User.update({ name: given }, { where: { id: 3 } })").result is Result.LIST
    assert query("User.destroy({ where: { id: 3 } })").result is Result.NUMBER
    assert query("User.findAndCountAll({ limit: 2 })").result is Result.PAGE
