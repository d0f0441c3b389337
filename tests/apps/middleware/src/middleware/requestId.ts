import type { NextFunction, Request, Response } from "express";

export function requestId(req: Request, res: Response, next: NextFunction): void {
  const given = req.get("X-Request-Id");
  req.requestId = given && /^[\w-]{1,40}$/.test(given) ? given : "none";
  res.setHeader("X-Request-Id", req.requestId);
  next();
}
