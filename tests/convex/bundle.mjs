// node bundle.mjs: bundles ./convex as the `convex` command line does and prints what a push would refuse, one problem a line.
import { basename } from "node:path";
import { build } from "esbuild";
import { entryPoints, usesNode } from "../../codemods/proof/node/files.mjs";

const FOLDER = "convex";
const MODULE_PATH = /^[A-Za-z0-9_./]+$/;

const asyncHooks = {
  name: "async-hooks",
  setup(plugin) {
    plugin.onResolve({ filter: /^(node:)?async_hooks$/ }, () => ({ path: "async_hooks", external: true }));
  },
};

async function problemsOf(platform, files) {
  if (files.length === 0) return [];
  try {
    await build({
      entryPoints: files,
      bundle: true,
      platform,
      format: "esm",
      target: "esnext",
      jsx: "automatic",
      outdir: "out",
      outbase: FOLDER,
      conditions: ["convex", "module"],
      write: false,
      splitting: true,
      logLevel: "silent",
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [asyncHooks],
    });
    return [];
  } catch (failure) {
    if (!failure.errors) throw failure;
    return failure.errors.map(({ location, text }) => `${location?.file}:${location?.line}: ${text}`);
  }
}

const files = entryPoints(FOLDER);
const badNames = files
  .filter((path) => !MODULE_PATH.test(path) || basename(path).length > 64)
  .map((path) => `${path}: a module's path may hold letters, digits, underscores and dots only`);
const problems = [
  ...badNames,
  ...(await problemsOf("browser", files.filter((path) => !usesNode(path)))),
  ...(await problemsOf("node", files.filter(usesNode))),
];
for (const problem of problems) console.log(problem);
