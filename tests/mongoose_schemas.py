"""Schemas for the differential test: virtuals, `toJSON` and `toObject`, statics, hooks and populated virtuals."""

from __future__ import annotations

from collections.abc import Iterator

from mongoose_cases import Case

MODELS = """
const mongoose = require("mongoose");
const _ = require("lodash");
const { Schema } = mongoose;

const KINDS = { NOVEL: "novel", POEM: "poem" };
const initials = (text) => text.split(" ").map((word) => word[0]).join("");

const authorSchema = new Schema({
  first: { type: String, required: true },
  last: String,
  password: { type: String, private: true },
  address: { city: String },
  phones: [{ number: String }],
}, { toJSON: { virtuals: true }, toObject: { virtuals: true } });
authorSchema.virtual("name").get(function () {
  return `${this.first} ${this.last || ""}`.trim();
});
authorSchema.virtual("short").get(function () { return initials(this.name); });
authorSchema.virtual("books", { ref: "Book", localField: "_id", foreignField: "author" });
authorSchema.virtual("firstBook", { ref: "Book", localField: "_id", foreignField: "author", justOne: true });
authorSchema.virtual("bookCount", { ref: "Book", localField: "_id", foreignField: "author", count: true });
authorSchema.virtual("edited", { ref: "Book", localField: "_id", foreignField: "editors" });
exports.Author = mongoose.model("Author", authorSchema);

const by = { type: Schema.Types.ObjectId, ref: "Author" };
const reviewSchema = new Schema({ text: String, by }, { toJSON: { getters: true }, id: false });
const bookSchema = new Schema({
  title: { type: String, required: true },
  kind: { type: String, enum: Object.values(KINDS), default: KINDS.NOVEL },
  author: { type: Schema.Types.ObjectId, ref: "Author" },
  editors: [{ type: Schema.Types.ObjectId, ref: "Author" }],
  pages: { type: Number, default: () => KINDS.NOVEL.length },
  reviews: [reviewSchema],
  extra: Object,
}, { timestamps: true, id: false });
const transform = (doc, ret) => {
  ret.id = ret._id.toString();
  delete ret._id;
  delete ret.__v;
  return ret;
};
bookSchema.set("toJSON", { transform });
bookSchema.set("toObject", { transform, getters: true });
bookSchema.virtual("reviewCount").get(function () { return this.reviews.length; });
exports.Book = mongoose.model("Book", bookSchema);

const memberSchema = new Schema({
  name: String,
  email: { type: String, unique: true },
  password: String,
  tokens: [{ access: String, token: String }],
  favorite: { type: Schema.Types.ObjectId, ref: "Book" },
}, { toJSON: { getters: true, versionKey: false } });
memberSchema.methods.toJSON = function () {
  const object = this.toObject();
  delete object.password;
  return _.omit(object, ["tokens"]);
};
memberSchema.methods.greet = function (word) {
  return `${word} ${this.name}`;
};
memberSchema.method({
  rename(name) { this.name = name; return this.save(); },
  like: async function (book) {
    const member = this;
    member.favorite = book;
    await member.save();
    return member;
  },
  others() { return this.constructor.find({ _id: { $ne: this._id } }).sort({ name: 1 }); },
});
memberSchema.statics.isTaken = async function (email, except) {
  const member = await this.findOne({ email, _id: { $ne: except } });
  return !!member;
};
memberSchema.statics.findByName = function (name) { return this.findOne({ name }); };
memberSchema.static("greetAll", async function (word) {
  const Member = this;
  if (await Member.isTaken("none@x.io")) throw new Error("taken");
  const members = await this.find({}).sort({ name: 1 });
  return members.map((member) => member.greet(word));
});
exports.Member = mongoose.model("Member", memberSchema);

const entrySchema = new Schema({
  title: { type: String, required: true },
  slug: { type: String, required: true },
  state: String,
  log: [String],
  member: { type: Schema.Types.ObjectId, ref: "Member" },
});
async function mark(next) {
  if (!this.isModified("title")) return next();
  this.log.push(this.isNew ? "made" : "renamed");
  next();
}
entrySchema.pre("validate", function (next) {
  if (this.title) this.slug = this.title.toLowerCase();
  next();
});
entrySchema.pre("save", mark);
entrySchema.pre("save", async function () {
  if (this.title === "Bad") throw new Error("No such title");
  const owner = await mongoose.model("Member").findOne({ name: this.title });
  if (owner) this.member = owner._id;
});
entrySchema.post("save", async function (doc) {
  if (doc.title === "Count") await this.constructor.updateOne({ title: "First" }, { $push: { log: "counted" } });
});
entrySchema.pre("findOneAndUpdate", function (next) {
  const update = this.getUpdate();
  if (update.title) update.slug = update.title.toLowerCase();
  this.set({ state: "changed" });
  next();
});
entrySchema.pre("deleteOne", { document: true, query: false }, async function () {
  await mongoose.model("Member").updateOne({ name: "Mia" }, { password: `without ${this.title}` });
});
const Entry = mongoose.model("Entry", entrySchema);
exports.Entry = Entry;

const reviewed = new Schema({
  text: String,
  hidden: String,
  writer: { type: Schema.Types.ObjectId, ref: "Author" },
  item: { type: Schema.Types.ObjectId, ref: "Item" },
}, { toJSON: { virtuals: true }, id: false });
reviewed.pre(/^find/, function (next) {
  this.populate({ path: "writer", select: "first" }).select("-hidden");
  next();
});
const Remark = mongoose.model("Remark", reviewed);
const itemSchema = new Schema({ name: String }, { toJSON: { virtuals: true }, id: false });
itemSchema.virtual("remarks", { ref: "Remark", localField: "_id", foreignField: "item" });
itemSchema.pre("findOne", function () { this.populate("remarks"); });
exports.Item = mongoose.model("Item", itemSchema);
exports.Remark = Remark;

const deleteAtPath = (object, path, index) => {
  if (index === path.length - 1) delete object[path[index]];
  else deleteAtPath(object[path[index]], path, index + 1);
};
const hidePrivate = (schema) => {
  let transform;
  if (schema.options.toJSON && schema.options.toJSON.transform) transform = schema.options.toJSON.transform;
  schema.options.toJSON = Object.assign(schema.options.toJSON || {}, {
    transform(doc, ret, options) {
      Object.keys(schema.paths).forEach((path) => {
        if (schema.paths[path].options && schema.paths[path].options.private) deleteAtPath(ret, path.split("."), 0);
      });
      ret.id = ret._id.toString();
      delete ret._id;
      delete ret.__v;
      if (transform) return transform(doc, ret, options);
    },
  });
  schema.statics.paginate = async function (page) {
    return { page, results: await this.find().sort({ name: 1 }).skip((page - 1) * 1).limit(1) };
  };
};
const accountSchema = new Schema({ name: String, password: { type: String, private: true } });
accountSchema.plugin(hidePrivate);
exports.Account = mongoose.model("Account", accountSchema);

const plainSchema = new Schema({
  name: String,
  favorite: { type: Schema.Types.ObjectId, ref: "Book" },
  writer: { type: Schema.Types.ObjectId, ref: "Author" },
}, { toJSON: { getters: true, versionKey: false } });
exports.Fan = mongoose.model("Fan", plainSchema);
"""

