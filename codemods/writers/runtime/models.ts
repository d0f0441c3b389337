import { ApplicationError } from "./errors";
import { readTime } from "./sql";

/** What one column of a model has against its value. */
export interface ColumnFault {
  message: string;
  type: string;
  path: string;
  value: unknown;
}

/** A row that breaks a rule of its model, with the name and the faults that Sequelize gives its errors. */
export class ModelError extends ApplicationError {
  readonly errors: ColumnFault[];

  constructor(name: string, message: string, errors: ColumnFault[]) {
    super(message);
    Object.assign(this, { name });
    this.errors = errors;
  }
}

/** The values of a row, where those that may not be null are not; a `change` may leave them out. */
export function filled<V extends object>(model: string, needed: string[], data: object, values: V, change = false): V {
  const errors: ColumnFault[] = [];
  const given = data as Record<string, unknown>;
  for (const [path, value] of Object.entries(values)) {
    if (typeof value === "string" && typeof given[path] === "object" && !(given[path] instanceof Date)) {
      const message = `${path} cannot be an array or an object`;
      errors.push({ message, type: "string violation", path, value: given[path] });
    }
    if (needed.includes(path) && (value === null || (value === undefined && !change))) {
      errors.push({ message: `${model}.${path} cannot be null`, type: "notNull Violation", path, value: value ?? null });
    }
  }
  if (errors.length > 0) {
    const message = errors.map((error) => `${error.type}: ${error.message}`).join(",\n");
    throw new ModelError("SequelizeValidationError", message, errors);
  }
  return values;
}

/** Fails if another row than `self` is already there. */
export async function uniqueIn(
  query: { take(n: number): Promise<{ _id: string }[]> },
  row: object,
  fields: string[],
  self?: string,
): Promise<void> {
  const others = (await query.take(2)).filter((doc) => doc._id !== self);
  if (others.length === 0) return;
  const errors = fields.map((path) => {
    const value = (row as Record<string, unknown>)[path];
    return { message: `${path} must be unique`, type: "unique violation", path, value };
  });
  throw new ModelError("SequelizeUniqueConstraintError", "Validation error", errors);
}

/** Fails if the row that a foreign key names is missing. */
export async function existsIn(doc: Promise<unknown>, model: string, fields: string[]): Promise<void> {
  if ((await doc) !== null) return;
  const errors = fields.map((path) => ({ message: `no ${model} has this key`, type: "foreign key", path, value: null }));
  throw new ModelError("SequelizeForeignKeyConstraintError", "SQLITE_CONSTRAINT: FOREIGN KEY constraint failed", errors);
}

/** A value of a condition, which has to be something. */
export function parameter<T>(value: T, name: string): Exclude<T, undefined> {
  if (value === undefined) throw new Error(`WHERE parameter "${name}" has invalid "undefined" value`);
  return value as Exclude<T, undefined>;
}

/** The instance that code holds, with the values that its row has now. */
export async function changed<T extends object>(held: T, now: Promise<object>): Promise<T> {
  return Object.assign(held, await now);
}

/** How many rows were written. */
export async function countOf(written: Promise<{ count: number }>): Promise<number> {
  return (await written).count;
}

/** How many rows were written, in a list. */
export async function countIn(written: Promise<{ count: number }>): Promise<[number]> {
  return [(await written).count];
}

/** The number of all rows, and those that are wanted. */
export async function countedPage<R>(count: Promise<number>, rows: Promise<R[]>): Promise<{ count: number; rows: R[] }> {
  return { count: await count, rows: await rows };
}

/** The columns of an instance as an object of their own. */
export function plain<T extends object>(held: T): T {
  const shown = (held as { toJSON?: () => T }).toJSON;
  return typeof shown === "function" ? shown.call(held) : { ...held };
}

/** What code gives as a moment, in milliseconds: a date, a text or milliseconds. Null stays null. */
export function readMoment(value: unknown): number {
  return typeof value === "number" ? value : readTime(value);
}
