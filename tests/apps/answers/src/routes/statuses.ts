import { Router } from "express";
import { respond } from "../lib/respond.js";

export const statuses = Router();

const KNOWN: Record<string, number> = { made: 201, later: 202, gone: 410, tea: 418 };

statuses.get("/computed/:name", (req, res) => {
  const status = KNOWN[req.params.name] ?? 404;
  res.status(status).json({ name: req.params.name, known: status !== 404 });
});

statuses.get("/ternary", (req, res) => {
  const deep = req.query.deep === "1";
  res.status(deep ? 503 : 200).json({ healthy: !deep });
});

statuses.get("/sent/:code", (req, res) => {
  const code = Number(req.params.code);
  if (!Number.isInteger(code) || code < 200 || code > 599) return res.sendStatus(400);
  res.sendStatus(code);
});

statuses.get("/several/:kind", (req, res) => {
  switch (req.params.kind) {
    case "created":
      res.status(201).json({ kind: "created" });
      break;
    case "accepted":
      res.status(202).send("accepted");
      break;
    case "nothing":
      res.status(204).send();
      break;
    case "unchanged":
      res.status(304).end();
      break;
    case "partial":
      res.status(206).json([1, 2, 3]);
      break;
    default:
      res.status(400).json({ error: `no ${req.params.kind}` });
  }
});

statuses.get("/property", (req, res) => {
  res.statusCode = req.query.missing ? 404 : 200;
  res.json({ missing: Boolean(req.query.missing) });
});

statuses.get("/helper/:status", (req, res) => {
  respond(res, parseInt(req.params.status, 10), "what it is");
});

statuses.get("/caught/:kind", async (req, res) => {
  try {
    if (req.params.kind === "refused") return res.status(422).json({ error: "refused" });
    if (req.params.kind === "thrown") throw new Error("thrown");
    if (req.params.kind === "typed") throw new TypeError("typed");
    res.json({ kind: req.params.kind });
  } catch (error) {
    const message = error instanceof TypeError ? "of a type" : (error as Error).message;
    res.status(500).json({ error: message });
  } finally {
    console.log("done with", req.params.kind);
  }
});

statuses.get("/next/:status", (req, res, next) => {
  const error = Object.assign(new Error("passed on"), { statusCode: Number(req.params.status) });
  return next(error);
});

statuses.get("/after", (req, res) => {
  let said = "before";
  res.json({ said });
  said = "after";
  console.log(said);
});

statuses.get("/fallthrough/:age", (req, res) => {
  const age = Number(req.params.age);
  let group = "adult";
  if (isNaN(age)) {
    res.status(400).json({ error: "age" });
    return;
  } else if (age < 18) {
    group = "minor";
  }
  if (age > 120) return void res.status(422).json({ error: "too old" });
  res.json({ group });
});

statuses.head("/computed", (_req, res) => {
  res.set("X-Count", "4").end();
});

statuses.options("/computed", (_req, res) => {
  res.set("Allow", "HEAD").sendStatus(204);
});
