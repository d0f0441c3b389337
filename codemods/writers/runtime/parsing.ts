import { ConvexError, type Value } from "convex/values";
import { toJson } from "./json";

/** What a schema library's safeParse gives. */
export type Outcome<T> =
  | { success: true; data: T }
  | { success: false; error: { name: string; message: string; issues: readonly unknown[] } };

/** The value as the schema makes it; the issues of a bad one reach the error handler as data. */
export function parsed<T>(schema: { safeParse(value: unknown): Outcome<T> }, value: unknown): T {
  return outcome(schema.safeParse(value));
}

/** The same for schemas with asynchronous checks. */
export async function parsedAsync<T>(
  schema: { safeParseAsync(value: unknown): Promise<Outcome<T>> },
  value: unknown,
): Promise<T> {
  return outcome(await schema.safeParseAsync(value));
}

/** The value of a successful outcome, or an error that can cross function boundaries. */
export function outcome<T>(result: Outcome<T>): T {
  if (result.success) return result.data;
  const { name, message } = result.error;
  const issues = toJson(result.error.issues) as Value;
  throw new ConvexError({ name, message, issues, errors: issues, kinds: ["ZodError", "Error"] });
}
