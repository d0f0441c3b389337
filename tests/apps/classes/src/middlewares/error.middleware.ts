import { NextFunction, Request, Response } from "express";
import { HttpError, InvalidError } from "../errors/http.error";

export const errorMiddleware = (error: any, req: Request, res: Response, next: NextFunction) => {
  if (error instanceof InvalidError) {
    return res.status(error.status).json({ status: "fail", message: error.message, details: error.details });
  }
  const status = error instanceof HttpError ? error.status : error.status || 500;
  const message = status < 500 ? error.message : "Something went wrong";
  res.status(status).json({ status: status < 500 ? "fail" : "error", message, path: req.originalUrl });
};
