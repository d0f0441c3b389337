import { Router } from "express";
import prisma from "../lib/prisma.js";
import { Responder, respond } from "../lib/respond.js";

export const letters = Router();

letters.get("/", async (_req, res) => {
  const [found, count] = await Promise.all([
    prisma.letter.findMany({ orderBy: { text: "asc" } }),
    prisma.letter.count(),
  ]);
  res.set("X-Total-Count", String(count));
  res.json(found);
});

letters.post("/", async (req, res, next) => {
  try {
    const { to, text } = req.body;
    if (!to) return respond(res, 400, "to whom?");
    const letter = await prisma.letter.create({ data: { to, text } });
    respond(res, 201, letter);
  } catch (error) {
    next(error);
  }
});

letters.post("/draft", (req, res) => {
  const responder = new Responder(res);
  if (!req.body.to) return responder.refused(400, "to whom?");
  res.location("/letters/draft");
  responder.created({ draft: req.body.to });
});

letters.put("/by/:to", async (req, res) => {
  const found = await prisma.letter.findFirst({ where: { to: req.params.to } });
  if (found) {
    const changed = await prisma.letter.update({ where: { id: found.id }, data: { text: req.body.text } });
    return res.status(200).json(changed);
  }
  const made = await prisma.letter.create({ data: { to: req.params.to, text: req.body.text } });
  res.status(201).json(made);
});

letters.get("/:id", async (req, res) => {
  const letter = await prisma.letter.findUnique({ where: { id: req.params.id } });
  if (!letter) {
    respond(res, 404, "no letter");
  } else {
    respond(res, 200, letter);
  }
});

letters.post("/:id/view", async (req, res) => {
  const letter = await prisma.letter.findUnique({ where: { id: req.params.id } });
  if (!letter) return respond(res, 404, "no letter");
  const viewed = await prisma.letter.update({ where: { id: letter.id }, data: { views: { increment: 1 } } });
  if (viewed.views > 1) return respond(res, 429, "viewed once too often");
  respond(res, 200, { views: viewed.views });
});

letters.post("/:id/send", async (req, res, next) => {
  try {
    const letter = await prisma.letter.findUnique({ where: { id: req.params.id } });
    if (!letter) return res.status(404).json({ error: "no letter" });
    await prisma.letter.update({ where: { id: letter.id }, data: { sent: true } });
    if (letter.to === "nobody") throw new Error("nobody is there");
    res.sendStatus(204);
  } catch (error) {
    next(error);
  }
});

letters.delete("/:id", async (req, res) => {
  const { count } = await prisma.letter.deleteMany({ where: { id: req.params.id } });
  res.status(count > 0 ? 204 : 404).end();
});
