import { Router } from "express";

export const facts = Router();

facts.get("/url", (req, res) => {
  res.json({ url: req.url, original: req.originalUrl, base: req.baseUrl, path: req.path, method: req.method });
});

facts.get("/headers", (req, res) => {
  const token = req.headers.authorization?.split(" ")[1];
  const { "x-tenant": tenant = "none", accept } = req.headers;
  res.json({ token: token ?? null, tenant, accept: accept ?? null, language: req.get("Accept-Language") ?? null });
});

facts.get("/header", (req, res) => {
  const version = req.header("X-Version");
  if (!version) return res.status(400).json({ error: "X-Version" });
  res.set("X-Version", version).json({ version: Number(version) });
});

facts.get("/host", (req, res) => {
  res.json({ secure: req.secure, xhr: req.xhr, sub: req.subdomains.length });
});

facts.get("/ip", (req, res) => {
  const forwarded = req.headers["x-forwarded-for"];
  res.json({ far: req.ip === "8.8.8.8", forwarded: forwarded ?? null });
});

facts.post("/kind", (req, res) => {
  const isJson = req.is("application/json");
  if (!isJson) return res.status(415).json({ error: req.headers["content-type"] ?? "none" });
  res.json({ isJson });
});

facts.get("/accepts", (req, res) => {
  if (req.accepts("html")) return res.send("<p>page</p>");
  res.json({ page: true });
});

facts.get("/cookies", (req, res) => {
  const { session, theme = "light" } = req.cookies;
  if (!session) return res.status(401).json({ error: "no session" });
  res.json({ session, theme });
});

facts.all("/any/:name?", (req, res) => {
  res.json({ method: req.method, name: req.params.name ?? null, body: req.body });
});
