import type { NextFunction, Request, Response } from "express";

/** Texts of the body lose the white space around them. */
export const sanitize = (req: Request, _res: Response, next: NextFunction) => {
  if (req.body && typeof req.body === "object") {
    for (const key of Object.keys(req.body)) {
      if (typeof req.body[key] === "string") req.body[key] = req.body[key].trim();
    }
  }
  next();
};
