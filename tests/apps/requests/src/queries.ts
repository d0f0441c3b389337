import { Router } from "express";

export const queries = Router();

interface Filter {
  from: number;
  to?: number;
}

const readFilter = (query: Record<string, unknown>): Filter => ({
  from: Number(query.from ?? 0),
  to: query.to === undefined ? undefined : Number(query.to),
});

queries.get("/fields", (req, res) => {
  const name = req.query.name as string;
  const page = parseInt(req.query.page as string) || 1;
  const limit = Math.min(Number(req.query.limit ?? 20), 100);
  res.json({ name: name?.toUpperCase() ?? null, page, limit, exact: req.query.exact === "true" });
});

queries.get("/destructured", (req, res) => {
  const { q = "", sort: order = "asc", ...rest } = req.query;
  res.json({ q, order, rest });
});

queries.get("/list", (req, res) => {
  const ids = String(req.query.ids ?? "").split(",").filter(Boolean);
  const tags = ([] as unknown[]).concat(req.query.tag ?? []);
  res.json({ ids, tags, count: ids.length + tags.length });
});

queries.get("/whole", (req, res) => {
  res.json(req.query);
});

queries.get("/passed", (req, res) => {
  const filter = readFilter(req.query);
  if (Number.isNaN(filter.from)) return res.status(400).json({ error: "from" });
  res.json(filter);
});

queries.get("/nested", (req, res) => {
  const where = (req.query.where ?? {}) as Record<string, string>;
  res.json({ where, name: where.name ?? null });
});

queries.get("/present", (req, res) => {
  res.json({ has: "flag" in req.query, flag: req.query.flag ?? null, keys: Object.keys(req.query).sort() });
});

queries.get("/:type/items/:id", (req, res) => {
  const { type, id: itemId } = req.params;
  res.json({ type, itemId, id: req.query.id ?? null, params: req.params });
});
