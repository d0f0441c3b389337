import type { NextFunction, Request, Response } from "express";
import { ApiError } from "../lib/errors.js";
import { DEPOTS } from "../lib/parcels.js";

/** The depot of the path is there for those behind. */
export function loadDepot(req: Request, _res: Response, next: NextFunction) {
  const depot = DEPOTS[req.params.depot];
  if (depot === undefined) throw ApiError.notFound(`Depot ${req.params.depot}`);
  req.depot = depot;
  next();
}

export const onlyWhenOpen = (req: Request, res: Response, next: NextFunction) => {
  if (!req.depot?.open) {
    res.setHeader("Retry-After", "3600");
    res.status(503).json({ code: "closed", message: `${req.depot?.name} is closed` });
    return;
  }
  next();
};