RESET = """
app.post("/reset", async (req, res) => {
  await Fan.deleteMany({});
  await Entry.deleteMany({});
  await Account.deleteMany({});
  await Account.create({ name: "Al", password: "p" });
  await Account.create({ name: "Bo", password: "q" });
  await Entry.create({ title: "First" });
  await Member.deleteMany({});
  await Book.deleteMany({});
  await Author.deleteMany({});
  const ann = await Author.create({ first: "Ann", last: "Lee", password: "x", phones: [{ number: "1" }] });
  const bob = await Author.create({ first: "Bob", address: { city: "Rome" } });
  const review = { text: "Good", by: bob._id };
  const one = await Book.create({ title: "One", author: ann._id, editors: [bob._id], reviews: [review] });
  await Book.create({ title: "Two", author: ann._id, kind: "poem", editors: [ann._id, bob._id], extra: { a: 1 } });
  const tokens = [{ access: "auth", token: "t" }];
  await Member.create({ name: "Mia", email: "mia@x.io", password: "p", tokens, favorite: one._id });
  await Member.create({ name: "Max", email: "max@x.io", password: "q" });
  await Item.deleteMany({});
  await Remark.deleteMany({});
  const item = await Item.create({ name: "I" });
  await Remark.create({ text: "Nice", hidden: "h", writer: ann._id, item: item._id });
  await Fan.create({ name: "Fay", favorite: one._id, writer: ann._id });
  res.json({ ok: true });
});
"""

