import { Router } from "express";

export const documents = Router();

const ROWS = [
  { id: 1, name: "Ann", note: "likes; semicolons" },
  { id: 2, name: "Bo, junior", note: 'says "hi"' },
];

const quoted = (value: string | number) => `"${String(value).replace(/"/g, '""')}"`;

documents.get("/rows.csv", (_req, res) => {
  const lines = ROWS.map((row) => [row.id, row.name, row.note].map(quoted).join(","));
  res.setHeader("Content-Type", "text/csv; charset=utf-8");
  res.setHeader("Content-Disposition", 'attachment; filename="rows.csv"');
  res.status(200).send(["id,name,note", ...lines].join("\n"));
});

documents.get("/attached", (_req, res) => {
  res.attachment("rows.json");
  res.json(ROWS);
});

documents.get("/text", (_req, res) => {
  res.type("text/plain").send("plain text");
});

documents.get("/page/:title", (req, res) => {
  res.send(`<h1>${req.params.title}</h1>`);
});

documents.get("/xml", (_req, res) => {
  res.type("application/xml");
  res.send("<rows><row/></rows>");
});

documents.get("/bytes", (_req, res) => {
  res.set("Content-Type", "application/octet-stream");
  res.send(Buffer.from([0, 1, 2, 255]));
});

documents.get("/buffer", (_req, res) => {
  res.send(Buffer.from("bytes as they are"));
});

documents.get("/number", (_req, res) => {
  res.json(7);
});

documents.get("/list", (_req, res) => {
  res.send([1, 2]);
});

documents.get("/nothing", (_req, res) => {
  res.json(null);
});

documents.get("/dates", (_req, res) => {
  res.json({ at: new Date(0), none: undefined, not: NaN, nested: [undefined, () => 1] });
});

documents.get("/written", (_req, res) => {
  res.writeHead(200, { "Content-Type": "text/plain" });
  res.write("one ");
  res.end("two");
});

documents.get("/cached", (_req, res) => {
  res.set({ "Cache-Control": "public, max-age=60", "X-Rows": String(ROWS.length) });
  res.header("X-Source", "memory").json(ROWS[0]);
});

documents.get("/old", (_req, res) => {
  res.redirect("/documents/text");
});

documents.get("/moved/:title", (req, res) => {
  res.redirect(301, `/documents/page/${req.params.title}`);
});

documents.get("/login", (req, res) => {
  const back = typeof req.query.back === "string" ? req.query.back : "/";
  if (!back.startsWith("/")) return res.status(400).send("Only here");
  res.redirect(`https://login.example/?back=${encodeURIComponent(back)}`);
});

documents.post("/form", (_req, res) => {
  res.redirect(303, "/documents/list");
});

documents.get("/location", (_req, res) => {
  res.location("/documents/text").status(202).json({ at: "/documents/text" });
});
