import type { RequestHandler } from "express";

export const apiVersion =
  (version: number): RequestHandler =>
  (_req, res, next) => {
    res.set("X-Api-Version", String(version));
    res.locals.version = version;
    next();
  };
