import { ConvexError, type Value } from "convex/values";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { getCookie } from "hono/cookie";
import type { ActionCtx } from "../_generated/server";
import { type BodyType, errorData } from "./errors";
import { type Built, type Cookie, ResponseBuilder } from "./replies";

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

/** The input of each request, and the path of the registration that its parameters belong to. */
export const inputs = new WeakMap<Context, { input: Input; path: string }>();

/** The parts of a request as one object: what middleware changes is what comes after it sees. */
export async function sharedInput(c: Context): Promise<Input> {
  const path = c.req.routePath;
  const known = inputs.get(c);
  if (known?.path === path) return known.input;
  const input = known?.input ?? (await readInput(c));
  input.params = c.req.param();
  inputs.set(c, { input, path });
  c.set("body", input.body);
  return input;
}

/** Makes something the body of a request, also for those that share its input. */
export function setBody(c: Context, body: unknown): void {
  c.set("body", body);
  const known = inputs.get(c);
  if (known !== undefined) known.input.body = body;
}

/** The input with the headers of its request, where express-validator looks for fields, too. */
export function addHeaders(c: Context, input: Input): Input {
  return Object.assign(input, { headers: c.req.header() });
}

/** The path parameters of a request as earlier middleware left them. */
export function sharedParams(c: Context): Record<string, any> {
  const known = inputs.get(c);
  return known?.path === c.req.routePath ? known.input.params : c.req.param();
}

/** The query of a request as earlier middleware left it. */
export function sharedQuery(c: Context): Record<string, any> {
  return inputs.get(c)?.input.query ?? readQuery(c);
}

/** The query of a request as Express reads it. */
export function readQuery(c: Context): Record<string, any> {
  return readFields(new URL(c.req.url).searchParams);
}

/** The query of a request as Express 5 reads it: a repeated name makes a list, and brackets are letters of a name. */
export function readFlatQuery(c: Context): Record<string, any> {
  const queries = Object.entries(c.req.queries());
  return Object.fromEntries(queries.map(([name, values]) => [name, values.length > 1 ? values : values[0]]));
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

/** The body of a request as it is in Express 5: undefined when there is none. */
export async function readOptionalBody(c: Context): Promise<any> {
  const parsed: unknown = c.get("body");
  return parsed === undefined && isOfType(c, "application/json") ? parseJson(await bodyText(c)) : parsed;
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

/** The path that routes are found by: as the client wrote it, so that middleware that reads the path sees the same. */
export function rawPath(request: Request): string {
  const { pathname } = new URL(request.url);
  return pathname === "/" ? pathname : pathname.replace(/\/$/, "");
}

/** The path of a request as the client wrote it, below its first segments where `depth` counts any. */
export function pathOf(c: Context, depth = 0): string {
  const { pathname } = new URL(c.req.url);
  return depth === 0 ? pathname : `/${pathname.split("/").slice(depth + 1).join("/")}`;
}

/** The first segments of the path of a request, those of the routers above. */
export function baseOf(c: Context, depth = 0): string {
  return new URL(c.req.url).pathname.split("/").slice(0, depth + 1).join("/");
}

/** The path and the query of a request as the client wrote them, below the first segments of the path. */
export function urlOf(c: Context, depth = 0): string {
  return pathOf(c, depth) + new URL(c.req.url).search;
}

/** A cookie of a request; one that holds JSON is parsed, as Express's parser does. */
export function readCookie(c: Context, name: string): any {
  const text = getCookie(c, name);
  if (text === undefined || !text.startsWith("j:")) return text;
  try {
    return JSON.parse(text.slice(2));
  } catch {
    return text;
  }
}

/** The address of the client, which comes from Convex: no header can change it. */
export async function ipOf(c: Context): Promise<string | undefined> {
  const { ip } = await c.env.meta.getRequestMetadata();
  return ip ?? undefined;
}

/** An error as error handlers see it: every field that it had, and `kinds`, the names of its classes. */
export type Fault = Error & Record<string, any>;

/** Hands an error on to the next error handler. */
export type Forward = (error: unknown) => Response | Promise<Response>;

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

/** What Express says of an error that no handler answers. */
export const REASONS: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Payload Too Large",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Answers an error as Express does where no handler does: with its own status, else 500. */
export function sendFault(c: Context, fault: Fault): Response {
  console.error(fault.stack ?? String(fault));
  const own = [fault.status, fault.statusCode, fault.responseStatus];
  const status: number = own.find((code) => code >= 400 && code < 600) ?? 500;
  return c.html(`<pre>${REASONS[status] ?? "Error"}</pre>`, status as 500);
}

/** Answers for a route that has not been migrated yet. */
export function notMigrated(code: string) {
  return (c: Context): Response => c.json({ error: "Not migrated", code }, 501);
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

/** Sets headers and cookies by the methods of Express's response, for whoever answers. */
export function setOn(c: Context, setting: (res: ResponseBuilder) => unknown): void {
  const res = new ResponseBuilder();
  setting(res);
  setHead(c, res);
}

/** Sets the headers and cookies of an answer. */
export function setHead(c: Context, { headers, cookies }: Pick<Built, "headers" | "cookies">): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (name === "content-length") continue;
    for (const [index, one] of [value].flat().entries()) c.header(name, one, { append: index > 0 });
  }
  for (const cookie of cookies ?? []) c.header("Set-Cookie", cookieText(cookie), { append: true });
}

/** Answers with all that a function has built: headers of several values, cookies, bytes, another address. */
export function sendBuilt(c: Context, built: Built): Response {
  const { headers, cookies, redirect, ...answer } = built;
  const { status, body, type } = answer;
  setHead(c, { headers, cookies });
  if (redirect !== undefined) return sendRedirect(c, redirect, status);
  if (type === "status" && status !== 204 && status !== 304) {
    return c.text(STATUS_TEXTS[status] ?? String(status), status as 200);
  }
  const bytes = type === "bare" ? new TextEncoder().encode(String(body)).buffer : body;
  if (!(bytes instanceof ArrayBuffer)) return sendAnswer(c, answer);
  if (type !== "bare" && !c.res.headers.has("content-type")) c.header("Content-Type", "application/octet-stream");
  return c.body(bytes, status as 200);
}

/** Sends the client elsewhere; `back` is where it came from. */
export function sendRedirect(c: Context, url: string, status: number): Response {
  const target = url === "back" ? (c.req.header("referer") ?? "/") : url;
  const location = encodeURI(target).replace(/%25([0-9a-f]{2})/gi, "%$1");
  c.header("Location", location);
  const all = /\*\/\*/.test(c.req.header("accept") ?? "*/*");
  const supports = ["text/plain", "text/html"];
  const type = accepts(c, { header: "Accept", supports, default: all ? "text/plain" : "" });
  const text = `${STATUS_TEXTS[status] ?? status}. Redirecting to ${location}`;
  if (type === "text/html") return c.html(`<p>${escapedHtml(text)}</p>`, status as 200);
  return type === "" ? c.body(null, status as 200) : c.text(text, status as 200);
}

/** Text as it stands in a page. */
export function escapedHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => entities[sign]);
}

