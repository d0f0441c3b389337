"""Calls of Mongoose for the differential test: generated conditions, chains, updates and saves, each as one route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

MODELS = """
const mongoose = require("mongoose");
const { Schema } = mongoose;

const userSchema = new Schema({
  name: { type: String, required: true, trim: true },
  email: { type: String, lowercase: true, unique: true, required: true },
  age: { type: Number, min: [0, "Too young"], max: 150 },
  role: { type: String, enum: ["user", "admin"], default: "user" },
  active: { type: Boolean, default: true },
  born: { type: Date, validate: { validator: (value) => value < new Date("2020-01-01"), message: "{PATH} is late" } },
  secret: { type: String, select: false },
  tags: { type: [String], validate: [(list) => list.length < 6, "Too many"] },
  nick: { type: String, validate(value) { if (value === "bad") throw new Error("No such name"); } },
  scores: [Number],
  address: { city: String, zip: { type: String, match: /^\\d+$/ } },
  pets: [{ name: { type: String, required: true }, kind: String, toys: [String] }],
  boss: { type: Schema.Types.ObjectId, ref: "User" },
  friends: [{ type: Schema.Types.ObjectId, ref: "User" }],
  anything: Schema.Types.Mixed,
}, { timestamps: true });

exports.User = mongoose.model("User", userSchema);

const noteSchema = new Schema({
  title: { type: String, required: true, maxlength: 12 },
  author: { type: Schema.Types.ObjectId, ref: "User", required: true },
  stars: { type: Number, default: 0 },
  lines: [{ text: String, by: { type: Schema.Types.ObjectId, ref: "User" } }],
});
noteSchema.index({ author: 1, title: 1 }, { unique: true });

exports.Note = mongoose.model("Note", noteSchema);
"""

HEAD = """
const bcrypt = require("bcryptjs");
const express = require("express");
const mongoose = require("mongoose");
const { NAMES } = require("./models");

const app = express();
app.use(express.json());
mongoose.connect("mongodb://localhost/cases");

"""

RESET = """
app.post("/reset", async (req, res) => {
  await Note.deleteMany({});
  await User.deleteMany({});
  const ann = await User.create({
    name: "Ann", email: "ann@x.io", age: 30, role: "admin", born: "1990-05-01", secret: "s", tags: ["a", "b"],
    scores: [1, 5], address: { city: "Bern", zip: "3000" }, pets: [{ name: "Rex", kind: "dog", toys: ["ball"] }],
  });
  const bob = await User.create({
    name: " Bob ", email: "BOB@x.io", age: 20, active: false, boss: ann._id, friends: [ann._id], tags: ["b"],
    pets: [{ name: "Tom", kind: "cat" }, { name: "Rex", kind: "dog" }], anything: { a: [1, { b: 2 }] },
  });
  const rome = { city: "Rome" };
  const cyd = await User.create({ name: "Cyd", email: "cyd@x.io", age: null, boss: ann._id, address: rome });
  const dan = await User.create({ name: "dan", email: "dan@x.io", scores: [5, 9], friends: [bob._id, cyd._id] });
  await Note.create({ title: "One", author: ann._id, stars: 3, lines: [{ text: "x", by: bob._id }] });
  await Note.create({ title: "Two", author: bob._id, stars: 1 });
  await Note.create({ title: "Three", author: ann._id, lines: [{ text: "y", by: dan._id }, { text: "z" }] });
  res.json({ ok: true });
});
"""

ROUTE = """
app.post("/case/{number}", async (req, res) => {{
  try {{
    {body}
  }} catch (error) {{
    res.status(500).json({{ name: error.name, code: error.code, message: error.message }});
  }}
}});
"""

END = "\napp.listen(process.env.PORT || 3000);\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One route: statements over the models and `req.body.v`, the value sent, and whether it writes."""

    body: str
    value: object = None
    writes: bool = False


_VALUES: tuple[object, ...] = (30, "30", "Ann", "ann", "", None, True, "true", 0, "x")
_SCALARS = ("name", "age", "active", "born", "role")
_RANGES = ("$gt", "$gte", "$lt", "$lte", "$ne", "$eq")


