import type { NextFunction, Request, Response } from "express";

const LARGEST = 50;

export function paginate(req: Request, res: Response, next: NextFunction) {
  const size = Math.min(Number(req.query.size ?? 10) || 10, LARGEST);
  const from = Number(req.query.from) || 0;
  if (size < 1 || from < 0) return res.status(400).json({ code: "bad_page" });
  req.page = { size, from };
  next();
}
