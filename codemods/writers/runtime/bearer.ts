import { ApplicationError } from "./errors";
import { MACS, secondsAfter, signatureOf } from "./tokens";

/** What `jsonwebtoken` says of a token that it does not accept. */
export class JsonWebTokenError extends ApplicationError {
  constructor(message: string) {
    super(message);
    this.name = "JsonWebTokenError";
  }
}

/** The token was good until `expiredAt`. */
export class TokenExpiredError extends JsonWebTokenError {
  expiredAt: Date;

  constructor(message: string, expiredAt: Date) {
    super(message);
    this.expiredAt = expiredAt;
    this.name = "TokenExpiredError";
  }
}

/** The token will be good from `date` on. */
export class NotBeforeError extends JsonWebTokenError {
  date: Date;

  constructor(message: string, date: Date) {
    super(message);
    this.date = date;
    this.name = "NotBeforeError";
  }
}

/** What a token can be refused with. */
export type VerifyErrors = JsonWebTokenError | TokenExpiredError | NotBeforeError;

/** The claims of a token: those that are registered, and any of the application itself. */
export interface JwtPayload {
  [claim: string]: any;
  iss?: string;
  sub?: string;
  aud?: string | string[];
  exp?: number;
  nbf?: number;
  iat?: number;
  jti?: string;
}

/** A token with all its parts. */
export interface Jwt {
  header: { alg: string; typ?: string; kid?: string; [field: string]: unknown };
  payload: JwtPayload | string;
  signature: string;
}

/** The options of `jsonwebtoken` that matter for a shared secret. */
export interface VerifyOptions {
  algorithms?: ("HS256" | "HS384" | "HS512")[];
  audience?: string | RegExp | (string | RegExp)[];
  clockTimestamp?: number;
  clockTolerance?: number;
  complete?: boolean;
  ignoreExpiration?: boolean;
  ignoreNotBefore?: boolean;
  issuer?: string | string[];
  jwtid?: string;
  maxAge?: string | number;
  nonce?: string;
  subject?: string;
}

/** What `jsonwebtoken` calls back: with an error, or with the claims. */
export type VerifyCallback<T> = (error: VerifyErrors | null, decoded: JwtPayload | string | undefined) => T;

/** The claims of a token that was signed with the secret and is good now, as `jsonwebtoken` decides it. */
export async function verifyJwt(
  token: unknown,
  secret: string | undefined,
  options: VerifyOptions & { complete: true },
): Promise<Jwt>;
export async function verifyJwt(
  token: unknown,
  secret: string | undefined,
  options?: VerifyOptions,
): Promise<JwtPayload | string>;
export async function verifyJwt(
  token: unknown,
  secret: string | undefined,
  options: VerifyOptions = {},
): Promise<Jwt | JwtPayload | string> {
  if (!token) throw new JsonWebTokenError("jwt must be provided");
  if (typeof token !== "string") throw new JsonWebTokenError("jwt must be a string");
  if (token.split(".").length !== 3) throw new JsonWebTokenError("jwt malformed");
  const found = decodeJwt(token, { complete: true });
  if (found === null) throw new JsonWebTokenError("invalid token");
  await checkSignature(token, found, secret, options.algorithms);
  const claims = (found.payload ?? {}) as JwtPayload;
  checkTimes(claims, options);
  checkClaims(claims, options);
  checkAge(claims, options);
  return options.complete === true ? found : found.payload;
}

/** A token as it reads, whoever signed it; null for what is no token. */
export function decodeJwt(token: unknown, options: { complete: true; json?: boolean }): Jwt | null;
export function decodeJwt(token: unknown, options: { json: true; complete?: false }): JwtPayload | null;
export function decodeJwt(
  token: unknown,
  options?: { complete?: boolean; json?: boolean } | null,
): JwtPayload | string | null;
export function decodeJwt(
  token: unknown,
  options?: { complete?: boolean; json?: boolean } | null,
): Jwt | JwtPayload | string | null {
  const text = String(token);
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return null;
  const [first = "", second = "", signature = ""] = text.split(".");
  const header = parsedOrNothing(jwtText(first)) as Jwt["header"] | undefined;
  if (!header) return null;
  const plain = jwtText(second);
  const read: unknown = header.typ === "JWT" || options?.json ? JSON.parse(plain) : parsedOrNothing(plain);
  const payload = (typeof read === "object" && read !== null) || header.typ === "JWT" ? (read as JwtPayload) : plain;
  return options?.complete === true ? { header, payload, signature } : payload;
}

