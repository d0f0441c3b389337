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
  const others = walk(folder).filter(
    (path) => /(^|\/)schema\.[jt]s$/.test(path) || (isGenerated(path) && /\.js$/.test(path)),
  );
  return [...new Set([...entryPoints(folder), ...others])].sort();
}

export function usesNode(path) {
  let text = readFileSync(path, "utf8").trimStart();
  while (text.startsWith("//") || text.startsWith("/*")) {
    const end = text.startsWith("//") ? text.indexOf("\n") : text.indexOf("*/") + 1;
    if (end <= 0) return false;
    text = text.slice(end + 1).trimStart();
  }
  return /^["']use node["']/.test(text);
}
