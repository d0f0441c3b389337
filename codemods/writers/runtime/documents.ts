import type { Doc, Id, TableNames } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { castValue, type Model } from "./casting";
import { CastError, DocumentNotFoundError, WriteError } from "./documentErrors";

/** What all documents have. */
export interface AnyDocument {
  _id: any;
  readonly id?: any;
  __v?: any;
}

/** The stored rows behind the documents that code has read; null for one that is not stored yet. */
export const loaded = new WeakMap<object, object | null>();

/** A document's key as text, which JSON does not show. */
export function withTextKey<D extends { _id?: unknown }>(document: D): D & { readonly id: string } {
  Object.defineProperty(document, "id", { get: () => String(document._id), configurable: true });
  return document as D & { readonly id: string };
}

/** Could the text be the key of a document: one that Convex made, or one of MongoDB's? */
export function isKey(value: unknown): boolean {
  if (typeof value !== "string") return false;
  return /^(?:[0-9a-f]{24}|[0-9a-z]{31,37}|\d+;\w+)$/i.test(value);
}

/** The key that a text is; what can be none is an error. */
export function toKey(value: unknown): string {
  const text = typeof value === "object" && value !== null ? (value as { _id?: unknown })._id : value;
  if (typeof text === "string" && isKey(text)) return text;
  throw new Error("input must be a 24 character hex string, 12 byte Uint8Array, or an integer");
}

/** Is it an error of this name? Classes do not cross between functions. */
export function isNamed(error: unknown, name: string): boolean {
  return typeof error === "object" && error !== null && (error as { name?: unknown }).name === name;
}

/** A key for an object within a document. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The row with this key, or null; what can be no key is an error. */
export async function byKey<T extends TableNames>(
  ctx: QueryCtx,
  table: T,
  model: Model,
  value: unknown,
): Promise<Doc<T> | null> {
  if (value === undefined || value === null) return null;
  const text = castValue(value, { type: "id" }, "_id", model) as string;
  const key = ctx.db.normalizeId(table, text);
  return key === null ? null : await ctx.db.get(table, key);
}

/** The rows with these keys, in the order of their creation. */
export async function byKeys<T extends TableNames>(
  ctx: QueryCtx,
  table: T,
  model: Model,
  values: readonly unknown[],
): Promise<Doc<T>[]> {
  const found = await Promise.all(values.map((value) => byKey(ctx, table, model, value)));
  const distinct = new Map(found.filter((doc) => doc !== null).map((doc) => [doc._id as string, doc]));
  return [...distinct.values()].sort((a, b) => a._creationTime - b._creationTime);
}

/** The row that a reference names. */
export async function referred<T extends TableNames>(ctx: QueryCtx, table: T, id: unknown): Promise<Doc<T> | null> {
  const key = typeof id === "string" ? ctx.db.normalizeId(table, id) : null;
  return key === null ? null : await ctx.db.get(table, key as Id<T>);
}

/** The rows whose field equals a value: null stands for a missing one too. */
export async function whereEqual<V, D extends { _creationTime: number }>(
  value: V,
  query: (value: V) => Promise<D[]>,
): Promise<D[]> {
  if (value !== undefined && value !== null) return await query(value);
  const found = [...(await query(undefined as V)), ...(await query(null as V))];
  return found.sort((a, b) => a._creationTime - b._creationTime);
}

/** Are the values equal, as MongoDB compares them? Null equals what is missing. */
export function isSame(value: unknown, other: unknown): boolean {
  if (typeof value !== "object" || typeof other !== "object" || !value || !other) return (value ?? null) === (other ?? null);
  if (Array.isArray(value) !== Array.isArray(other)) return false;
  const [one, two] = [value as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(one), ...Object.keys(two)])].every((name) => isSame(one[name], two[name]));
}

/** Does a text match a pattern? */
export function matchesText(value: unknown, pattern: unknown, options?: string): boolean {
  if (typeof value !== "string") return false;
  const made = pattern instanceof RegExp ? new RegExp(pattern.source, options ?? pattern.flags) : new RegExp(String(pattern), options);
  return made.test(value);
}

