/** What a value becomes in JSON. */
export type Json<T> = unknown extends T
  ? T
  : T extends { toJSON(key?: any): infer R }
    ? R
    : T extends string | number | boolean | null
      ? T
      : T extends undefined | symbol | ((...args: never[]) => unknown)
        ? null
        : T extends bigint
          ? never
          : { [K in keyof T]: JsonProperty<T[K]> };

/** A property of an object in JSON: an absent one stays absent. */
export type JsonProperty<T> = unknown extends T
  ? T
  : T extends undefined
    ? undefined
    : T extends symbol | ((...args: never[]) => unknown)
      ? undefined
      : Json<T>;

/** Does what sending a value as JSON does: dates become ISO strings, undefined properties go. */
export function toJson<T>(value: T): Json<T> {
  return JSON.parse(JSON.stringify(value) ?? "null");
}

/** What middleware hands on, as data that crosses into a function: its dates as text. */
export function asData(value: unknown): unknown {
  return value === undefined ? undefined : toJson(value);
}

/** An id as text: a token that the server of old has signed may hold a number, which is no row's id now. */
export function asId<T>(id: T): T extends number ? string : T {
  return (typeof id === "number" ? String(id) : id) as T extends number ? string : T;
}