/** `jwt.verify` with a callback, which is waited for. */
export async function withJwt<T>(
  token: unknown,
  secret: string | undefined,
  callback: VerifyCallback<T>,
): Promise<Awaited<T>>;
export async function withJwt<T>(
  token: unknown,
  secret: string | undefined,
  options: VerifyOptions,
  callback: VerifyCallback<T>,
): Promise<Awaited<T>>;
export async function withJwt<T>(
  token: unknown,
  secret: string | undefined,
  ...given: [VerifyCallback<T>] | [VerifyOptions, VerifyCallback<T>]
): Promise<Awaited<T>> {
  const [options, callback] = given.length === 1 ? [{}, given[0]] : given;
  let decoded: JwtPayload | string;
  try {
    decoded = await verifyJwt(token, secret, options);
  } catch (error) {
    return await callback(error as VerifyErrors, undefined);
  }
  return await callback(null, decoded);
}

/** Is the signature that of the secret? The token never chooses an algorithm that is not allowed. */
export async function checkSignature(
  token: string,
  { header, signature }: Jwt,
  secret: string | undefined,
  allowed: readonly string[] = ["HS256", "HS384", "HS512"],
): Promise<void> {
  if (secret && !signature) throw new JsonWebTokenError("jwt signature is required");
  if (!signature) throw new JsonWebTokenError('please specify "none" in "algorithms" to verify unsigned tokens');
  if (!secret) throw new JsonWebTokenError("secret or public key must be provided");
  const hash = allowed.includes(header.alg) && Object.hasOwn(MACS, header.alg) ? MACS[header.alg] : undefined;
  // A public key would be no secret: whoever reads it could sign with it.
  if (hash === undefined || /-----BEGIN /.test(secret)) throw new JsonWebTokenError("invalid algorithm");
  const wanted = await signatureOf(token.slice(0, token.lastIndexOf(".")), secret, hash);
  let difference = wanted.length ^ signature.length;
  for (let i = 0; i < wanted.length; i++) difference |= wanted.charCodeAt(i) ^ signature.charCodeAt(i);
  if (difference !== 0) throw new JsonWebTokenError("invalid signature");
}

/** Is the token good by now, and still? */
export function checkTimes({ nbf, exp }: JwtPayload, options: VerifyOptions): void {
  const now = options.clockTimestamp || Math.floor(Date.now() / 1000);
  const tolerance = options.clockTolerance ?? 0;
  if (nbf !== undefined && !options.ignoreNotBefore) {
    if (typeof nbf !== "number") throw new JsonWebTokenError("invalid nbf value");
    if (nbf > now + tolerance) throw new NotBeforeError("jwt not active", new Date(nbf * 1000));
  }
  if (exp !== undefined && !options.ignoreExpiration) {
    if (typeof exp !== "number") throw new JsonWebTokenError("invalid exp value");
    if (now >= exp + tolerance) throw new TokenExpiredError("jwt expired", new Date(exp * 1000));
  }
}

/** Is the token from whom, for whom and about whom it has to be? */
export function checkClaims(claims: JwtPayload, options: VerifyOptions): void {
  const { audience, issuer, subject, jwtid, nonce } = options;
  if (audience) {
    const wanted = [audience].flat();
    const isWanted = (found: unknown) =>
      wanted.some((each) => (each instanceof RegExp ? each.test(String(found)) : each === found));
    if (![claims.aud].flat().some(isWanted)) {
      throw new JsonWebTokenError(`jwt audience invalid. expected: ${wanted.join(" or ")}`);
    }
  }
  if (issuer && ![issuer].flat().some((each) => each === claims.iss)) {
    throw new JsonWebTokenError(`jwt issuer invalid. expected: ${String(issuer)}`);
  }
  const fields = [
    ["subject", subject, claims.sub],
    ["jwtid", jwtid, claims.jti],
    ["nonce", nonce, claims.nonce],
  ] as const;
  for (const [name, wanted, found] of fields) {
    if (wanted && found !== wanted) throw new JsonWebTokenError(`jwt ${name} invalid. expected: ${wanted}`);
  }
}

/** Was the token issued no longer ago than `maxAge`? */
export function checkAge({ iat }: JwtPayload, options: VerifyOptions): void {
  if (!options.maxAge) return;
  if (typeof iat !== "number") throw new JsonWebTokenError("iat required when maxAge is specified");
  const end = secondsAfter(iat, options.maxAge);
  const now = options.clockTimestamp || Math.floor(Date.now() / 1000);
  if (now >= end + (options.clockTolerance ?? 0)) throw new TokenExpiredError("maxAge exceeded", new Date(end * 1000));
}

/** The text of a part of a token. */
export function jwtText(part: string): string {
  const whole = part.length % 4 === 1 ? part.slice(0, -1) : part;
  const binary = atob(whole.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (sign) => sign.charCodeAt(0)));
}

/** JSON, if the text is. */
export function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
