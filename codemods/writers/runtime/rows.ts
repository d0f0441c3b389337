import type { Doc, TableNames } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { DatabaseError } from "./errors";
import { isDuplicate } from "./sqlErrors";

/** A row, or the promise of one. */
export type Found<D> = D | null | Promise<D | null>;

/** A moment as code writes it: text has date, time and offset. */
export type Moment = Date | string;

/** A change of a number: its new value, or a step from the old one. */
export type Step<N = number> = N | { increment: N } | { decrement: N } | { multiply: N } | { divide: N };

/** A change of a list: its new values, or what to add to the old ones. */
export type ListStep<T> = T[] | { push: T | T[] };

/** The properties that are not undefined. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Where nothing is said of them, nulls come last, and first in descending order. */
export type Direction = "asc" | "desc" | `${"asc" | "desc"} nulls ${"first" | "last"}`;

/** A column to sort by; the values of an enum sort as they are declared. */
export type SortKey<D> = [field: keyof D & string, direction: Direction, values?: readonly string[]];

/** What to sort a row by. */
export type ComputedKey<D> = [value: (doc: D) => unknown, direction: Direction, values?: readonly string[]];

/** The row with this id, or null: also for text that is no id of the table. */
export async function find<T extends TableNames>(
  ctx: QueryCtx,
  table: T,
  id: string,
): Promise<Doc<T> | null> {
  const key = ctx.db.normalizeId(table, id);
  return key === null ? null : await ctx.db.get(table, key);
}

/** The row with this id, or null: also where there is no id. */
export async function findIfAny<T extends TableNames>(
  ctx: QueryCtx,
  table: T,
  id: string | null | undefined,
): Promise<Doc<T> | null> {
  return id === null || id === undefined ? null : await find(ctx, table, id);
}

/** The rows with these ids, in the order of their creation. */
export async function findAll<T extends TableNames>(
  ctx: QueryCtx,
  table: T,
  ids: Iterable<string>,
): Promise<Doc<T>[]> {
  const found = await Promise.all([...new Set(ids)].map((id) => find(ctx, table, id)));
  return found
    .filter((doc): doc is Awaited<Doc<T>> => doc !== null)
    .sort((a, b) => a._creationTime - b._creationTime);
}

/** The rows that a query finds for any of the values, in the order of their creation. */
export async function findForAny<V, D extends { _id: string; _creationTime: number }>(
  values: Iterable<V>,
  query: (value: V) => Promise<D[]>,
): Promise<D[]> {
  const wanted = [...new Set(values)].filter((value) => value !== null);
  const found = (await Promise.all(wanted.map((value) => query(value)))).flat();
  const distinct = new Map(found.map((doc) => [doc._id, doc]));
  return [...distinct.values()].sort((a, b) => a._creationTime - b._creationTime);
}

/** The rows to which links lead, in the order of their creation. */
export async function linked<L, D extends { _creationTime: number }>(
  links: Promise<L[]>,
  target: (link: L) => Promise<D | null>,
): Promise<D[]> {
  const found = await Promise.all((await links).map((link) => target(link)));
  return found
    .filter((doc) => doc !== null)
    .sort((a, b) => a._creationTime - b._creationTime);
}

/** The value by which to find a row: there must be one. */
export function given<T>(value: T): NonNullable<T> {
  if (value === undefined || value === null) throw new TypeError(`The value by which to find a row is ${value}.`);
  return value;
}

/** What a function from rows makes of a row. */
export type Mapped<M extends (doc: never) => unknown> = Awaited<ReturnType<M>>;

/** A row as the code sees it, or null. */
export async function row<D, M extends (doc: NonNullable<D>) => unknown>(
  doc: Promise<D>,
  map: M,
): Promise<NoInfer<Mapped<M> | Extract<D, null>>> {
  const found = await doc;
  return (found && (await map(found))) as Mapped<M> | Extract<D, null>;
}

