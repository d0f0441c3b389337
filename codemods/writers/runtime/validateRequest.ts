import type { MiddlewareHandler } from "hono";
import { sharedInput } from "./edge";

/** A schema, as far as it is asked here. */
export interface RequestSchema {
  safeParse(value: unknown): { success: boolean; error?: unknown };
}

/** Checks parts of a request by schemas, and answers with all that is wrong, as zod-express-middleware does. */
export function validateRequest(schemas: Partial<Record<"params" | "query" | "body", RequestSchema>>): MiddlewareHandler {
  return async (c, next) => {
    const { params, query, body } = await sharedInput(c);
    const parts = [
      { type: "Params", schema: schemas.params, value: params },
      { type: "Query", schema: schemas.query, value: query },
      { type: "Body", schema: schemas.body, value: body },
    ];
    const errors = parts.flatMap(({ type, schema, value }) => {
      const parsed = schema?.safeParse(value);
      return parsed === undefined || parsed.success ? [] : [{ type, errors: parsed.error }];
    });
    if (errors.length > 0) return c.json(errors, 400);
    await next();
  };
}
