import { v } from "convex/values";
import type { Context, MiddlewareHandler } from "hono";
import { internal } from "../_generated/api";
import { type ActionCtx, internalMutation, internalQuery, type MutationCtx } from "../_generated/server";
import { extname, join } from "./paths";

/** Stores a file under a path, in place of the one that was there. */
export async function keepFile(ctx: ActionCtx, path: string, blob: Blob): Promise<void> {
  const storageId = await ctx.storage.store(blob);
  await ctx.runMutation(internal.lib.storedFiles.recordFile, { path: join(path), storageId });
}

/** Takes the file under a path away, if there is one. */
export async function dropFile(ctx: ActionCtx, path: string): Promise<void> {
  await ctx.runMutation(internal.lib.storedFiles.removeFile, { path: join(path) });
}

/** Answers GET requests below a path with the stored files of a folder, as express.static does with those on the disk. */
export function storedFiles(prefix: string, folder: string): MiddlewareHandler {
  return async (c, next) => {
    const path = join(folder, storedPath(new URL(c.req.url).pathname.slice(prefix.length)));
    const isBelow = folder === "." || path.startsWith(`${join(folder).replace(/\/$/, "")}/`);
    const isHidden = path.slice(folder.length).split("/").some((part) => part.startsWith(".") && part !== "..");
    const file = isBelow && !isHidden ? await c.env.runQuery(internal.lib.storedFiles.findFile, { path }) : null;
    const blob: Blob | null = file === null ? null : await c.env.storage.get(file.storageId);
    if (file === null || blob === null) return await next();
    return sendStored(c, blob, path, file.modified);
  };
}

/** A part of a URL as the path that it means; nothing where it means none. */
export function storedPath(part: string): string {
  try {
    const path = decodeURIComponent(part);
    return path.includes("\0") ? "" : path;
  } catch {
    return "";
  }
}

/** A stored file as an answer: whole, the range that is asked for, or only that the client has it already. */
export async function sendStored(c: Context, blob: Blob, path: string, modified: number): Promise<Response> {
  const etag = `W/"${blob.size.toString(16)}-${Math.floor(modified).toString(16)}"`;
  const lastModified = new Date(modified).toUTCString();
  c.header("Accept-Ranges", "bytes");
  c.header("Cache-Control", "public, max-age=0");
  c.header("Last-Modified", lastModified);
  c.header("ETag", etag);
  const known = c.req.header("if-none-match");
  const since = known === undefined ? c.req.header("if-modified-since") : undefined;
  const isKnown = known?.split(",").some((each) => [etag, etag.slice(2), "*"].includes(each.trim()));
  if (isKnown || (since !== undefined && Date.parse(lastModified) <= Date.parse(since))) return c.body(null, 304);
  c.header("Content-Type", FILE_TYPES[extname(path).slice(1).toLowerCase()] ?? "application/octet-stream");
  const asked = /^bytes=(\d*)-(\d*)$/.exec(c.req.header("range") ?? "");
  if (asked === null || (asked[1] === "" && asked[2] === "")) return c.body(await blob.arrayBuffer());
  const last = asked[1] === "" || asked[2] === "" ? blob.size - 1 : Math.min(Number(asked[2]), blob.size - 1);
  const first = asked[1] === "" ? Math.max(blob.size - Number(asked[2]), 0) : Number(asked[1]);
  if (first > last) {
    c.header("Content-Range", `bytes */${blob.size}`);
    throw Object.assign(new Error("Range Not Satisfiable"), { status: 416, statusCode: 416, expose: true });
  }
  c.header("Content-Range", `bytes ${first}-${last}/${blob.size}`);
  return c.body(await blob.slice(first, last + 1).arrayBuffer(), 206);
}

/** The media types of files by their endings, as Express has them. */
export const FILE_TYPES: Record<string, string> = {
  avi: "video/x-msvideo",
  avif: "image/avif",
  bmp: "image/bmp",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  gif: "image/gif",
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "application/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  mpeg: "video/mpeg",
  odt: "application/vnd.oasis.opendocument.text",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  rar: "application/x-rar-compressed",
  svg: "image/svg+xml",
  tif: "image/tiff",
  tiff: "image/tiff",
  txt: "text/plain; charset=utf-8",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  zip: "application/zip",
};

/** Where the file under a path is stored, and since when. */
export const findFile = internalQuery({
  args: { path: v.string() },
  returns: v.union(v.null(), v.object({ storageId: v.id("_storage"), modified: v.number() })),
  handler: async (ctx, { path }) => {
    const found = await ctx.db
      .query("storedFiles")
      .withIndex("by_path", (q) => q.eq("path", path))
      .unique();
    return found === null ? null : { storageId: found.storageId, modified: found._creationTime };
  },
});

/** Notes the file under a path, and takes away the one that was there. */
export const recordFile = internalMutation({
  args: { path: v.string(), storageId: v.id("_storage") },
  returns: v.null(),
  handler: async (ctx, { path, storageId }) => {
    await removeStored(ctx, path);
    await ctx.db.insert("storedFiles", { path, storageId });
    return null;
  },
});

/** Takes the file under a path away, if there is one. */
export const removeFile = internalMutation({
  args: { path: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { path }) => await removeStored(ctx, path),
});

/** Takes the file under a path away; tells whether there was one. */
export async function removeStored(ctx: MutationCtx, path: string): Promise<boolean> {
  const found = await ctx.db
    .query("storedFiles")
    .withIndex("by_path", (q) => q.eq("path", path))
    .unique();
  if (found === null) return false;
  await ctx.db.delete("storedFiles", found._id);
  await ctx.storage.delete(found.storageId);
  return true;
}
