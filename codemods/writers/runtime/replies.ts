import type { BodyType } from "./errors";
import { type Json, toJson } from "./json";

/** The answer of a function that can succeed in more than one way; without a body it is empty. */
export function reply(status: number): { status: number };
export function reply<T>(status: number, body: T, type?: BodyType): { status: number; body: Json<T>; type?: BodyType };
export function reply(status: number, body?: unknown, type?: BodyType) {
  return { status, body: body === undefined ? undefined : toJson(body), type };
}
