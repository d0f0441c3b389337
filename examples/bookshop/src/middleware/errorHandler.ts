import { Prisma } from "@prisma/client";
import { NextFunction, Request, Response } from "express";
import { AppError } from "../lib/errors";

export function notFoundHandler(req: Request, res: Response) {
  res.status(404).json({ error: `Cannot ${req.method} ${req.path}` });
}

export function errorHandler(err: Error, _req: Request, res: Response, _next: NextFunction) {
  if (err instanceof AppError) {
    return res.status(err.statusCode).json({ error: err.message, code: err.code });
  }

  if (err instanceof Prisma.PrismaClientKnownRequestError) {
    if (err.code === "P2002") {
      return res.status(409).json({ error: "Already exists", code: "CONFLICT" });
    }
    if (err.code === "P2025") {
      return res.status(404).json({ error: "Record not found", code: "NOT_FOUND" });
    }
  }

  console.error(err);
  return res.status(500).json({ error: "Internal server error" });
}