/** A row as the code sees it; a missing one is an error. */
export async function rowOrThrow<D, M extends (doc: D) => unknown>(
  doc: Promise<D | null>,
  map: M,
): Promise<Mapped<M>> {
  return (await map(await required(doc, "No record was found for a query."))) as Mapped<M>;
}

/** A row as the code sees it, or undefined. */
export async function rowIfAny<D, M extends (doc: NonNullable<D>) => unknown>(
  doc: Promise<D | null>,
  map: M,
): Promise<Mapped<M> | undefined> {
  const found = await doc;
  return found === null ? undefined : ((await map(found as NonNullable<D>)) as Mapped<M>);
}

/** Rows as the code sees them. */
export async function rows<D, M extends (doc: D) => unknown>(
  docs: Promise<D[]>,
  map: M,
): Promise<Mapped<M>[]> {
  return (await Promise.all((await docs).map((doc) => map(doc)))) as Mapped<M>[];
}

/** The row, or an error with Prisma's code for a missing one. */
export async function required<D>(doc: Found<D>, cause: string): Promise<D> {
  const found = await doc;
  if (found === null) {
    const message = "An operation failed because it depends on one or more records that were required but not found.";
    throw new DatabaseError("P2025", `${message} ${cause}`, { cause });
  }
  return found;
}

/** The row if it passes the test. */
export async function onlyIf<D>(
  doc: Promise<D | null>,
  test: (doc: D) => boolean | Promise<boolean>,
): Promise<D | null> {
  const found = await doc;
  return found !== null && (await test(found)) ? found : null;
}

/** The rows that pass the test. */
export async function onlyThose<D>(
  docs: Promise<D[]>,
  test: (doc: D) => boolean | Promise<boolean>,
): Promise<D[]> {
  const found = await docs;
  const passed = await Promise.all(found.map((doc) => test(doc)));
  return found.filter((_, index) => passed[index]);
}

