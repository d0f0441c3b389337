/** What is left of a path behind a key. */
export type PathBehind<P extends string, K> = P extends `${infer Head}.${infer Tail}`
  ? Head extends "*" | K
    ? Tail
    : never
  : P extends "*" | K
    ? ""
    : never;

/** A value whose numbers at the ends of some paths are dates. */
export type Dated<T, P extends string> = unknown extends T
  ? T
  : [P] extends [never]
    ? T
    : T extends number
      ? "" extends P
        ? Date
        : T
      : T extends readonly (infer Item)[]
        ? Dated<Item, PathBehind<P, "*">>[]
        : T extends object
          ? { [K in keyof T]: Dated<T[K], PathBehind<P, K>> }
          : T;

/** A value as it crosses into a function: dates as their milliseconds, and nothing undefined. */
export function toArguments(value: any): any {
  if (value === undefined) return null;
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(toArguments);
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  const known = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => [key, toArguments(inner)]));
}

/** Turns the numbers at the ends of the paths into dates again; `*` stands for every item or key. */
export function withDates<T, const P extends string>(value: T, paths: readonly P[]): Dated<T, P> {
  return paths.reduce<any>((whole, path) => datedAt(whole, path.split(".")), value);
}

/** The value with dates at the end of one path. */
export function datedAt(value: any, path: string[]): any {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === "number" ? new Date(value) : value;
  if (Array.isArray(value)) return key === "*" ? value.map((item) => datedAt(item, rest)) : value;
  if (typeof value !== "object" || value === null) return value;
  const keys = key === "*" ? Object.keys(value) : [key].filter((name) => value[name] !== undefined);
  return { ...value, ...Object.fromEntries(keys.map((name) => [name, datedAt(value[name], rest)])) };
}
