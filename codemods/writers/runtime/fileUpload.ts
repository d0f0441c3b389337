import type { MiddlewareHandler } from "hono";
import { isOfType, notMigrated } from "./edge";

/** Says of forms that may hold files, which express-fileupload read, that nothing here reads them. */
export function fileUpload(): MiddlewareHandler {
  const refuse = notMigrated("CX702");
  return async (c, next) => {
    if (isOfType(c, "multipart/form-data")) return refuse(c);
    await next();
  };
}