/** Does any value at a path pass the test? Lists on the way stand for their elements. */
export function anyAt(value: unknown, path: string, test: (value: any) => boolean): boolean {
  return valuesAt(value, path.split(".")).some(test);
}

/** All values at a path, where a list stands for itself and for its elements. */
export function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return Array.isArray(value) ? [...value, value] : [value];
  if (Array.isArray(value)) {
    const inner = value.filter((each) => typeof each === "object" && each !== null);
    return inner.flatMap((each) => valuesAt(each, path));
  }
  if (typeof value !== "object" || value === null) return [undefined];
  return valuesAt((value as Record<string, unknown>)[name], rest);
}

/** How to sort documents: a field with its direction each, or their names in a text, with a minus for descending. */
export type Sorting = string | Record<string, unknown> | undefined | null;

/** Is a value before or after another one? Values of other types are neither; null only equals what is missing. */
export function isBeyond(value: any, sign: "<" | "<=" | ">" | ">=", other: any): boolean {
  if (other === undefined || other === null) return sign.length === 2 && (value ?? null) === null;
  if (typeof value !== typeof other) return false;
  const order = rankOf(value, other);
  return (sign.length === 2 && order === 0) || (order !== 0 && (order < 0) === sign.startsWith("<"));
}

/** The rows in an order: what is missing comes first, and last in descending order. */
export async function inOrder<D extends object>(docs: D[] | Promise<D[]>, sorting: Sorting): Promise<D[]> {
  const keys = sortingKeys(sorting);
  return [...(await docs)].sort((a, b) => {
    for (const [path, sign] of keys) {
      const order = sign * rankOf(valueAt(a, path), valueAt(b, path));
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Fields with 1 for ascending, -1 for descending. */
export function sortingKeys(sorting: Sorting): [path: string[], sign: number][] {
  if (typeof sorting === "string") {
    const names = sorting.split(/\s+/).filter(Boolean);
    return names.map((name) => [rowPath(name.replace(/^-/, "")), name.startsWith("-") ? -1 : 1]);
  }
  return Object.entries(sorting ?? {}).map(([name, direction]) => {
    const sign = { "1": 1, asc: 1, ascending: 1, "-1": -1, desc: -1, descending: -1 }[String(direction).toLowerCase()];
    if (sign === undefined) throw new TypeError(`Invalid sort value: { ${name}: ${String(direction)} }`);
    return [rowPath(name), sign];
  });
}

/** Where a row has a field. */
export function rowPath(name: string): string[] {
  return name === "_id" ? ["_creationTime"] : name === "__v" ? ["v"] : name.split(".");
}

/** The value at a path. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner: any, name) => (inner === null || inner === undefined ? inner : inner[name]), value);
}

/** Which of two stored values comes first. */
export function rankOf(a: any, b: any): number {
  if ((a ?? null) === (b ?? null)) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  return a < b ? -1 : 1;
}

/** Some of the rows: numbers may be given as text, a limit of 0 is none, and none are skipped from the end. */
export async function someOf<D>(docs: D[] | Promise<D[]>, skip: unknown, limit?: unknown): Promise<D[]> {
  const start = numberOf(skip, "skip");
  const most = Math.abs(numberOf(limit, "limit"));
  if (start < 0) throw new WriteError(51024, `BSON field 'skip' value must be >= 0, actual value '${start}'`);
  return (await docs).slice(start, most === 0 ? undefined : start + most);
}

/** A whole number that may be given as text; MongoDB takes what is no number for 0. */
export function numberOf(value: unknown, name: string): number {
  if (value === undefined || value === null) return 0;
  const number = Number(value);
  if (typeof value !== "number" && Number.isNaN(number)) throw new CastError("Number", value, name);
  return Number.isNaN(number) ? 0 : Math.trunc(number);
}

/** A document with some of its fields, and its key. */
export function only<D extends object>(document: D, ...fields: string[]): D {
  for (const name of Object.keys(document)) {
    if (name !== "_id" && !fields.includes(name)) delete (document as Record<string, unknown>)[name];
  }
  return document;
}

/** A document without some of its fields. */
export function without<D extends object>(document: D, ...fields: string[]): D {
  for (const name of fields) delete (document as Record<string, unknown>)[name];
  return document;
}

/** A document with others in the place of the keys at a path; what is not found is null, and left out of lists. */
export async function populated<D extends object>(
  document: D | Promise<D>,
  path: string,
  find: (id: unknown) => Promise<unknown>,
): Promise<D> {
  const made = await document;
  await populateAt(made as Record<string, unknown>, path.split("."), find);
  return made;
}

/** Puts others in the place of the keys at a path. */
export async function populateAt(
  value: Record<string, unknown>,
  path: string[],
  find: (id: unknown) => Promise<unknown>,
): Promise<void> {
  const [name, ...rest] = path;
  const inner = value[name];
  if (inner === undefined || inner === null) return;
  if (rest.length > 0) {
    for (const each of Array.isArray(inner) ? inner : [inner]) {
      if (typeof each === "object" && each !== null) await populateAt(each, rest, find);
    }
  } else if (Array.isArray(inner)) {
    const found = await Promise.all(inner.map((id) => find(id)));
    value[name] = found.filter((document) => document !== null);
  } else {
    value[name] = await find(inner);
  }
}

/** A document with those that refer to it, which are found by the value that it has at a path. */
export async function withReferring<D extends object>(
  document: D | Promise<D>,
  name: string,
  path: string,
  find: (value: any) => Promise<unknown[]>,
  how?: "one" | "count",
): Promise<D> {
  const made = await document;
  const value = valueAt(made, path.split("."));
  const values = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  const found = (await Promise.all(values.map(find))).flat();
  const shown = how === "one" ? (found[0] ?? null) : how === "count" ? found.length : found;
  Object.defineProperty(made, name, { value: shown, enumerable: !loaded.has(made), writable: true, configurable: true });
  return made;
}

/** The rows that have a value at a path, or among those of a list there. */
export async function whereAny<D>(docs: Promise<D[]>, path: string, value: unknown): Promise<D[]> {
  return (await docs).filter((doc) => anyAt(doc, path, (each) => isSame(each, value)));
}

/** The different values of a field. */
export async function distinctAt(docs: Promise<object[]>, path: string): Promise<unknown[]> {
  const found = (await docs).flatMap((doc) => valuesAt(doc, path.split(".")).filter((value) => !Array.isArray(value)));
  return [...new Set(found.filter((value) => value !== undefined))];
}

/** The first of the rows; none is an error. */
export async function orFail<D>(doc: Promise<D | null>, model: string): Promise<D> {
  const found = await doc;
  if (found === null) throw new DocumentNotFoundError(model);
  return found;
}

/** A document as an object of its own. */
export function plainOf<D extends object>(document: D, options?: object): D {
  const own = (document as { toObject?: (options?: object) => unknown }).toObject;
  return own ? (own(options) as D) : { ...document };
}

/** A document as JSON shows it. */
export function jsonOf<D extends object>(document: D, options?: object): D {
  const own = (document as { toJSON?: (options?: object) => unknown }).toJSON;
  return own ? (own(options) as D) : { ...document };
}

/** A document as `lean()` gives it: a plain object, all through. */
export function leanOf<D>(document: D): D {
  if (Array.isArray(document)) return document.map(leanOf) as D;
  if (typeof document !== "object" || document === null || document instanceof Date) return document;
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, leanOf(value)])) as D;
}

/** Are the keys the same? A document stands for its key. */
export function isSameKey(key: unknown, other: unknown): boolean {
  const text = (value: any) => (typeof value === "object" && value !== null ? value._id : value);
  return key !== undefined && key !== null && text(key) === text(other);
}

/** The element of a list that has this key, or null. */
export function withKey<E extends { _id?: unknown }>(list: readonly E[], key: unknown): E | null {
  return list.find((each) => isSameKey(each._id, key)) ?? null;
}