/** Is a text like a pattern, in which `%` stands for any text and `_` for any character? Null is like nothing. */
export function isLike(text: string | null, pattern: string | null | undefined, flags = ""): boolean {
  if (text === null || pattern === null || pattern === undefined) return false;
  const parts = String(pattern).match(/\\[\s\S]|[\s\S]/g) ?? [];
  const source = parts.map((part) =>
    part === "%" ? "[\\s\\S]*" : part === "_" ? "[\\s\\S]" : part.slice(-1).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  return new RegExp(`^${source.join("")}$`, flags).test(text);
}

/** A list of the row, or an empty one. */
export async function listOf<D>(doc: Promise<D | null>): Promise<D[]> {
  const found = await doc;
  return found === null ? [] : [found];
}

/** The first of the rows. */
export async function firstOf<D>(docs: Promise<D[]>): Promise<D | null> {
  return (await docs)[0] ?? null;
}

/** How many rows there are. */
export async function countRows(docs: Promise<unknown[]>): Promise<number> {
  return (await docs).length;
}

/** The rows in groups that agree in these columns, which have at least one row each. */
export async function groupsOf<D>(docs: Promise<D[]>, ...fields: (keyof D)[]): Promise<[D, ...D[]][]> {
  const groups = new Map<string, [D, ...D[]]>();
  for (const doc of await docs) {
    const key = JSON.stringify(fields.map((field) => String(doc[field])));
    const group = groups.get(key);
    if (group) group.push(doc);
    else groups.set(key, [doc]);
  }
  return [...groups.values()];
}

/** The rows in groups for which the values of the key agree, which have at least one row each. */
export async function groupedBy<D>(docs: Promise<D[]>, key: (doc: D) => unknown[]): Promise<[D, ...D[]][]> {
  const groups = new Map<string, [D, ...D[]]>();
  for (const doc of await docs) {
    const name = JSON.stringify(key(doc).map((value) => (value === null ? null : String(value))));
    const group = groups.get(name);
    if (group) group.push(doc);
    else groups.set(name, [doc]);
  }
  return [...groups.values()];
}

/** All rows as the only group, which may be empty. */
export async function groupOf<D>(docs: Promise<D[]>): Promise<D[][]> {
  return [await docs];
}

/** How many different values there are, null left out. */
export function countDistinct<D>(docs: readonly D[], value: (doc: D) => unknown): number {
  return new Set(docs.map(value).filter((each) => each !== null)).size;
}

/** Each row with each of those that belong to it; without any, it is left out. */
export async function joined<L, R>(
  docs: Promise<L[]>,
  find: (doc: L) => R[] | Promise<R[]>,
): Promise<[L, R][]> {
  const found = await Promise.all((await docs).map(async (doc) => ({ doc, others: await find(doc) })));
  return found.flatMap(({ doc, others }) => others.map((other): [L, R] => [doc, other]));
}

/** Each row with each of those that belong to it; without any, with null. */
export async function leftJoined<L, R>(
  docs: Promise<L[]>,
  find: (doc: L) => R[] | Promise<R[]>,
): Promise<[L, R | null][]> {
  return await joined<L, R | null>(docs, async (doc) => {
    const others = await find(doc);
    return others.length === 0 ? [null] : others;
  });
}

/** The values of a column that are not null. */
export function valuesOf<D, K extends keyof D>(docs: readonly D[], field: K): NonNullable<D[K]>[] {
  return docs.map((doc) => doc[field]).filter((value) => value !== null && value !== undefined);
}

/** The sum of a column; null without values. */
export function sumOf<K extends string, N extends number | bigint | null>(
  docs: readonly Record<K, N>[],
  field: K,
): NonNullable<N> | null {
  const values = valuesOf(docs, field) as number[];
  return values.length === 0 ? null : (values.reduce((sum, value) => sum + value) as NonNullable<N>);
}

/** The average of a column; null without values. */
export function averageOf<K extends string>(docs: readonly Record<K, number | null>[], field: K): number | null {
  const sum = sumOf(docs, field);
  return sum === null ? null : sum / valuesOf(docs, field).length;
}

/** The least value of a column; null without values. */
export function minOf<D, K extends keyof D>(docs: readonly D[], field: K): NonNullable<D[K]> | null {
  const values = valuesOf(docs, field);
  return values.length === 0 ? null : values.reduce((least, value) => (value < least ? value : least));
}

/** The greatest value of a column; null without values. */
export function maxOf<D, K extends keyof D>(docs: readonly D[], field: K): NonNullable<D[K]> | null {
  const values = valuesOf(docs, field);
  return values.length === 0 ? null : values.reduce((most, value) => (value > most ? value : most));
}

/** A page of a query's rows. */
export async function pageOf<D>(
  query: { collect(): Promise<D[]>; take(n: number): Promise<D[]> },
  skip = 0,
  take?: number,
): Promise<D[]> {
  const docs = take === undefined ? await query.collect() : await query.take(skip + take);
  return sliceOf(docs, skip, take);
}

/** A page of rows. */
export async function sliceOf<D>(docs: D[] | Promise<D[]>, skip = 0, take?: number): Promise<D[]> {
  if (skip < 0 || (take !== undefined && take < 0)) {
    throw new Error("A page starts at 0 or later and holds 0 rows or more.");
  }
  return (await docs).slice(skip, take === undefined ? undefined : skip + take);
}

/** The rows sorted by these keys. */
export async function sorted<D>(docs: Promise<D[]>, ...keys: SortKey<D>[]): Promise<D[]> {
  return [...(await docs)].sort((a, b) => {
    for (const [field, direction, values] of keys) {
      const order = compare(a[field], b[field], direction, values);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** A direction that a request asked for; what is none is an error, as it was for the database. */
export function direction(asked: unknown): "asc" | "desc" {
  if (asked === "asc" || asked === "desc") return asked;
  throw new Error(`Rows are sorted "asc" or "desc", not ${JSON.stringify(asked)}.`);
}

/** The key of a column that a request named; no column's name means `otherwise`, or else is an error, as for SQL. */
export function sortKey<const C extends string>(
  columns: Record<string, C | readonly [column: C, values: readonly string[]]>,
  name: unknown,
  order: unknown,
  otherwise?: C | readonly [column: C, values: readonly string[]],
): [field: C, direction: Direction, values?: readonly string[]] {
  const named = Object.entries(columns).find(([column]) => column === String(name))?.[1];
  const found = named ?? (String(name) in {} ? undefined : otherwise);
  if (found === undefined) throw new Error(`There is no column ${JSON.stringify(name)} to sort by.`);
  return typeof found === "string" ? [found, direction(order)] : [found[0], direction(order), found[1]];
}

/** A column by its stored name, and what is compared with it: values of a type, dates, or members of an enum. */
export type ComparedColumn = readonly [
  column: string,
  type: "string" | "number" | "boolean" | "date" | readonly string[],
];

/** Asks of rows whether they equal an object in all columns that it names; the database refused all other names. */
export function likeness(values: object, columns: Record<string, ComparedColumn>): (row: object) => boolean {
  const wanted = Object.entries(values).filter(([, value]) => value !== undefined);
  const compared = wanted.map(([name, value]): [string, unknown] => {
    const found = Object.entries(columns).find(([column]) => column === name)?.[1];
    if (found === undefined) throw new Error(`There is no column ${JSON.stringify(name)} to compare.`);
    const [column, type] = found;
    if (value === null) return [column, null];
    if (type === "date") return [column, time(value)];
    const fits = typeof type === "string" ? typeof value === type : type.includes(value);
    if (!fits) throw new Error(`${JSON.stringify(name)} cannot be ${JSON.stringify(value)}.`);
    return [column, value];
  });
  return (row) => compared.every(([column, value]) => (row as Record<string, unknown>)[column] === value);
}

/** The rows sorted by what is computed for them. */
export async function sortedBy<D>(docs: Promise<D[]>, ...keys: ComputedKey<D>[]): Promise<D[]> {
  const found = await Promise.all(
    (await docs).map(async (doc) => ({ doc, values: await Promise.all(keys.map(([value]) => value(doc))) })),
  );
  found.sort((a, b) => {
    for (const [index, [, direction, values]] of keys.entries()) {
      const order = compare(a.values[index], b.values[index], direction, values);
      if (order !== 0) return order;
    }
    return 0;
  });
  return found.map(({ doc }) => doc);
}

/** Compares two stored values as the database did. */
export function compare(a: unknown, b: unknown, direction: Direction, values?: readonly string[]): number {
  if (a === b) return 0;
  if (a === null || b === null) {
    const nullsFirst = direction.endsWith("first") || direction === "desc";
    return (a === null) === nullsFirst ? -1 : 1;
  }
  const isLess = values ? values.indexOf(a as string) < values.indexOf(b as string) : (a as string) < (b as string);
  return isLess === direction.startsWith("asc") ? -1 : 1;
}

/** The rows in reverse order. */
export async function reversed<D>(docs: Promise<D[]>): Promise<D[]> {
  return [...(await docs)].reverse();
}

/** The rows from the first on that passes the test; none if no row does. */
export async function fromFirst<D>(docs: Promise<D[]>, test: (doc: D) => boolean): Promise<D[]> {
  const found = await docs;
  const start = found.findIndex(test);
  return start < 0 ? [] : found.slice(start);
}

/** The rows without those that equal an earlier one in these columns. */
export async function distinct<D>(docs: Promise<D[]>, ...fields: (keyof D)[]): Promise<D[]> {
  const seen = new Set<string>();
  return (await docs).filter((doc) => {
    const key = JSON.stringify(fields.map((field) => String(doc[field])));
    return !seen.has(key) && seen.add(key);
  });
}

/** Does something with each item, one after the other, and counts them. */
export async function each<T>(
  items: readonly T[] | Promise<readonly T[]>,
  change: (item: T) => Promise<unknown>,
): Promise<{ count: number }> {
  const found = await items;
  for (const item of found) {
    await change(item);
  }
  return { count: found.length };
}

/** What becomes of each item, one after the other. */
export async function inTurn<T, R>(
  items: readonly T[] | Promise<readonly T[]>,
  change: (item: T) => Promise<R>,
): Promise<R[]> {
  const made: R[] = [];
  for (const item of await items) {
    made.push(await change(item));
  }
  return made;
}

/** Inserts each item that breaks no unique constraint, and counts those. */
export async function eachNew<T>(
  items: readonly T[] | Promise<readonly T[]>,
  insert: (item: T) => Promise<unknown>,
): Promise<{ count: number }> {
  return { count: (await onlyNew(items, insert)).length };
}

/** Inserts each item that breaks no unique constraint. */
export async function onlyNew<T, D>(
  items: readonly T[] | Promise<readonly T[]>,
  insert: (item: T) => Promise<D>,
): Promise<D[]> {
  const made: D[] = [];
  for (const item of await items) {
    try {
      made.push(await insert(item));
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
  return made;
}

/** Changes the row if there is one, else creates it. */
export async function upsert<D>(
  doc: Promise<D | null>,
  change: (doc: D) => Promise<D>,
  create: () => Promise<D>,
): Promise<D> {
  const found = await doc;
  return found === null ? await create() : await change(found);
}

/** The row, made if there is none. */
export async function orCreate<D>(doc: Promise<D | null>, create: () => Promise<D>): Promise<D> {
  return (await doc) ?? (await create());
}

/** Fails if another row than `self` is already there. */
export async function unique(
  query: { take(n: number): Promise<{ _id: string }[]> },
  model: string,
  fields: string[],
  self?: string,
): Promise<void> {
  const others = (await query.take(2)).filter((doc) => doc._id !== self);
  if (others.length > 0) {
    const names = fields.map((field) => `\`${field}\``).join(",");
    throw new DatabaseError("P2002", `Unique constraint failed on the fields: (${names})`, {
      modelName: model,
      target: fields,
    });
  }
}

/** Fails if the row that a foreign key names is missing. */
export async function exists(doc: Promise<unknown>, model: string, constraint: string): Promise<void> {
  if ((await doc) === null) throw foreignKeyError(model, constraint);
}

/** Fails if rows still refer to the one that goes. */
export async function unreferenced(doc: Promise<unknown>, model: string, constraint: string): Promise<void> {
  if ((await doc) !== null) throw foreignKeyError(model, constraint);
}

/** The columns of a row whose names are given. */
export function picked<T extends object, K extends keyof T>(row: T, names: readonly K[]): Pick<T, K> {
  if (names.length === 0) throw new TypeError("The names of the columns to select are missing.");
  const unknown = names.find((name) => !(name in row));
  if (unknown !== undefined) throw new TypeError(`There is no column ${String(unknown)} to select.`);
  const columns = Object.entries(row).filter(([name]) => (names as readonly PropertyKey[]).includes(name));
  return Object.fromEntries(columns) as Pick<T, K>;
}

/** Prisma's error for a foreign key that does not hold. */
export function foreignKeyError(model: string, constraint: string): DatabaseError {
  return new DatabaseError("P2003", `Foreign key constraint failed on the field: \`${constraint}\``, {
    modelName: model,
    field_name: constraint,
  });
}

/** Without the properties that are undefined. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== undefined)) as Defined<T>;
}

/** The changes with a time stamp, if there are any changes. */
export function stamped<T extends object, S extends object>(changes: T, stamp: S): Partial<S> & T {
  return Object.keys(changes).length === 0 ? changes : { ...stamp, ...changes };
}

/** The value after a change: null stays null. */
export function step(value: number, change: Step | undefined): number | undefined;
export function step(value: number | null, change: Step | null | undefined): number | null | undefined;
export function step(value: number | null, change: Step | null | undefined): number | null | undefined {
  if (typeof change !== "object" || change === null) return change;
  const [[kind, by]] = Object.entries(change);
  if (!Number.isFinite(by)) throw new TypeError(`The step of a number is ${by}.`);
  if (value === null) return null;
  if (kind === "increment") return value + by;
  if (kind === "decrement") return value - by;
  return kind === "multiply" ? value * by : value / by;
}

/** The 64-bit integer after a change: null stays null. */
export function stepBigint(value: bigint, change: Step<bigint | number> | undefined): bigint | undefined;
export function stepBigint(
  value: bigint | null,
  change: Step<bigint | number> | null | undefined,
): bigint | null | undefined;
export function stepBigint(
  value: bigint | null,
  change: Step<bigint | number> | null | undefined,
): bigint | null | undefined {
  if (typeof change !== "object" || change === null) return bigint(change as bigint | number | null | undefined);
  const [[kind, by]] = Object.entries(change) as [string, bigint | number][];
  if (value === null) return null;
  if (kind === "increment") return value + BigInt(by);
  if (kind === "decrement") return value - BigInt(by);
  return kind === "multiply" ? value * BigInt(by) : value / BigInt(by);
}

/** The list after a change. */
export function stepList<T>(list: T[], change: ListStep<T> | undefined): T[] | undefined {
  return change === undefined || Array.isArray(change) ? change : list.concat(change.push);
}

/** True if there is a list that has the value. */
export function isIn(value: unknown, list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.includes(value);
}

/** True if the lists hold the same values in the same order. */
export function isSameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  return list.length === other.length && list.every((value, index) => value === other[index]);
}

/** Milliseconds since 1970. */
export function time(moment: Moment): number;
export function time(moment: Moment | null): number | null;
export function time(moment: Moment | undefined): number | undefined;
export function time(moment: Moment | null | undefined): number | null | undefined;
export function time(moment: Moment | null | undefined) {
  if (moment === null || moment === undefined) return moment;
  const isWhole = moment instanceof Date || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(moment);
  const milliseconds = new Date(moment).getTime();
  if (!isWhole || Number.isNaN(milliseconds)) throw new RangeError(`Invalid DateTime: ${moment}`);
  return milliseconds;
}

/** A moment as text, in which it crosses into a function: dates do not. */
export function isoTime(moment: Moment): string;
export function isoTime(moment: Moment | null): string | null;
export function isoTime(moment: Moment | undefined): string | undefined;
export function isoTime(moment: Moment | null | undefined): string | null | undefined;
export function isoTime(moment: Moment | null | undefined) {
  return moment instanceof Date ? moment.toISOString() : moment;
}

/** An object of values, or a list of them, with all moments as text. */
export function withIsoTimes(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withIsoTimes);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

/** The Date of a stored time. */
export function date(milliseconds: number): Date;
export function date(milliseconds: number | null): Date | null;
export function date(milliseconds: number | null) {
  return milliseconds === null ? null : new Date(milliseconds);
}

/** A stored 32-bit integer. */
export function int(value: number): number;
export function int(value: number | null): number | null;
export function int(value: number | undefined): number | undefined;
export function int(value: number | null | undefined): number | null | undefined;
export function int(value: number | null | undefined) {
  const isInt = value === null || value === undefined || (Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31);
  if (!isInt) throw new RangeError(`Invalid Int: ${value}`);
  return value;
}

/** A stored 64-bit integer. */
export function bigint(value: bigint | number): bigint;
export function bigint(value: bigint | number | null): bigint | null;
export function bigint(value: bigint | number | undefined): bigint | undefined;
export function bigint(value: bigint | number | null | undefined): bigint | null | undefined;
export function bigint(value: bigint | number | null | undefined) {
  return value === null || value === undefined ? value : BigInt(value);
}

/** A decimal number as text: without trailing zeros, or with so many digits behind the point. */
export function decimal(value: string | number, scale?: number): string;
export function decimal(value: string | number | null, scale?: number): string | null;
export function decimal(value: string | number | undefined, scale?: number): string | undefined;
export function decimal(value: string | number | null | undefined, scale?: number): string | null | undefined;
export function decimal(value: string | number | null | undefined, scale?: number) {
  if (value === null || value === undefined) return value;
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,2}))?$/i.exec(String(value));
  if (parts === null || parts[2] + parts[3] === "") throw new RangeError(`Invalid Decimal: ${value}`);
  const [, sign, whole, fraction, exponent = "0"] = parts;
  const point = whole.length + Number(exponent);
  const digits = `${"0".repeat(Math.max(1 - point, 0))}${whole}${fraction}`.padEnd(point, "0");
  const at = Math.max(point, 1);
  const text = `${digits.slice(0, at)}.${digits.slice(at)}`.replace(/^0+(?=\d)/, "").replace(/\.?0*$/, "");
  const exact = sign === "-" && text !== "0" ? `-${text}` : text;
  return scale === undefined ? exact : scaled(exact, scale);
}

/** A decimal number, rounded to so many digits behind the point. */
export function scaled(value: string, scale: number): string;
export function scaled(value: string | null, scale: number): string | null;
export function scaled(value: string | null, scale: number): string | null {
  if (value === null) return null;
  const step = BigInt(10) ** BigInt(30 - scale);
  const exact = units(value.replace("-", ""));
  const digits = String((exact + step / BigInt(2)) / step).padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value.startsWith("-") && /[1-9]/.test(text) ? `-${text}` : text;
}

/** A number as the text in which the database gives it. */
export function textOrNull(value: number | bigint | string | null): string | null {
  return value === null ? null : String(value);
}

/** A number that the database gives as text. */
export function numberOrNull(value: string | null): number | null {
  return value === null ? null : Number(value);
}

/** A decimal number in units of 10^-30, which compare as the numbers do. */
export function units(value: string): bigint;
export function units(value: string | null): bigint | null;
export function units(value: string | null): bigint | null {
  if (value === null) return null;
  const [whole, fraction = ""] = value.split(".");
  return BigInt(whole + fraction.slice(0, 30).padEnd(30, "0"));
}

/** The sum of a column of decimal numbers; null without values. */
export function sumOfDecimals<K extends string>(docs: readonly Record<K, string | null>[], field: K): string | null {
  const values = valuesOf(docs, field) as string[];
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + units(value), BigInt(0));
  const digits = String(sum < BigInt(0) ? -sum : sum).padStart(31, "0");
  return decimal(`${sum < BigInt(0) ? "-" : ""}${digits.slice(0, -30)}.${digits.slice(-30)}`);
}

/** Bytes as Convex stores them. */
export function buffer(value: Uint8Array): ArrayBuffer;
export function buffer(value: Uint8Array | null): ArrayBuffer | null;
export function buffer(value: Uint8Array | undefined): ArrayBuffer | undefined;
export function buffer(value: Uint8Array | null | undefined): ArrayBuffer | null | undefined;
export function buffer(value: Uint8Array | null | undefined) {
  return value === null || value === undefined ? value : new Uint8Array(value).buffer;
}

/** Stored bytes. */
export function bytes(value: ArrayBuffer): Uint8Array;
export function bytes(value: ArrayBuffer | null): Uint8Array | null;
export function bytes(value: ArrayBuffer | null): Uint8Array | null {
  return value === null ? null : new Uint8Array(value);
}
