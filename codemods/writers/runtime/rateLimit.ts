import { v } from "convex/values";
import type { Context, MiddlewareHandler } from "hono";
import { internal } from "../_generated/api";
import { internalMutation } from "../_generated/server";
import { ipOf, send } from "./edge";

/** How often a client may ask, and what it is told when that is too often: the options of express-rate-limit. */
export interface RateLimitOptions {
  /** How long a window lasts, which starts with the first request in it. */
  windowMs?: number;
  limit?: number | ((c: Context) => number | Promise<number>);
  /** Another name of `limit`. */
  max?: number | ((c: Context) => number | Promise<number>);
  /** The body of the refusal: text, or JSON. */
  message?: unknown;
  statusCode?: number;
  /** Answers in place of `message`; undefined lets the request pass. */
  handler?: (c: Context, options: { statusCode: number; message: any }) => Refusal | Promise<Refusal>;
  /** The `X-RateLimit-*` headers. */
  legacyHeaders?: boolean;
  /** The `RateLimit-*` headers; true is draft 6. */
  standardHeaders?: boolean | "draft-6" | "draft-7" | "draft-8";
  /** What draft 8 calls the limit. */
  identifier?: string;
  /** What tells clients apart, by default their address. */
  keyGenerator?: (c: Context) => unknown;
  /** The length of the networks whose IPv6 addresses count as one client. */
  ipv6Subnet?: number | false;
  /** Says which requests do not count at all. */
  skip?: (c: Context) => boolean | Promise<boolean>;
  skipSuccessfulRequests?: boolean;
  skipFailedRequests?: boolean;
  requestWasSuccessful?: (c: Context, response: Response) => boolean | Promise<boolean>;
}

/** What a handler of refused requests may give. */
export type Refusal = Response | undefined;

/** A client's hits in the window that lasts until `resetTime`. */
export interface RateLimitWindow {
  hits: number;
  resetTime: number;
}

/** Refuses clients that ask too often, as express-rate-limit does; every `limiter` has counts of its own. */
export function rateLimit(limiter: string, given: RateLimitOptions = {}): MiddlewareHandler {
  const set: RateLimitOptions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const options = Object.assign({ ...rateLimitDefaults, limit: given.max ?? 5 }, set);
  return async (c, next) => {
    if (await options.skip?.(c)) return await next();
    const key = String(await (options.keyGenerator?.(c) ?? ipKeyGenerator((await ipOf(c)) ?? "", options.ipv6Subnet)));
    const count = { limiter, key, windowMs: options.windowMs };
    const window: RateLimitWindow = await c.env.runMutation(internal.lib.rateLimit.countHit, count);
    const limit = typeof options.limit === "function" ? await options.limit(c) : (options.limit ?? 5);
    await sendRateLimit(c, options, limit, window, key);
    const refusal = window.hits > limit ? await refuseHit(c, options) : undefined;
    if (refusal === undefined) await next();
    if (options.skipSuccessfulRequests || options.skipFailedRequests) {
      const response = refusal ?? c.res;
      const succeeded = (await options.requestWasSuccessful?.(c, response)) ?? response.status < 400;
      if (succeeded ? options.skipSuccessfulRequests : options.skipFailedRequests) {
        await c.env.runMutation(internal.lib.rateLimit.forgetHit, { limiter, key, resetTime: window.resetTime });
      }
    }
    return refusal;
  };
}

/** What express-rate-limit does unless it is told otherwise. */
export const rateLimitDefaults = {
  windowMs: 60_000,
  message: "Too many requests, please try again later." as unknown,
  statusCode: 429,
  legacyHeaders: true,
  ipv6Subnet: 56 as number | false,
};

/** The answer to a request too many. */
export async function refuseHit(
  c: Context,
  options: RateLimitOptions & { message: unknown; statusCode: number },
): Promise<Refusal> {
  if (options.handler !== undefined) return await options.handler(c, options);
  return send(c, options.message, options.statusCode);
}

