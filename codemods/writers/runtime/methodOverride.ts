import type { Hono, MiddlewareHandler } from "hono";

/** Answers a POST whose header or query field names another method as that one, as the package method-override does. */
export function methodOverride(
  app: Hono<any>,
  getter = "X-HTTP-Method-Override",
  { methods = ["POST"] }: { methods?: string[] | null } = {},
): MiddlewareHandler {
  const inHeader = /^X-/i.test(getter);
  return async (c, next) => {
    if (methods !== null && !methods.includes(c.req.method)) return await next();
    const asked = (inHeader ? c.req.header(getter)?.split(",")[0] : c.req.query(getter))?.trim().toUpperCase();
    if (inHeader) c.header("Vary", getter, { append: true });
    if (!asked || asked === c.req.method || !METHODS.includes(asked)) return await next();
    const body = asked === "GET" || asked === "HEAD" ? undefined : await c.req.arrayBuffer();
    return await app.fetch(new Request(c.req.url, { method: asked, headers: c.req.raw.headers, body }), c.env);
  };
}

/** The methods that a request may be given. */
export const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
