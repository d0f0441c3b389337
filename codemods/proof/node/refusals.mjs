// What a push would refuse: the functions are bundled as the `convex` command line does.
import { basename } from "node:path";
import { build } from "esbuild";
import { entryPoints, usesNode } from "./files.mjs";

const MODULE_PATH = /^[A-Za-z0-9_./]+$/;

const asyncHooks = {
  name: "async-hooks",
  setup(plugin) {
    plugin.onResolve({ filter: /^(node:)?async_hooks$/ }, () => ({ path: "async_hooks", external: true }));
  },
};

async function problemsOf(folder, platform, files) {
  if (files.length === 0) return [];
  try {
    await build({
      absWorkingDir: process.cwd(),
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

function isBadName(folder, path) {
  return !MODULE_PATH.test(path.slice(folder.length)) || basename(path).length > 64;
}

/** Node modules in the default runtime, missing imports, bad module names: [{file, line, column, message}]. */
export async function refusals(folder) {
  const files = entryPoints(folder);
  const message = "a module's path may hold letters, digits, underscores and dots only";
  return [
    ...files.filter((file) => isBadName(folder, file)).map((file) => ({ file, line: 1, column: 1, message })),
    ...(await problemsOf(folder, "browser", files.filter((path) => !usesNode(path)))),
    ...(await problemsOf(folder, "node", files.filter(usesNode))),
  ];
}
