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

/** What crosses into a function, as data: dates as text, and of what shows itself in ways of its own all fields. */
export function asData(value: unknown): unknown {
  return value === undefined ? undefined : toJson(fieldsOf(value));
}

/** A value whose objects have no `toJSON` of their own, which would make something else of them. */
export function fieldsOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fieldsOf);
  const isPlain = Object.hasOwn(value, "toJSON") || Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fieldsOf(part)])) : value;
}

/** An id as text: a token that the server of old has signed may hold a number, which is no row's id now. */
export function asId<T>(id: T): T extends number ? string : T {
  return (typeof id === "number" ? String(id) : id) as T extends number ? string : T;
}
