import { DatabaseError } from "./errors";
import type { Direction, Found } from "./rows";
import { isTaken } from "./sqlErrors";

/** The value does not have the form that its column has. */
export function refused(code: string, message: string): never {
  throw new DatabaseError(code, message);
}

/** A parameter as text, as drivers send it: null stays null. */
export function readText(value: unknown, size?: number): string {
  if (value === null || value === undefined) return value as unknown as string;
  const text =
    value instanceof Date ? timestamp(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
  if (size !== undefined && [...text].length > size) {
    const cut = [...text].slice(size).join("");
    if (cut.trim() !== "") refused("22001", `value too long for type character varying(${size})`);
    return [...text].slice(0, size).join("");
  }
  return text;
}

/** A moment as PostgreSQL is told of it. */
export function timestamp(value: Date): string {
  return value.toISOString().replace("Z", "+00:00");
}

/** A parameter as a whole number: null stays null. */
export function readInteger(value: unknown): number {
  if (value === null || value === undefined) return value as unknown as number;
  const text = readText(value).trim();
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text)) refused("22P02", `invalid input syntax for type integer: "${text}"`);
  if (!Number.isSafeInteger(number)) refused("22003", `value "${text}" is out of range for type integer`);
  return number + 0;
}

/** A parameter as a whole number of MySQL, for which true is 1: null stays null. */
export function readLooseInteger(value: unknown): number {
  return readInteger(typeof value === "boolean" ? Number(value) : value);
}

/** A parameter as a number: null stays null. */
export function readFloat(value: unknown): number {
  if (value === null || value === undefined) return value as unknown as number;
  const text = readText(value).trim();
  if (text === "" || (Number.isNaN(Number(text)) && text !== "NaN")) {
    refused("22P02", `invalid input syntax for type double precision: "${text}"`);
  }
  return Number(text);
}

/** A parameter as an exact number, with so many decimals if that is said: null stays null. */
export function readNumeric(value: unknown, scale?: number): string {
  if (value === null || value === undefined) return value as unknown as string;
  const text = readText(value).trim();
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,2}))?$/i.exec(text);
  if (parts === null || parts[2] + parts[3] === "") refused("22P02", `invalid input syntax for type numeric: "${text}"`);
  const [, sign, whole, fraction, exponent = "0"] = parts;
  const decimals = Math.max(fraction.length - Number(exponent), 0);
  const digits = BigInt(whole + fraction + "0".repeat(Math.max(Number(exponent) - fraction.length, 0)));
  const exact = exactText(sign === "-" ? -digits : digits, decimals);
  return scale === undefined ? exact : rounded(exact, scale);
}

/** So many units of the last of the decimals, as text. */
export function exactText(digits: bigint, decimals: number): string {
  const zero = BigInt(0);
  const text = String(digits < zero ? -digits : digits).padStart(decimals + 1, "0");
  const whole = text.slice(0, text.length - decimals);
  return `${digits < zero ? "-" : ""}${whole}${decimals > 0 ? `.${text.slice(-decimals)}` : ""}`;
}

/** An exact number as units of its last decimal, and how many decimals there are. */
export function exactly(value: string | number): [digits: bigint, decimals: number] {
  const [whole, fraction = ""] = readNumeric(value).split(".");
  return [BigInt(whole + fraction), fraction.length];
}

/** An exact number with so many decimals, half a unit away from zero. */
export function rounded(value: string | number, scale: number): string {
  const [digits, decimals] = exactly(value);
  if (decimals <= scale) return exactText(digits * BigInt(10) ** BigInt(scale - decimals), scale);
  const unit = BigInt(10) ** BigInt(decimals - scale);
  const half = unit / BigInt(2);
  return exactText((digits + (digits < BigInt(0) ? -half : half)) / unit, scale);
}

