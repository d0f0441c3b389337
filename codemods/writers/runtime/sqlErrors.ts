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

/** A broken constraint, with the code that the driver gives it, its name and that of the table. */
export class SqlError extends ConvexError<Record<string, Value>> {
  constructor(driver: SqlDriver, broken: Broken, table: string, constraint: string) {
    const dialect = driver.replace("wrapped ", "");
    const fields = { code: SQL_CODES[dialect][broken], constraint, table };
    const text = `${broken === "unique" ? "unique" : "foreign key"} constraint "${constraint}"`;
    const is = broken === "unique" ? "duplicate key value violates" : "insert or update violates";
    const own = { message: `${is} ${text}`, ...fields };
    const data = driver === dialect ? own : { message: "Failed query", cause: own };
    super({ kinds: [driver === dialect ? "DatabaseError" : "DrizzleQueryError"], ...data });
    Object.assign(this, data);
  }
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
  constraint: string,
  driver: SqlDriver,
  self?: string,
): Promise<void> {
  const others = (await query.take(2)).filter((doc) => doc._id !== self);
  if (others.length > 0) throw new SqlError(driver, "unique", table, constraint);
}

/** Fails if the row that a foreign key names is missing. */
export async function existsInSql(
  doc: Promise<unknown>,
  table: string,
  constraint: string,
  driver: SqlDriver,
): Promise<void> {
  if ((await doc) === null) throw new SqlError(driver, "missing", table, constraint);
}

/** Fails if rows still refer to the one that goes. */
export async function unreferencedInSql(
  doc: Promise<unknown>,
  table: string,
  constraint: string,
  driver: SqlDriver,
): Promise<void> {
  if ((await doc) !== null) throw new SqlError(driver, "referenced", table, constraint);
}
