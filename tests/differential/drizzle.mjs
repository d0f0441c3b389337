// node drizzle.mjs < cases.json > answers.json: runs cases by Drizzle itself on PostgreSQL in memory (PGlite).
//
// The current folder holds `ddl.sql`, `seed.sql`, `schema.ts` and `cases.ts`. Every case starts from the seed. An answer
// is {"result" or "error", "state"?}: what the case gave, and after a write all rows.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { postgres } from "../express/postgres.mjs";

const tools = createRequire(new URL("../express/package.json", import.meta.url));
const load = async (name) => import(pathToFileURL(tools.resolve(name)).href);
const { build } = await load("esbuild");
const { PGlite } = await load("@electric-sql/pglite");

const { cases, ids, tables } = JSON.parse(readFileSync(0, "utf8"));
const database = await postgres(PGlite);
await database.exec(readFileSync("ddl.sql", "utf8"));
const seed = readFileSync("seed.sql", "utf8");

globalThis.pglite = database;
writeFileSync(
  "db.ts",
  `import { drizzle } from "drizzle-orm/pglite";
import * as schema from "./schema";
export const db = drizzle((globalThis as any).pglite, { schema });
`,
);
const outfile = resolve("cases.cjs");
await build({ entryPoints: ["cases.ts"], outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
const { default: built } = await import(pathToFileURL(outfile).href);
const { functions, db } = built.default ?? built;

const plain = (value) => JSON.parse(JSON.stringify(value) ?? "null");

async function answer({ name, writes }) {
  let found;
  try {
    found = { result: plain(await functions[name]({ ...ids })) };
  } catch (error) {
    const cause = error.cause ?? error;
    found = { error: cause.code ?? cause.name, constraint: cause.constraint, message: String(cause.message).slice(-300) };
  }
  if (!writes) return found;
  found.state = {};
  for (const table of tables) found.state[table] = plain(await db.query[table].findMany());
  await database.exec(`TRUNCATE ${tables.join(", ")};\n${seed}`);
  return found;
}

await database.exec(seed);
const answers = {};
for (const each of cases) answers[each.name] = await answer(each);
writeFileSync("answers.json", JSON.stringify(answers));
process.exit(0);
