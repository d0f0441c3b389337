// The MongoDB behind Mongoose's own package in the tests: collections in memory, whose queries and updates mingo does.
//
// It answers as a server would where mingo and MongoDB agree, and knows unique indexes, whose errors do not name the
// database. It has no transactions.
import { createRequire } from "node:module";
import "mingo/init/system";
import { Aggregator, Query } from "mingo";
import { updateObject } from "mingo/updater";

const require = createRequire(import.meta.url);
const mongoose = require("mongoose");
const BaseCollection = require("mongoose/lib/collection");
const BaseConnection = require("mongoose/lib/connection");
const { BSON, ObjectId } = mongoose.mongo;

const stored = new Map();
const documents = (name) => stored.get(name) ?? stored.set(name, { rows: [] }).get(name);
const uniques = (name) => {
  const models = Object.values(mongoose.models).filter((model) => model.collection.name === name);
  const indexes = models.flatMap((model) => model.schema.indexes());
  return indexes.filter(([, options]) => options.unique).map(([keys]) => Object.keys(keys));
};
const copied = (value) => BSON.deserialize(BSON.serialize({ value }, { ignoreUndefined: false })).value;
const test = (filter, row) => new Query(copied(filter ?? {})).test(row);

class DuplicateKey extends Error {
  constructor(name, fields, row) {
    const values = fields.map((field) => `${field}: ${JSON.stringify(row[field] ?? null)}`).join(", ");
    const index = fields.map((field) => `${field}_1`).join("_");
    super(`E11000 duplicate key error collection: ${name} index: ${index} dup key: { ${values} }`);
    this.name = "MongoServerError";
    this.code = 11000;
    this.keyPattern = Object.fromEntries(fields.map((field) => [field, 1]));
    this.keyValue = Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
  }
}

function applied(row, name, fields) {
  try {
    updateObject(row, { [name]: fields }, [], {}, { cloneMode: "none" });
  } catch (error) {
    const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
    throw Object.assign(new Error(message), { name: "MongoServerError", code: 14 });
  }
}

class Collection extends BaseCollection {
  constructor(name, connection, options) {
    super(name, connection, options);
    this.onOpen();
  }

  get data() {
    return documents(this.name);
  }

  checked(row) {
    for (const fields of uniques(this.name)) {
      const key = (each) => JSON.stringify(fields.map((field) => each[field] ?? null));
      const other = this.data.rows.find((each) => String(each._id) !== String(row._id) && key(each) === key(row));
      if (other) throw new DuplicateKey(this.name, fields, row);
    }
    return row;
  }

  matching(filter, { sort, skip, limit, projection } = {}) {
    let found = new Query(copied(filter ?? {})).find(this.data.rows, projection ?? {});
    if (sort) found = found.sort(sort instanceof Map ? Object.fromEntries(sort) : sort);
    if (skip < 0) {
      const message = `BSON field 'skip' value must be >= 0, actual value '${skip}'`;
      throw Object.assign(new Error(message), { name: "MongoServerError", code: 51024 });
    }
    if (skip) found = found.skip(skip);
    if (limit) found = found.limit(Math.abs(limit));
    return found.all().map(copied);
  }

  find(filter, options) {
    let rows;
    const read = () => (rows ??= this.matching(filter, options));
    return { toArray: async () => read(), next: async () => read().shift() ?? null, close: async () => {} };
  }

  async findOne(filter, options) {
    return this.matching(filter, { ...options, limit: 1 })[0] ?? null;
  }

  async countDocuments(filter, options) {
    return this.matching(filter, options).length;
  }

  async estimatedDocumentCount() {
    return this.data.rows.length;
  }

  async distinct(field, filter) {
    const values = this.matching(filter).flatMap((row) => field.split(".").reduce((value, name) => {
      return Array.isArray(value) ? value.map((each) => each?.[name]) : value?.[name];
    }, row));
    const seen = new Map(values.filter((value) => value !== undefined).map((value) => [String(value), value]));
    return [...seen.values()];
  }

