"""The answers of a migrated app where they are easily got wrong, asked for over HTTP.

The expected answers are those of Express 4 (res.send, res.sendStatus and res.json in its lib/response.js).
"""

from __future__ import annotations

import pytest
from convex_project import Answer, ConvexProject, Json, Request
from express_app import users_app
from harness import CodemodTest, Migrated

APP = """
import express from "express";
import traps from "./users.routes";
import { errorHandler } from "./errors";

const app = express();
app.use(express.json());
app.use("/traps", traps);
app.use(errorHandler);
app.listen(3000);
"""

ERRORS = """
import { NextFunction, Request, Response } from "express";

export const errorHandler = (err: Error, req: Request, res: Response, next: NextFunction) => {
  const status = res.statusCode === 200 ? 500 : res.statusCode;
  res.status(status);
  res.json({ message: err.message });
};
"""

RESPOND = """
import { Response } from "express";

export const sendSuccess = (res: Response, data: object, status = 200) => {
  res.status(status).json({ success: true, data });
};

export const sendError = (res: Response, message: string, status: number) => {
  res.status(status).json({ success: false, message });
};
"""

VALIDATE = """
import { NextFunction, Request, Response } from "express";
import { z } from "zod";

export const schema = z.object({ email: z.string().email() });

export const validate = (schema: z.ZodTypeAny) => (req: Request, res: Response, next: NextFunction) => {
  const result = schema.safeParse(req.body);
  if (!result.success) {
    const status = result.error.issues.length > 1 ? 422 : 400;
    return res.status(status).json({ issues: result.error.issues.length });
  }
  req.body = result.data;
  next();
};
"""

ROUTES = """
router.get("/html", (req, res) => res.send("<b>hi</b>"));
router.get("/accepted", (req, res) => res.status(202).send({ ok: true }));
router.get("/status", (req, res) => {
  res.sendStatus(202);
});
router.get("/teapot", (req, res) => {
  res.sendStatus(418);
});
router.get("/bad-text", (req, res) => res.status(400).send("bad"));
router.get("/bad-json", (req, res) => res.status(400).json("bad"));
router.get("/bad-empty", (req, res) => res.status(400).end());
router.get("/bad-null", (req, res) => res.status(400).json(null));
router.get("/string", (req, res) => res.json("text"));
router.get("/null", (req, res) => res.json(null));
router.get("/nothing", (req, res) => res.status(204).json({ gone: true }));

const values: Record<string, unknown> = { text: "hi", object: { ok: true }, list: [1], none: null };

router.get("/sent/:kind", (req, res) => {
  const value = values[req.params.kind];
  res.send(value);
});
router.get("/sent-bad/:kind", (req, res) => {
  const value = values[req.params.kind];
  res.status(400).send(value);
});

router.get("/several/:kind", (req, res) => {
  if (req.params.kind === "none") return res.sendStatus(204);
  if (req.params.kind === "text") return res.status(203).send("text");
  if (req.params.kind === "bad") return res.status(422).json({ kind: "bad" });
  res.status(req.params.kind === "made" ? 201 : 200).json({ kind: req.params.kind });
});
router.get("/counted", (req, res) => {
  res.set("X-Total-Count", "2").json([1, 2]);
});
router.get("/csv", (req, res) => {
  res.setHeader("Content-Type", "text/csv");
  res.send("a,b");
});
router.post("/checked", validate(schema), (req, res) => {
  res.json({ email: req.body.email });
});
router.get("/branch/:kind", (req, res) =>
  req.params.kind === "good" ? res.json({ ok: true }) : res.status(404).json({ ok: false }),
);

router.get("/caught/:kind", async (req, res) => {
  try {
    if (req.params.kind === "bad") return res.status(400).json({ error: "bad" });
    if (req.params.kind === "boom") throw new Error("boom");
    res.json({ ok: true });
  } catch (error) {
    res.status(500).json({ error: "caught" });
  }
});
router.get("/raised/:kind", async (req, res) => {
  if (req.params.kind === "known") {
    res.status(404);
    throw new Error("not found");
  }
  throw new Error("unknown");
});
router.get("/forwarded", async (req, res, next) => {
  next(new Error("passed on"));
});
router.get("/helped/:kind", async (req, res) => {
  try {
    if (req.params.kind === "bad") return sendError(res, "bad", 400);
    if (req.params.kind === "boom") throw new Error("boom");
    sendSuccess(res, { kind: req.params.kind }, 201);
  } catch (error: any) {
    sendError(res, error.message, 500);
  }
});

router.get("/notes", async (req, res) => {
  res.json(await prisma.note.count());
});
router.post("/kept/:kind", async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.params.kind, name: "kept" } });
  await prisma.note.create({ data: { text: "kept", authorId: user.id } });
  if (req.params.kind === "bad") return res.status(409).json({ error: "kept" });
  if (req.params.kind === "boom") throw new Error("kept");
  res.status(201).json({ thrown: req.params.kind });
});
router.post("/kept-by-catch", async (req, res) => {
  try {
    throw new Error("always");
  } catch (error) {
    const user = await prisma.user.create({ data: { email: "catch", name: "kept" } });
    await prisma.note.create({ data: { text: "kept", authorId: user.id } });
    res.status(500).json({ error: "kept" });
  }
});
router.post("/undone", async (req, res) => {
  await prisma.$transaction(async (tx) => {
    const user = await tx.user.create({ data: { email: "undone", name: "undone" } });
    await tx.note.create({ data: { text: "undone", authorId: user.id } });
    if (req.body.strict) throw new Error("undone");
  });
  res.json({ ok: true });
});
"""