def _read(expression: str, value: object = None) -> Case:
    return Case(f"res.json(await {expression});", value)


def _by_value() -> Iterator[Case]:
    """Values as requests send them, whatever the type of the path."""
    yield _read("User.find({ role: req.body.v })", ["user", "admin"])
    yield _read("User.findOne({ name: req.body.v })", {"$gt": ""})
    for name, value in product(_SCALARS, _VALUES):
        yield _read(f"User.find({{ {name}: req.body.v }}).sort({{ email: 1 }})", value)
    for name, operator, value in product(("name", "age", "born"), _RANGES, (20, "25", "Bob", "1990-05-01")):
        yield _read(f"User.find({{ {name}: {{ {operator}: req.body.v }} }}).sort({{ email: 1 }})", value)
    for name, operator in product(("name", "age", "tags", "scores", "role"), ("$in", "$nin")):
        for value in (["Ann", "dan"], ["30", 20], [None], [], "b", ["a", "user"]):
            yield _read(f"User.find({{ {name}: {{ {operator}: req.body.v }} }}).sort({{ email: 1 }})", value)


_CONDITIONS = """
{}
{ name: "Ann" }
{ age: 30 }
{ age: "30" }
{ age: null }
{ age: { $ne: null } }
{ age: { $ne: 30 } }
{ age: { $gte: 20, $lt: 30 } }
{ age: { $exists: true } }
{ age: { $exists: false } }
{ age: { $not: { $gt: 25 } } }
{ active: false }
{ active: { $ne: false } }
{ born: { $gt: "1980-01-01" } }
{ born: { $lt: new Date("2000-01-01") } }
{ name: /^a/i }
{ name: { $regex: "n" } }
{ name: { $regex: "^B", $options: "i" } }
{ name: { $not: /n$/ } }
{ name: { $ne: "Ann" }, active: true }
{ tags: "b" }
{ tags: { $ne: "b" } }
{ tags: { $in: ["a", "z"] } }
{ tags: { $nin: ["a"] } }
{ tags: { $exists: true } }
{ scores: 5 }
{ scores: { $gt: 5 } }
{ scores: { $lt: 2 } }
{ age: { $gt: null } }
{ "address.city": "Bern" }
{ "address.city": { $ne: "Bern" } }
{ "address.city": null }
{ "address.zip": { $exists: false } }
{ "address.city": /e/ }
{ "pets.name": "Rex" }
{ "pets.name": { $ne: "Rex" } }
{ "pets.kind": { $in: ["cat"] } }
{ "pets.toys": "ball" }
{ "pets.kind": null }
{ $or: [{ name: "Ann" }, { age: 20 }] }
{ $or: [{ name: "Ann", age: 1 }, { tags: "b" }], active: false }
{ $and: [{ age: { $gt: 10 } }, { active: true }] }
{ $nor: [{ name: "Ann" }, { age: 20 }] }
{ $or: [{ age: { $gt: 25 } }, { age: null }] }
{ role: "user", active: true }
{ role: { $in: ["admin"] } }
{ boss: null }
{ boss: { $ne: null } }
{ boss: { $exists: true } }
{ email: "ANN@x.io" }
{ email: "ann@x.io", name: "Bob" }
{ secret: "s" }
{ createdAt: { $gt: new Date(0) } }
""".strip().splitlines()

_SHAPES = """
User.find(C).sort({ email: 1 })
User.findOne(C).sort({ email: -1 })
User.countDocuments(C)
User.exists(C)
User.find(C).sort("-email").limit(2).select("name email")
""".strip().splitlines()

