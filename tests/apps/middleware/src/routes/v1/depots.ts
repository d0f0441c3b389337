import { Router } from "express";
import { DEPOTS } from "../../lib/parcels.js";
import { loadDepot } from "../../middleware/depot.js";
import { parcels } from "./parcels.js";

export const depots = Router();

depots
  .route("/")
  .get((_req, res) => {
    res.json(Object.keys(DEPOTS));
  })
  .all((_req, res) => {
    res.set("Allow", "GET, HEAD").status(405).json({ code: "method" });
  });

depots.get("/:depot", loadDepot, (req, res) => {
  res.json({ ...req.depot, requestId: req.requestId });
});

depots.use("/:depot/parcels", loadDepot, parcels);
