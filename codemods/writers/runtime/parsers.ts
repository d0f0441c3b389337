import type { Context, MiddlewareHandler } from "hono";
import { bodyText, isOfType, parseJson, readFields } from "./edge";

/** How bodies are read: the options of Express's parsers. */
export interface BodyOptions {
  /** The most bytes that a body may have, as a number or as text such as `10kb`. */
  limit?: number | string;
  /** The media types that it is for. */
  type?: string | string[];
}

/** Reads JSON; `strict` takes objects and arrays alone. */
export function jsonBody({ strict = true, ...options }: BodyOptions & { strict?: boolean } = {}): MiddlewareHandler {
  return bodyParser("application/json", options, (text) => parseJson(text, strict));
}

/** Reads the fields of forms; `extended` nests them as their brackets say. */
export function formBody({ extended = true, ...options }: BodyOptions & { extended?: boolean } = {}): MiddlewareHandler {
  return bodyParser("application/x-www-form-urlencoded", options, (text) => {
    const fields = new URLSearchParams(text);
    if (extended) return readFields(fields);
    const values = [...new Set(fields.keys())].map((name) => [name, fields.getAll(name)] as const);
    return Object.fromEntries(values.map(([name, all]) => [name, all.length > 1 ? all : all[0]]));
  });
}

/** Reads plain text. */
export function textBody(options: BodyOptions = {}): MiddlewareHandler {
  return bodyParser("text/plain", options, (text) => (text === "" ? {} : text));
}

/** Parses a body that is of the type, and that no other parser has read. */
export function bodyParser(usual: string, options: BodyOptions, parse: (text: string) => unknown): MiddlewareHandler {
  return async (c: Context, next) => {
    if (c.get("body") === undefined && isOfType(c, ...[options.type ?? usual].flat())) {
      c.set("body", parse(await bodyText(c, byteCount(options.limit ?? "100kb"))));
    }
    await next();
  };
}

/** A size in bytes: `10kb` is 10240. */
export function byteCount(size: number | string): number {
  const [, count, unit] = /^([\d.]+) *([kmg]?)b?$/i.exec(String(size)) ?? [];
  return Math.floor(Number(count) * 1024 ** " kmg".indexOf(unit?.toLowerCase() || " "));
}
