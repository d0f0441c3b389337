import type { ErrorRequestHandler, Request, Response } from "express";

export class MuseumError extends Error {
  statusCode: number;

  constructor(message: string, statusCode = 400) {
    super(message);
    this.statusCode = statusCode;
  }
}

export function lost(req: Request, res: Response) {
  res.status(404).json({ lost: req.path });
}

export const errorHandler: ErrorRequestHandler = (error, _req, res, _next) => {
  const status = error instanceof MuseumError ? error.statusCode : (error.status ?? 500);
  res.status(status).json({ error: status === 500 ? "closed" : error.message });
};
