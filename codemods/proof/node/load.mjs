// node load.mjs FOLDER: loads every module of the functions folder; JSON list of those that fail, and what they export.
import { backendOf, clean, modulesOf } from "./backend.mjs";

const [folder] = process.argv.slice(2);
const say = process.stdout.write.bind(process.stdout);
// What modules print while they load is no result.
globalThis.console = new console.Console(process.stderr);

function kindOf(value) {
  for (const kind of ["Query", "Mutation", "Action"]) if (value?.[`is${kind}`]) return kind.toLowerCase();
  return value?.isHttp ? "httpAction" : null;
}

const problems = [];
let functions = 0;
try {
  const modules = await modulesOf(folder);
  for (const [path, load] of Object.entries(modules)) {
    if (path.startsWith("./_generated/")) continue;
    try {
      functions += Object.values(await load()).filter((value) => kindOf(value) !== null).length;
    } catch (error) {
      problems.push({ file: `${folder}/${path.slice(2)}`, line: 1, column: 1, message: String(error?.stack ?? error) });
    }
  }
  if (problems.length === 0) await backendOf(modules);
} catch (error) {
  const found = error?.errors ?? [{ text: String(error?.stack ?? error), location: null }];
  for (const { text, location } of found) {
    const at = { file: location?.file ?? folder, line: location?.line ?? 1, column: (location?.column ?? 0) + 1 };
    problems.push({ ...at, message: text });
  }
} finally {
  clean();
}
say(JSON.stringify({ problems, functions }));
process.exit(0);