_READS = """
User.find().sort({ age: 1, name: 1 })
User.find().sort({ age: -1, name: 1 })
User.find().sort("age -name")
User.find().sort({ born: "desc", email: "asc" })
User.find().sort({ active: 1, email: 1 }).skip(1).limit(2)
User.find().sort({ _id: -1 })
User.find().sort({ createdAt: 1 }).select("name")
User.find().sort({ email: 1 }).limit("2")
User.find().sort({ email: 1 }).limit(0)
User.find().sort({ email: 1 }).limit(-2)
User.find().sort({ email: 1 }).limit(NaN)
User.find().sort({ email: 1 }).skip(-1)
User.find().sort({ email: 1 }).skip("x")
User.find().sort({ email: 1 }).skip(NaN).limit(2)
User.find().sort({ email: 1 }).skip("1")
User.find().sort({ email: 1 }).select("-tags -pets -__v")
User.find().sort({ email: 1 }).select({ name: 1, age: 1 })
User.find().sort({ email: 1 }).select("+secret")
User.find({}, "name").sort({ email: 1 })
User.find({}, { tags: 0 }, { sort: { email: 1 }, limit: 1 })
User.find().sort({ email: 1 }).lean()
User.find().sort({ email: 1 }).populate("boss")
User.find().sort({ email: 1 }).populate("boss", "name")
User.find().sort({ email: 1 }).populate("friends", "-_id name")
User.find().sort({ email: 1 }).populate("friends", "name email").populate("boss", "name")
User.find().sort({ email: 1 }).populate({ path: "friends", select: "name boss", populate: { path: "boss" } })
Note.find().sort({ title: 1 }).populate("author", "name")
Note.find().sort({ title: 1 }).populate("lines.by", "name")
Note.find().sort({ title: 1 }).populate("author lines.by")
Note.findOne({ title: "One" }).populate([{ path: "author", select: "name" }, { path: "lines.by", select: "email" }])
User.find().sort({ email: 1 }).populate("pets")
User.find().sort({ email: 1 }).populate("name")
User.find().sort({ email: 1 }).populate("address")
User.distinct("role")
User.distinct("tags", { active: true })
User.estimatedDocumentCount()
User.findById("65f000000000000000000000")
User.findById("nothing")
User.findById(undefined)
User.findById(null)
User.find({ _id: "nothing" })
User.find({ _id: { $in: ["65f000000000000000000000"] } })
User.findOne({ boss: "nothing" })
User.findOne({ name: "Zed" })
User.findOne({ name: "Zed" }).orFail()
User.findOne({ email: "bob@x.io" }).exec()
""".strip().splitlines()

_UPDATES = """
{ name: "Eve" }
{ $set: { name: "Eve", age: "41" } }
{ $set: { "address.city": "Oslo" } }
{ $set: { address: { zip: "12" } } }
{ $set: { born: "2001-02-03", active: "no" } }
{ $unset: { age: 1 } }
{ $unset: { "address.city": "" } }
{ $inc: { age: 2 } }
{ $inc: { age: "3" } }
{ $mul: { age: 2 } }
{ $min: { age: 5 } }
{ $max: { age: 99 } }
{ $push: { tags: "new" } }
{ $push: { tags: { $each: ["m", "n"] } } }
{ $push: { tags: { $each: ["m"], $position: 0 } } }
{ $push: { tags: { $each: ["m", "n"], $slice: -2 } } }
{ $push: { pets: { name: "Kit" } } }
{ $addToSet: { tags: "b" } }
{ $addToSet: { tags: { $each: ["b", "c"] } } }
{ $pull: { tags: "b" } }
{ $pull: { tags: { $in: ["a", "b"] } } }
{ $pull: { pets: { name: "Rex" } } }
{ $pop: { tags: 1 } }
{ $pop: { scores: -1 } }
{ age: "many" }
{ $inc: { age: "many" } }
{ unknown: 1 }
{ name: undefined, age: 7 }
{ role: "king" }
{ email: "ANN@X.IO" }
{ scores: ["1", 2] }
{ tags: "one" }
{ anything: { deep: { list: [1] } } }
{ anything: {} }
{ $set: { role: "admin" }, $inc: { age: 1 }, $push: { tags: "z" } }
""".strip().splitlines()

_CHANGES = """
User.findOneAndUpdate({ email: "bob@x.io" }, U, { new: true })
User.findOneAndUpdate({ email: "bob@x.io" }, U)
User.updateOne({ email: "bob@x.io" }, U)
User.updateMany({ active: true }, U)
User.findOneAndUpdate({ email: "bob@x.io" }, U, { new: true, runValidators: true })
""".strip().splitlines()

