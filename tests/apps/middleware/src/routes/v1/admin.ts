import { Router } from "express";
import { DEPOTS, PARCELS } from "../../lib/parcels.js";
import { requireApiKey, requireRole } from "../../middleware/guards.js";

export const admin = Router();

admin.use(requireApiKey);

admin.get("/parcels", (req, res) => {
  res.json({ role: req.role, count: PARCELS.length });
});

admin.get("/depots/:id", requireRole("clerk", "admin"), (req, res) => {
  res.json({ depot: DEPOTS[req.params.id] ?? null, by: req.role });
});

admin.post("/close", requireRole("admin"), (req, res) => {
  res.status(202).json({ closing: req.body.depot, by: req.role });
});
