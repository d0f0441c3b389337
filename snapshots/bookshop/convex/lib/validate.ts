import { type AnyZodObject, ZodError } from "zod";
import type { Input } from "./edge";
import { HttpError } from "./errors";

export const validate =
  (schema: AnyZodObject) => async (req: Input) => {
    try {
      await schema.parseAsync({
        body: req.body,
        query: req.query,
        params: req.params,
      });
    } catch (error) {
      if (error instanceof ZodError) {
        throw new HttpError(400, {
          error: "Validation failed",
          details: error.errors.map((issue) => ({
            path: issue.path.join("."),
            message: issue.message,
          })),
        });
      }
      throw error;
    }
  };
