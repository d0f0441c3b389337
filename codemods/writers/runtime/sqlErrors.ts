import { ConvexError, type Value } from "convex/values";

/** Whose errors they are; "wrapped" where the query builder puts an error of its own around the driver's. */
export type SqlDriver = `${"" | "wrapped "}${"postgres" | "mysql" | "sqlite"}`;

/** How a constraint is broken. */
export type Broken = "unique" | "missing" | "referenced";

/** What the drivers call broken constraints. */
export const SQL_CODES: Record<string, Record<Broken, string>> = {
  postgres: { unique: "23505", missing: "23503", referenced: "23503" },
  mysql: { unique: "ER_DUP_ENTRY", missing: "ER_NO_REFERENCED_ROW_2", referenced: "ER_ROW_IS_REFERENCED_2" },
  sqlite: {
    unique: "SQLITE_CONSTRAINT_UNIQUE",
    missing: "SQLITE_CONSTRAINT_FOREIGNKEY",
    referenced: "SQLITE_CONSTRAINT_FOREIGNKEY",
  },
};

/** What the databases say of a broken constraint. */
const SQL_MESSAGES: Record<string, Record<Broken, (table: string, columns: string[], constraint: string) => string>> = {
  postgres: {
    unique: (_, __, constraint) => `duplicate key value violates unique constraint "${constraint}"`,
    missing: (table, _, constraint) => `insert or update on table "${table}" violates foreign key constraint "${constraint}"`,
    referenced: (table, _, constraint) => `update or delete violates foreign key constraint "${constraint}" on table "${table}"`,
  },
  mysql: {
    unique: (table, columns) => `Duplicate entry for key '${namedIn(table, columns)}'`,
    missing: (_, __, constraint) => `Cannot add or update a child row: a foreign key constraint fails (${constraint})`,
    referenced: (_, __, constraint) => `Cannot delete or update a parent row: a foreign key constraint fails (${constraint})`,
  },
  sqlite: {
    unique: (table, columns) => `UNIQUE constraint failed: ${namedIn(table, columns)}`,
    missing: () => "FOREIGN KEY constraint failed",
    referenced: () => "FOREIGN KEY constraint failed",
  },
};

function namedIn(table: string, columns: string[]): string {
  return columns.map((column) => `${table}.${column}`).join(", ");
}

/** A broken constraint, with the code and the fields that the driver gives it; `row` is the one that is there already. */
export class SqlError extends ConvexError<Record<string, Value>> {
  readonly columns: string[];
  readonly row: unknown;

  constructor(driver: SqlDriver, broken: Broken, table: string, columns: string[], constraint: string, row: unknown = null) {
    const dialect = driver.replace("wrapped ", "");
    const told = { postgres: { constraint, table }, mysql: { sqlState: "23000" }, sqlite: {} }[dialect];
    const message = SQL_MESSAGES[dialect][broken](table, columns, constraint);
    const own = { message, code: SQL_CODES[dialect][broken], ...told };
    const data = driver === dialect ? own : { message: "Failed query", cause: own };
    super({ kinds: [driver === dialect ? "DatabaseError" : "DrizzleQueryError"], ...data });
    Object.assign(this, data);
    this.columns = columns;
    this.row = row;
    Object.defineProperties(this, { columns: { enumerable: false }, row: { enumerable: false } });
  }
}

/** Is it the error for a row that is there already, by one of these keys, or by any where none is named? */
export function isTaken(error: unknown, keys: string[][]): error is SqlError {
  if (!(error instanceof SqlError) || error.row === null) return false;
  const columns = JSON.stringify([...error.columns].sort());
  return keys.length === 0 || keys.some((key) => JSON.stringify([...key].sort()) === columns);
}

/** Does an error say that a row is there already? */
export function isDuplicate(error: unknown): boolean {
  if (!(error instanceof ConvexError)) return false;
  const data = error.data as Record<string, any>;
  const code = data.cause?.code ?? data.code;
  return code === "P2002" || Object.values(SQL_CODES).some((codes) => codes.unique === code);
}

/** Fails if another row than `self` is already there. */
export async function uniqueInSql(
  query: { take(n: number): Promise<{ _id: string }[]> },
  table: string,
  columns: string[],
  constraint: string,
  driver: SqlDriver,
  self?: string,
): Promise<void> {
  const others = (await query.take(2)).filter((doc) => doc._id !== self);
  if (others.length > 0) throw new SqlError(driver, "unique", table, columns, constraint, others[0]);
}

/** Fails if the row that a foreign key names is missing. */
export async function existsInSql(
  doc: Promise<unknown>,
  table: string,
  columns: string[],
  constraint: string,
  driver: SqlDriver,
): Promise<void> {
  if ((await doc) === null) throw new SqlError(driver, "missing", table, columns, constraint);
}

/** Fails if rows still refer to the one that goes. */
export async function unreferencedInSql(
  doc: Promise<unknown>,
  table: string,
  columns: string[],
  constraint: string,
  driver: SqlDriver,
): Promise<void> {
  if ((await doc) !== null) throw new SqlError(driver, "referenced", table, columns, constraint);
}
