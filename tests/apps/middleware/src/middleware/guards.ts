import type { NextFunction, Request, RequestHandler, Response } from "express";
import { ApiError } from "../lib/errors.js";

const KEYS: Record<string, string> = { "key-ann": "clerk", "key-bob": "driver", "key-root": "admin" };

export function requireApiKey(req: Request, res: Response, next: NextFunction) {
  const key = req.header("x-api-key");
  const role = key === undefined ? undefined : KEYS[key];
  if (!role) {
    return res.status(401).json({ code: "no_key", message: "An API key is needed" });
  }
  req.role = role;
  next();
}

export const requireRole =
  (...roles: string[]): RequestHandler =>
  (req, _res, next) => {
    if (!req.role || !roles.includes(req.role)) return next(new ApiError(403, "forbidden", `Not for ${req.role}`));
    next();
  };
