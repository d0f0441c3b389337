import { castFields, castValue, mustHold, problemsOf, type Field, type Model } from "./casting";
import { MongoServerError, WriteError, type MongooseError } from "./documentErrors";
import { isSame, loaded, valueAt, withTextKey } from "./documents";

/** What code did to a document since it was read: fields with their new values, and fields that it took away. */
export interface DocumentChanges {
  _id?: string;
  checked?: boolean;
  set: Record<string, unknown>;
  unset: string[];
}

/** The name of a field in a row: none may start with an underscore there. */
export function storedName(name: string): string {
  return name === "__v" ? "v" : name === "_id" ? "id" : name;
}

/** A value in the form in which it is stored. */
export function toStored(value: unknown, field: Field): any {
  if (value === undefined || value === null) return value;
  switch (field.type) {
    case "date":
      return (value as Date).getTime();
    case "list":
      return (value as unknown[]).map((each) => toStored(each, field.of!) ?? null);
    case "map":
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toStored(each, field.of!)]));
    case "object":
    case "document":
      return storedFields(value as Record<string, unknown>, field);
    case "mixed":
      return plainMixed(value, field.keepsEmpty);
    default:
      return value;
  }
}

/** An object's fields as they are stored; an object without any is missing. */
export function storedFields(value: Record<string, unknown>, field: Field): Record<string, unknown> | undefined {
  const made: Record<string, unknown> = field.type === "document" ? { id: value._id } : {};
  for (const [name, inner] of Object.entries(field.fields!)) {
    const stored = toStored(value[name], inner);
    if (stored !== undefined) made[name] = stored;
  }
  return Object.keys(made).length === 0 ? undefined : made;
}

/** Any value, with its dates as text; objects without anything are missing, unless they are kept. */
export function plainMixed(value: unknown, keepsEmpty = false): unknown {
  const plain = JSON.parse(JSON.stringify(value));
  return keepsEmpty ? plain : minimized(plain);
}

/** A value without its empty objects, but for elements of lists. */
export function minimized(value: unknown, inList = false): unknown {
  if (Array.isArray(value)) return value.map((each) => minimized(each, true));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).flatMap(([name, each]) => {
    const small = minimized(each);
    return small === undefined ? [] : [[name, small]];
  });
  return kept.length === 0 && !inList ? undefined : Object.fromEntries(kept);
}

/** A stored value in the form in which code sees it. */
export function fromStored(value: any, field: Field): unknown {
  if (value === undefined || value === null) return value;
  switch (field.type) {
    case "date":
      return new Date(value);
    case "list":
      return value.map((each: unknown) => fromStored(each, field.of!));
    case "map":
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromStored(each, field.of!)]));
    case "object":
    case "document": {
      const made: Record<string, unknown> = field.type === "document" ? { _id: value.id } : {};
      for (const [name, inner] of Object.entries(field.fields!)) {
        if (value[name] !== undefined) made[name] = fromStored(value[name], inner);
      }
      if (field.type === "object" && Object.keys(made).length === 0) return undefined;
      if (field.type === "document") withTextKey(made);
      field.shape?.(made);
      return made;
    }
    default:
      return value;
  }
}

/** The document of a row, as code sees it. */
export function documentOf(doc: { _id: string }, model: Model): Record<string, any> {
  const made: Record<string, unknown> = { _id: doc._id };
  for (const [name, field] of Object.entries(model.fields)) {
    const stored = (doc as Record<string, unknown>)[storedName(name)];
    const value = fromStored(stored, field);
    if (value !== undefined) made[name] = value;
    else if (field.default !== undefined || field.type === "list") castFields(made, {}, { [name]: field });
  }
  loaded.set(made, doc);
  withTextKey(made);
  model.shape?.(made);
  return made;
}

/** The fields of a new row: cast, with defaults, and checked unless they were before. */
export function newRow(model: Model, data: unknown, checked = false): any {
  if (typeof data !== "object" || Array.isArray(data)) throw new TypeError("A document is made of an object.");
  const made: Record<string, unknown> = {};
  const errors: Record<string, MongooseError> = {};
  const now = new Date();
  const stamps = Object.fromEntries([model.made, model.changed].flatMap((name) => (name === undefined ? [] : [[name, now]])));
  castFields(made, { ...(data as object), ...stamps, __v: 0 }, model.fields, "", errors);
  if (!checked) problemsOf(made, model.fields, errors);
  mustHold(model.name, errors);
  return rowOf(model, made);
}

