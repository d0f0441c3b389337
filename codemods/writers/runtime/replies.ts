import type { BodyType } from "./errors";
import { type Json, toJson } from "./json";

/** An answer with response headers. */
export function withHeaders<T extends object>(
  answer: T,
  headers: Record<string, unknown>,
): T & { headers: Record<string, string> } {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { ...answer, headers: Object.fromEntries(texts) };
}

/** The answer of a function that can succeed in more than one way; without a body it is empty. */
export function reply(status: number): { status: number };
export function reply<T>(status: number, body: T, type?: BodyType): { status: number; body: Json<T>; type?: BodyType };
export function reply(status: number, body?: unknown, type?: BodyType) {
  return { status, body: body === undefined ? undefined : toJson(body), type };
}