/** The order of two exact numbers: below, equal to or above 0. */
export function exactOrder(a: string | number, b: string | number): number {
  const { left, right } = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Two exact numbers in the same units. */
export function aligned(
  a: string | number,
  b: string | number,
): { left: bigint; right: bigint; decimals: number } {
  const [left, leftDecimals] = exactly(a);
  const [right, rightDecimals] = exactly(b);
  const decimals = Math.max(leftDecimals, rightDecimals);
  const ten = BigInt(10);
  const scaled = (value: bigint, own: number) => value * ten ** BigInt(decimals - own);
  return { left: scaled(left, leftDecimals), right: scaled(right, rightDecimals), decimals };
}

/** The sum of two exact numbers; null with null. */
export function exactSum(a: string | number | null, b: string | number | null, sign: 1 | -1 = 1): string | null {
  if (a === null || b === null) return null;
  const { left, right, decimals } = aligned(a, b);
  return exactText(left + right * BigInt(sign), decimals);
}

/** The product of two exact numbers; null with null. */
export function exactProduct(a: string | number | null, b: string | number | null): string | null {
  if (a === null || b === null) return null;
  const [left, leftDecimals] = exactly(a);
  const [right, rightDecimals] = exactly(b);
  return exactText(left * right, leftDecimals + rightDecimals);
}

/** A parameter as a truth value: null stays null. */
export function readBoolean(value: unknown): boolean {
  if (value === null || value === undefined) return value as unknown as boolean;
  const text = readText(value).trim().toLowerCase();
  if (text !== "" && ["true", "yes", "on", "1"].some((word) => word.startsWith(text) && text !== "o")) return true;
  if (text !== "" && ["false", "no", "off", "0"].some((word) => word.startsWith(text) && text !== "o")) return false;
  return refused("22P02", `invalid input syntax for type boolean: "${text}"`);
}

/** A parameter as a moment, in milliseconds; a text without an offset is in UTC. Null stays null. */
export function readTime(value: unknown): number {
  if (value === null || value === undefined) return value as unknown as number;
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(
    value instanceof Date ? value.toISOString() : readText(value).trim(),
  );
  const [, day, clock = "00:00", offset = "Z"] = parts ?? [];
  const zone = /^[+-]\d\d$/.test(offset) ? `${offset}:00` : offset;
  const milliseconds = Date.parse(`${day}T${clock}${zone}`);
  if (Number.isNaN(milliseconds)) refused("22007", `invalid input syntax for type timestamp: "${readText(value)}"`);
  return milliseconds;
}

/** A parameter as a day, in milliseconds: null stays null. */
export function readDay(value: unknown): number {
  if (value === null || value === undefined) return value as unknown as number;
  return dayOf(readTime(value));
}

/** The start of the day of a moment. */
export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / 86_400_000) * 86_400_000;
}

/** A parameter as the time of a day: null stays null. */
export function readClock(value: unknown): string {
  if (value === null || value === undefined) return value as unknown as string;
  const text = readText(value).trim();
  const parts = /^([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?$/.exec(text);
  if (parts === null) refused("22007", `invalid input syntax for type time: "${text}"`);
  return `${parts[1].padStart(2, "0")}:${parts[2]}:${(parts[3] ?? "00").replace(/\.?0+$/, (end) => (end.includes(".") ? "" : end))}`;
}

/** A parameter as a UUID: null stays null. */
export function readUuid(value: unknown): string {
  if (value === null || value === undefined) return value as unknown as string;
  const text = readText(value).trim().toLowerCase();
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)) {
    refused("22P02", `invalid input syntax for type uuid: "${text}"`);
  }
  return text;
}

/** A parameter as JSON: texts hold it, other values are it. Null stays null. */
export function readJson(value: unknown): any {
  if (value === null || value === undefined) return value;
  return JSON.parse(typeof value === "string" ? value : JSON.stringify(value));
}

/** A text for a column of SQLite, which would store a value of another type as it is. */
export function onlyText(value: unknown): string {
  if (value === null || value === undefined || typeof value === "string") return value as string;
  throw new TypeError(`A column of texts is given a ${typeof value}.`);
}

/** A number for a column of SQLite, which would store a value of another type as it is. */
export function onlyNumber(value: unknown): number {
  if (value === null || value === undefined || typeof value === "number") return value as number;
  const isNumber = typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value));
  if (!isNumber) throw new TypeError(`A column of numbers is given ${JSON.stringify(value)}.`);
  return Number(value);
}

/** The values of a list, each read as a parameter is; none for null. */
export function readList(values: unknown, read: (value: unknown) => unknown = (value) => value): any[] {
  if (values === null || values === undefined) return [];
  return (Array.isArray(values) ? values : [values]).map((value) => read(value ?? null));
}

/** A count of rows for a page; none for null. */
export function readCount(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : readInteger(value);
}

/** A number that the driver gives as text. */
export function shownAsText(value: number): string;
export function shownAsText(value: number | null): string | null;
export function shownAsText(value: number | null) {
  return value === null ? null : String(value);
}

/** The values, with null for those that are undefined: that is what drivers send. */
export function nulls<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? null])) as T;
}

