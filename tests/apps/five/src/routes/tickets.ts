import { Router } from "express";
import { z } from "zod";
import { MuseumError } from "../errors.js";

const tickets = Router();

const ticketSchema = z.object({
  name: z.string().min(2),
  seats: z.number().int().positive().default(1),
});

tickets.post("/", async (req, res) => {
  const parsed = ticketSchema.safeParse(req.body);
  if (!parsed.success) {
    res.status(422).json({ fields: parsed.error.issues.map((issue) => issue.path.join(".")) });
    return;
  }
  res.status(201).json({ ...parsed.data, price: parsed.data.seats * 12 });
});

tickets.post("/quick", (req, res) => {
  const name = req.body?.name ?? "someone";
  res.status(201).json({ name });
});

tickets.post("/strict", (req, res) => {
  const { name } = req.body;
  if (!name) throw new MuseumError("name is missing");
  res.status(201).json({ name });
});

tickets.delete("/:id", async (req, res) => {
  if (req.params.id === "0") throw new MuseumError("sold", 409);
  res.sendStatus(204);
});

export default tickets;
