import { Router } from "express";

export const session = Router();

const YEAR = 365 * 24 * 3600 * 1000;

session.get("/", (req, res) => {
  const { theme = "light" } = req.cookies;
  res.json({ theme, visited: req.cookies.visited ?? null, all: Object.keys(req.cookies).sort() });
});

session.post("/theme", (req, res) => {
  const { theme } = req.body;
  if (theme !== "light" && theme !== "dark") return res.status(400).json({ error: "light or dark" });
  res.cookie("theme", theme, { maxAge: 60_000, httpOnly: true, sameSite: "lax" });
  res.json({ theme });
});

session.post("/visit", (_req, res) => {
  res.cookie("visited", "yes, it was");
  res.cookie("last", { page: 1 }, { path: "/session", secure: true });
  res.status(201).json({ visited: true });
});

session.post("/strict", (_req, res) => {
  res
    .cookie("token", "a.b.c", { httpOnly: true, secure: process.env.NODE_ENV === "production", sameSite: "strict" })
    .sendStatus(204);
});

session.delete("/", (_req, res) => {
  res.clearCookie("theme", { httpOnly: true, sameSite: "lax" });
  res.clearCookie("visited");
  res.status(200).json({ cleared: ["theme", "visited"] });
});

session.get("/year", (_req, res) => {
  res.json({ year: YEAR });
});
