import { NextFunction, Request, Response } from "express";
import { HttpError } from "../errors/http.error";

export function notFoundMiddleware(req: Request, res: Response, next: NextFunction) {
  next(new HttpError(404, `${req.method} ${req.path} is no route`));
}
