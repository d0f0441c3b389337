"""Routes that the source registers under a condition: the edge asks for it with each request, where it can."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import CodemodTest, dedented
from side_by_side import compare

CONFIG = """
    const mode = process.env.NODE_ENV || "development";
    export const config = {
      isTest: mode === "test",
      features: { reports: process.env.REPORTS === "on" },
    };
    export const isCi = () => process.env.CI_RUN === "1" && process.env.DEBUG !== "1";
    """

APP = """
    import express from "express";
    import { config, isCi } from "./config";
    import admin from "./admin";

    const app = express();
    const isOpen = !process.env.SHUT;
    if (process.env.OPEN_DOOR) {
      app.get("/door", (req, res) => res.json("open"));
    } else {
      app.get("/door", (req, res) => res.json("closed"));
    }
    if (config.isTest) app.get("/test", (req, res) => res.json("test"));
    if (config.features.reports && isOpen) app.get("/reports", (req, res) => res.json("reports"));
    isCi() && app.get("/ci", (req, res) => res.json("ci"));
    ["1", "2"].includes(process.env.LEVEL ?? "") || app.get("/level", (req, res) => res.json("level"));
    function more() {
      if (!isOpen) return;
      app.get("/more", (req, res) => res.json("more"));
    }
    more();
    if (process.env.ADMIN !== "off") app.use("/admin", admin);
    app.get("/admin/:page", (req, res) => res.json(req.params.page));
    app.use((req, res) => { res.status(404).json({ error: "none" }); });
    app.listen(Number(process.env.PORT));
    """

ADMIN = """
    import { Router } from "express";

    const router = Router();
    router.get("/users", (req, res) => res.json("users"));
    if (process.env.ADMIN_DELETES) router.delete("/users", (req, res) => res.json("deleted"));
    export default router;
    """

FILES = {"src/app.ts": APP, "src/config.ts": CONFIG, "src/admin.ts": ADMIN}

REQUESTS = "\n###\n".join(
    f"{method} http://localhost:3000{path}"
    for method, path in [
        *(
            ("GET", path)
            for path in ["/door", "/test", "/reports", "/ci", "/level", "/more", "/admin/users", "/admin/x"]
        ),
        ("DELETE", "/admin/users"),
    ]
)

SETTINGS = {
    "nothing set": {},
    "all open": {"OPEN_DOOR": "1", "REPORTS": "on", "CI_RUN": "1", "LEVEL": "3", "ADMIN_DELETES": "1"},
    "all shut": {"SHUT": "1", "REPORTS": "on", "CI_RUN": "1", "DEBUG": "1", "LEVEL": "2", "ADMIN": "off"},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_environment_decides_which_routes_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = compare(tmp_path, FILES, REQUESTS)
    assert result.differences == []
    assert result.note == "9 of 9 answers are the same"


def test_a_request_is_handed_on_where_the_route_was_not_there(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    http = migrated.convex["convex/http.ts"]
    assert (
        dedented("""
        app.get("/door", async (c, next) => {
          if (!env.OPEN_DOOR) return next();
        """).strip()
        in http
    )
    assert "  if (env.OPEN_DOOR) return next();\n" in http
    assert '  if ((process.env.NODE_ENV || "development") !== "test") return next();\n' in http
    assert '  if (!((env.REPORTS === "on") && !env.SHUT)) return next();\n' in http
    assert '  if (!(env.CI_RUN === "1" && env.DEBUG !== "1")) return next();\n' in http
    assert '  if (["1", "2"].includes(env.LEVEL ?? "")) return next();\n' in http
    assert "  if (env.SHUT) return next();\n" in http
    assert '  if (env.ADMIN === "off") return next();\n  if (!env.ADMIN_DELETES) return next();\n' in http
    assert "OPEN_DOOR: v.optional(v.string())" in migrated.convex["convex/convex.config.ts"]


def test_what_is_not_always_there_is_called_by_the_edge_alone(codemod: CodemodTest) -> None:
    items = codemod.migrate(FILES).settled.items
    kinds = {item.name: item.target.function_kind for item in items if item.kind == "route" and item.target}
    assert kinds["GET /test"] == kinds["GET /admin/users"] == kinds["GET /door"] == "internalQuery"
    assert kinds["GET /admin/:page"] == "query"


UNMOVABLE = {
    "a file": ("if (existsSync('x')) ", "is only there if `existsSync('x')`"),
    "a variable": ("let shut = false;\nshut = true;\nif (!shut) ", "is only there if `!shut`"),
    "a choice of several": ("switch (process.env.X) { case '1': ", "is only there if `'1'`"),
    "an argument": ("for (const open of [true, false]) if (open) ", "is only there if `open`"),
    "the clock": ("if (Date.now() > 0) ", "is only there if `Date.now() > 0`"),
    "the opposite": ("if (existsSync('x')) {} else ", "is only there unless `existsSync('x')`"),
}


@pytest.mark.parametrize("condition, reason", UNMOVABLE.values(), ids=UNMOVABLE)
def test_what_only_the_original_can_decide_is_left_to_its_owner(
    codemod: CodemodTest, condition: str, reason: str
) -> None:
    end = " }" if "switch" in condition else ""
    app = f"""
import express from "express";
import {{ existsSync }} from "fs";
const app = express();
{condition}app.get("/x", (req, res) => res.json(1));{end}
app.listen(3000);
"""
    outcome = codemod.migrate({"src/app.ts": app}).outcome("GET /x")
    assert outcome.startswith(f"needs-review CX110 {reason}")


def test_a_route_that_is_not_carried_over_is_refused_only_where_it_was_there(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        const app = express();
        import { guard } from "nowhere";
        if (process.env.ADMIN) app.get("/admin", guard, (req, res) => res.render("admin"));
        app.listen(3000);
        """
    migrated = codemod.migrate({"src/app.ts": dedented(app)})
    expected = """
        app.get("/admin", async (c, next) => {
          if (!env.ADMIN) return next();
          return notMigrated("CX801")(c);
        });
        """
    assert dedented(expected).strip() in migrated.convex["convex/http.ts"]
    assert migrated.outcome("GET /admin").startswith("needs-review CX801")


def test_middleware_does_not_run_where_its_route_is_not_there(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        const app = express();
        const named = (req, res, next) => { if (!req.query.name) return res.status(400).json({}); next(); };
        if (process.env.ADMIN) app.get("/admin", named, (req, res) => res.json(1));
        app.get("/other", (req, res) => res.json(2));
        app.listen(3000);
        """
    migrated = codemod.migrate({"src/app.ts": dedented(app)})
    assert migrated.outcome("GET /admin") == "migrated"
    step = "async (c, next) => {\n    if (!env.ADMIN) return next();\n    return named(c, next);\n  },"
    assert f'app.get(\n  "/admin",\n  {step}' in migrated.convex["convex/http.ts"]
    assert migrated.outcome("GET /other") == "migrated"


def test_routes_that_share_a_function_agree_on_its_kind(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        const app = express();
        const both = (req, res) => res.json(1);
        app.get("/always", both);
        app.post("/always", both);
        if (process.env.MORE) app.get("/more", both);
        app.listen(3000);
        """
    migrated = codemod.migrate({"src/app.ts": dedented(app)})
    kinds = {item.target.function_kind for item in migrated.settled.items if item.kind == "route" and item.target}
    assert kinds == {"internalMutation"}
    assert migrated.convex["convex/http.ts"].count("runMutation(internal.app.both, {})") == 3