/** What a function makes of values, null if one of them is. */
export function lifted<A extends unknown[], R>(
  compute: (...values: { [K in keyof A]: NonNullable<A[K]> }) => R,
  ...values: A
): R | null {
  if (values.some((value) => value === null || value === undefined)) return null;
  return compute(...(values as { [K in keyof A]: NonNullable<A[K]> }));
}

/** What a text holds between, before and after its wildcards: `%` and `_` of LIKE. */
export function matchesLike(value: string | null, pattern: unknown, flags = ""): boolean | null {
  if (value === null || pattern === null || pattern === undefined) return null;
  const source = readText(pattern).replace(/\\([\s\S])|([%_])|([\s\S])/g, (_, escaped, wild, plain) =>
    wild === "%" ? "[\\s\\S]*" : wild === "_" ? "[\\s\\S]" : (escaped ?? plain).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"),
  );
  return new RegExp(`^${source}$`, `u${flags}`).test(value);
}

/** Whether the value is one of the list; null where that is open. */
export function isOneOf(value: unknown, list: readonly unknown[]): boolean | null {
  if (value === null) return list.length === 0 ? false : null;
  if (list.includes(value)) return true;
  return list.includes(null) ? null : false;
}

/** The row with this key, or none. */
export async function rowWithKey<D>(key: unknown, find: (key: string) => Promise<D | null>): Promise<D[]> {
  const found = typeof key === "string" ? await find(key) : null;
  return found === null ? [] : [found];
}

/** What is found by a value; nothing for null, which equals nothing. */
export async function rowsWith<V, D>(value: V, find: (value: NonNullable<V>) => Promise<D[]>): Promise<D[]> {
  return value === null || value === undefined ? [] : await find(value);
}

/** What is found by any of the values, one after the other. */
export async function rowsWithAny<V, D extends { _id: string; _creationTime: number }>(
  values: readonly V[],
  find: (value: NonNullable<V>) => Promise<D[]>,
): Promise<D[]> {
  const found = new Map<string, D>();
  for (const value of new Set(values)) {
    for (const doc of await rowsWith(value, find)) found.set(doc._id, doc);
  }
  return [...found.values()].sort((a, b) => a._creationTime - b._creationTime);
}

/** The one row of a statement that names no table. */
export async function oneRow(): Promise<null[]> {
  return [null];
}

/** The rows of a source under its name. */
export async function named<K extends string, D>(name: K, docs: Promise<D[]>): Promise<Record<K, D>[]> {
  return (await docs).map((doc) => ({ [name]: doc }) as Record<K, D>);
}

/** Each row with each of those that meet it. */
export async function joinedWith<L extends object, K extends string, D>(
  rows: Promise<L[]>,
  name: K,
  find: (row: L) => Promise<D[]>,
): Promise<(L & Record<K, D>)[]> {
  const found = await Promise.all((await rows).map(async (row) => ({ row, docs: await find(row) })));
  return found.flatMap(({ row, docs }) => docs.map((doc) => ({ ...row, [name]: doc }) as L & Record<K, D>));
}

/** Each row with each of those that meet it, or with null where none does. */
export async function leftJoinedWith<L extends object, K extends string, D>(
  rows: Promise<L[]>,
  name: K,
  find: (row: L) => Promise<D[]>,
): Promise<(L & Record<K, D | null>)[]> {
  const each = async (row: L): Promise<(D | null)[]> => {
    const docs = await find(row);
    return docs.length > 0 ? docs : [null];
  };
  return await joinedWith(rows, name, each);
}

/** The rows that pass the test. */
export async function where<R>(
  rows: Promise<R[]>,
  test: (row: R) => boolean | null | Promise<boolean | null>,
): Promise<R[]> {
  const found = await rows;
  const passed = await Promise.all(found.map((row) => test(row)));
  return found.filter((_, index) => passed[index] === true);
}

/** The rows in groups that agree in what is computed for them, which have at least one row each. */
export async function groupsBy<R>(
  rows: Promise<R[]>,
  key: (row: R) => readonly unknown[],
): Promise<[R, ...R[]][]> {
  const groups = new Map<string, [R, ...R[]]>();
  for (const row of await rows) {
    const text = JSON.stringify(key(row));
    const group = groups.get(text);
    if (group) group.push(row);
    else groups.set(text, [row]);
  }
  return [...groups.values()];
}

/** All rows as one group, which may be empty. */
export async function asOne<R>(rows: Promise<R[]>): Promise<R[][]> {
  return [await rows];
}

