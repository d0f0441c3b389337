// What jsonwebtoken and the library say of the same tokens, as one JSON line each: node bearer.mjs LIBRARY JSONWEBTOKEN.
import { createRequire } from "node:module";

const [, , library, original] = process.argv;
const jwt = createRequire(import.meta.url)(original);
const ours = await import(library);

const now = Math.floor(Date.now() / 1000);
const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const sign = (claims, options = {}, secret = "s3cret") => jwt.sign(claims, secret, options);
const good = sign({ id: "ü1", aud: ["web", "app"], iss: "shop", jti: "7", nonce: "n" }, { subject: "ann" });
const [head, body, signature] = good.split(".");
const forged = (header) => `${part(header)}.${body}.${signature}`;
const pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----";

const cases = {
  good: [good, "s3cret"],
  "wrong secret": [good, "other"],
  "no secret": [good, undefined],
  "no token": [undefined, "s3cret"],
  "empty token": ["", "s3cret"],
  "no text": [5, "s3cret"],
  words: ["words", "s3cret"],
  "two parts": [`${head}.${body}`, "s3cret"],
  "three words": ["a.b.c", "s3cret"],
  "other signs": [`${head}.${body}.a+b/c=`, "s3cret"],
  "no signature": [`${head}.${body}.`, "s3cret"],
  "no signature, no secret": [`${head}.${body}.`, undefined],
  "cut signature": [good.slice(0, -1), "s3cret"],
  "longer signature": [`${good}A`, "s3cret"],
  "other claims": [`${head}.${part({ id: "mallory" })}.${signature}`, "s3cret"],
  none: [`${part({ alg: "none", typ: "JWT" })}.${body}.`, "s3cret"],
  "none, signed": [forged({ alg: "none", typ: "JWT" }), "s3cret"],
  "no algorithm": [forged({ typ: "JWT" }), "s3cret"],
  "a list of algorithms": [forged({ alg: ["HS256"], typ: "JWT" }), "s3cret"],
  RS256: [forged({ alg: "RS256", typ: "JWT" }), "s3cret"],
  "an unknown algorithm": [forged({ alg: "toString", typ: "JWT" }), "s3cret"],
  HS384: [sign({ id: 1 }, { algorithm: "HS384" }), "s3cret"],
  HS512: [sign({ id: 1 }, { algorithm: "HS512" }), "s3cret", { algorithms: ["HS512"] }],
  "not the allowed one": [sign({ id: 1 }, { algorithm: "HS512" }), "s3cret", { algorithms: ["HS256"] }],
  "claims that are no JSON": [`${head}.${part("{")}.${signature}`, "s3cret"],
  "a header that is no JSON": [`${part("{")}.${body}.${signature}`, "s3cret"],
  "text as claims": [jwt.sign("words", "s3cret"), "s3cret"],
  expired: [sign({ id: 1, exp: now - 10 }), "s3cret"],
  "expires now": [sign({ id: 1, exp: now }), "s3cret", { clockTimestamp: now }],
  "expired, tolerated": [sign({ id: 1, exp: now - 10 }), "s3cret", { clockTolerance: 60 }],
  "expired, ignored": [sign({ id: 1, exp: now - 10 }), "s3cret", { ignoreExpiration: true }],
  "expired and forged": [sign({ id: 1, exp: now - 10 }), "other"],
  "not active": [sign({ id: 1, nbf: now + 100 }), "s3cret"],
  "not active, ignored": [sign({ id: 1, nbf: now + 100 }), "s3cret", { ignoreNotBefore: true }],
  audience: [good, "s3cret", { audience: "app" }],
  "audience, by expression": [good, "s3cret", { audience: [/^a/, "x"] }],
  "wrong audience": [good, "s3cret", { audience: ["x", /y/] }],
  "no audience": [sign({ id: 1 }), "s3cret", { audience: "x" }],
  issuer: [good, "s3cret", { issuer: ["a", "shop"] }],
  "wrong issuer": [good, "s3cret", { issuer: ["a", "b"] }],
  subject: [good, "s3cret", { subject: "ann", jwtid: "7", nonce: "n" }],
  "wrong subject": [good, "s3cret", { subject: "bob" }],
  "wrong id": [good, "s3cret", { jwtid: "8" }],
  "wrong nonce": [good, "s3cret", { nonce: "m" }],
  "young enough": [sign({ id: 1, iat: now - 50 }), "s3cret", { maxAge: "1m" }],
  "too old": [sign({ id: 1, iat: now - 70 }), "s3cret", { maxAge: "1m" }],
  "too old by number": [sign({ id: 1, iat: now - 70 }), "s3cret", { maxAge: 60 }],
  "no age": [sign({ id: 1 }, { noTimestamp: true }), "s3cret", { maxAge: "1m" }],
  complete: [good, "s3cret", { complete: true }],
};

const shown = (error) => ({
  name: error.name,
  message: error.message,
  at: error.expiredAt ?? error.date,
  kinds: ["JsonWebTokenError", "TokenExpiredError", "NotBeforeError"].filter((kind) =>
    [jwt[kind], ours[kind]].some((known) => error instanceof known),
  ),
});
const outcome = async (work) => {
  try {
    return { value: await work() };
  } catch (error) {
    return shown(error);
  }
};
const called = (error, value) => (error ? shown(error) : { value });

for (const [name, [token, secret, options]] of Object.entries(cases)) {
  const given = options === undefined ? [] : [options];
  const found = {
    verify: [() => jwt.verify(token, secret, ...given), () => ours.verifyJwt(token, secret, ...given)],
    callback: [
      () => new Promise((resolve) => jwt.verify(token, secret, ...given, (...all) => resolve(called(...all)))),
      () => ours.withJwt(token, secret, ...given, called),
    ],
    decode: [() => jwt.decode(token), () => ours.decodeJwt(token)],
    parts: [() => jwt.decode(token, { complete: true }), () => ours.decodeJwt(token, { complete: true })],
  };
  for (const [way, [theirs, own]] of Object.entries(found)) {
    console.log(JSON.stringify({ name: `${name}: ${way}`, theirs: await outcome(theirs), own: await outcome(own) }));
  }
}
const key = await outcome(() => ours.verifyJwt(good, pem));
console.log(JSON.stringify({ name: "a public key as a secret", theirs: { message: "invalid algorithm" }, own: { message: key.message } }));
