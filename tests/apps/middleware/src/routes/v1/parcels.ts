import { Router } from "express";
import { ApiError } from "../../lib/errors.js";
import { PARCELS } from "../../lib/parcels.js";
import { onlyWhenOpen } from "../../middleware/depot.js";
import { paginate } from "../../middleware/paginate.js";

export const parcels = Router({ mergeParams: true });

parcels.get("/", paginate, (req, res) => {
  const { depot } = req.params as { depot: string };
  const { size, from } = req.page!;
  const found = PARCELS.filter((parcel) => parcel.depot === depot);
  res.json({ total: found.length, items: found.slice(from, from + size), depot: req.depot?.name });
});

parcels.get("/heaviest", (req, res, next) => {
  const { depot } = req.params as { depot: string };
  const found = PARCELS.filter((parcel) => parcel.depot === depot);
  if (found.length === 0) return next(ApiError.notFound("A parcel"));
  const heaviest = found.reduce((most, parcel) => (parcel.weight > most.weight ? parcel : most));
  res.json(heaviest);
});

parcels.get("/:id", (req, res) => {
  const { id, depot } = req.params as { id: string; depot: string };
  const parcel = PARCELS.find((each) => each.id === id && each.depot === depot);
  if (!parcel) throw ApiError.notFound(`Parcel ${id}`);
  res.json({ parcel, version: res.locals.version });
});

parcels.post("/quote", onlyWhenOpen, (req, res) => {
  const { weight, note } = req.body;
  if (typeof weight !== "number") return res.status(422).json({ code: "weight" });
  res.status(201).json({ price: weight * 3, note, depot: req.depot!.name });
});
