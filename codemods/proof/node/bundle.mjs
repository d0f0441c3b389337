// node bundle.mjs FOLDER: bundles the functions as the `convex` command line does; JSON list of what a push would refuse.
import { basename } from "node:path";
import { build } from "esbuild";
import { entryPoints, usesNode } from "./files.mjs";

const [folder] = process.argv.slice(2);
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
      outbase: folder,
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
    return failure.errors.map(({ location, text }) => ({
      file: location?.file ?? folder,
      line: location?.line ?? 1,
      column: (location?.column ?? 0) + 1,
      message: text,
    }));
  }
}

function isBadName(path) {
  return !MODULE_PATH.test(path.slice(folder.length)) || basename(path).length > 64;
}

const files = entryPoints(folder);
const text = "a module's path may hold letters, digits, underscores and dots only";
const problems = [
  ...files.filter(isBadName).map((file) => ({ file, line: 1, column: 1, message: text })),
  ...(await problemsOf("browser", files.filter((path) => !usesNode(path)))),
  ...(await problemsOf("node", files.filter(usesNode))),
];
process.stdout.write(JSON.stringify(problems));
