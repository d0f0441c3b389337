"""Middleware at the edge beside the same middleware on Express: order, scopes, headers, values, refusals."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from side_by_side import compare

CONTEXT = """
    import { NextFunction, Request, Response } from "express";

    export const trace = (name: string) => (req: Request, res: Response, next: NextFunction) => {
      res.locals.trace = [...(res.locals.trace ?? []), name];
      res.append("X-Trace", name);
      next();
    };

    export function tenant(req: Request, res: Response, next: NextFunction): void {
      const name = req.get("X-Tenant");
      if (name === "broken") throw new Error("No such tenant");
      if (name === "odd") return next(Object.assign(new Error("Odd tenant"), { status: 409 }));
      (req as any).tenant = name?.toUpperCase();
      next();
    }

    export const onlyFor = (...names: string[]) => (req: any, res: Response, next: NextFunction) =>
      names.includes(req.tenant) ? next() : res.status(403).json({ error: `Not for ${req.tenant ?? "you"}` });
    """

APP = """
    import express, { Router } from "express";
    import { onlyFor, tenant, trace } from "./context";

    const app = express();
    app.use(express.json());
    app.use(trace("app"));
    app.get("/open", (req, res) => res.json({ open: true }));
    app.use("/books", trace("books"), tenantRouter());
    app.use(tenant);

    const admin = Router();
    admin.get("/status", trace("status"), (req, res) => res.json({ up: true }));
    admin.use(onlyFor("ACME", "OTHER"));
    admin.use("/deep", onlyFor("ACME"), trace("deep"));
    admin.get("/notes", (req, res) => res.json([]));
    admin.get("/deep/notes", (req, res) => res.json(["deep"]));
    app.use("/admin", trace("admin"), admin);

    app.all("/form", (req, res, next) => {
      if (typeof req.body.name !== "string") return res.status(422).send({ error: "Name?" });
      req.body.name = req.body.name.trim();
      next();
    });
    app.post("/form", (req, res) => res.status(201).json({ name: req.body.name }));
    app.get("/late", trace("late"), (req, res) => res.json({ late: true }));
    app.use((req, res) => {
      res.status(404).json({ error: "Nothing here" });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err.status || 500).json({ error: err.message });
    });

    function tenantRouter() {
      const router = Router();
      router.get("/:id", trace("book"), (req, res) => res.json({ id: req.params.id }));
      return router;
    }

    app.listen(Number(process.env.PORT));
    """


def _asked() -> str:
    plain = ["/open", "/books/7", "/books/7/8", "/admin/status", "/admin/notes", "/admin/none", "/late", "/nowhere"]
    acme = ["/admin/notes", "/admin/deep/notes", "/admin/deep/none", "/late"]
    asked = [f"GET http://localhost{url}" for url in plain]
    asked += [f"GET http://localhost{url}\nX-Tenant: acme" for url in acme]
    asked += [f"GET http://localhost/admin/deep/notes\nX-Tenant: {name}" for name in ("other", "broken", "odd")]
    asked += [f"GET http://localhost/open\nX-Tenant: {name}" for name in ("broken", "odd")]
    bodies = ['{ "name": " Ann " }', '{ "name": 7 }', "{}"]
    asked += [f"POST http://localhost/form\nContent-Type: application/json\n\n{body}" for body in bodies]
    return "\n\n".join(f"###\n{each}" for each in asked)


def test_middleware_runs_as_on_express(tmp_path: Path) -> None:
    result = compare(tmp_path, {"src/app.ts": dedent(APP), "src/context.ts": dedent(CONTEXT)}, _asked())
    assert result.differences == []
    assert result.note == "20 of 20 answers are the same"


VOID = """
    import express, { NextFunction, Request, Response } from "express";

    const app = express();
    const returned = (req: Request, res: Response, next: NextFunction) => {
      if (req.query.key === "a") return void next();
      if (req.query.key === "b") return (void next());
      res.status(401).json({ error: "Key?" });
    };
    const stated = (req: Request, res: Response, next: NextFunction) => {
      if (req.query.key !== "a") return void res.status(401).json({ error: "Key?" });
      void next();
    };
    const whole = (req: Request, res: Response, next: NextFunction) => void next();
    app.get("/returned", returned, (req, res) => res.json({ ok: 1 }));
    app.get("/stated", stated, (req, res) => res.json({ ok: 2 }));
    app.get("/whole", whole, (req, res) => res.json({ ok: 3 }));
    app.listen(Number(process.env.PORT));
    """


def test_what_comes_behind_is_waited_for_where_next_is_void(tmp_path: Path) -> None:
    urls = [f"{path}?key={key}" for path in ("/returned", "/stated", "/whole") for key in "abc"]
    asked = "\n\n".join(f"###\nGET http://localhost{url}" for url in urls)
    result = compare(tmp_path, {"src/app.ts": dedent(VOID)}, asked)
    assert result.differences == []
    assert result.note == "9 of 9 answers are the same"