/** The row of a document. */
export function rowOf(model: Model, made: Record<string, unknown>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(model.fields)) {
    const stored = toStored(made[name], field);
    if (stored !== undefined) row[storedName(name)] = stored;
  }
  return row;
}

/** What code did to a document since it was read, or all of it when it is new. */
export function changesOf(document: object, checked = false): DocumentChanges {
  const found = loaded.get(document);
  if (found === undefined) throw new Error("A document is saved that was not read from the database here.");
  const given = document as Record<string, unknown>;
  const names = Object.keys(given).filter((name) => name !== "_id");
  if (found === null) return { checked, set: Object.fromEntries(names.map((name) => [name, given[name]])), unset: [] };
  return {
    _id: (found as { _id: string })._id,
    checked,
    set: Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]])),
    unset: names.filter((name) => given[name] === undefined),
  };
}

/** The changes of a row that make it what code made of its document. */
export function changedRow(model: Model, doc: object, { set, unset, checked: known }: DocumentChanges): Record<string, unknown> {
  const errors: Record<string, MongooseError> = {};
  const made: Record<string, unknown> = {};
  const row = doc as Record<string, unknown>;
  const given = Object.fromEntries(Object.entries(set).filter(([name]) => name in model.fields && !model.fields[name].immutable));
  const fields = Object.fromEntries(Object.keys(given).map((name) => [name, { ...model.fields[name], default: undefined }]));
  castFields(made, given, fields, "", errors);
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(made)) {
    if (name in errors) continue;
    const before = row[storedName(name)];
    const stored = stampedElements(model.fields[name], before, toStored(value, model.fields[name]));
    if (differs(stored, before)) changes[storedName(name)] = stored;
  }
  for (const name of unset) {
    if (name in model.fields && row[storedName(name)] !== undefined) changes[storedName(name)] = undefined;
  }
  const checked = known ? [] : Object.keys(model.fields).filter((name) => name in made || unset.includes(name));
  problemsOf(made, Object.fromEntries(checked.map((name) => [name, model.fields[name]])), errors);
  mustHold(model.name, errors);
  if (Object.keys(changes).length === 0) return {};
  const movesLists = Object.entries(changes).some(([name, value]) => movesElements(row[name], value));
  if (movesLists && model.version !== undefined) changes.v = ((row.v as number | undefined) ?? 0) + 1;
  if (model.changed !== undefined) changes[model.changed] = Date.now();
  return changes;
}

/** The elements of a list, with the time of now in those that are not as they were. */
export function stampedElements(field: Field, before: unknown, after: unknown): unknown {
  const name = field.of?.timestamps?.[1];
  if (name === undefined || !Array.isArray(before) || !Array.isArray(after)) return after;
  return after.map((each) => {
    const old = before.find((one) => one?.id !== undefined && one.id === each?.id);
    return old === undefined || isSame(old, each) ? each : { ...each, [name]: Date.now() };
  });
}

/** Do elements of a list come, go or change places? */
export function movesElements(before: unknown, after: unknown): boolean {
  if (!Array.isArray(after)) return false;
  const keys = (list: unknown[]) => list.map((each) => (each as { id?: string } | null)?.id ?? JSON.stringify(each));
  return !Array.isArray(before) || keys(before).join() !== keys(after).join();
}

/** The document after it was saved: the same object, as it is stored now. */
export async function saved<D extends object>(document: D, doc: Promise<{ _id: string }>, model: Model): Promise<D> {
  const stored = await doc;
  const isNew = loaded.get(document) === null;
  const now = documentOf(stored, model);
  const target = document as Record<string, unknown>;
  for (const name of Object.keys(target)) {
    const isEmpty = model.fields[name]?.type === "mixed" && !(name in now);
    if (name !== "_id" && (isEmpty || !(name in model.fields))) delete target[name];
  }
  if (isNew) Object.defineProperty(target, "_id", { value: now._id, enumerable: true, writable: true, configurable: true });
  for (const name of Object.keys(now)) {
    if (isNew || name in target) target[name] = keepsOthers(target[name], now[name]);
  }
  loaded.set(document, stored);
  return document;
}