_AFTER = 'res.json({ result, all: await User.find().sort({ email: 1 }).select("+secret -updatedAt -createdAt") });'

_WRITES = """
User.create({ name: "Eve", email: "eve@x.io" })
User.create({ name: " Eve ", email: " eve@x.io", age: "7", active: "false", born: 0, tags: [1, "x"], scores: "4" })
User.create({ name: "Eve", email: "eve@x.io", pets: [{ name: "A", other: 1 }], address: { city: 5 }, unknown: 1 })
User.create({ email: "eve@x.io" })
User.create({ name: "", email: "eve@x.io", age: -1 })
User.create({ name: "Eve", email: "eve@x.io", age: 151, role: "king" })
User.create({ name: "Eve", email: "eve@x.io", pets: [{}, { name: "B" }] })
User.create({ name: "Eve", email: "eve@x.io", address: { zip: "x1" } })
User.create({ name: "Eve", email: "eve@x.io", boss: "nothing", age: "many" })
User.create({ name: { first: "E" }, email: ["eve@x.io"] })
User.create({ name: "Eve", email: "ANN@x.io" })
User.create({ name: "Eve", email: "eve@x.io", born: "soon", active: "maybe" })
User.create({ name: "Eve", email: "eve@x.io", tags: null, age: null })
User.create({ name: "Eve", email: "eve@x.io", nick: "bad", born: "2021-01-01" })
User.create({ name: "Eve", email: "eve@x.io", nick: "good", tags: [1, 2, 3, 4, 5, 6] })
User.create([{ name: "Eve", email: "eve@x.io" }, { name: "Fay", email: "fay@x.io" }])
User.insertMany([{ name: "Eve", email: "eve@x.io" }, { name: "Fay", email: "fay@x.io" }])
User.findOneAndUpdate({ email: "new@x.io" }, { $set: { name: "New" }, $inc: { age: 1 } }, { upsert: true, new: true })
User.findOneAndUpdate({ email: "new@x.io" }, { name: "New", $setOnInsert: { role: "admin" } }, { upsert: true })
User.findOneAndUpdate({ email: "bob@x.io" }, { age: 1, $setOnInsert: { role: "admin" } }, { upsert: true, new: true })
User.updateOne({ email: "NEW@x.io", name: "N", active: "false" }, { $push: { tags: "t" } }, { upsert: true })
User.findOneAndUpdate({ email: "new@x.io", name: "N" }, { age: -1 }, { upsert: true, new: true, runValidators: true })
User.deleteOne({ name: "Ann" })
User.deleteOne({ name: "Zed" })
User.deleteMany({ active: true })
User.findOneAndDelete({ email: "bob@x.io" })
User.findOneAndDelete({ email: "zed@x.io" })
User.findByIdAndDelete("65f000000000000000000000")
User.findByIdAndUpdate("65f000000000000000000000", { name: "E" })
User.findByIdAndUpdate("nothing", { name: "E" })
""".strip().splitlines()

_SAVES = """
user.name = "Eve"
user.age = "44"
user.age = "many"
user.age = undefined
user.name = undefined
user.name = ""
user.email = "ann@x.io"
user.email = " New@x.io"
user.tags.push("z"); user.tags.push(5)
user.tags = user.tags.filter((tag) => tag !== "b")
user.tags = []
user.tags.unshift("first")
user.pets.push({ name: "Kit", kind: 3 })
user.pets.push({ kind: "cat" })
user.pets = user.pets.filter((pet) => pet.name !== "Tom")
user.pets[0].kind = "dog"
user.pets.find((pet) => pet.name === "Rex").name = "Max"
user.address = { city: "Oslo", zip: "1" }
user.address = { city: "Oslo", zip: "a" }
user.born = "2001-02-03"
user.born = "soon"
user.born = "2022-02-03"
user.nick = "bad"
user.nick = null
user.active = "yes"
user.role = "king"
user.boss = undefined
user.boss = user._id
user.friends.push(user._id)
user.friends = []
user.anything = { x: [1] }
user.anything = {}
user.anything = { a: {}, b: [{}, { c: {} }], d: { e: {} } }
user.name = user.name
user.scores.push(1, 2); user.scores.sort()
""".strip().splitlines()

