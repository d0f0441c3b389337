// node zod.mjs < cases.json > said.json: what Zod makes of values; schemas that cannot be made are left out.
//
// {"module", "constants": [[name, text]], "cases": [[number, text, waits, bodies]]} → [[number, [[accepted, value or issues]]]]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/package.json`);
const { module, constants, cases } = JSON.parse(readFileSync(0, "utf8"));
const { z } = require(module);
const scope = {
  z,
  COLORS: ["red", "blue"],
  LEVELS: { Low: "low", High: 2 },
  Side: { Left: "left", Right: "right" },
  ONE: 1,
  toNumber: (text) => Number(text),
};

function made(text) {
  try {
    return new Function(...Object.keys(scope), `return ${text};`)(...Object.values(scope));
  } catch {
    return undefined;
  }
}

function tell(value) {
  if (value === undefined) return { type: "undefined" };
  if (typeof value === "bigint") return { type: "bigint", value: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { type: "number", value: String(value) };
  if (value instanceof Date) return { type: "date", value: value.getTime() };
  if (Array.isArray(value)) return value.map(tell);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => [key, tell(inner)]));
}

async function said(schema, waits, body) {
  // The order of issues is another where Zod waits.
  const result = waits ? await schema.safeParseAsync(body) : schema.safeParse(body);
  if (result.success) return [true, tell(result.data)];
  return [false, result.error.issues.map((issue) => [issue.path.join("."), issue.message])];
}

for (const [name, text] of constants) {
  scope[name] = new Function(...Object.keys(scope), `const ${name} = ${text}; return ${name};`)(...Object.values(scope));
}
const found = [];
for (const [number, text, waits, bodies] of cases) {
  const schema = made(text);
  if (schema === undefined) continue;
  try {
    found.push([number, await Promise.all(bodies.map((body) => said(schema, waits, body)))]);
  } catch {
    // Zod itself throws on it: z.symbol() in a record, a lazy schema that is asked too early.
  }
}
process.stdout.write(JSON.stringify(found));
