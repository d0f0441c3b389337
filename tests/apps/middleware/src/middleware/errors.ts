import type { ErrorRequestHandler, Request, Response } from "express";
import { ApiError } from "../lib/errors.js";

export const notFound = (req: Request, res: Response) => {
  res.status(404).json({ code: "no_route", message: `${req.method} ${req.originalUrl}`, requestId: req.requestId });
};

export const errorHandler: ErrorRequestHandler = (err, req, res, _next) => {
  if (err instanceof ApiError) {
    res.status(err.status).json({ code: err.code, message: err.message, requestId: req.requestId });
    return;
  }
  const status = err.status ?? 500;
  res.status(status).json({ code: status < 500 ? "bad_request" : "internal", requestId: req.requestId });
};
