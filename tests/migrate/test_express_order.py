"""What middleware gets by where it is registered: errors of what stands before it, parameters of its own router."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from harness import CodemodTest
from middleware_app import app
from side_by_side import compare

BEFORE = """
    import express from "express";

    const app = express();
    app.use(express.json());
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(418).json({ error: err.message });
    });
    app.get("/broken", () => {
      throw Object.assign(new Error("broken"), { status: 409 });
    });
    app.listen(Number(process.env.PORT));
    """


def test_handlers_of_errors_take_those_of_routes_before_them(tmp_path: Path) -> None:
    result = compare(tmp_path, {"src/app.ts": dedent(BEFORE)}, "GET http://localhost/broken")
    assert result.differences == []


AMONG = """
    const broken = () => { throw new Error("broken"); };
    app.get("/a", broken);
    app.get("/b", broken);
    app.use(PATH(err: any, req: Request, res: Response, next: NextFunction) => {
      res.status(418).json({ error: err.message });
    });
    app.get("/late", broken);
    """


@pytest.mark.parametrize(
    ("path", "outcomes"),
    [
        (
            "",
            ("migrated", "migrated", "is registered behind `inline function`, which takes the errors of other routes"),
        ),
        ('"/a", ', ("hands its errors to `inline function`, which serves one router alone", "migrated", "migrated")),
        ('"/none", ', ("migrated", "migrated", "migrated")),
    ],
)
def test_routes_whose_errors_go_another_way_stay_behind(
    codemod: CodemodTest, path: str, outcomes: tuple[str, ...]
) -> None:
    migrated = codemod.migrate(app(AMONG.replace("PATH", path)))
    found = [migrated.outcome(f"GET /{name}") for name in ("a", "b", "late")]
    assert [outcome in got for outcome, got in zip(outcomes, found, strict=True)] == [True, True, True], found


def test_a_handler_of_errors_that_is_never_there_takes_none(codemod: CodemodTest) -> None:
    handler = "(err: any, req: Request, res: Response, next: NextFunction) => { res.status(418).end(); }"
    dev = f'if (process.env.NODE_ENV === "development") app.use({handler});'
    migrated = codemod.migrate(app(f'app.get("/a", (req, res) => res.json(1));\n{dev}'))
    assert migrated.outcome("GET /a") == "migrated"
    assert "sendFault(c, faultOf(error))" in migrated.convex["convex/http.ts"]


TENANTS = """
    import express, { NextFunction, Request, Response, Router } from "express";

    const app = express();
    app.use(express.json());
    const named = (req: any, res: Response, next: NextFunction) => {
      res.set("X-Seen", String(req.params.NAME));
      next();
    };
    const notes = Router(OPTIONS);
    notes.use("/:note", named);
    notes.get("/:note", named, (req: Request<any>, res) => res.json({ note: req.params.note }));
    app.use("/tenants/:tenant/notes", notes);
    app.listen(Number(process.env.PORT));
    """
MERGED = "{ mergeParams: true }"


@pytest.mark.parametrize(("name", "options"), [("note", ""), ("note", MERGED), ("tenant", MERGED)])
def test_parameters_are_those_of_the_router(tmp_path: Path, name: str, options: str) -> None:
    text = dedent(TENANTS).replace("NAME", name).replace("OPTIONS", options)
    result = compare(tmp_path, {"src/app.ts": text}, "GET http://localhost/tenants/acme/notes/7")
    assert result.differences == []
    assert result.note == "1 of 1 answers are the same"


READS = {
    "one by its name": "req.params.tenant",
    "one that is taken out": "((params) => { const { tenant } = req.params; return tenant; })()",
    "all of them": "Object.keys(req.params).length",
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_parameters_of_mounts_are_kept_from_middleware(codemod: CodemodTest, read: str) -> None:
    text = f"""
        const seen = (req: any, res: Response, next: NextFunction) => {{
          res.set("X-Seen", String({read}));
          next();
        }};
        const notes = express.Router();
        notes.get("/open", (req, res) => res.json(1));
        notes.get("/closed", seen, (req, res) => res.json(1));
        app.use("/tenants/:tenant/notes", notes);
        """
    migrated = codemod.migrate(app(text))
    assert migrated.outcome("GET /tenants/:tenant/notes/open") == "migrated"
    reason = "which reads parameters of mounts, which its router does not merge"
    assert reason in migrated.outcome("GET /tenants/:tenant/notes/closed")
