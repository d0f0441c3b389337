import { sign } from "hono/jwt";
import { encodeBase64Url } from "hono/utils/encode";
import { ApplicationError } from "./errors";

/** The options of `jsonwebtoken` that matter for a shared secret. */
export interface TokenOptions {
  algorithm?: "HS256" | "HS384" | "HS512";
  expiresIn?: string | number;
  notBefore?: string | number;
  audience?: string | string[];
  issuer?: string;
  subject?: string;
  jwtid?: string;
}

/** A JSON web token as `jsonwebtoken` signs it: by HS256 unless told otherwise, with the time of issue. */
export async function signToken(
  payload: object | string,
  secret: string | undefined,
  options: TokenOptions = {},
): Promise<string> {
  if (!secret) throw new ApplicationError("secretOrPrivateKey must have a value");
  if (typeof payload === "string") return await signText(payload, secret, options);
  if (typeof payload !== "object" || payload === null) {
    throw new ApplicationError("the payload of a token has to be an object");
  }
  const claims: Record<string, unknown> = { ...payload };
  const issued = typeof claims.iat === "number" ? claims.iat : Math.floor(Date.now() / 1000);
  claims.iat = issued;
  const own: Record<string, unknown> = { aud: options.audience, iss: options.issuer };
  Object.assign(own, { sub: options.subject, jti: options.jwtid });
  if ("notBefore" in options) own.nbf = secondsAfter(issued, options.notBefore);
  if ("expiresIn" in options) own.exp = secondsAfter(issued, options.expiresIn);
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue;
    if (name in claims) throw new ApplicationError(`the payload already has an "${name}" property`);
    claims[name] = value;
  }
  return await sign(claims, secret, options.algorithm ?? "HS256");
}

/** A token whose payload is a text, which has no place for claims. */
export async function signText(text: string, secret: string, options: TokenOptions): Promise<string> {
  const { algorithm = "HS256", ...claims } = options;
  const [claim] = Object.entries(claims).find(([, value]) => value !== undefined) ?? [];
  if (claim !== undefined) throw new ApplicationError(`invalid ${claim} option for string payload`);
  const parts = [JSON.stringify({ alg: algorithm }), text];
  const signed = parts.map((part) => tokenPart(new TextEncoder().encode(part).buffer)).join(".");
  return `${signed}.${await signatureOf(signed, secret, MACS[algorithm])}`;
}

/** The hashes of the algorithms for a shared secret. */
export const MACS: Record<string, string> = { HS256: "SHA-256", HS384: "SHA-384", HS512: "SHA-512" };

/** The signature of a text, as a token has it. */
export async function signatureOf(text: string, secret: string, hash: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash }, false, ["sign"]);
  return tokenPart(await crypto.subtle.sign("HMAC", key, bytes(text)));
}

/** Bytes as the parts of tokens are written. */
export function tokenPart(bytes: ArrayBuffer): string {
  return encodeBase64Url(bytes).replaceAll("=", "");
}

/** A moment in seconds: `span` is a number of seconds, or text such as "7d", "12 hours" or "3600" (milliseconds). */
export function secondsAfter(start: number, span: string | number | undefined): number {
  if (typeof span === "number" && Number.isInteger(span)) return start + span;
  const words =
    /^(-?\d*\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i;
  const found = typeof span === "string" ? words.exec(span) : null;
  if (found === null) {
    throw new ApplicationError("a time span should be a number of seconds or text that says one");
  }
  const unit = (found[2] ?? "ms").toLowerCase();
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31557600 };
  const seconds = /^m(s|illi)/.test(unit) ? 0.001 : (units[unit.charAt(0)] ?? 1);
  return Math.floor(start + Number(found[1]) * seconds);
}