/** The value that is stored now, unless other documents stand in the place of keys. */
export function keepsOthers(before: unknown, now: unknown): unknown {
  const isOther = typeof before === "object" && before !== null && loaded.has(before);
  return isOther ? before : now;
}

/** The steps of an update that are known. */
export const OPERATORS = ["$set", "$unset", "$inc", "$mul", "$min", "$max", "$push", "$addToSet", "$pull", "$pop", "$setOnInsert"];

/** The changes of a row by which an update is done: operators, and fields to set. */
export function updatedRow(model: Model, doc: object, update: unknown, validated = false, isNew = false): Record<string, unknown> {
  const row = doc as Record<string, unknown>;
  const after: Record<string, unknown> = structuredClone(row);
  const errors: Record<string, MongooseError> = {};
  const steps: Record<string, Record<string, unknown>> = { $set: {} };
  for (const [name, value] of Object.entries((update ?? {}) as Record<string, any>)) {
    if (name.startsWith("$")) steps[name] = { ...steps[name], ...value };
    else steps.$set[name] = value;
  }
  for (const [name, fields] of Object.entries(steps)) {
    if (!OPERATORS.includes(name)) throw new Error(`The update operator ${name} is not known here.`);
    if (name === "$setOnInsert" && !isNew) continue;
    for (const [path, value] of Object.entries(fields)) updateAt(model, after, name, path, value, validated ? errors : undefined);
  }
  mustHold("", errors);
  const changes: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(row), ...Object.keys(after)])) {
    if (!name.startsWith("_") && differs(after[name], row[name])) changes[name] = after[name];
  }
  if (model.changed !== undefined) changes[model.changed] ??= Date.now();
  return changes;
}

/** Are the values not the same, as a row holds them? Null is not missing there. */
export function differs(value: unknown, other: unknown): boolean {
  return (value === undefined) !== (other === undefined) || !isSame(value, other);
}

/** The number that a step of an update starts from. */
export function numberAt(value: unknown, operator: string): number {
  if (value === undefined || typeof value === "number") return value ?? 0;
  throw new WriteError(14, `Cannot apply ${operator} to a value of non-numeric type`);
}

/** Does one step of an update, in a row. */
export function updateAt(
  model: Model,
  row: Record<string, unknown>,
  operator: string,
  path: string,
  value: unknown,
  errors?: Record<string, MongooseError>,
): void {
  const found = fieldAt(model, path);
  if (found === undefined && path.includes(".") && fieldAt(model, path.split(".")[0]) !== undefined) {
    throw new Error(`The path ${path} of an update is not known here.`);
  }
  if (found === undefined || value === undefined || path === "_id") return;
  const names = path.split(".").map(storedName);
  const last = names.pop()!;
  if (operator === "$unset" && valueAt(row, names) === undefined) return;
  const holder = names.reduce<Record<string, unknown>>((inner, name) => (inner[name] ??= {}) as Record<string, unknown>, row);
  const before = holder[last];
  const cast = (each: unknown, field: Field = found) => {
    const made = castValue(each, field, path);
    if (errors !== undefined) problemsOf({ [path]: made }, { [path]: field }, errors);
    return toStored(made, field);
  };
  const list = () => (Array.isArray(before) ? before : []);
  const items = () => (isEach(value) ? value.$each : [value]).map((each) => cast(each, found.of!));
  if (operator === "$set" || operator === "$setOnInsert") holder[last] = cast(value);
  else if (operator === "$unset") delete holder[last];
  else if (operator === "$inc") holder[last] = numberAt(before, operator) + cast(value);
  else if (operator === "$mul") holder[last] = numberAt(before, operator) * cast(value);
  else if (operator === "$min") holder[last] = before === undefined || cast(value) < before! ? cast(value) : before;
  else if (operator === "$max") holder[last] = before === undefined || cast(value) > before! ? cast(value) : before;
  else if (operator === "$pop") holder[last] = value === -1 ? list().slice(1) : list().slice(0, -1);
  else if (operator === "$push") holder[last] = pushed(list(), items(), value);
  else if (operator === "$addToSet") {
    holder[last] = items().reduce((all, each) => (all.some((one: unknown) => isSame(one, each)) ? all : [...all, each]), list());
  } else holder[last] = list().filter((each) => !isPulled(each, value, found.of!));
}

