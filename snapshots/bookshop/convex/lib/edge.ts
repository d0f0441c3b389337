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
  return { params: c.req.param(), query: readQuery(c), body: await readBody(c) };
}

/** The query of a request as Express reads it. */
export function readQuery(c: Context): Record<string, any> {
  return readFields(new URL(c.req.url).searchParams);
}

/** The first thousand fields as Express reads them: a repeated name and `name[]` make a list, `name[key]` an object. */
export function readFields(fields: Iterable<[string, string]>): Record<string, any> {
  const found: Record<string, any> = {};
  for (const [name, value] of [...fields].slice(0, 1000)) {
    const [outer, ...keys] = /^[^[]+(\[[^[\]]*\])*$/.test(name) ? name.replaceAll("]", "").split("[") : [name];
    if (!name.includes("__proto__")) found[outer] = withField(ownField(found, outer), keys, value);
  }
  return found;
}

/** What a field held before, with one more value at the end of the keys; keys that are numbers make a list. */
export function withField(old: any, keys: string[], value: string): any {
  const [key, ...inner] = keys;
  if (key === undefined) return old === undefined ? value : [old, value].flat();
  if (/^\d*$/.test(key) && (old === undefined || Array.isArray(old))) {
    const list: any[] = old ?? [];
    const index = inner.length > 0 && key !== "" && Number(key) < list.length ? Number(key) : list.length;
    return [...list.slice(0, index), withField(list[index], inner, value), ...list.slice(index + 1)];
  }
  if (typeof old === "string") return [old, withField(undefined, keys, value)];
  return { ...old, [key]: withField(ownField(old, key), inner, value) };
}

/** A field that an object has itself: `constructor` may be one that a client sends. */
export function ownField(object: any, key: string): any {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The body of a request: what a parser made of it, else JSON; an empty object when there is none. */
export async function readBody(c: Context): Promise<any> {
  const parsed: unknown = c.get("body");
  if (parsed !== undefined) return parsed;
  return isOfType(c, "application/json") ? parseJson(await bodyText(c)) : {};
}

/** Is the body of one of these types? A part of a type may be `*`. */
export function isOfType(c: Context, ...types: string[]): boolean {
  const own = (c.req.header("content-type") ?? "").split(";")[0].trim().toLowerCase();
  const patterns = types.map((type) => type.replace(/[.+]/g, "\\$&").replaceAll("*", ".+"));
  return patterns.some((pattern) => RegExp(`^${pattern}$`).test(own));
}

/** The text of a body; one that is too large is refused. */
export async function bodyText(c: Context, limit = 100 * 1024): Promise<string> {
  const text = await c.req.text();
  const length = new TextEncoder().encode(text).length;
  if (length <= limit) return text;
  const details = { status: 413, statusCode: 413, type: "entity.too.large", expose: true };
  throw Object.assign(new Error("request entity too large"), details, { expected: length, length, limit });
}

/** JSON as Express's parser takes it: an object or an array unless it is told to take all; else a bad request. */
export function parseJson(text: string, strict = true): unknown {
  if (text === "") return {};
  try {
    const first = text.trim()[0];
    if (strict && first !== undefined && first !== "{" && first !== "[") {
      throw new SyntaxError(`Unexpected token '${first}', "${text}" is not valid JSON`);
    }
    return JSON.parse(text);
  } catch (error) {
    const details = { status: 400, statusCode: 400, type: "entity.parse.failed", expose: true, body: text };
    throw Object.assign(error as SyntaxError, details);
  }
}

/** An error as error handlers see it: every field that it had, and `kinds`, the names of its classes. */
export type Fault = Error & Record<string, any>;

/** The error behind what was thrown: the errors of functions arrive as data, those of the edge as they are. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ConvexError) return revive(error.data);
  const fault = error instanceof Error ? error : new Error(String(error));
  if (!("kinds" in fault)) Object.defineProperty(fault, "kinds", { value: errorData(fault).kinds });
  return fault;
}

/** An error made again from its data; a database error has the name that Prisma gives it. */
export function revive(data: Value): Fault {
  if (typeof data !== "object" || data === null) return faultOf(new Error(String(data)));
  const known = "meta" in data ? ["PrismaClientKnownRequestError", "DatabaseError"] : [];
  const { message, kinds = known, name = known[0] ?? "Error", ...fields } = data as Record<string, any>;
  const fault = Object.assign(new Error(message), fields, name === "Error" ? {} : { name });
  // Classes may keep an object as their message, which the constructor has made text of.
  fault.message = message;
  return Object.defineProperty(fault, "kinds", { value: [...kinds, "Error"] });
}

/** Status, body and what the body is unless it is JSON; without a body the answer is empty. */
export interface Answer {
  status: number;
  body?: unknown;
  type?: BodyType;
  headers?: Record<string, string>;
}

/** The answer that a function gave by throwing an HttpError, or null for every other error. */
export function answerOf(error: unknown): Answer | null {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  if (typeof data !== "object" || data === null || !("status" in data) || "kinds" in data) return null;
  return data as Answer;
}

/** Answers as Express would have. */
export function sendAnswer(c: Context, answer: Answer): Response {
  const { status, body, type, headers } = answer;
  const code = status as 200;
  for (const [name, value] of Object.entries(headers ?? {})) c.header(name, value);
  if (body === undefined || status === 204 || status === 304) return c.body(null, code);
  const isText = typeof body === "string" && type !== undefined;
  if (c.res.headers.has("content-type")) return c.body(isText ? body : JSON.stringify(body), code);
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

/** A failure that is returned, since throwing would undo earlier writes; no JSON has such a mark. */
export type Failed = { thrown: Value; mark: bigint };

/** The result, or the failure as a value, so that earlier writes stay. */
export async function settle<T>(work: () => Promise<T>): Promise<T | Failed> {
  try {
    return await work();
  } catch (error) {
    return { thrown: error instanceof ConvexError ? error.data : errorData(error as Error), mark: 1n };
  }
}

/** The result of a function, or its failure thrown again. */
export function unsettle<T>(result: T | Failed): T {
  if (typeof result === "object" && result !== null && "mark" in result && typeof result.mark === "bigint") {
    throw new ConvexError((result as Failed).thrown);
  }
  return result as T;
}
