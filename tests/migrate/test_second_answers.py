"""A `return` that was forgotten behind an answer: Express sends the first one, and the second one only fails."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from harness import CodemodTest
from side_by_side import compare

ANSWERS = """
    import { Response } from "express";

    export function res401(res: Response, id: string, message: string | null = null) {
      message = message ?? "unauthorized";
      return res.status(401).send({ status: `${id}-401`, message });
    }

    export function res500(res: Response, id: string) {
      return res.status(500).send({ status: `${id}-500` });
    }
    """
APP = """
    import express, { NextFunction, Request, Response } from "express";
    import { res401, res500 } from "./answers";

    const app = express();

    const guard = (req: Request, res: Response, next: NextFunction) => {
      try {
        const token = JSON.parse(String(req.headers["x-token"]));
        res.locals.user = token.user.name;
        next();
      } catch (e) {
        if (e instanceof SyntaxError) {
          console.warn("no token");
          res401(res, "me", "token invalid");
        }
        res500(res, "me");
      }
    };

    app.get("/me", guard, (req, res) => { res.json({ user: res.locals.user }); });
    app.get("/a/:id", (req, res) => {
      try {
        const found = req.params.id === "1" ? { id: 1 } : null;
        if (!found) {
          res.status(404).json({ message: "none" });
        }
        res.json(found);
      } catch (error: any) {
        console.log("late");
        res.status(400).json({ message: error.message });
      }
    });
    app.get("/b/:id", (req, res: any) => {
      if (req.params.id === "1") {
        res.json({ id: 1 });
        return;
      }
      res.status(404).json({ first: true }).json({ message: "none" });
    });
    app.listen(Number(process.env.PORT));
    """
REQUESTS = """
GET http://localhost/me

###
GET http://localhost/me
X-Token: {}

###
GET http://localhost/me
X-Token: {"user": {"name": "ann"}}

###
GET http://localhost/a/1

###
GET http://localhost/a/2

###
GET http://localhost/b/1

###
GET http://localhost/b/2
"""


def test_the_first_answer_is_the_one_that_is_sent(tmp_path: Path) -> None:
    result = compare(tmp_path, {"src/app.ts": dedent(APP), "src/answers.ts": dedent(ANSWERS)}, REQUESTS)
    assert result.differences == []
    assert result.note == "7 of 7 answers are the same"


WORK = {
    "work to know what to send": """
      if (!req.query.a) res.status(400).json({ error: "no a" });
      res.json({ a: count(req) });
    """,
    "work between the answers": """
      if (!req.query.a) res.status(400).json({ error: "no a" });
      count(req);
      res.json({});
    """,
    "work where it is caught": """
      try {
        if (!req.query.a) res.status(400).json({ error: "no a" });
        res.json({});
      } catch (error) {
        count(req);
        res.status(500).json({});
      }
    """,
    "an answer whose failure is handed on": """
      try {
        if (!req.query.a) res.status(400).json({ error: "no a" });
        res.json({});
      } catch (error) {
        next(error);
      }
    """,
    "work in a chain": "res.status(400).json({}).json({ a: count(req) });",
    "a chain that is caught": """
      try {
        res.status(400).json({}).json({});
      } catch (error) {
        count(req);
      }
    """,
}


@pytest.mark.parametrize("body", WORK.values(), ids=WORK)
def test_what_works_behind_an_answer_is_refused(codemod: CodemodTest, body: str) -> None:
    app = f"""
const express = require("express");
const app = express();
const count = (req) => fetch(`http://localhost/count/${{req.query.a}}`);
app.get("/a", (req, res, next) => {{{dedent(body)}}});
"""
    assert codemod.migrate({"src/app.js": app}).outcome("GET /a").startswith("needs-review CX207")