HTML, TEXT, JSON = "text/html", "text/plain", "application/json"

ANSWERS: dict[str, tuple[int, str | None, str]] = {
    "/html": (200, HTML, "<b>hi</b>"),
    "/accepted": (202, JSON, '{"ok":true}'),
    "/status": (202, TEXT, "Accepted"),
    "/teapot": (418, TEXT, "I'm a Teapot"),
    "/bad-text": (400, HTML, "bad"),
    "/bad-json": (400, JSON, '"bad"'),
    "/bad-empty": (400, None, ""),
    "/bad-null": (400, JSON, "null"),
    "/string": (200, JSON, '"text"'),
    "/null": (200, JSON, "null"),
    "/nothing": (204, None, ""),
    "/sent/text": (200, HTML, "hi"),
    "/sent/object": (200, JSON, '{"ok":true}'),
    "/sent/list": (200, JSON, "[1]"),
    "/sent/none": (200, None, ""),
    "/sent-bad/text": (400, HTML, "hi"),
    "/sent-bad/object": (400, JSON, '{"ok":true}'),
    "/sent-bad/none": (400, None, ""),
    "/several/none": (204, None, ""),
    "/several/text": (203, HTML, "text"),
    "/several/bad": (422, JSON, '{"kind":"bad"}'),
    "/several/made": (201, JSON, '{"kind":"made"}'),
    "/several/other": (200, JSON, '{"kind":"other"}'),
    "/counted": (200, JSON, "[1,2]"),
    "/csv": (200, "text/csv", "a,b"),
    "/branch/good": (200, JSON, '{"ok":true}'),
    "/branch/bad": (404, JSON, '{"ok":false}'),
    "/caught/good": (200, JSON, '{"ok":true}'),
    "/caught/bad": (400, JSON, '{"error":"bad"}'),
    "/caught/boom": (500, JSON, '{"error":"caught"}'),
    "/raised/known": (404, JSON, '{"message":"not found"}'),
    "/raised/unknown": (500, JSON, '{"message":"unknown"}'),
    "/forwarded": (500, JSON, '{"message":"passed on"}'),
    "/helped/good": (201, JSON, '{"data":{"kind":"good"},"success":true}'),
    "/helped/bad": (400, JSON, '{"message":"bad","success":false}'),
    "/helped/boom": (500, JSON, '{"message":"boom","success":false}'),
}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    imports = """
import { sendError, sendSuccess } from "./respond";
import { schema, validate } from "./validate";
"""
    files = users_app(ROUTES, imports, app=APP, errors=ERRORS, respond=RESPOND, validate=VALIDATE)
    return CodemodTest(tmp_path_factory.mktemp("traps")).migrate(files)


@pytest.fixture(scope="module")
def project(migrated: Migrated) -> ConvexProject:
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    return project


@pytest.fixture(scope="module")
def answers(project: ConvexProject) -> dict[str, Answer]:
    served = project.serve([Request("GET", f"/traps{path}") for path in ANSWERS])
    return dict(zip(ANSWERS, served, strict=True))


def test_every_route_is_migrated(migrated: Migrated) -> None:
    left = [f"{item.name}: {item.reason}" for item in migrated.settled.items if item.outcome == "needs-review"]
    assert left == []


def test_it_type_checks_and_bundles(project: ConvexProject) -> None:
    assert project.tsc() == []
    assert project.bundle() == []


@pytest.mark.parametrize("path", ANSWERS)
def test_it_answers_as_express_did(answers: dict[str, Answer], path: str) -> None:
    answer = answers[path]
    media = answer.headers.get("content-type", "").split(";")[0] or None
    assert answer.failure is None
    assert (answer.status, media, answer.text) == ANSWERS[path]


def test_headers_are_sent(answers: dict[str, Answer]) -> None:
    assert answers["/counted"].headers["x-total-count"] == "2"


def test_a_check_that_computes_its_status_still_refuses(project: ConvexProject) -> None:
    bad, good = project.serve(
        [Request("POST", "/traps/checked", {"email": "x"}), Request("POST", "/traps/checked", {"email": "a@b.co"})]
    )
    assert (bad.status, bad.body) == (400, {"issues": 1})
    assert (good.status, good.body) == (200, {"email": "a@b.co"})


def _notes_after(project: ConvexProject, *steps: Request) -> tuple[list[Json], Json]:
    *answers, notes = project.serve([*steps, Request("GET", "/traps/notes")])
    assert [answer.failure for answer in answers] == [None] * len(answers)
    return [[answer.status, answer.body] for answer in answers], notes.body


def test_writes_before_a_failure_stay(project: ConvexProject) -> None:
    kinds = ["good", "bad", "boom"]
    answers, notes = _notes_after(project, *(Request("POST", f"/traps/kept/{kind}") for kind in kinds))
    assert answers == [[201, {"thrown": "good"}], [409, {"error": "kept"}], [500, {"message": "kept"}]]
    assert notes == 3


def test_writes_of_a_catch_clause_stay(project: ConvexProject) -> None:
    answers, notes = _notes_after(project, Request("POST", "/traps/kept-by-catch"))
    assert answers == [[500, {"error": "kept"}]]
    assert notes == 1


def test_writes_of_a_failed_transaction_are_undone(project: ConvexProject) -> None:
    strict = Request("POST", "/traps/undone", {"strict": True})
    answers, notes = _notes_after(project, strict, Request("POST", "/traps/undone", {"strict": False}))
    assert answers == [[500, {"message": "undone"}], [200, {"ok": True}]]
    assert notes == 1
