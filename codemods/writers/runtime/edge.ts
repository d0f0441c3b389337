import { ConvexError, type Value } from "convex/values";
import type { Context } from "hono";
import { errorData } from "./errors";

/** What a request brings: path parameters, query values and the parsed body. */
export interface Input {
  params: Record<string, string>;
  query: Record<string, any>;
  body: any;
}

/** The parts of a request; a missing body is an empty object, as Express's parser leaves it. */
export async function readInput(c: Context): Promise<Input> {
  return { params: c.req.param(), query: c.req.query(), body: await readBody(c) };
}

/** The body of a request: JSON, or the fields of a form. */
export async function readBody(c: Context): Promise<any> {
  const type = c.req.header("content-type") ?? "";
  if (type.includes("application/x-www-form-urlencoded")) return await c.req.parseBody();
  const text = type.includes("json") ? await c.req.text() : "";
  return text === "" ? {} : JSON.parse(text);
}

/** An error as the error handler sees it: its fields, its message, and the names of its classes. */
export type Fault = Record<string, any> & { message: string; kinds: string[] };

/** The fault behind an error that a function threw, or that the edge threw itself. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ConvexError) {
    const data = error.data as Record<string, any>;
    return { ...data, message: data.message ?? error.message, kinds: data.kinds ?? ["DatabaseError"] };
  }
  if (error instanceof SyntaxError) {
    return { status: 400, type: "entity.parse.failed", message: error.message, kinds: ["SyntaxError", "Error"] };
  }
  if (!(error instanceof Error)) return { message: String(error), kinds: [] };
  const data = errorData(error);
  return Object.assign(Object.create(error), { message: error.message, kinds: data.kinds });
}

/** The answer that a function gave by throwing an HttpError, or null for every other error. */
export function answerOf(error: unknown): { status: number; body: Value } | null {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  if (typeof data !== "object" || data === null || !("status" in data) || !("body" in data)) return null;
  return data as { status: number; body: Value };
}

/** Answers with an HttpError's status and body: text as Express sends strings, everything else as JSON. */
export function sendAnswer(c: Context, answer: { status: number; body: Value }): Response {
  const { status, body } = answer;
  if (body === null) return c.body(null, status as 200);
  return typeof body === "string" ? c.html(body, status as 200) : c.json(body as object, status as 200);
}

/** A failure that a mutation returns, since throwing it would undo what was written before it. */
export type Failed = { failed: Value };

/** The result, or the failure as a value, so that earlier writes stay. */
export async function settle<T>(work: () => Promise<T>): Promise<T | Failed> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConvexError) return { failed: error.data };
    return { failed: errorData(error as Error) };
  }
}

/** The result of a function, or its failure thrown again. */
export function unsettle<T>(result: T | Failed): T {
  if (typeof result === "object" && result !== null && "failed" in result) {
    throw new ConvexError((result as Failed).failed);
  }
  return result as T;
}
