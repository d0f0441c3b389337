// The project in the current folder, bundled and loaded into the in-memory backend.
import { rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { convexTest } from "convex-test";
import { loadable, usesNode } from "./files.mjs";
import { asInProduction } from "./production.mjs";

const REQUIRE =
  'import { createRequire as createRequireOfNode } from "node:module"; const require = createRequireOfNode(import.meta.url);';
const OUT = ".convexify-proof";

// Convex has it, and packages that were bundled for browsers look for it.
globalThis.self ??= globalThis;

function bundle(folder, files, platform) {
  return build({
    entryPoints: files,
    outdir: OUT,
    outbase: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform,
    conditions: ["convex", "module"],
    external: ["convex", "convex/*", "node:*", ...(platform === "node" ? builtinModules : ["async_hooks"])],
    chunkNames: `${platform}-[hash]`,
    outExtension: { ".js": ".mjs" },
    target: "esnext",
    keepNames: true,
    define: { "process.env.NODE_ENV": '"production"' },
    banner: platform === "node" ? { js: REQUIRE } : {},
    logLevel: "silent",
  });
}

/** The modules of a functions folder by their paths in it, each imported when it is asked for. */
export async function modulesOf(folder) {
  const files = loadable(folder);
  await bundle(folder, files.filter((file) => !usesNode(file)), "browser");
  if (files.some(usesNode)) await bundle(folder, files.filter(usesNode), "node");
  const modules = files.map((file) => {
    const path = relative(folder, file);
    const built = join(process.cwd(), OUT, path.replace(/\.[cm]?[jt]sx?$/, ".mjs"));
    return [`./${path}`, async () => asInProduction(await import(pathToFileURL(built).href))];
  });
  return Object.fromEntries(modules);
}

/** A backend with those modules. */
export async function backendOf(modules) {
  const schema = (await modules["./schema.ts"]?.())?.default ?? (await modules["./schema.js"]?.())?.default;
  return convexTest({ schema, modules });
}

/** Remove what was built. */
export function clean() {
  rmSync(OUT, { recursive: true, force: true });
}
