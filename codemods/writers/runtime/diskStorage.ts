import type { Context } from "hono";
import { join } from "./paths";
import { dropFile, keepFile } from "./storedFiles";
import type { FileStorage, UploadedFile } from "./uploads";

/** Under which path files are stored: the options of multer's storage on the disk. */
export interface DiskStorageOptions {
  destination?: string | FilePlace;
  filename?: FilePlace;
}

/** Chooses the folder or the name of a file. */
export type FilePlace = (c: Context, file: UploadedFile, callback: FilePlaceCallback) => unknown;

/** What a function says that chooses. */
export type FilePlaceCallback = (error: unknown, place?: string) => void;

/** Stores files under the paths that multer would write them to. */
export function diskStorage({ destination = "/tmp", filename }: DiskStorageOptions): FileStorage {
  return {
    keep: async (c, file, blob) => {
      const folder = typeof destination === "string" ? destination : await placed(c, file, destination);
      const name = filename === undefined ? crypto.randomUUID().replaceAll("-", "") : await placed(c, file, filename);
      const path = join(folder, name);
      await keepFile(c.env, path, blob);
      return { destination: folder, filename: name, path };
    },
    drop: async (c, { path }) => await dropFile(c.env, path),
  };
}

/** What a function chooses for a file. */
export function placed(c: Context, file: UploadedFile, choose: FilePlace): Promise<string> {
  return new Promise((resolve, reject) => {
    const answered: FilePlaceCallback = (error, place = "undefined") => (error ? reject(error) : resolve(place));
    Promise.resolve(choose(c, file, answered)).catch(reject);
  });
}
