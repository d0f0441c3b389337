import type { Context, Next } from "hono";
import { type VerifyOptions, verifyJwt } from "./bearer";
import { ApplicationError } from "./errors";

/** Finds the token of a request. */
export type JwtFromRequest = (c: Context) => string | null | undefined;

/** What a strategy says: an error, or who it is; `false` for nobody, and why. */
export type JwtVerified = (error: any, user?: any, info?: any) => void;

/** Who the claims of a token are about. */
export type JwtVerifier = (payload: any, done: JwtVerified) => unknown;

/** The options of `passport-jwt` that matter for a shared secret. */
export interface JwtStrategyOptions
  extends Pick<VerifyOptions, "algorithms" | "audience" | "ignoreExpiration" | "issuer"> {
  jwtFromRequest: JwtFromRequest;
  secretOrKey: string | undefined;
  jsonWebTokenOptions?: VerifyOptions;
}

/** Lets in whom the strategy of `passport-jwt` knows, and hands the user on. */
export async function passportJwt(
  c: Context<any>,
  next: Next,
  options: JwtStrategyOptions,
  verify: JwtVerifier,
): Promise<Response | void> {
  const { user, info } = await identify(c, options, verify);
  if (!user) {
    if (typeof info === "string") c.header("WWW-Authenticate", info);
    return c.body(new TextEncoder().encode("Unauthorized"), 401);
  }
  c.set("user", user);
  c.set("authInfo", info ?? {});
  await next();
}

/** Hands the verdict of a strategy to a function, as `passport.authenticate` does that is given one. */
export async function withVerdict<T>(
  verdict: Promise<{ user: any; info: any }>,
  callback: (error: any, user?: any, info?: any) => T,
): Promise<Awaited<T>> {
  let found: { user: any; info: any };
  try {
    found = await verdict;
  } catch (error) {
    return await callback(error);
  }
  return await callback(null, found.user || false, found.info);
}

/** The verdict of a strategy; without a good token, nobody. */
export async function identify(
  c: Context,
  options: JwtStrategyOptions,
  verify: JwtVerifier,
): Promise<{ user: any; info: any }> {
  const { secretOrKey, algorithms, audience, issuer } = options;
  if (!secretOrKey) throw new ApplicationError("JwtStrategy requires a secret or key");
  const token = options.jwtFromRequest(c);
  if (!token) return { user: false, info: new Error("No auth token") };
  let payload: unknown;
  try {
    // Here passport-jwt itself lets these four win, those that are not set included.
    const rules = { algorithms, audience, issuer, ignoreExpiration: !!options.ignoreExpiration };
    payload = await verifyJwt(token, secretOrKey, { ...options.jsonWebTokenOptions, ...rules });
  } catch (error) {
    return { user: false, info: error };
  }
  return await new Promise((resolve, reject) => {
    const done: JwtVerified = (error, user, info) => (error ? reject(error) : resolve({ user, info }));
    Promise.resolve(verify(payload, done)).catch(reject);
  });
}

/** Where the token of a request may be, as `passport-jwt` looks for it. */
export const ExtractJwt = {
  fromHeader:
    (name: string): JwtFromRequest =>
    (c) =>
      c.req.header(name),
  fromUrlQueryParameter:
    (name: string): JwtFromRequest =>
    (c) =>
      c.req.query(name),
  fromAuthHeaderWithScheme:
    (scheme: string): JwtFromRequest =>
    (c) => {
      const found = /(\S+)\s+(\S+)/.exec(c.req.header("authorization") ?? "");
      return found?.[1]?.toLowerCase() === scheme.toLowerCase() ? found[2] : null;
    },
  fromAuthHeaderAsBearerToken: (): JwtFromRequest => ExtractJwt.fromAuthHeaderWithScheme("bearer"),
  fromExtractors:
    (extractors: JwtFromRequest[]): JwtFromRequest =>
    (c) => {
      for (const extractor of extractors) {
        const token = extractor(c);
        if (token) return token;
      }
      return null;
    },
};