/** The field at a dotted path, through lists. */
export function fieldAt(model: Model, path: string): Field | undefined {
  let fields: Record<string, Field> | undefined = model.fields;
  let found: Field | undefined;
  for (const name of path.split(".")) {
    if (found?.type === "mixed" || found?.type === "map") return found.of ?? { type: "mixed" };
    found = fields?.[name];
    fields = found?.fields;
  }
  return found;
}

/** `{ $each: […] }`: several values. */
export function isEach(value: unknown): value is { $each: unknown[]; $position?: number; $slice?: number } {
  return typeof value === "object" && value !== null && "$each" in value;
}

/** A list with more elements, at a place and cut to a length where that is asked for. */
export function pushed(list: unknown[], items: unknown[], value: unknown): unknown[] {
  const { $position = list.length, $slice } = isEach(value) ? value : { $position: undefined, $slice: undefined };
  const all = [...list.slice(0, $position), ...items, ...list.slice($position)];
  if ($slice === undefined) return all;
  return $slice < 0 ? all.slice($slice) : all.slice(0, $slice);
}

/** Is an element of a list one of those that go: equal to a value, or with these fields? */
export function isPulled(element: unknown, value: unknown, field: Field): boolean {
  if (typeof value !== "object" || value === null || field.fields === undefined) {
    const wanted = typeof value === "object" && value !== null && "$in" in value ? (value.$in as unknown[]) : [value];
    return wanted.some((each) => isSame(element, toStored(castValue(each, field, "$pull"), field)));
  }
  return Object.entries(value).every(([name, wanted]) => {
    if (typeof wanted === "object" && wanted !== null && Object.keys(wanted).some((key) => key.startsWith("$") && key !== "$in")) {
      throw new Error("An operator within $pull is not known here.");
    }
    const inner: Field = name === "_id" ? { type: "id" } : (field.fields![name] ?? { type: "mixed" });
    return isPulled((element as Record<string, unknown> | null)?.[storedName(name)], wanted, inner);
  });
}

/** Fails if another row than `self` has these values. */
export async function onlyOne(
  query: { take(n: number): Promise<{ _id: string }[]> },
  collection: string,
  values: Record<string, unknown>,
  self?: string,
): Promise<void> {
  const others = (await query.take(2)).filter((doc) => doc._id !== self);
  if (others.length > 0) throw new MongoServerError(collection, values);
}

/** A value as a field stores it, to look for it. */
export function stored(model: Model, path: string, value: unknown): any {
  const field = path === "_id" ? ({ type: "id" } as const) : fieldAt(model, path);
  const wanted = field?.type === "list" && !Array.isArray(value) ? field.of! : (field ?? { type: "mixed" });
  return toStored(castValue(value, wanted, path, model), wanted);
}

/** The values of a list as a field stores them, to look for them. */
export function storedAll(model: Model, path: string, values: unknown): any[] {
  return (Array.isArray(values) ? values : [values]).map((value) => stored(model, path, value));
}

/** Is the value one of these? Null equals what is missing. */
export function isAmong(value: unknown, values: readonly unknown[]): boolean {
  return values.some((each) => isSame(value, each));
}

/** The row after a change; the one that is made where there is none, or null. */
export async function changedOne<D>(
  doc: Promise<D | null>,
  change: (doc: D) => Promise<D>,
  make?: () => Promise<D>,
): Promise<D | null> {
  const found = await doc;
  if (found === null) return make ? await make() : null;
  return await change(found);
}

/** The row as it was before a change, or null where there was none, even if one is made. */
export async function changedBefore<D>(
  doc: Promise<D | null>,
  change: (doc: D) => Promise<D>,
  make?: () => Promise<D>,
): Promise<D | null> {
  const found = await doc;
  if (found !== null) await change(found);
  else await make?.();
  return found;
}

