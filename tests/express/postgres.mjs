// An empty PostgreSQL in memory (PGlite). Making one from nothing takes seconds of processor time; the first is kept as
// an archive beside the packages, and all others start from it.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("node_modules/.cache/", import.meta.url));
const ARCHIVE = `${CACHE}postgres.tar`;

/** `PGlite` is the class of the caller: adapters know their own errors only when they load the same one. */
export async function postgres(PGlite, options = {}) {
  if (existsSync(ARCHIVE)) return new PGlite({ ...options, loadDataDir: new Blob([readFileSync(ARCHIVE)]) });
  const first = new PGlite();
  const archive = await first.dumpDataDir("none");
  await first.close();
  const unfinished = `${ARCHIVE}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(unfinished, Buffer.from(await archive.arrayBuffer()));
  renameSync(unfinished, ARCHIVE);
  return postgres(PGlite, options);
}
