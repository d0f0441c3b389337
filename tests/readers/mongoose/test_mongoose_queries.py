"""Calls of Mongoose's models and documents as queries."""

from collections.abc import Callable

import pytest

from codemods.ir.query import Compare, Condition, Gives, Not, Op, Order, Query

ReadQuery = Callable[[str], Query]


@pytest.mark.parametrize(
    ("call", "op"),
    [
        ("await User.find();", Op.FIND_MANY),
        ("await User.findOne({ email: req.email });", Op.FIND_FIRST),
        ("await User.findById(req.params.id).lean().exec();", Op.FIND_UNIQUE),
        ("await User.countDocuments({});", Op.COUNT),
        ("await User.exists({ email: req.email });", Op.EXISTS),
        ('await User.distinct("name");', Op.DISTINCT),
        ("await User.create({ email: req.email });", Op.CREATE),
        ("await User.create([{ email: req.email }]);", Op.CREATE_MANY),
        ("await User.insertMany(values);", Op.CREATE_MANY),
        ("new User({ email: req.email });", Op.MAKE),
        ("await User.updateOne({}, { name: 1 });", Op.UPDATE_MANY),
        ("await User.findByIdAndUpdate(req.id, { $inc: { age: 1 } }, { new: true });", Op.UPDATE),
        ("await User.findByIdAndDelete(req.id);", Op.DELETE),
        ("await User.deleteMany({ name: req.name });", Op.DELETE_MANY),
    ],
)
def test_methods_of_models(query: ReadQuery, call: str, op: Op) -> None:
    found = query(call)
    assert (found.op, found.table, found.unsupported) == (op, "User", ())


def test_conditions_are_read(query: ReadQuery) -> None:
    found = query('await User.find({ name: { $ne: req.name }, "addresses.city": /^B/i, friends: { $nin: values } });')
    assert found.unsupported == ()
    assert str(found.where).count("Condition(") == 3
    assert "MATCHES" in str(found.where)


def test_a_key_made_of_text_is_the_text(query: ReadQuery) -> None:
    call = 'const { Types } = require("mongoose"); await User.find({ _id: new Types.ObjectId(req.id) });'
    where = query(call).where
    assert isinstance(where, Condition)
    assert where.value.end - where.value.start == len("req.id")


def test_negations_are_no_other_comparisons(query: ReadQuery) -> None:
    """What has no name is neither above nor below one, so that `$not` holds for it."""
    where = query('await User.find({ name: { $not: { $gt: "a" } } });').where
    assert isinstance(where, Not)
    assert isinstance(where.part, Condition)
    assert where.part.op is Compare.GT


def test_the_chain_shapes_the_result(query: ReadQuery) -> None:
    found = query('await User.find().select("-name").sort("-email name").populate("friends", "name").limit(3);')
    assert found.document is not None
    assert found.document.without == ("password", "name")
    assert found.order == (Order("email", True), Order("name", False))
    assert [(each.path, each.only) for each in found.document.populate] == [("friends", ("name",))]


def test_hidden_paths_are_shown_where_they_are_asked_for(query: ReadQuery) -> None:
    found = query('await User.findOne({ email: req.email }).select("+password");')
    assert found.document is not None
    assert (found.document.only, found.document.without) == (None, ())


@pytest.mark.parametrize(
    ("options", "gives"),
    [
        ("", Gives.BEFORE),
        (", { new: true }", Gives.AFTER),
        (", { returnDocument: 'after' }", Gives.AFTER),
        (", { returnOriginal: false }", Gives.AFTER),
    ],
)
def test_updates_give_the_document_before_or_after(query: ReadQuery, options: str, gives: Gives) -> None:
    found = query(f"await User.findByIdAndUpdate(req.id, {{ name: 1 }}{options});")
    assert found.document is not None
    assert (found.document.gives, found.unsupported) == (gives, ())


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("await User.find({ $where: 'x' });", "conditions: operator `$where`"),
        ("await User.find({ age: 3 });", "conditions: unknown path `age`"),
        ("await User.find(values);", "conditions: `values` comes from the caller"),
        ("await User.find({ name: { first: 1 } });", "conditions: `name` equals an object"),
        ("await User.find({ friends: [req.id] });", "conditions: `friends` equals a list"),
        ("await User.find({ name: { $type: 2 } });", "conditions: operator `$type`"),
        ("await User.find().select(values);", "select: chosen at run time"),
        ("await User.find().populate('posts');", "populate: `posts`"),
        ("await User.find().populate({ path: 'friends', match: {} });", "populate: with options of its own"),
        ("await User.find().cursor();", "`cursor` of a query"),
        ("await User.find({}, null, { session: req.s });", "option `session`"),
        ("await User.aggregate([...values]);", "pipeline: a stage is built elsewhere"),
        ("await User.aggregate(values);", "pipeline: it is built elsewhere"),
        ("await User.aggregate([{ $sample: { size: 1 } }]);", "pipeline: stage `$sample`"),
        (
            "await User.aggregate([{ $group: { _id: 1, a: { $stdDevPop: '$b' } } }]);",
            "pipeline: accumulator `$stdDevPop`",
        ),
        ("await User.aggregate([{ $project: { a: { $map: {} } } }]);", "pipeline: operator `$map`"),
        (
            "await User.aggregate([{ $lookup: { from: 'x', localField: 'a', foreignField: '_id', as: 'y' } }]);",
            "pipeline: `$lookup` in `x`",
        ),
        ("await User.aggregate([]).sort('a');", "`sort` of a pipeline"),
        ("await User.updateOne({}, [{ $set: { name: 1 } }]);", "update: a pipeline"),
        ("await User.updateOne({}, { $rename: { name: 'n' } });", "update: operator `$rename`"),
        ("await User.updateOne({}, { $set: { 'addresses.$.city': 1 } });", "update: path `addresses.$.city`"),
        ("await User.findOne({}, (err, user) => {});", "a callback"),
    ],
)
def test_what_is_not_understood_is_named(query: ReadQuery, call: str, reason: str) -> None:
    assert reason in query(call).unsupported
