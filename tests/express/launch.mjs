// node launch.mjs ENTRY: bundles the Express application in the current folder and runs it, its database in memory.
//
// The folder holds `ddl.sql` and `generated/`, the Prisma client, where the application has a database; its own
// `new PrismaClient()` then gets an adapter to PGlite, Mongoose the collections of mongo.mjs, Sequelize the SQLite of sqlite.cjs. The application
// listens on the port that PORT names. It gets
// Express 5 when its package.json asks for that, else Express 4.
import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [entry] = process.argv.slice(2);
const tools = createRequire(import.meta.url);
const client = resolve("generated", "index.js");

if (existsSync("ddl.sql")) {
  const { PGlite } = await import("@electric-sql/pglite");
  const { postgres } = await import("./postgres.mjs");
  const { PrismaPGlite } = await import("pglite-prisma-adapter");
  const database = await postgres(PGlite);
  await database.exec(readFileSync("ddl.sql", "utf8"));
  globalThis.prismaAdapter = () => new PrismaPGlite(database);
}

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
if (dependencies?.mongoose) await import("./mongo.mjs");
if (dependencies?.sequelize) {
  const load = Module._load;
  Module._load = (name, ...rest) => (name === "sqlite3" ? tools("./sqlite.cjs") : load(name, ...rest));
}
const versions = /^\D*5/.test(dependencies?.express ?? "") ? { express: "express5" } : {};
const found = (name) => tools.resolve(versions[name] ?? name);

const SHIM = `
const generated = require(${JSON.stringify(client)});
class PrismaClient extends generated.PrismaClient {
  constructor(options) {
    super({ ...options, adapter: globalThis.prismaAdapter() });
  }
}
module.exports = { ...generated, PrismaClient };
`;

const packages = {
  name: "packages",
  setup(plugin) {
    plugin.onResolve({ filter: /^@prisma\/client$/ }, () => ({ path: "client", namespace: "shim" }));
    plugin.onLoad({ filter: /.*/, namespace: "shim" }, () => ({ contents: SHIM, resolveDir: process.cwd() }));
    plugin.onResolve({ filter: new RegExp(`^${client.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`) }, ({ path }) => ({ path, external: true }));
    plugin.onResolve({ filter: /^[^./]/ }, ({ path }) => ({ path: path.startsWith("node:") ? path : found(path), external: true }));
  },
};

const outfile = resolve("bundled.cjs");
await build({ entryPoints: [resolve(entry)], outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error", plugins: [packages] });
await import(pathToFileURL(outfile).href);
