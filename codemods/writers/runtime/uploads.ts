import type { Context, MiddlewareHandler } from "hono";
import { isOfType, readFields, setBody } from "./edge";
import { ApplicationError } from "./errors";

/** A file of a form, as multer hands it on: with its bytes (an ArrayBuffer, on the way to a function), or its path. */
export interface UploadedFile {
  fieldname: string;
  originalname: string;
  encoding: string;
  mimetype: string;
  size: number;
  buffer: any;
  destination: string;
  filename: string;
  path: string;
}

/** What a filter of files says: an error refuses the request, false leaves the file out. */
export type FileFilterCallback = (error: unknown, accepted?: boolean) => void;

/** Where files are kept whose bytes no function gets. */
export interface FileStorage {
  /** Keeps a file, and says where. */
  keep(c: Context, file: UploadedFile, blob: Blob): Promise<Pick<UploadedFile, "destination" | "filename" | "path">>;
  /** Takes a file of a form that is refused away again. */
  drop(c: Context, file: UploadedFile): Promise<void>;
}

/** The options of multer. */
export interface UploadOptions {
  /** Where files are kept, if not in memory. */
  storage?: FileStorage;
  limits?: UploadLimits;
  fileFilter?: (c: Context, file: UploadedFile, callback: FileFilterCallback) => unknown;
}

/** How much a form may bring. */
export interface UploadLimits {
  fieldNameSize?: number;
  fieldSize?: number;
  fields?: number;
  fileSize?: number;
  files?: number;
  parts?: number;
}

/** The files of a form, and how often each may come: as one, as a list, or as lists by their fields. */
export interface Uploads {
  single(name: string): MiddlewareHandler;
  array(name: string, maxCount?: number): MiddlewareHandler;
  fields(fields: readonly { name: string; maxCount?: number }[]): MiddlewareHandler;
  any(): MiddlewareHandler;
  none(): MiddlewareHandler;
}

/** What multer says of a form that it does not take. */
export const uploadMessages = {
  LIMIT_PART_COUNT: "Too many parts",
  LIMIT_FILE_SIZE: "File too large",
  LIMIT_FILE_COUNT: "Too many files",
  LIMIT_FIELD_KEY: "Field name too long",
  LIMIT_FIELD_VALUE: "Field value too long",
  LIMIT_FIELD_COUNT: "Too many fields",
  LIMIT_UNEXPECTED_FILE: "Unexpected field",
};

/** What multer refuses a form with. */
export class MulterError extends ApplicationError {
  code: keyof typeof uploadMessages;
  field?: string;

  constructor(code: keyof typeof uploadMessages, field?: string) {
    super(uploadMessages[code]);
    this.name = "MulterError";
    this.code = code;
    if (field) this.field = field;
  }
}

/** Reads forms with files as the package multer does: texts are the body, files are kept in memory. */
export function multer(options: UploadOptions = {}): Uploads {
  const taking = (allowed: (name: string) => number, put: (c: Context, files: UploadedFile[]) => void) => {
    const middleware: MiddlewareHandler = async (c, next) => {
      if (isOfType(c, "multipart/*")) put(c, await readUploads(c, options, allowed));
      await next();
    };
    return middleware;
  };
  return {
    single: (name) => taking((field) => (field === name ? 1 : 0), (c, [file]) => c.set("file", file)),
    array: (name, maxCount = Infinity) =>
      taking((field) => (field === name ? maxCount : 0), (c, files) => c.set("files", files)),
    fields: (fields) =>
      taking(
        (name) => {
          const field = fields.findLast((each) => each.name === name);
          return field === undefined ? 0 : (field.maxCount ?? Infinity);
        },
        (c, files) => {
          const byField: Record<string, UploadedFile[]> = {};
          for (const file of files) (byField[file.fieldname] ??= []).push(file);
          c.set("files", byField);
        },
      ),
    any: () => taking(() => Infinity, (c, files) => c.set("files", files)),
    none: () => taking(() => 0, () => {}),
  };
}

/** The files of a form in their order, without those of a form that is refused. */
export async function readUploads(
  c: Context,
  options: UploadOptions,
  allowed: (name: string) => number,
): Promise<UploadedFile[]> {
  const files: UploadedFile[] = [];
  try {
    await takeUploads(c, options, allowed, files);
  } catch (error) {
    for (const file of files) await options.storage?.drop(c, file);
    throw error;
  }
  return files;
}

/** Adds the files of a form to a list; its texts are the body from now on. */
export async function takeUploads(
  c: Context,
  { storage, limits, fileFilter }: UploadOptions,
  allowed: (name: string) => number,
  files: UploadedFile[],
): Promise<void> {
  const texts: [string, string][] = [];
  const counts = { parts: 0, files: 0, fields: 0, taken: new Map<string, number>() };
  const entries: [string, FormDataEntryValue][] = [];
  (await c.req.formData()).forEach((value, name) => entries.push([name, value]));
  for (const [name, value] of entries) {
    if (++counts.parts > (limits?.parts ?? Infinity)) throw new MulterError("LIMIT_PART_COUNT");
    if (typeof value === "string") {
      if (++counts.fields > (limits?.fields ?? Infinity)) throw new MulterError("LIMIT_FIELD_COUNT");
      if (name.length > (limits?.fieldNameSize ?? Infinity)) throw new MulterError("LIMIT_FIELD_KEY");
      if (bytesOf(value).length > (limits?.fieldSize ?? 1024 * 1024)) throw new MulterError("LIMIT_FIELD_VALUE", name);
      texts.push([name, value]);
      continue;
    }
    if (++counts.files > (limits?.files ?? Infinity)) throw new MulterError("LIMIT_FILE_COUNT");
    if (value.name === "") continue;
    if (name.length > (limits?.fieldNameSize ?? Infinity)) throw new MulterError("LIMIT_FIELD_KEY");
    const taken = (counts.taken.get(name) ?? 0) + 1;
    if (taken > allowed(name)) throw new MulterError("LIMIT_UNEXPECTED_FILE", name);
    counts.taken.set(name, taken);
    const file = fileOf(name, value);
    setBody(c, readFields(texts));
    if (fileFilter !== undefined && !(await filtered(c, file, fileFilter))) continue;
    if (value.size >= (limits?.fileSize ?? Infinity)) throw new MulterError("LIMIT_FILE_SIZE", name);
    const kept = storage === undefined ? { buffer: await value.arrayBuffer() } : await storage.keep(c, file, value);
    files.push(Object.assign(file, kept, { size: value.size }));
  }
  setBody(c, readFields(texts));
}

/** What a filter says of a file. */
export function filtered(
  c: Context,
  file: UploadedFile,
  filter: NonNullable<UploadOptions["fileFilter"]>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const answered: FileFilterCallback = (error, accepted = false) => (error ? reject(error) : resolve(accepted));
    Promise.resolve(filter(c, file, answered)).catch(reject);
  });
}

/** A file as multer describes it before it is read; multer takes the bytes of its name for letters. */
export function fileOf(fieldname: string, file: File): UploadedFile {
  const name = file.name.split(/[\\/]/).at(-1) ?? "";
  const described = {
    fieldname,
    originalname: Array.from(bytesOf(name), (byte) => String.fromCharCode(byte)).join(""),
    encoding: "7bit",
    mimetype: file.type.split(";")[0] || "text/plain",
  };
  return described as UploadedFile;
}

/** A text in UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