_READS = """
Author.find().sort({ first: 1 })
Author.find().sort({ first: 1 }).lean()
Author.find().sort({ first: 1 }).select("first")
Author.find().sort({ first: 1 }).select("-first")
Author.find().sort({ first: 1 }).populate("books")
Author.find().sort({ first: 1 }).populate("books", "title author")
Author.find().sort({ first: 1 }).populate("firstBook")
Author.find().sort({ first: 1 }).populate("bookCount")
Author.find().sort({ first: 1 }).populate("edited")
Author.find().sort({ first: 1 }).populate({ path: "books", populate: { path: "editors", select: "first" } })
Author.findOne({ first: "Ann" })
Author.findOne({ first: "Ann" }).populate("books bookCount")
Author.create({ first: "Cy" })
Author.findOneAndUpdate({ first: "Ann" }, { last: "Poe" }, { new: true })
Author.findOneAndDelete({ first: "Ann" })
Book.find().sort({ title: 1 })
Book.find().sort({ title: 1 }).lean().select("title kind pages")
Book.find().sort({ title: 1 }).populate("author")
Book.find().sort({ title: 1 }).populate("author", "first")
Book.find().sort({ title: 1 }).populate("editors")
Book.find().sort({ title: 1 }).populate("reviews.by")
Book.findOne({ title: "One" }).select("title")
Book.create({ title: "Three" })
Book.create({ title: "Three", kind: "other" })
Member.find().sort({ name: 1 })
Member.find().sort({ name: 1 }).populate("favorite")
Member.findOne({ name: "Mia" }).select("name")
Entry.create({ title: "Mia" })
Entry.create({ title: "Bad" })
Entry.create({ state: "x" })
Entry.findOneAndUpdate({ title: "First" }, { title: "Then" }, { new: true })
Entry.findOneAndUpdate({ title: "First" }, { $set: { log: ["a"] } })
Entry.findOneAndUpdate({ title: "None" }, { title: "Made" }, { new: true, upsert: true })
Entry.updateOne({ title: "First" }, { title: "Other" })
Remark.find()
Remark.findOne({ text: "Nice" })
Remark.findOneAndUpdate({ text: "Nice" }, { text: "Fine" }, { new: true })
Remark.countDocuments()
Item.find()
Item.findOne({ name: "I" })
Account.find().sort({ name: 1 })
Account.findOne({ name: "Al" }).lean()
Account.paginate(2)
Fan.find().populate("favorite")
Fan.find().populate("writer")
Fan.find().populate({ path: "writer", populate: "books" })
""".strip().splitlines()

_STATEMENTS = """
const author = await Author.findOne({ first: "Ann" });
    res.json({ name: author.name, short: author.short, json: author.toJSON(), plain: author.toObject() });
---
const author = await Author.findOne({ first: "Ann" });
    res.json({ ...author.toObject(), more: 1 });
---
const author = await Author.findOne({ first: "Ann" });
    author.last = "Ray";
    await author.save();
    res.json({ author, name: author.name });
---
const author = await Author.findOne({ first: "Ann" }).populate("books");
    res.json({ titles: author.books.map((book) => book.title), count: author.books.length });
---
const book = await Book.findOne({ title: "One" }).populate("author");
    res.json({ name: book.author.name, count: book.reviewCount, plain: book.toObject(), json: book.toJSON() });
---
const book = await Book.findOne({ title: "One" });
    book.reviews.push({ text: "Bad" });
    await book.save();
    res.json({ book, count: book.reviewCount, last: book.reviews[1].text });
---
const book = await Book.findOne({ title: "One" });
    res.json(book.toObject({ virtuals: true }));
---
const member = await Member.findOne({ name: "Mia" });
    res.json({ member, greeting: member.greet("Hi"), password: member.password });
---
const member = new Member({ name: "Zoe", email: "zoe@x.io", password: "z" });
    await member.save();
    res.status(201).json(member);
---
const member = await Member.findByName("Mia");
    const taken = [await Member.isTaken("mia@x.io"), await Member.isTaken("mia@x.io", member._id)];
    res.json({ taken, all: await Member.greetAll("Hey"), others: await member.others(), greeting: member.greet("Yo") });
---
const member = await Member.findByName("Mia");
    const book = await Book.findOne({ title: "Two" });
    await member.rename("Mo");
    await member.like(book._id);
    res.json(await Member.find({}).sort("name"));
---
for (const member of await Member.find({}).sort("name")) {
      member.name = `${member.greet("Dr")}!`;
      await member.save();
    }
    res.json(await Member.find({}).sort("name"));
---
const result = await Member.findOne({ name: "Max" }).then((member) => member.rename("Moe"));
    res.json({ result, max: await Member.findByName("Max") });
---
const entry = await Entry.findOne({ title: "First" });
    entry.title = "Again";
    await entry.save();
    entry.state = "x";
    await entry.save();
    await new Entry({ title: "Count" }).save();
    res.json({ entry, all: await Entry.find().sort("slug") });
---
const entry = await new Entry({ title: "Gone" }).save();
    await entry.deleteOne();
    const members = await Member.find().sort("name");
    res.json({ all: await Entry.find().sort("slug"), passwords: members.map((member) => member.password) });
---
const body = { title: "Body" };
    const entry = await Entry.findOneAndUpdate({ title: "First" }, body, { new: true });
    res.json({ entry, body, all: await Entry.find() });
---
const members = await Member.find({}).sort("name");
    res.json({ results: members, total: members.length });
""".strip().split("\n---\n")


def _every() -> Iterator[Case]:
    for each in _READS:
        yield Case(f"res.json(await {each});", writes=True)
    for statements in _STATEMENTS:
        yield Case(statements, writes=True)


def schema_cases() -> list[Case]:
    """One case for each way in which a document shows itself."""
    return list(_every())
