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


WILDCARDS = """
    import express from "express";

    const app = express();
    app.use(express.json());
    const guard: express.RequestHandler = (req, res, next) => {
      if (req.headers.authorization !== "key") {
        res.status(401).json({ error: "no key" });
        return;
      }
      next();
    };
    app.all("/inner/*", guard);
    app.all("/plain", (req, res, next) => {
      console.log("plain");
      next();
    });
    app.get("/inner/a", (req, res) => { res.json({ a: 1 }); });
    app.get("/innermost", (req, res) => { res.json({ b: 2 }); });
    app.get("/plain", (req, res) => { res.json({ c: 3 }); });
    app.listen(Number(process.env.PORT));
    """


def test_functions_for_all_methods_that_go_on_are_middleware(tmp_path: Path) -> None:
    urls = ["/inner/a", "/innermost", "/plain", "/inner/b"]
    requests = [f"###\n{verb} http://localhost{url}" for url in urls for verb in ("GET", "POST")]
    requests.append("###\nGET http://localhost/inner/a\nAuthorization: key")
    result = compare(tmp_path, {"src/app.ts": dedent(WILDCARDS)}, "\n\n".join(requests))
    assert result.differences == []
    assert result.note == "9 of 9 answers are the same"


def test_what_runs_for_others_stays_while_one_of_them_does(codemod: CodemodTest) -> None:
    routes = """
        const guard = (req: Request, res: Response, next: NextFunction) => {
          if (req.headers.authorization !== "key") return res.status(401).end();
          next();
        };
        app.all("/inner/*", guard);
        app.get("/inner/a", (req, res) => res.json(1));
        app.get("/inner/b", (req, res) => res.render("b"));
        """
    migrated = codemod.migrate(app(routes))
    assert migrated.outcome("ALL /inner/*") == "migrated"
    assert migrated.outcome("GET /inner/a") == "migrated"
    assert 'app.all("/inner/*", guard);' in migrated.files["src/app.ts"]
    assert "TODO(convexify CX706): GET /inner/b" in migrated.files["src/app.ts"]
    assert "TODO(convexify CX205)" not in migrated.files["src/app.ts"]


DEEPER = """
    import express from "express";

    const app = express();
    const keyed: express.RequestHandler = (req, res, next) => {
      if (req.headers.authorization !== "key") {
        res.status(401).json({ error: "no key" });
        return;
      }
      next();
    };
    const leaf = express.Router();
    leaf.get("/admin/users", (req, res) => { res.json("users"); });
    leaf.get("/administrators", (req, res) => { res.json("administrators"); });
    leaf.get("/exact/below", (req, res) => { res.json("below"); });
    leaf.get("/exact", (req, res) => { res.json("exact"); });
    leaf.get("/open", (req, res) => { res.json("open"); });
    const middle = express.Router();
    middle.use("/v1/admin", (req, res, next) => {
      res.set("X-Middle", "yes");
      next();
    });
    middle.use("/v1", leaf);
    app.use("/api/v1/admin", keyed);
    app.all("/api/v1/exact", keyed);
    app.use("/api", middle);
    app.listen(Number(process.env.PORT));
    """


def test_middleware_may_be_registered_below_the_mounts_that_come_after_it(tmp_path: Path) -> None:
    urls = [f"/api/v1/{name}" for name in ("admin/users", "administrators", "exact", "exact/below", "open")]
    requests = [f"###\nGET http://localhost{url}{key}" for url in urls for key in ("", "\nAuthorization: key")]
    result = compare(tmp_path, {"src/app.ts": dedent(DEEPER)}, "\n\n".join(requests))
    assert result.differences == []
    assert result.note == "10 of 10 answers are the same"


@pytest.mark.parametrize("registered", ['use("/api/admin", guard)', 'all("/api/admin/*", guard)'])
def test_a_guard_below_a_mount_that_stays_behind_holds_its_routes_back(codemod: CodemodTest, registered: str) -> None:
    routes = f"""
        const guard = (req: Request, res: Response, next: NextFunction) => {{
          if (!(globalThis as any).sessions.has(req.headers.authorization)) return res.status(401).end();
          next();
        }};
        const inner = express.Router();
        inner.get("/admin/users", (req, res) => res.json(1));
        inner.get("/open", (req, res) => res.json(1));
        app.{registered};
        app.use("/api", inner);
        """
    migrated = codemod.migrate(app(routes))
    assert migrated.outcome("GET /api/open") == "migrated"
    assert migrated.outcome("GET /api/admin/users").startswith("needs-review CX801 is guarded by `guard`")


OVERLAPPING = """
    import express from "express";

    const app = express();
    app.use(express.json());
    const guard: express.RequestHandler = (req, res, next) => {
      if (req.headers.authorization !== "key") {
        res.status(401).json({ error: "no key" });
        return;
      }
      next();
    };
    app.all("/users/:id", guard);
    app.all("/:kind/x", guard);
    app.get("/users/me", (req, res) => { res.json("me"); });
    app.get("/users/me/x", (req, res) => { res.json("below"); });
    app.get("/a/x", (req, res) => { res.json("x"); });
    app.listen(Number(process.env.PORT));
    """


def test_functions_for_all_methods_of_a_parameter_run_for_its_values(tmp_path: Path) -> None:
    urls = ["/users/me", "/users/me/x", "/a/x"]
    requests = [f"###\nGET http://localhost{url}{key}" for url in urls for key in ("", "\nAuthorization: key")]
    result = compare(tmp_path, {"src/app.ts": dedent(OVERLAPPING)}, "\n\n".join(requests))
    assert result.differences == []
    assert result.note == "6 of 6 answers are the same"


CLASSES = """
    import express, { Router } from "express";

    const app = express();
    app.use(express.json());
    const guard: express.RequestHandler = (req, res, next) => {
      if (req.headers.authorization !== "key") {
        res.status(401).json({ error: "no key" });
        return;
      }
      next();
    };
    class Early {
      public router = Router();
      constructor() { this.secure(); this.routes(); }
      routes() { this.router.get("/x", (req, res) => { res.json("x"); }); }
      secure() { this.router.use(guard); }
    }
    class Late {
      public router = Router();
      constructor() { this.routes(); this.secure(); }
      secure() { this.router.use(guard); }
      routes() { this.router.get("/x", (req, res) => { res.json("x"); }); }
    }
    app.use("/early", new Early().router);
    app.use("/late", new Late().router);
    app.listen(Number(process.env.PORT));
    """


def test_methods_register_in_the_order_of_the_calls_of_their_own_class(tmp_path: Path) -> None:
    urls = ["/early/x", "/late/x"]
    requests = [f"###\nGET http://localhost{url}{key}" for url in urls for key in ("", "\nAuthorization: key")]
    result = compare(tmp_path, {"src/app.ts": dedent(CLASSES)}, "\n\n".join(requests))
    assert result.differences == []
    assert result.note == "4 of 4 answers are the same"
