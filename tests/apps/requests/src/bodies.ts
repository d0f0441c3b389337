import { Router, type Request, type Response } from "express";

interface Person {
  name: string;
  age?: number;
  address?: { street: string; city?: string };
}

const router = Router();

function greet(person: Person, loud = false) {
  const text = `Hello ${person.name}`;
  return loud ? text.toUpperCase() : text;
}

router.post("/whole", (req, res) => {
  res.status(201).json(req.body);
});

router.post("/fields", (req: Request, res: Response) => {
  if (!req.body.name) {
    return res.status(400).json({ error: "name" });
  }
  res.json({ name: req.body.name, city: req.body.address?.city ?? "nowhere", n: req.body.n });
});

router.post("/destructured", (req, res) => {
  const { name: fullName, age = 18, address: { street = "none" } = {}, ...others } = req.body;
  res.json({ fullName, age, street, others });
});

router.post("/cast", (req, res) => {
  const person = req.body as Person;
  res.json({ greeting: greet(person), person: { ...person, seen: true } });
});

router.post("/loud", (req: Request<unknown, unknown, Person>, res) => {
  res.json({ greeting: greet(req.body, req.query.loud === "1") });
});

router.put("/:id", (req, res) => {
  const { id } = req.params;
  res.json({ ...req.body, id, own: req.body.id ?? null });
});

router.post("/list", (req, res) => {
  if (!Array.isArray(req.body)) return res.status(422).json({ error: "a list" });
  res.json({ sum: req.body.reduce((sum: number, each: number) => sum + each, 0), first: req.body[0] ?? null });
});

router.post("/checked", (req, res) => {
  const { email, tags, count, active } = req.body;
  const problems: string[] = [];
  if (typeof email !== "string" || !email.includes("@")) problems.push("email");
  if (tags !== undefined && !Array.isArray(tags)) problems.push("tags");
  if (count != null && !Number.isInteger(count)) problems.push("count");
  if (active === undefined) problems.push("active");
  if (problems.length > 0) return res.status(422).json({ problems });
  res.json({ email, tags: tags ?? [], count: count ?? null, active });
});

router.delete("/", (req, res) => {
  const ids: string[] = req.body.ids ?? [];
  res.json({ deleted: ids.length });
});

router.patch("/names/:key", (req, res) => {
  const { ctx, args, db, internal } = req.body;
  res.json({ key: req.params.key, ctx, args, db, internal });
});

export default router;
