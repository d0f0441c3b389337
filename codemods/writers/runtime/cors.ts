import type { Context, MiddlewareHandler } from "hono";

/** One or more origins that may read answers: all, none, or those that are equal or match. */
export type AllowedOrigin = boolean | string | RegExp | (boolean | string | RegExp)[];

/** Which origins may read answers, and with what: the options of the package cors. */
export interface CorsOptions {
  origin?:
    | AllowedOrigin
    | ((origin: any, callback: (error: Error | null, allowed?: AllowedOrigin) => void) => void | Promise<void>);
  methods?: string | string[];
  allowedHeaders?: string | string[];
  exposedHeaders?: string | string[];
  credentials?: boolean;
  maxAge?: number | string;
  preflightContinue?: boolean;
  optionsSuccessStatus?: number;
}

/** Tells browsers which origins may read answers, as the package cors does, and answers preflight requests. */
export function cors(options: CorsOptions = {}): MiddlewareHandler {
  return async (c, next) => {
    // An origin that is given and turns out to be undefined, such as an unset variable, allows none.
    const allowed = await corsOrigin(c, "origin" in options ? options.origin : "*");
    if (!allowed) return await next();
    sendCorsOrigin(c, allowed);
    if (options.credentials === true) c.header("Access-Control-Allow-Credentials", "true");
    const exposed = [options.exposedHeaders ?? []].flat().join(",");
    if (exposed !== "") c.header("Access-Control-Expose-Headers", exposed);
    if (c.req.method !== "OPTIONS") return await next();
    c.header("Access-Control-Allow-Methods", [options.methods ?? "GET,HEAD,PUT,PATCH,POST,DELETE"].flat().join(","));
    sendCorsHeaders(c, options.allowedHeaders);
    if (options.maxAge !== undefined) c.header("Access-Control-Max-Age", String(options.maxAge));
    if (options.preflightContinue) return await next();
    return c.body(null, (options.optionsSuccessStatus ?? 204) as 204);
  };
}

/** The origins that the policy allows a request to come from. */
export async function corsOrigin(c: Context, origin: CorsOptions["origin"]): Promise<AllowedOrigin> {
  if (typeof origin !== "function") return origin ?? false;
  return await new Promise((resolve, reject) => {
    const answer = (error: Error | null, allowed?: AllowedOrigin) => (error ? reject(error) : resolve(allowed ?? false));
    Promise.resolve(origin(c.req.header("origin"), answer)).catch(reject);
  });
}

/** The headers that name the origin, or that keep caches from mixing origins up. */
export function sendCorsOrigin(c: Context, allowed: AllowedOrigin): void {
  if (allowed === "*") return c.header("Access-Control-Allow-Origin", "*");
  const own = c.req.header("origin");
  const matches = [allowed].flat().some((one) => {
    if (one instanceof RegExp) return one.test(own ?? "undefined");
    return typeof one === "string" ? one === own : one;
  });
  const named = typeof allowed === "string" ? allowed : matches ? own : undefined;
  if (named !== undefined) c.header("Access-Control-Allow-Origin", named);
  c.header("Vary", "Origin", { append: true });
}

/** The headers that requests may have: those that the policy lists, else those that the browser asks for. */
export function sendCorsHeaders(c: Context, allowed: string | string[] | undefined): void {
  if (!allowed) c.header("Vary", "Access-Control-Request-Headers", { append: true });
  const headers = allowed ? [allowed].flat().join(",") : c.req.header("access-control-request-headers");
  if (headers) c.header("Access-Control-Allow-Headers", headers);
}
