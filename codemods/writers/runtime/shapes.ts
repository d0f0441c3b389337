import { loaded } from "./documents";

/** What documents show beyond their fields: values that are computed, and what they become as plain objects. */
export interface Shape {
  virtuals?: Record<string, (this: any, value: any, virtual: any, document: any) => unknown>;
  textKey?: false;
  json?: Showing;
  object?: Showing;
}

/** How a document becomes a plain object; `own` is a method that does it all. */
export interface Showing {
  virtuals?: boolean;
  getters?: boolean;
  version?: false;
  transform?: (document: any, plain: any, options: any) => unknown;
  own?: (this: any) => unknown;
}

/** The ways to show themselves of documents that have some. */
export const shapes = new WeakMap<object, Shape>();

/** A function that gives a document what its schema says of it, none of which is stored or enumerated. */
export function shapedBy(shape: Shape): (document: object) => void {
  return (document) => {
    shapes.set(document, shape);
    if (shape.textKey === false) delete (document as { id?: unknown }).id;
    for (const [name, get] of Object.entries(shape.virtuals ?? {})) {
      Object.defineProperty(document, name, { get: () => get.call(document, undefined, undefined, document), configurable: true });
    }
    const way = (name: "json" | "object") => (given: unknown) => shownAs(document, name, typeof given === "object" ? given! : {});
    Object.defineProperty(document, "toJSON", { value: way("json"), configurable: true });
    Object.defineProperty(document, "toObject", { value: way("object"), configurable: true });
  };
}

/** A document as a plain object, in one of its two ways; `around` says what holds for documents within others too. */
export function shownAs(document: object, way: "json" | "object", given: Showing = {}, around: Showing = {}): unknown {
  const own = shapes.get(document)?.[way] ?? {};
  if (own.own) return own.own.call(document);
  const { getters = around.getters, version = around.version, virtuals = getters } = { ...own, ...given };
  const shown = (value: unknown) => shownPart(value, way, { getters, version });
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(document)) {
    if (value !== undefined) plain[name] = shown(value);
  }
  for (const name of virtuals ? Object.getOwnPropertyNames(document) : []) {
    if (name in plain || ["_id", "toJSON", "toObject"].includes(name)) continue;
    const value = (document as Record<string, unknown>)[name];
    if (value !== undefined) plain[name] = shown(value);
  }
  if (version === false) delete plain.__v;
  return own.transform?.(document, plain, { ...own, ...given }) ?? plain;
}

/** A value within a document as it is shown there. */
export function shownPart(value: unknown, way: "json" | "object", around: Showing): unknown {
  if (Array.isArray(value)) return value.map((each) => shownPart(each, way, around));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (shapes.has(value) || loaded.has(value)) return shownAs(value, way, {}, around);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shownPart(each, way, around)]));
}
