"""What a schema makes of its input reaches the handler as it was: dates as dates, conversions as data."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject, Request
from harness import CodemodTest

APP = """
import express from "express";
import { z } from "zod";
import { validate } from "./validate";

const schema = SCHEMA;
const app = express();
app.use(express.json());
app.post("/tasks", validate(schema), (req, res) => {
  HANDLER
});
app.listen(3000);
"""

VALIDATE = """
import { NextFunction, Request, Response } from "express";
import { ZodSchema } from "zod";

export const validate = (schema: ZodSchema) => (req: Request, res: Response, next: NextFunction) => {
  const result = schema.safeParse(req.body);
  if (!result.success) {
    res.status(400).json(result.error.flatten());
    return;
  }
  req.body = result.data;
  next();
};
"""


def task_app(schema: str, handler: str) -> dict[str, str]:
    return {
        "src/app.ts": APP.replace("SCHEMA", schema).replace("HANDLER", handler),
        "src/validate.ts": VALIDATE,
    }


DATES = {
    "z.object({ due: z.coerce.date() })": (
        "res.json({ year: req.body.due.getUTCFullYear() });",
        {"due": "2024-05-06"},
        {"year": 2024},
    ),
    "z.object({ due: z.coerce.date().nullish(), done: z.boolean() })": (
        "const { due, done } = req.body;\n  res.json({ due: due?.toISOString() ?? null, done });",
        {"done": True},
        {"due": None, "done": True},
    ),
    "z.object({ steps: z.array(z.object({ at: z.string().transform((text) => new Date(text)) })) })": (
        "res.json(req.body.steps.map((step: { at: Date }) => step.at.getTime()));",
        {"steps": [{"at": "1970-01-01T00:00:01Z"}, {"at": "1970-01-01T00:00:02Z"}]},
        [1000, 2000],
    ),
    "z.record(z.string(), z.coerce.date())": (
        "res.json(Object.values(req.body).map((at) => (at as Date).getTime()));",
        {"a": 5, "b": 6},
        [5, 6],
    ),
}


@pytest.mark.parametrize("schema", DATES)
def test_dates_reach_the_handler_as_dates(codemod: CodemodTest, schema: str) -> None:
    handler, body, answer = DATES[schema]
    migrated = codemod.migrate(task_app(schema, handler))
    assert migrated.outcome("POST /tasks") == "migrated"
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc()) == ([], [])
    [said] = project.serve([Request("POST", "/tasks", body)])
    assert (said.status, said.body) == (200, answer)


def test_dates_cross_as_milliseconds(codemod: CodemodTest) -> None:
    schema = "z.object({ due: z.coerce.date(), tags: z.array(z.string()) })"
    migrated = codemod.migrate(task_app(schema, "res.json({ due: req.body.due, tags: req.body.tags });"))
    assert migrated.convex["convex/app.ts"].count("due: v.number()") == 1
    assert 'const args = withDates(sent, ["due"]);' in migrated.convex["convex/app.ts"]
    assert "toArguments({ due: req.body.due, tags: req.body.tags })" in migrated.convex["convex/http.ts"]


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("z.union([z.coerce.date(), z.number()])", "is given dates where numbers may stand as well"),
        ("z.string().transform((text) => new Map([[text, 1]]))", "may make objects of its input"),
        ("z.any().transform(make)", "may make objects of its input"),
    ],
)
def test_what_may_not_cross_is_refused(codemod: CodemodTest, field: str, reason: str) -> None:
    migrated = codemod.migrate(task_app(f"z.object({{ value: {field} }})", "res.json({ ok: !!req.body.value });"))
    assert reason in migrated.outcome("POST /tasks")


def test_conversions_give_the_types_of_what_they_make(codemod: CodemodTest) -> None:
    fields = """
        size: z.string().transform((text) => parseInt(text, 10)),
        words: z.string().transform((text) => text.split(" ")),
        open: z.string().transform((text) => text === "yes"),
        name: z.string().transform((text) => text.trim() || null),
        page: z.coerce.number().catch(1)"""
    reads = "size: req.body.size, words: req.body.words, open: req.body.open, name: req.body.name, page: req.body.page"
    migrated = codemod.migrate(task_app(f"z.object({{{fields} }})", f"res.json({{ {reads} }});"))
    text = " ".join(migrated.convex["convex/app.ts"].split())
    validators = (
        "size: v.number(), words: v.array(v.string()), open: v.boolean(), "
        "name: v.union(v.string(), v.null()), page: v.number()"
    )
    assert validators in text
