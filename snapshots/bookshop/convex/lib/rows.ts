import type { Doc, TableNames } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { DatabaseError } from "./errors";

/** A row, or the promise of one. */
export type Found<D> = D | null | Promise<D | null>;

/** A moment as code writes it: text has date, time and offset. */
export type Moment = Date | string;

/** A change of a number: its new value, or a step from the old one. */
export type Step<N = number> = N | { increment: N } | { decrement: N } | { multiply: N } | { divide: N };

/** The properties that are not undefined. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Where nothing is said of them, nulls come last, and first in descending order. */
export type Direction = "asc" | "desc" | `${"asc" | "desc"} nulls ${"first" | "last"}`;

/** A column to sort by; the values of an enum sort as they are declared. */
export type SortKey<D> = [field: keyof D & string, direction: Direction, values?: readonly string[]];

/** The row with this id, or null: also for text that is no id of the table. */
export async function find<T extends TableNames>(
  ctx: QueryCtx,
  table: T,
  id: string,
): Promise<Doc<T> | null> {
  const key = ctx.db.normalizeId(table, id);
  return key === null ? null : await ctx.db.get(table, key);
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

/** How many rows there are. */
export async function countRows(docs: Promise<unknown[]>): Promise<number> {
  return (await docs).length;
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
