// The files of a Convex functions folder, as the `convex` command line picks them.
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

const CODE = /\.([cm]?[jt]s|[jt]sx)$/;

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

const isGenerated = (path) => path.split("/").includes("_generated");

/** Files that a push would bundle: one dot in the name, neither generated nor the schema. */
export function entryPoints(folder) {
  return walk(folder).filter(
    (path) =>
      CODE.test(path) &&
      !isGenerated(path) &&
      basename(path).split(".").length === 2 &&
      !/^schema\.[jt]s$/.test(basename(path)),
  );
}

/** Everything that convex-test may load: the entry points, the schema, the generated API. */
export function loadable(folder) {
  return walk(folder).filter((path) => CODE.test(path) && !/\.(d|test)\.[cm]?ts$/.test(path));
}

export function usesNode(path) {
  return /^\s*(?:\/\/.*\n|\/\*[\s\S]*?\*\/|\s)*["']use node["']/.test(readFileSync(path, "utf8"));
}
