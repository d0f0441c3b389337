// node migrated.mjs < cases.json > answers.json: runs the migrated cases of the Convex project in the current folder.
//
// Every case starts from the seed. An answer is {"result" or "error", "state"?}, with the ids of the seed by label.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { loadable } from "../../codemods/proof/node/files.mjs";

const tools = createRequire(new URL("../convex/package.json", import.meta.url));
const load = async (name) => import(pathToFileURL(tools.resolve(name)).href);
const { build } = await load("esbuild");
const { convexTest } = await import(new URL("../convex/node_modules/convex-test/dist/index.js", import.meta.url).href);
const { anyApi } = await import(new URL("../convex/node_modules/convex/dist/esm/server/index.js", import.meta.url).href);

const OUT = ".convex-test-build";
const { cases, documents, absent, kind } = JSON.parse(readFileSync(0, "utf8"));

async function modules() {
  const files = loadable("convex");
  await build({
    entryPoints: files,
    outdir: OUT,
    outbase: "convex",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["convex", "module"],
    external: ["convex", "convex/*", "node:*", ...builtinModules],
    outExtension: { ".js": ".mjs" },
    logLevel: "error",
  });
  const found = files.map((file) => {
    const path = relative("convex", file);
    const built = join(process.cwd(), OUT, path.replace(/\.[jt]sx?$/, ".mjs"));
    const module = import(pathToFileURL(built).href);
    return [`./${path}`, () => module];
  });
  return Object.fromEntries(found);
}

function filled(value, ids) {
  if (Array.isArray(value)) return value.map((each) => filled(each, ids));
  if (typeof value !== "object" || value === null) return value;
  if ("$id" in value) return ids[value.$id];
  if ("$time" in value) return Date.parse(value.$time);
  if ("$bigint" in value) return BigInt(value.$bigint);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, ids)]));
}

async function seeded(schema, loaded) {
  const test = convexTest({ schema, modules: loaded });
  const ids = await test.run(async (ctx) => {
    const found = {};
    for (const { table, label, doc } of documents) {
      const id = await ctx.db.insert(table, filled(doc, found));
      if (label) found[label] = id;
    }
    for (const [label, table] of Object.entries(absent)) {
      const doc = await ctx.db.query(table).first();
      const { _id, _creationTime, ...fields } = doc;
      found[label] = await ctx.db.insert(table, fields);
      await ctx.db.delete(found[label]);
    }
    return found;
  });
  return { test, ids };
}

const plain = (value) =>
  JSON.parse(JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each)) ?? "null");

async function answer(schema, loaded, { name, writes }, kept) {
  const { test, ids } = writes ? await seeded(schema, loaded) : kept;
  const found = { ids };
  try {
    found.result = JSON.parse(await test[kind](anyApi.app[name], { given: ids }));
  } catch (error) {
    found.error = error.code ?? error.data?.code ?? error.data?.cause?.code ?? error.name;
    found.message = String(error.message).slice(0, 300);
  }
  if (writes) {
    found.state = plain(
      await test.run(async (ctx) => {
        const rows = {};
        for (const table of Object.keys(schema.tables)) rows[table] = await ctx.db.query(table).collect();
        return rows;
      }),
    );
  }
  return found;
}

console.log = console.info = console.debug = console.warn = console.error = () => {};
try {
  const loaded = await modules();
  const schema = (await loaded["./schema.ts"]()).default;
  const answers = {};
  const kept = await seeded(schema, loaded);
  for (const each of cases) answers[each.name] = await answer(schema, loaded, each, kept);
  writeFileSync("answers.json", JSON.stringify(answers));
} finally {
  rmSync(OUT, { recursive: true, force: true });
}
process.exit(0);