/** A cookie as Express writes it: its life is counted in milliseconds, and its path is the root unless it says. */
export function cookieText({ name, value, options }: Cookie): string {
  const { maxAge, domain, path = "/", httpOnly, secure, partitioned, priority, sameSite } = options;
  const lives = maxAge !== undefined && maxAge !== null && !Number.isNaN(Number(maxAge));
  const expires = lives ? new Date(Date.now() + Number(maxAge)) : options.expires && new Date(options.expires);
  const site = sameSite === true ? "Strict" : sameSite;
  const parts = [
    `${name}=${encodeURIComponent(value)}`,
    lives && `Max-Age=${Math.floor(Number(maxAge) / 1000)}`,
    domain && `Domain=${domain}`,
    path && `Path=${path}`,
    expires && `Expires=${expires.toUTCString()}`,
    httpOnly && "HttpOnly",
    secure && "Secure",
    partitioned && "Partitioned",
    priority && `Priority=${capitalized(priority)}`,
    site && `SameSite=${capitalized(site)}`,
  ];
  return parts.filter(Boolean).join("; ");
}

/** `strict` → `Strict` */
export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** The phrases of statuses, as Node has them. */
export const STATUS_TEXTS: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  418: "I'm a Teapot",
  422: "Unprocessable Entity",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

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

/** The result of a mutation, also of one that was taken back by throwing it. */
export async function undone<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const data: unknown = error instanceof ConvexError ? error.data : null;
    if (typeof data !== "object" || data === null || !("mark" in data) || typeof data.mark !== "bigint") throw error;
    return (data as unknown as { returned: T }).returned;
  }
}

/** The context of middleware that runs functions: `c.env` is that of an action. */
export type EdgeContext = Context<{ Bindings: ActionCtx; Variables: any }>;