/** Tells the client how much it has left, in the headers that the options ask for. */
export async function sendRateLimit(
  c: Context,
  options: RateLimitOptions & { windowMs: number },
  limit: number,
  window: RateLimitWindow,
  key: string,
): Promise<void> {
  const remaining = Math.max(limit - window.hits, 0);
  const reset = Math.max(0, Math.ceil((window.resetTime - Date.now()) / 1000));
  const seconds = Math.ceil(options.windowMs / 1000);
  if (options.legacyHeaders) {
    c.header("X-RateLimit-Limit", String(limit));
    c.header("X-RateLimit-Remaining", String(remaining));
    c.header("X-RateLimit-Reset", String(Math.ceil(window.resetTime / 1000)));
  }
  switch (options.standardHeaders) {
    case true:
    case "draft-6":
      c.header("RateLimit-Policy", `${limit};w=${seconds}`);
      c.header("RateLimit-Limit", String(limit));
      c.header("RateLimit-Remaining", String(remaining));
      c.header("RateLimit-Reset", String(reset));
      break;
    case "draft-7":
      c.header("RateLimit-Policy", `${limit};w=${seconds}`);
      c.header("RateLimit", `limit=${limit}, remaining=${remaining}, reset=${reset}`);
      break;
    case "draft-8": {
      const name = options.identifier ?? `${limit}-in-${windowName(options.windowMs)}`;
      const policy = `q=${limit}; w=${seconds}; pk=:${await partitionKey(key)}:`;
      c.header("RateLimit", `"${name}"; r=${remaining}; t=${reset}`, { append: true });
      c.header("RateLimit-Policy", `"${name}"; ${policy}`, { append: true });
    }
  }
  const announced = options.legacyHeaders || options.standardHeaders;
  if (announced && window.hits > limit) c.header("Retry-After", String(reset));
}

/** How draft 8 calls a window: `15min`, `2hrs`. */
export function windowName(windowMs: number): string {
  const minutes = windowMs / 60_000;
  if (minutes < 1) return `${windowMs / 1000}sec`;
  if (minutes < 60) return `${minutes}min`;
  const [unit, count] = minutes < 24 * 60 ? ["hr", minutes / 60] : ["day", minutes / 60 / 24];
  return `${count}${unit}${count > 1 ? "s" : ""}`;
}

/** Draft 8's name for a client, which does not say who it is. */
export async function partitionKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return btoa(hex.slice(0, 12));
}

/** An address as the key of a client: of an IPv6 address the network, since one client has many of them. */
export function ipKeyGenerator(ip: string, ipv6Subnet: number | false = 56): string {
  if (!ip.includes(":")) return ip;
  const mapped = /^(?:0*:){2,6}(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped !== null) return mapped[1];
  if (ipv6Subnet === false) return ip;
  const [head, tail] = ip.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  const network = groups.map((group, index) => {
    const bits = Math.min(16, Math.max(0, ipv6Subnet - 16 * index));
    return (parseInt(group, 16) & (0xffff << (16 - bits))).toString(16);
  });
  return `${network.join(":")}/${ipv6Subnet}`;
}

/** Counts a request of a client. A new window takes away two that are over, so that they do not pile up. */
export const countHit = internalMutation({
  args: { limiter: v.string(), key: v.string(), windowMs: v.number() },
  returns: v.object({ hits: v.number(), resetTime: v.number() }),
  handler: async (ctx, { limiter, key, windowMs }) => {
    const now = Date.now();
    const found = await ctx.db
      .query("rateLimitHits")
      .withIndex("by_limiter_and_key", (q) => q.eq("limiter", limiter).eq("key", key))
      .unique();
    if (found !== null && found.resetTime > now) {
      const hits = found.hits + 1;
      await ctx.db.patch("rateLimitHits", found._id, { hits });
      return { hits, resetTime: found.resetTime };
    }
    if (found !== null) await ctx.db.delete("rateLimitHits", found._id);
    const window = { hits: 1, resetTime: now + windowMs };
    await ctx.db.insert("rateLimitHits", { limiter, key, ...window });
    const over = ctx.db.query("rateLimitHits").withIndex("by_resetTime", (q) => q.lte("resetTime", now));
    for (const row of await over.take(2)) await ctx.db.delete("rateLimitHits", row._id);
    return window;
  },
});

/** Takes a request back that does not count after all. */
export const forgetHit = internalMutation({
  args: { limiter: v.string(), key: v.string(), resetTime: v.number() },
  returns: v.null(),
  handler: async (ctx, { limiter, key, resetTime }) => {
    const found = await ctx.db
      .query("rateLimitHits")
      .withIndex("by_limiter_and_key", (q) => q.eq("limiter", limiter).eq("key", key))
      .unique();
    if (found !== null && found.resetTime === resetTime && found.hits > 0) {
      await ctx.db.patch("rateLimitHits", found._id, { hits: found.hits - 1 });
    }
    return null;
  },
});
