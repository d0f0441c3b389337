"""The traps of answering, sent to Express and to the migration: both have to say the same, and keep the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from express_app import users_app
from side_by_side import compare

APP = """
import express from "express";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
app.use((req: any, res: any) => res.status(404).json({ error: "no route" }));
app.use((err: any, req: any, res: any, next: any) => {
  res.status(err.status ?? (res.statusCode === 200 ? 500 : res.statusCode)).json({ error: err.message });
});
app.listen(process.env.PORT);
"""

WRAP = """
import { NextFunction, Request, Response } from "express";

export const asyncHandler = (work: (req: Request, res: Response, next: NextFunction) => Promise<unknown>) =>
  (req: Request, res: Response, next: NextFunction) => work(req, res, next).catch(next);

export const sendResponse = (res: Response, status: number, data: unknown) =>
  res.status(status).json({ ok: status < 400, data });

export class ApiResponse {
  static success(res: Response, data: unknown, status = 200) {
    return res.status(status).json({ data });
  }

  static fail(res: Response, error: string, status = 400) {
    return res.status(status).json({ error });
  }
}
"""

ROUTES = """
const statuses: Record<string, number> = { made: 201, gone: 410 };

// A 4xx inside a try whose catch answers 500.
router.post("/tried", asyncHandler(async (req, res) => {
  try {
    if (!req.body.email) return res.status(400).json({ error: "email" });
    if (req.body.email === "boom") throw new Error("boom");
    return res.json({ email: req.body.email });
  } catch (error) {
    return res.status(500).json({ error: "caught" });
  }
}));

// A write that precedes a 4xx, a throw, and a caught failure.
router.post("/written", asyncHandler(async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.body.email, name: "a" } });
  if (req.body.kind === "refused") return res.status(409).json({ error: "refused" });
  if (req.body.kind === "thrown") throw new Error("thrown");
  res.status(201).json({ email: user.email });
}));
router.get("/written", asyncHandler(async (req, res) => {
  const users = await prisma.user.findMany({ orderBy: { email: "asc" } });
  res.json(users.map((user) => user.email));
}));

// A computed status, and several successes.
router.get("/status/:kind", (req, res) => {
  res.status(statuses[req.params.kind] ?? 202).json({ kind: req.params.kind });
});
router.put("/several/:kind", (req, res) => {
  if (req.params.kind === "none") return res.sendStatus(204);
  if (req.params.kind === "text") return res.send("text");
  res.status(req.params.kind === "new" ? 201 : 200).json({ kind: req.params.kind });
});

// return next(err), with and without a status before it.
router.get("/next/:kind", asyncHandler(async (req, res, next) => {
  if (req.params.kind === "plain") return next(new Error("plain"));
  if (req.params.kind === "status") return next(Object.assign(new Error("status"), { status: 418 }));
  if (req.params.kind === "preset") {
    res.status(404);
    throw new Error("preset");
  }
  res.json({ kind: req.params.kind });
}));

// Response helpers, as functions and as static methods.
router.get("/helped/:kind", asyncHandler(async (req, res) => {
  if (req.params.kind === "bad") return sendResponse(res, 400, null);
  sendResponse(res, 201, { kind: req.params.kind });
}));
router.get("/static/:kind", asyncHandler(async (req, res) => {
  try {
    if (req.params.kind === "bad") return ApiResponse.fail(res, "bad", 422);
    if (req.params.kind === "boom") throw new Error("boom");
    return ApiResponse.success(res, req.params.kind);
  } catch (error: any) {
    return ApiResponse.fail(res, error.message, 500);
  }
}));

// Promise chains.
router.get("/chain/:id", (req, res, next) => {
  prisma.user
    .findUnique({ where: { email: req.params.id } })
    .then((user) => {
      if (!user) return res.status(404).json({ error: "none" });
      res.json({ email: user.email });
    })
    .catch(next);
});

// Conditional guards that fall through.
router.get("/guarded/:id", (req, res) => {
  const { page } = req.query;
  if (page) {
    const number = Number(page);
    if (Number.isNaN(number)) {
      res.status(400).json({ error: "page" });
      return;
    }
    if (number > 1) {
      res.json({ page: number });
      return;
    }
  } else if (req.params.id === "none") {
    return res.status(404).end();
  }
  switch (req.params.id) {
    case "first":
      res.json({ first: true });
      break;
    default:
      res.json({ id: req.params.id });
  }
});

// A fixed path before a parameter.
router.get("/me", (req, res) => res.json({ me: true }));
router.get("/:id", (req, res) => res.json({ id: req.params.id }));

// What the parsers make of queries and bodies.
router.get("/query/all", (req, res) => res.json(req.query));
router.get("/query/nested", (req, res) => {
  const where = req.query.where as any;
  const tags = Array.isArray(req.query.tags) ? req.query.tags : [];
  res.json({ name: where?.name ?? null, tags, page: Number(req.query.page) || 1 });
});
router.post("/body", (req, res) => {
  res.json({ has: req.body !== undefined, name: req.body?.name ?? null });
});
router.post("/field", (req, res) => res.json({ name: req.body.name ?? null }));
"""

IMPORTS = 'import { ApiResponse, asyncHandler, sendResponse } from "./wrap";'

REQUESTS = """
POST /users/tried
Content-Type: application/json

{"email": "a"}
###
POST /users/tried
Content-Type: application/json

{}
###
POST /users/tried
Content-Type: application/json

{"email": "boom"}
###
POST /users/written
Content-Type: application/json

{"email": "a"}
###
POST /users/written
Content-Type: application/json

{"email": "b", "kind": "refused"}
###
POST /users/written
Content-Type: application/json

{"email": "c", "kind": "thrown"}
###
GET /users/written
###
GET /users/status/made
###
GET /users/status/gone
###
GET /users/status/other
###
PUT /users/several/none
###
PUT /users/several/text
###
PUT /users/several/new
###
PUT /users/several/old
###
GET /users/next/plain
###
GET /users/next/status
###
GET /users/next/preset
###
GET /users/next/none
###
GET /users/helped/bad
###
GET /users/helped/good
###
GET /users/static/bad
###
GET /users/static/boom
###
GET /users/static/good
###
GET /users/chain/a
###
GET /users/chain/z
###
GET /users/guarded/x?page=x
###
GET /users/guarded/x?page=3
###
GET /users/guarded/first?page=1
###
GET /users/guarded/none
###
GET /users/guarded/other
###
GET /users/me
###
GET /users/you
###
GET /users/query/all?a=1&a=2&b=x
###
GET /users/query/all?f[x]=1&f[y][z]=2&g[]=1
###
GET /users/query/nested?where[name]=a&tags=x&tags=y&page=2
###
GET /users/query/nested?tags[]=x
###
POST /users/body
###
POST /users/body
Content-Type: text/plain

text
###
POST /users/body
Content-Type: application/json

{"name": "a"}
###
POST /users/field
###
POST /users/field
Content-Type: application/json

{"name": "a"}
###
GET /nowhere
"""

PACKAGE = '{{"name": "app", "dependencies": {{"@prisma/client": "^6.0.0", "express": "{version}"}}}}'


@pytest.mark.parametrize("version", ["^4.21.0", "^5.1.0"])
def test_traps_come_out_as_on_express(tmp_path: Path, version: str) -> None:
    files = {**users_app(ROUTES, IMPORTS, app=APP, wrap=WRAP), "package.json": PACKAGE.format(version=version)}
    assert "\n".join(compare(tmp_path, files, REQUESTS).differences) == ""