/** The values that are not null of the rows of a group; each once if they are to be `distinct`. */
export function valuesIn<R, V>(group: readonly R[], value: (row: R) => V, distinct = false): NonNullable<V>[] {
  const values = group.map(value).filter((each) => each !== null && each !== undefined) as NonNullable<V>[];
  return distinct ? [...new Set(values)] : values;
}

/** The sum of numbers; null without any. */
export function sumIn(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** The sum of exact numbers, as text; null without any. */
export function exactSumIn(values: readonly (string | number)[]): string | null {
  if (values.length === 0) return null;
  return values.reduce<string>((sum, value) => exactSum(sum, value)!, "0");
}

/** The mean of numbers; null without any. */
export function meanIn(values: readonly number[]): number | null {
  const sum = sumIn(values);
  return sum === null ? null : sum / values.length;
}

/** The mean of exact numbers as PostgreSQL gives it, with 16 digits or more; null without any. */
export function exactMeanIn(values: readonly (string | number)[]): string | null {
  const sum = exactSumIn(values);
  return sum === null ? null : quotient(sum, String(values.length));
}

/** The quotient of exact numbers as PostgreSQL gives it: https://github.com/postgres/postgres, select_div_scale. */
export function quotient(a: string, b: string): string {
  const weight = (text: string): [weight: number, first: number] => {
    const [whole, fraction = ""] = text.replace("-", "").split(".");
    const stripped = whole.replace(/^0+/, "");
    if (stripped !== "") {
      const groups = Math.ceil(stripped.length / 4);
      return [groups - 1, Number(stripped.slice(0, stripped.length - (groups - 1) * 4))];
    }
    const padded = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, "0");
    for (let at = 0; at < padded.length; at += 4) {
      if (Number(padded.slice(at, at + 4)) !== 0) return [-at / 4 - 1, Number(padded.slice(at, at + 4))];
    }
    return [0, 0];
  };
  const [left, leftFirst] = weight(a);
  const [right, rightFirst] = weight(b);
  const weightOf = left - right - (leftFirst <= rightFirst ? 1 : 0);
  const [digits, decimals] = exactly(a);
  const [divisor, divisorDecimals] = exactly(b);
  const scale = Math.max(16 - weightOf * 4, decimals, divisorDecimals, 0);
  const ten = BigInt(10);
  const scaled = digits * ten ** BigInt(scale + 1 + divisorDecimals);
  const whole = scaled / (divisor * ten ** BigInt(decimals));
  return rounded(exactText(whole, scale + 1), scale);
}

/** A quotient without its fraction, as whole numbers have it. */
export function wholeQuotient(a: number, b: number): number {
  if (b === 0) refused("22012", "division by zero");
  return Math.trunc(a / b);
}

/** A quotient. */
export function quotientOf(a: number, b: number): number {
  if (b === 0) refused("22012", "division by zero");
  return a / b;
}

/** A number with so many decimals, half a unit away from zero. */
export function roundedFloat(value: number, decimals: number): number {
  return Number(rounded(value, decimals));
}

/** The least of the values; null without any. */
export function leastIn<V extends string | number>(values: readonly V[], order = plainOrder): V | null {
  return values.length === 0 ? null : values.reduce((least, value) => (order(value, least) < 0 ? value : least));
}

/** The greatest of the values; null without any. */
export function greatestIn<V extends string | number>(values: readonly V[], order = plainOrder): V | null {
  return values.length === 0 ? null : values.reduce((most, value) => (order(value, most) > 0 ? value : most));
}

