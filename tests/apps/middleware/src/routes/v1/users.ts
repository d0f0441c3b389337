import { Router } from "express";
import { PARCELS } from "../../lib/parcels.js";

export const users = Router();

users.get("/me", (req, res) => {
  res.json({ me: req.get("x-user") ?? "nobody", agent: req.headers["user-agent"] ?? null });
});

users.get("/:id", (req, res, next) => {
  const parcels = PARCELS.filter((parcel) => parcel.owner === req.params.id);
  if (parcels.length === 0) return next();
  res.json({ id: req.params.id, parcels: parcels.map((parcel) => parcel.id) });
});

users.get("/:id", (req, res) => {
  res.status(404).json({ code: "no_user", id: req.params.id });
});
