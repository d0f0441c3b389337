import { Router } from "express";
import { PARCELS } from "../lib/parcels.js";
import { requireApiKey } from "../middleware/guards.js";
import { paginate } from "../middleware/paginate.js";

const v2 = Router();

v2.get("/parcels", [paginate], (req, res) => {
  const { size, from } = req.page!;
  res.json({ version: res.locals.version, items: PARCELS.slice(from, from + size).map(({ id }) => id) });
});

v2.get("/secrets", requireApiKey, (req, res) => {
  res.json({ secret: 42, role: req.role });
});

v2.get("/boom", () => {
  throw new Error("boom");
});

export default v2;