/** The order of two texts or numbers. */
export function plainOrder(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key of an order: what is computed of a row, the direction, and the order of values that is not their own. */
export type OrderKey<R> = [
  value: (row: R) => unknown,
  direction: Direction,
  order?: (a: string | number, b: string | number) => number,
];

/** The rows in the order of these keys. */
export async function inOrderOf<R>(rows: Promise<R[]>, ...keys: OrderKey<R>[]): Promise<R[]> {
  const found = await Promise.all(
    (await rows).map(async (row) => ({ row, values: await Promise.all(keys.map(([value]) => value(row))) })),
  );
  found.sort((a, b) => {
    for (const [index, [, direction, order = plainOrder]] of keys.entries()) {
      const [left, right] = [a.values[index] as string, b.values[index] as string];
      if (left === null || right === null) {
        if (left !== right) return (left === null) === nullsComeFirst(direction) ? -1 : 1;
      } else {
        const found = order(left, right);
        if (found !== 0) return direction.startsWith("asc") ? found : -found;
      }
    }
    return 0;
  });
  return found.map(({ row }) => row);
}

/** Do nulls come first, where nothing is said of them as in PostgreSQL? */
export function nullsComeFirst(direction: Direction): boolean {
  return direction.endsWith("first") || direction === "desc";
}

/** The rows without those that equal an earlier one. */
export async function distinctRows<R>(rows: Promise<R[]>): Promise<R[]> {
  const seen = new Set<string>();
  return (await rows).filter((row) => {
    const text = JSON.stringify(row);
    return !seen.has(text) && seen.add(text);
  });
}

/** Is there a row? */
export async function hasRows(rows: Promise<unknown[]>): Promise<boolean> {
  return (await rows).length > 0;
}

/** The one value of the one row; null without a row. */
export async function valueOf<V>(values: Promise<V[]>): Promise<V | null> {
  const found = await values;
  if (found.length > 1) refused("21000", "more than one row returned by a subquery used as an expression");
  return found[0] ?? null;
}

/** The result of a call of the driver: its rows, and how many it found or changed. */
export async function queryResult<R = any>(rows: Promise<unknown[]>): Promise<{ rows: R[]; rowCount: number }> {
  const found = (await rows) as R[];
  return { rows: found, rowCount: found.length };
}

/** The result of a call that changed rows and gives none. */
export async function changeResult<R = any>(
  changes: Promise<{ count: number }>,
): Promise<{ rows: R[]; rowCount: number }> {
  return { rows: [], rowCount: (await changes).count };
}

/** What a call of mysql2 gives: the rows, and nothing for its description of the columns. */
export async function rowsResult<R = any>(rows: Promise<unknown[]>): Promise<[rows: R[], fields: any]> {
  return [(await rows) as R[], undefined];
}

/** What a call of mysql2 gives for changes: how many, and the generated key of a new row. */
export async function headerResult(changes: Promise<{ count: number; key?: string }>): Promise<[header: any, fields: any]> {
  const { count, key = 0 } = await changes;
  return [{ affectedRows: count, insertId: key }, undefined];
}

/** All rows. */
export async function allRows<R = any>(rows: Promise<unknown[]>): Promise<R[]> {
  return (await rows) as R[];
}

/** The first row; undefined where there is none. */
export async function firstRow<R = any>(rows: Promise<unknown[]>): Promise<R> {
  return (await rows)[0] as R;
}

/** The values under a name. */
export async function valuesUnder(rows: Promise<object[]>, name: string): Promise<any[]> {
  return (await rows).map((row) => (row as Record<string, any>)[name]);
}

/** The one value of the one row. */
export async function valueUnder(rows: Promise<object[]>, name: string): Promise<any> {
  return ((await rows)[0] as Record<string, any>)[name];
}

/** The first row; null where there is none. */
export async function firstRowOrNull<R = any>(rows: Promise<unknown[]>): Promise<R | null> {
  return ((await rows)[0] ?? null) as R | null;
}

/** What TypeORM tells of rows that were deleted. */
export async function affectedResult(changes: Promise<{ count: number }>): Promise<{ raw: any; affected: number }> {
  return { raw: [], affected: (await changes).count };
}

/** What TypeORM tells of rows that were changed. */
export async function updateResult(
  changes: Promise<{ count: number }>,
): Promise<{ raw: any; affected: number; generatedMaps: any[] }> {
  return { ...(await affectedResult(changes)), generatedMaps: [] };
}

/** What of an object is saved, by the names of columns. */
export interface SavedParts {
  key: string;
  columns: readonly string[];
  toOne?: Record<string, string>;
  others?: readonly string[];
  made?: readonly string[];
  stamps?: readonly string[];
  empty?: readonly string[];
}

/** Changes the row with the key of an object, or makes one; the object shows what the database made. */
export async function savedRow<D>(
  value: any,
  parts: SavedParts,
  find: (key: string) => Promise<D | null>,
  insert: (data: Record<string, unknown>) => Promise<D>,
  patch: (row: D, data: Record<string, unknown>) => Promise<D>,
  show: (row: D) => any,
): Promise<any> {
  if (Array.isArray(value)) {
    for (const each of value) await savedRow(each, parts, find, insert, patch, show);
    return value;
  }
  const { key, columns, toOne = {}, others = [], made = [], stamps = [], empty = [] } = parts;
  const other = others.find((name) => value[name] !== undefined);
  if (other !== undefined) throw new Error(`Related rows are saved with others: ${other}`);
  const data: Record<string, unknown> = {};
  for (const name of columns) if (value[name] !== undefined) data[name] = value[name];
  for (const [name, column] of Object.entries(toOne)) {
    if (value[name] !== undefined) data[column] = value[name]?.id ?? value[name];
  }
  const found = value[key] === undefined || value[key] === null ? null : await find(String(value[key]));
  const row = show(found === null ? await insert(data) : await patch(found, data));
  const shown = found === null ? made.filter((name) => name === key || value[name] === undefined) : [];
  for (const name of [...shown, ...stamps]) value[name] = row[name];
  for (const name of empty) value[name] ??= null;
  return value;
}

/** Deletes the row with the key of an object, which then has none. */
export async function removedRow<D>(
  value: any,
  key: string,
  find: (key: string) => Promise<D | null>,
  remove: (row: D) => Promise<unknown>,
): Promise<any> {
  for (const each of Array.isArray(value) ? value : [value]) {
    const found = each[key] === undefined || each[key] === null ? null : await find(String(each[key]));
    if (found !== null) await remove(found);
    each[key] = undefined;
  }
  return value;
}

/** How many rows were changed. */
export async function changeCount(changes: Promise<{ count: number }>): Promise<number> {
  return (await changes).count;
}

/** The key of the row that was made, in a list. */
export async function madeKeys(changes: Promise<{ count: number; key?: string }>): Promise<any[]> {
  return [(await changes).key];
}

/** Rows that code put together. */
export function rowsToMake(rows: object | readonly object[]): readonly any[] {
  return Array.isArray(rows) ? rows : [rows];
}

/** The changes; an error where there are none. */
export function someChanges<T extends object>(changes: T): T {
  if (Object.values(changes).every((value) => value === undefined)) {
    throw new Error("Empty .update() call detected! Update data does not contain any values to update.");
  }
  return changes;
}

/** What running a statement gives in SQLite: how many rows it changed, and the generated key of a new one. */
export async function runResult(changes: Promise<{ count: number; key?: string }>): Promise<{ changes: number; lastInsertRowid: any }> {
  const { count, key } = await changes;
  return { changes: count, lastInsertRowid: key };
}

/** The rows with dates in these columns, which held their milliseconds. */
export async function datesIn<R extends object>(rows: Promise<R[]>, ...columns: string[]): Promise<R[]> {
  const dated = (name: string, value: unknown) => (columns.includes(name) && typeof value === "number" ? new Date(value) : value);
  return (await rows).map(
    (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, dated(name, value)])) as R,
  );
}

