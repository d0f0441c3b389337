import type { Context, MiddlewareHandler } from "hono";
import { decodeJwt, type VerifyOptions, verifyJwt } from "./bearer";
import { ApplicationError } from "./errors";

/** What `express-jwt` answers to a token that it does not accept, or misses. */
export class UnauthorizedError extends ApplicationError {
  status = 401;
  code: string;
  inner: { message: string };

  constructor(code: string, inner: { message: string }) {
    super(inner.message);
    this.name = "UnauthorizedError";
    this.code = code;
    this.inner = inner;
  }
}

/** The options of `express-jwt` that matter for a shared secret. */
export interface ExpressJwtOptions extends VerifyOptions {
  secret: string | undefined;
  credentialsRequired?: boolean;
  getToken?: (c: Context) => string | null | undefined | Promise<string | null | undefined>;
  requestProperty?: string;
}

/** Lets in who brings a good token, as the package express-jwt does, and hands its claims on. */
export function expressJwt(options: ExpressJwtOptions): MiddlewareHandler {
  return async (c, next) => {
    const required = options.credentialsRequired ?? true;
    const token = options.getToken !== undefined ? await options.getToken(c) : bearerOf(c, required);
    if (!token) {
      if (required) throw new UnauthorizedError("credentials_required", { message: "No authorization token was found" });
      return await next();
    }
    const { secret, ...rules } = options;
    try {
      await verifyJwt(token, secret, { ...rules, complete: false });
    } catch (error) {
      throw new UnauthorizedError("invalid_token", error as Error);
    }
    c.set(options.requestProperty ?? "auth", decodeJwt(token));
    await next();
  };
}

/** The token of `Authorization: Bearer`, if there is one; any other form is refused, or passed over if it may be. */
export function bearerOf(c: Context, required: boolean): string | undefined {
  const parts = c.req.header("authorization")?.split(" ");
  const wrong = { message: "Format is Authorization: Bearer [token]" };
  if (parts === undefined) return undefined;
  if (parts.length !== 2) throw new UnauthorizedError("credentials_bad_format", wrong);
  if (/^Bearer$/i.test(parts[0] ?? "")) return parts[1];
  if (required) throw new UnauthorizedError("credentials_bad_scheme", wrong);
  return undefined;
}