_STATEMENTS = """
const filter = {};
    if (req.body.v.role) filter.role = req.body.v.role;
    if (req.body.v.min) filter.age = { $gte: Number(req.body.v.min) };
    const pattern = { $regex: req.body.v.q, $options: "i" };
    if (req.body.v.q) filter.$or = [{ name: pattern }, { email: new RegExp(req.body.v.q, "i") }];
    const users = await User.find(filter).sort({ email: 1 });
    res.json({ users, count: await User.countDocuments(filter) });
---
const { page = 1, limit = 2, sort = "-email", role } = req.body.v;
    const query = role ? { role } : {};
    const users = await User.find(query).sort(sort).skip((page - 1) * limit).limit(limit);
    res.json({ users, pages: Math.ceil((await User.countDocuments(query)) / limit) });
---
const user = await User.findOne({ email: "bob@x.io" });
    Object.assign(user, req.body.v);
    await user.save();
    res.json(user);
---
const users = await User.find({}).sort("email");
    res.json(users.map((user) => ({ ...user.toObject(), extra: user.id === String(user._id) })));
---
const user = await User.findOne({ email: "bob@x.io" }).populate("boss");
    const [first] = user.friends;
    res.json({ a: user.boss.name, b: user.boss._id.equals(user.boss.id), c: user.friends.includes(first) });
""".strip().split("\n---\n")

_BODIES = ({}, {"role": "user"}, {"min": "25", "q": "a"}, {"page": 2, "limit": "1"}, {"name": "Zed", "age": "9"})


def cases() -> list[Case]:
    """All cases, those that only read first."""
    found = [*_by_value()]
    found += [_read(shape.replace("(C)", f"({condition})")) for condition in _CONDITIONS for shape in _SHAPES]
    found += [_read(each) for each in _READS]
    changes = [change.replace(", U", f", {update}") for update in _UPDATES for change in _CHANGES]
    found += [_write(each) for each in (*changes, *_WRITES)]
    found += [_save(each) for each in _SAVES]
    found += [Case(statements, value, writes=True) for statements in _STATEMENTS for value in _BODIES]
    return found


def _write(call: str) -> Case:
    return Case(f"const result = await {call};\n    {_AFTER}", writes=True)


def _save(change: str) -> Case:
    body = 'const user = await User.findOne({ email: "bob@x.io" });\n    '
    return Case(f"{body}{change};\n    const result = await user.save();\n    {_AFTER}", writes=True)


def files(every: list[Case], in_action: bool = False, models: str = MODELS, reset: str = RESET) -> dict[str, str]:
    """The application that has a route for each case. Work that is too slow for a transaction makes actions of them."""
    slow = "await bcrypt.genSalt(4);\n    " if in_action else ""
    routes = [ROUTE.format(number=number, body=slow + case.body) for number, case in enumerate(every)]
    package = {"name": "cases", "dependencies": {"express": "^4.18.0", "mongoose": "^8.0.0", "lodash": "^4.17.21"}}
    names = ", ".join(re.findall(r"^exports\.(\w+)", models, re.MULTILINE))
    server = "".join([HEAD.replace("NAMES", names), reset, *routes, END])
    return {"package.json": json.dumps(package), "models.js": models, "server.js": server}


def requests(every: list[Case]) -> str:
    """A request for each case; those that write start from the same documents."""
    lines = ["@host = http://localhost:3000", "", "###", "POST {{host}}/reset", ""]
    for number, case in enumerate(every):
        if case.writes:
            lines += ["###", "POST {{host}}/reset", ""]
        lines += ["###", f"POST {{{{host}}}}/case/{number}", "Content-Type: application/json", ""]
        lines += [json.dumps({"v": case.value}), ""]
    return "\n".join(lines)