  aggregate(pipeline) {
    const rows = new Aggregator(copied(pipeline), { collectionResolver: (name) => documents(name).rows }).run(this.data.rows);
    return { toArray: async () => rows.map(copied) };
  }

  async insertOne(row) {
    const made = copied({ ...row, _id: row._id ?? new ObjectId() });
    this.data.rows.push(this.checked(made));
    return { acknowledged: true, insertedId: made._id };
  }

  async insertMany(rows) {
    const insertedIds = {};
    for (const [index, row] of rows.entries()) insertedIds[index] = (await this.insertOne(row)).insertedId;
    return { acknowledged: true, insertedCount: rows.length, insertedIds };
  }

  changed(row, update) {
    const after = copied(row);
    const operators = Object.entries(copied(update));
    for (const [name, fields] of operators) {
      if (name !== "$setOnInsert") applied(after, name, fields);
    }
    this.checked(after);
    const isSame = JSON.stringify(after) === JSON.stringify(row);
    this.data.rows[this.data.rows.findIndex((each) => String(each._id) === String(row._id))] = after;
    return { after, isSame };
  }

  async update(filter, update, options, only) {
    const rows = this.data.rows.filter((row) => test(filter, row)).slice(0, only);
    const modified = rows.filter((row) => !this.changed(row, update).isSame).length;
    if (rows.length > 0 || !options?.upsert) {
      return { acknowledged: true, modifiedCount: modified, upsertedId: null, upsertedCount: 0, matchedCount: rows.length };
    }
    const made = await this.upserted(filter, update);
    return { acknowledged: true, modifiedCount: 0, upsertedId: made._id, upsertedCount: 1, matchedCount: 0 };
  }

  async upserted(filter, update) {
    const equal = Object.entries(copied(filter)).filter(([name]) => !name.startsWith("$"));
    const row = { _id: new ObjectId(), ...Object.fromEntries(equal), ...copied(update.$setOnInsert ?? {}) };
    await this.insertOne(row);
    return this.changed(this.data.rows.at(-1), update).after;
  }

  async updateOne(filter, update, options) {
    return await this.update(filter, update, options, 1);
  }

  async updateMany(filter, update, options) {
    return await this.update(filter, update, options);
  }

  async findOneAndUpdate(filter, update, options = {}) {
    const [found] = this.matching(filter, { sort: options.sort, limit: 1 });
    const after = found ? this.changed(found, update).after : options.upsert ? await this.upserted(filter, update) : null;
    const shown = options.returnDocument === "after" || options.returnOriginal === false ? after : (found ?? null);
    const [value = null] = shown ? new Query({}).find([shown], options.projection ?? {}).all().map(copied) : [];
    return options.includeResultMetadata ? { value, lastErrorObject: { updatedExisting: !!found }, ok: 1 } : value;
  }

  removed(filter, only) {
    const rows = this.data.rows.filter((row) => test(filter, row)).slice(0, only);
    this.data.rows = this.data.rows.filter((row) => !rows.includes(row));
    return rows;
  }

  async deleteOne(filter) {
    return { acknowledged: true, deletedCount: this.removed(filter, 1).length };
  }

  async deleteMany(filter) {
    return { acknowledged: true, deletedCount: this.removed(filter).length };
  }

  async findOneAndDelete(filter, options = {}) {
    const [found] = this.matching(filter, { sort: options.sort, limit: 1 });
    if (found) this.removed({ _id: found._id }, 1);
    return options.includeResultMetadata ? { value: found ?? null, ok: 1 } : (found ?? null);
  }

}

class Connection extends BaseConnection {
  async openUri() {
    this.readyState = 1;
    this.onOpen();
    return this;
  }

  async asPromise() {
    return this;
  }

  async createCollection() {}

  async doClose() {
    return this;
  }
}

/** Empties all collections. */
export const forget = () => {
  for (const each of stored.values()) each.rows = [];
};

/** All rows of a collection. */
export const rowsOf = (name) => documents(name).rows;

mongoose.set("autoIndex", false);
mongoose.setDriver({ Collection, Connection, BulkWriteResult: class {}, plugins: [] });
export default mongoose;
