// node original.mjs < cases.json > answers.json: runs cases by Prisma's own client on PostgreSQL in memory (PGlite).
//
// The current folder holds `ddl.sql`, `seed.sql`, `generated/` (the client) and `cases.ts`. Every case starts from the
// seed. An answer is {"result" or "error", "state"?}: what the case gave, and after a write all rows.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { postgres } from "../express/postgres.mjs";

const tools = createRequire(new URL("../express/package.json", import.meta.url));
const load = async (name) => import(pathToFileURL(tools.resolve(name)).href);
const { build } = await load("esbuild");
const { PGlite } = await load("@electric-sql/pglite");
const { PrismaPGlite } = await load("pglite-prisma-adapter");

const { cases, ids, models, joins } = JSON.parse(readFileSync(0, "utf8"));
const client = resolve("generated", "index.js");
const generated = createRequire(client)(client);
const database = await postgres(PGlite);
await database.exec(readFileSync("ddl.sql", "utf8"));
await database.exec(readFileSync("seed.sql", "utf8"));
const tables = [...models, ...joins];
const quoted = tables.map((name) => `"${name}"`).join(", ");
await database.exec(tables.map((name) => `CREATE TABLE "seed ${name}" AS TABLE "${name}";`).join("\n"));
const again = [
  "SET session_replication_role = replica;",
  `TRUNCATE ${quoted};`,
  ...tables.map((name) => `INSERT INTO "${name}" SELECT * FROM "seed ${name}";`),
  "SET session_replication_role = DEFAULT;",
].join("\n");

globalThis.prismaAdapter = () => new PrismaPGlite(database);
const shim = `
  const generated = require(${JSON.stringify(client)});
  const prisma = (globalThis.prismaClient ??= new generated.PrismaClient({ adapter: globalThis.prismaAdapter() }));
  module.exports = { ...generated, PrismaClient: function () { return prisma; } };
`;
const packages = {
  name: "packages",
  setup(plugin) {
    plugin.onResolve({ filter: /^@prisma\/client$/ }, () => ({ path: "client", namespace: "shim" }));
    plugin.onLoad({ filter: /.*/, namespace: "shim" }, () => ({ contents: shim, resolveDir: process.cwd() }));
    plugin.onResolve({ filter: /index\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};
const outfile = resolve("cases.cjs");
await build({ entryPoints: ["cases.ts"], outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error", plugins: [packages] });
const { default: functions } = await import(pathToFileURL(outfile).href);

const plain = (value) =>
  JSON.parse(JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each)) ?? "null");

async function state(prisma) {
  const rows = {};
  for (const model of models) {
    rows[model] = await prisma[model[0].toLowerCase() + model.slice(1)].findMany();
  }
  for (const join of joins) rows[join] = (await database.query(`SELECT * FROM "${join}"`)).rows;
  return plain(rows);
}

async function answer({ name, writes }) {
  const given = { ...ids };
  let found;
  try {
    found = { result: plain(await functions[name](given)) };
  } catch (error) {
    found = { error: error.code ?? error.name, message: String(error.message).slice(-300) };
  }
  if (!writes) return found;
  found.state = await state(globalThis.prismaClient);
  await database.exec(again);
  return found;
}

const answers = {};
for (const each of cases) answers[each.name] = await answer(each);
writeFileSync("answers.json", JSON.stringify(answers));
process.exit(0);
