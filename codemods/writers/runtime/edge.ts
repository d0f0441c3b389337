import { ConvexError, type Value } from "convex/values";
import type { Context } from "hono";
import { type BodyType, errorData } from "./errors";

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

/** Status, body and what the body is unless it is JSON; without a body the answer is empty. */
export interface Answer {
  status: number;
  body?: unknown;
  type?: BodyType;
}

/** The answer that a function gave by throwing an HttpError, or null for every other error. */
export function answerOf(error: unknown): Answer | null {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  if (typeof data !== "object" || data === null || !("status" in data) || "kinds" in data) return null;
  return data as Answer;
}

/** Answers as Express would have. */
export function sendAnswer(c: Context, { status, body, type }: Answer): Response {
  const code = status as 200;
  if (body === undefined || status === 204 || status === 304) return c.body(null, code);
  if (type === "auto") return send(c, body, status);
  if (type === "text") return c.text(String(body), code);
  return type === "html" ? c.html(String(body), code) : c.json(body as object, code);
}

/** Does what `res.send` did: a string is HTML, null is no body, everything else is JSON. */
export function send(c: Context, body: unknown, status = 200): Response {
  const code = status as 200;
  if (body === null || body === undefined) return c.body(null, code);
  return typeof body === "string" ? c.html(body, code) : c.json(body as object, code);
}

/** A failure that a mutation returns, since throwing it would undo what was written before it. */
export type Failed = { thrown: Value };

/** The result, or the failure as a value, so that earlier writes stay. */
export async function settle<T>(work: () => Promise<T>): Promise<T | Failed> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConvexError) return { thrown: error.data };
    return { thrown: errorData(error as Error) };
  }
}

/** The result of a function, or its failure thrown again. */
export function unsettle<T>(result: T | Failed): T {
  if (typeof result === "object" && result !== null && "thrown" in result && Object.keys(result).length === 1) {
    throw new ConvexError((result as Failed).thrown);
  }
  return result as T;
}
