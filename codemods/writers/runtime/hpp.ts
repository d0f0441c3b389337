import type { MiddlewareHandler } from "hono";
import { isOfType, sharedInput } from "./edge";

/** Lets the last of several values of a query or form field count, as the package hpp does. */
export function hpp(options: { whitelist?: string | string[] } = {}): MiddlewareHandler {
  const listed = [options.whitelist ?? []].flat();
  return async (c, next) => {
    const input = await sharedInput(c);
    const parts = isOfType(c, "application/x-www-form-urlencoded") ? [input.query, input.body] : [input.query];
    for (const part of parts) {
      for (const [name, value] of Object.entries(part)) {
        if (Array.isArray(value) && !listed.includes(name)) part[name] = value.at(-1);
      }
    }
    await next();
  };
}
