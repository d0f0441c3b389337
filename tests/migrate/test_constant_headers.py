"""Middleware that sets the headers of a constant: before and after, and beside Express."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from harness import CodemodTest
from middleware_app import app, middleware_in, served
from side_by_side import compare

CONSTANTS = """
    export const SECURITY_HEADERS = {
      "X-Frame-Options": "DENY",
      "X-Content-Type-Options": "nosniff",
    } as const;
    export const LIMITS = Object.freeze({ "X-Limit": 20, "X-Debug": false });
    export const POLICIES = { open: { "X-Policy": "open" }, closed: { "X-Policy": "closed" } };
    """

FORMS = {
    "a constant": (
        """
        (req, res, next) => {
          res.set(SECURITY_HEADERS);
          next();
        }
        """,
        """
        async (c, next) => {
          for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
          await next();
        }
        """,
    ),
    "numbers, and a name that is taken": (
        """
        (req, res, next) => {
          const name = req.get("x-name");
          if (name) res.header(LIMITS);
          next();
        }
        """,
        """
        async (c, next) => {
          const name = c.req.header("x-name");
          if (name) for (const [header, text] of Object.entries(LIMITS)) c.header(header, String(text));
          await next();
        }
        """,
    ),
    "one that is spread, and a part of one": (
        """
        (req, res, next) => {
          res.set({ ...SECURITY_HEADERS, "X-Frame-Options": "SAMEORIGIN" }).set(POLICIES.open);
          next();
        }
        """,
        """
        async (c, next) => {
          for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
          c.header("X-Frame-Options", "SAMEORIGIN");
          for (const [name, value] of Object.entries(POLICIES.open)) c.header(name, value);
          await next();
        }
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS.keys())
def test_headers_of_constants(codemod: CodemodTest, before: str, after: str) -> None:
    imports = 'import { LIMITS, POLICIES, SECURITY_HEADERS } from "./headers";\n'
    migrated = codemod.migrate(
        app(f"{imports}app.use({dedent(before).strip()});\napp.get('/a', (q, s) => s.json(1));", headers=CONSTANTS)
    )
    found = middleware_in(migrated).split("\n\napp.get")[0]
    assert found == f'app.use("*", {dedent(after).strip()});'
    served(migrated)


UNREADABLE = {
    "a list of values": "res.set({ 'X-A': ['1', '2'] });",
    "what a function makes": "res.set(made());",
    "an object that changes": "changing['X-A'] = req.ip!; res.set(changing);",
    "a media type": "res.set(TYPES);",
    "a media type under a condition": "if (req.query.xml) { res.set('content-type', 'text/xml'); }",
    "a header with a computed name": "res.set(req.query.name as string, '1');",
}


@pytest.mark.parametrize("statement", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_routes_do_not_lose_headers_that_stay_behind(codemod: CodemodTest, statement: str) -> None:
    text = f"""
        const TYPES = {{ "Content-Type": "text/plain" }};
        const changing: Record<string, string> = {{}};
        const made = () => ({{ "X-A": String(Math.random()) }});
        app.get("/open", (req, res) => res.json(1));
        app.use((req, res, next) => {{ {statement} next(); }});
        app.get("/closed", (req, res) => res.json(1));
        """
    migrated = codemod.migrate(app(text))
    assert migrated.outcome("GET /open") == "migrated"
    assert migrated.outcome("GET /closed").startswith("needs-review CX")


APP = """
    import express from "express";
    import { LIMITS, POLICIES, SECURITY_HEADERS } from "./headers";

    const app = express();
    app.use(express.json());
    app.use((req, res, next) => {
      res.set(SECURITY_HEADERS).header(LIMITS);
      next();
    });
    app.use("/closed", (req, res, next) => {
      res.set({ ...POLICIES.closed, "X-Limit": "none" });
      if (req.query.key !== "k") return res.status(401).json({ error: "Key?" });
      next();
    });
    app.get("/open", (req, res) => res.json({ open: true }));
    app.get("/closed/deep", (req, res) => res.json({ closed: false }));

    app.listen(Number(process.env.PORT));
    """


def test_constant_headers_are_those_of_express(tmp_path: Path) -> None:
    files = {"src/app.ts": dedent(APP), "src/headers.ts": dedent(CONSTANTS)}
    urls = ("/open", "/closed/deep", "/closed/deep?key=k")
    result = compare(tmp_path, files, "\n\n".join(f"###\nGET http://localhost{url}" for url in urls))
    assert result.differences == []
    assert result.note == "3 of 3 answers are the same"