/** Changes each row, or makes one, and says how many there are and how many are not the same afterwards. */
export async function changedAll<D extends { _id: string }>(
  docs: Promise<D[]>,
  change: (doc: D) => Promise<D>,
  make?: () => Promise<D>,
) {
  let modifiedCount = 0;
  const found = await docs;
  for (const doc of found) {
    if (!isSame(await change(doc), doc)) modifiedCount += 1;
  }
  const made = found.length === 0 && make ? await make() : null;
  const upserted = { upsertedId: made?._id ?? null, upsertedCount: made === null ? 0 : 1 };
  return { acknowledged: true, modifiedCount, ...upserted, matchedCount: found.length };
}

/** The document that an update makes where none is found: of the values that were asked for, and of the update. */
export function upserted(model: Model, equal: object, update: unknown, validated = false): DocumentChanges {
  const row: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(equal)) updateAt(model, row, "$set", path, value);
  const made = documentOf({ ...row, ...updatedRow(model, row, update, validated, true), _id: "" }, model);
  const { _id, ...set } = made;
  return { checked: true, set, unset: [] };
}

/** The row that is removed, or null where there is none. */
export async function removedOne<D>(doc: Promise<D | null>, remove: (doc: D) => Promise<void>): Promise<D | null> {
  const found = await doc;
  if (found !== null) await remove(found);
  return found;
}

/** Removes each row, and counts them. */
export async function removedAll<D>(docs: Promise<D[]>, remove: (doc: D) => Promise<void>) {
  const found = await docs;
  for (const doc of found) await remove(doc);
  return { acknowledged: true, deletedCount: found.length };
}

/** Functions that a schema has for documents. */
export type Hooks = readonly ((document: any) => unknown)[];

/** Does what the schema asks for when a document is saved: checks it, calls the hooks, saves it, and calls the others. */
export async function savedAfter<D extends object>(
  document: D,
  model: Model,
  hooks: Hooks,
  store: (document: D) => Promise<{ _id: string }>,
  others: { checking?: Hooks; after?: Hooks } = {},
): Promise<D> {
  for (const hook of others.checking ?? []) await hook(document);
  const changes = changesOf(document);
  const stored = loaded.get(document);
  if (stored) changedRow(model, stored, changes);
  else newRow(model, changes.set);
  for (const hook of hooks) await hook(document);
  await saved(document, store(document), model);
  for (const hook of others.after ?? []) await hook(document);
  return document;
}

/** Removes a document between what the schema has for that. */
export async function removedAfter<R>(document: object, remove: () => Promise<R>, before: Hooks, after: Hooks): Promise<R> {
  for (const hook of before) await hook(document);
  const removed = await remove();
  for (const hook of after) await hook(document);
  return removed;
}

/** The update of a query that is still to be made, as hooks see it. */
export class PendingUpdate {
  _update: any;

  constructor(update: unknown) {
    this._update = structuredClone(update);
  }

  getUpdate(): any {
    return this._update;
  }

  set(path: string | object, value?: unknown): this {
    this._update.$set = { ...this._update.$set, ...(typeof path === "string" ? { [path]: value } : path) };
    return this;
  }
}

/** An update as it is after the hooks of the schema. */
export async function updateAfter(update: unknown, hooks: Hooks): Promise<any> {
  const query = new PendingUpdate(update);
  for (const hook of hooks) await hook(query);
  return query.getUpdate();
}

/** Is a document not stored yet? */
export function isNewDocument(document: object): boolean {
  return loaded.get(document) === null;
}

/** Did code change a field of a document since it was read? Fields of a new one are new. */
export function isModified(document: object, path: string): boolean {
  const stored = loaded.get(document);
  const field = path.split(".")[0];
  const value = (document as Record<string, unknown>)[field];
  if (!stored) return value !== undefined;
  const before = documentFields(stored)[field];
  return !isSame(value instanceof Date ? value.getTime() : value, before);
}

/** The fields of a row by the names that code has for them. */
export function documentFields(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name === "v" ? "__v" : name, value]));
}
