// node preview.mjs FOLDER PORT: serves the project in the current folder on loopback, from memory.
//
// Says {"port": n} in its first line, then one line for each request: {"method", "url", "status", "milliseconds"}.
// Ends when its standard input does, so that it never outlives who started it.
import { createServer } from "node:http";
import { backendOf, clean, modulesOf } from "./backend.mjs";

const [folder, port] = process.argv.slice(2);
const STORAGE = /https:\/\/some-deployment\.convex\.cloud\/api\/storage\//g;
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
globalThis.console = new console.Console(process.stderr);

function bodyOf(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => resolve(Buffer.concat(parts)));
    request.on("error", reject);
  });
}

function headersOf(request) {
  const headers = new Headers();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name, value] = request.rawHeaders.slice(index, index + 2);
    if (!/^(connection|transfer-encoding|keep-alive|upgrade|expect)$/i.test(name)) headers.append(name, value);
  }
  return headers;
}

/** Storage answers under the URLs that functions were given; the backend makes them of the hash of the content. */
async function fromStorage(test, request, path) {
  const hash = decodeURIComponent(path.slice("/api/storage/".length).split("?")[0]);
  if (request.method === "POST") {
    const blob = new Blob([await bodyOf(request)], { type: request.headers["content-type"] });
    return Response.json({ storageId: await test.run((ctx) => ctx.storage.store(blob)) });
  }
  const file = await test.run(async (ctx) => {
    const files = await ctx.db.system.query("_storage").collect();
    const found = files.find(({ sha256 }) => sha256 === hash);
    const blob = found === undefined ? null : await ctx.storage.get(found._id);
    return blob === null ? null : { bytes: await blob.arrayBuffer(), type: blob.type };
  });
  if (file === null) return new Response("Not found", { status: 404 });
  return new Response(file.bytes, { headers: file.type ? { "content-type": file.type } : {} });
}

async function fromRouter(test, request, path) {
  const hasBody = request.method !== "GET" && request.method !== "HEAD" && request.method !== "OPTIONS";
  const body = hasBody ? await bodyOf(request) : undefined;
  const { method } = request;
  const sender = { ip: request.socket.remoteAddress, userAgent: request.headers["user-agent"] };
  return test.withRequestMetadata(sender).fetch(path, { method, headers: headersOf(request), body: body?.length ? body : undefined });
}

async function answer(test, request, path) {
  try {
    return await (path.startsWith("/api/storage/") ? fromStorage : fromRouter)(test, request, path);
  } catch (error) {
    console.error(error);
    return new Response("Server Error", { status: 500 });
  }
}

/** Text that names the made-up host of storage names this server instead. */
async function bytesOf(response, host) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get("content-type") ?? "";
  if (!/json|text/.test(type)) return bytes;
  return Buffer.from(bytes.toString("utf8").replace(STORAGE, `http://${host}/api/storage/`));
}

async function serve(test) {
  const server = createServer(async (request, response) => {
    const started = performance.now();
    const given = await answer(test, request, request.url);
    const bytes = await bytesOf(given, request.headers.host).catch((error) => Buffer.from(String(error)));
    const headers = [...given.headers].filter(([name]) => name !== "content-length" && name !== "location");
    const location = given.headers.get("location");
    if (location !== null) headers.push(["location", location.replace(STORAGE, `http://${request.headers.host}/api/storage/`)]);
    response.writeHead(given.status, headers.flat());
    response.end(request.method === "HEAD" ? undefined : bytes);
    const milliseconds = Math.round(performance.now() - started);
    say({ method: request.method, url: request.url, status: given.status, milliseconds });
  });
  await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(Number(port), "127.0.0.1", resolve);
  });
  say({ port: server.address().port });
}

process.on("exit", clean);
// Work that nothing awaits may fail: it takes no server with it.
for (const event of ["unhandledRejection", "uncaughtException"]) process.on(event, (error) => console.error(error));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
process.stdin.on("end", () => process.exit(0)).resume();
try {
  const modules = await modulesOf(folder);
  await serve(await backendOf(modules));
} catch (error) {
  say({ failure: error?.code === "EADDRINUSE" ? "the port is in use" : String(error?.stack ?? error) });
  process.exit(1);
}
