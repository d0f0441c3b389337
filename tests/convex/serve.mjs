// node serve.mjs < steps.json > answers.json: runs the Convex project in the current folder in memory and sends it the requests.
//
// A step is {"method", "url", "headers"?, "body"?, "form"?, "capture"?} or {"advance": milliseconds}.
// `capture` names values of the answer by dotted path; `{name}` in a later url, header or body stands for the value.
// The clock is made: it starts at START, moves a second after every request and otherwise by `advance` alone.
import { readFileSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { mock } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { convexTest } from "convex-test";
import { loadable } from "../../codemods/proof/node/files.mjs";
import { forgetErrors } from "./production.mjs";
import { fill, pick } from "./placeholders.mjs";

const FOLDER = "convex";
const OUT = ".convex-test-build";
const START = Date.UTC(2024, 0, 15, 9);
const SECOND = 1000;
const WITHOUT_BODY = new Set(["GET", "HEAD", "OPTIONS"]);

async function load() {
  const files = loadable(FOLDER);
  await build({
    entryPoints: files,
    outdir: OUT,
    outbase: FOLDER,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["convex", "module"],
    external: ["convex", "convex/*", "node:*", ...builtinModules],
    outExtension: { ".js": ".mjs" },
    target: "esnext",
    keepNames: true,
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const modules = files.map((file) => {
    const path = relative(FOLDER, file);
    const built = join(process.cwd(), OUT, path.replace(/\.[jt]sx?$/, ".mjs"));
    return [`./${path}`, async () => forgetErrors(await import(pathToFileURL(built).href))];
  });
  return Object.fromEntries(modules);
}

function formOf(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([value.content], { type: value.type }), value.file);
  }
  return form;
}

function initOf({ method, headers = {}, body, form }) {
  if (WITHOUT_BODY.has(method)) return { method, headers };
  if (form !== undefined) return { method, headers, body: formOf(form) };
  if (body === undefined) return { method, headers };
  if (typeof body === "string") return { method, headers, body };
  return { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

async function answerTo(test, step) {
  try {
    const response = await test.fetch(step.url, initOf(step));
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  } catch (error) {
    return { status: 500, headers: {}, body: "", failure: String(error?.stack ?? error) };
  }
}

async function pass(test, milliseconds) {
  mock.timers.tick(milliseconds);
  await test.finishInProgressScheduledFunctions();
}

async function run(test, steps) {
  const answers = [];
  const captured = {};
  for (const step of steps) {
    if (step.advance !== undefined) {
      await pass(test, step.advance);
      continue;
    }
    const answer = await answerTo(test, fill(step, captured));
    for (const [name, path] of Object.entries(step.capture ?? {})) captured[name] = pick(answer, path, step);
    answers.push(answer);
    await pass(test, SECOND);
  }
  return answers;
}

const steps = JSON.parse(readFileSync(0, "utf8"));
// The answers are all that goes to the standard output.
console.log = console.info = console.debug = console.error;
try {
  const modules = await load();
  const schema = (await modules["./schema.ts"]?.())?.default ?? (await modules["./schema.js"]?.())?.default;
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: START });
  const answers = await run(convexTest({ schema, modules }), steps);
  process.stdout.write(JSON.stringify(answers));
} finally {
  rmSync(OUT, { recursive: true, force: true });
}
