import { ConvexError, type Value } from "convex/values";

/** An answer: a status and a JSON body. */
export type Answer = { status: number; body: Value };

/** A failure that a mutation returns, since throwing it would undo what was written before it. */
export type Failure = { failed: Answer };

/** The answer that an error carries, or null for any other error. */
export function answerOf(error: unknown): Answer | null {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  if (typeof data !== "object" || data === null || !("status" in data)) return null;
  return typeof data.status === "number" ? (data as Answer) : null;
}

/** The status and body with which to answer an error: 500 for one that carries none. */
export function respondTo(error: unknown): Answer {
  return answerOf(error) ?? { status: 500, body: { message: "Internal Server Error" } };
}

/** The error as a value to return, so that earlier writes stay. */
export function failure(error: unknown): Failure {
  return { failed: respondTo(error) };
}

/** The result of a function, or its failure thrown again. */
export function unwrap<T>(result: T | Failure): T {
  if (typeof result === "object" && result !== null && "failed" in result) {
    throw new ConvexError((result as Failure).failed);
  }
  return result as T;
}
