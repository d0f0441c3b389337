import express from "express";

const search = express.Router();

search.get("/", (req, res) => {
  const { q, page = "1", tag } = req.query;
  res.json({ q: q ?? null, page: Number(page), tags: Array.isArray(tag) ? tag : tag ? [tag] : [] });
});

search.get("/nested", (req, res) => {
  res.json({ filter: req.query.filter ?? null, flat: req.query["filter[name]"] ?? null });
});

export default search;