/** No rows, after a change. */
export async function noRows(changes: Promise<unknown>): Promise<never[]> {
  await changes;
  return [];
}

/** How many rows were made, and the generated key of the first. */
export async function made(docs: Promise<{ _id: string }[]>): Promise<{ count: number; key?: string }> {
  const found = await docs;
  return { count: found.length, key: found[0]?._id };
}

/** How many rows there are. */
export async function counted(docs: Promise<unknown[]>): Promise<{ count: number }> {
  return { count: (await docs).length };
}

/** Inserts a row unless it breaks one of these unique keys, or any where none is named. */
export async function unlessTaken<D>(insert: () => Promise<D>, ...keys: string[][]): Promise<D[]> {
  try {
    return [await insert()];
  } catch (error) {
    if (!isTaken(error, keys)) throw error;
    return [];
  }
}

/** Inserts a row, or changes the one that is there by one of these keys, or by any where none is named. */
export async function orChange<V, D>(
  data: V,
  insert: (data: V) => Promise<D>,
  change: (row: D, data: V) => Found<D> | Promise<D[]>,
  ...keys: string[][]
): Promise<D[]> {
  try {
    return [await insert(data)];
  } catch (error) {
    if (!isTaken(error, keys)) throw error;
    const changed = await change(error.row as D, data);
    return Array.isArray(changed) ? changed : changed === null ? [] : [changed];
  }
}

/** Inserts a row in the place of those that it would break a unique key with. */
export async function inPlace<V, D>(
  data: V,
  insert: (data: V) => Promise<D>,
  remove: (row: D) => Promise<unknown>,
): Promise<D[]> {
  for (;;) {
    try {
      return [await insert(data)];
    } catch (error) {
      if (!isTaken(error, [])) throw error;
      await remove(error.row as D);
    }
  }
}
