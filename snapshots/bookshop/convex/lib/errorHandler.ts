import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Fault } from "./edge";

export function notFoundHandler(c: Context) {
  return c.json({ error: `Cannot ${c.req.method} ${new URL(c.req.url).pathname}` }, 404);
}

export function errorHandler(err: Fault, c: Context) {
  if (err.kinds.includes("AppError")) {
    return c.json({ error: err.message, code: err.code }, err.statusCode as ContentfulStatusCode);
  }

  if (err.kinds.includes("PrismaClientKnownRequestError")) {
    if (err.code === "P2002") {
      return c.json({ error: "Already exists", code: "CONFLICT" }, 409);
    }
    if (err.code === "P2025") {
      return c.json({ error: "Record not found", code: "NOT_FOUND" }, 404);
    }
  }

  console.error(err);
  return c.json({ error: "Internal server error" }, 500);
}
