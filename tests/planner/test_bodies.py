"""Bodies that are written as a whole keep what their schema does not name, unless the check replaces them."""

from __future__ import annotations

import pytest
from planned_app import PlanApp

FACTORY = """
import { NextFunction, Request, Response } from "express";
import { ZodSchema } from "zod";

export const validate = (schema: ZodSchema) => (req: Request, res: Response, next: NextFunction) => {
  const result = schema.safeParse(req.body);
  if (!result.success) return res.status(400).json({ error: "invalid" });
  %s
  next();
};
"""
SCHEMA = "const schema = z.object({ title: z.string(), authorId: z.string() });\n"


def test_a_body_that_is_only_checked_comes_whole(planned: PlanApp) -> None:
    found = planned(
        SCHEMA
        + 'app.post("/x", validate(schema), async (req, res) => {'
        + " res.json(await prisma.post.create({ data: req.body })); });",
        imports='import { validate } from "./validate";',
        validate=FACTORY % "",
    )
    assert found.outcome == "migrated"
    assert "v.any()" in found.module


@pytest.mark.parametrize(
    ("assigned", "data"),
    [("req.body = result.data;", "req.body"), ("", "{ title: req.body.title, authorId: req.body.authorId }")],
    ids=["replaced", "spelled out"],
)
def test_a_body_of_which_no_more_is_written_has_the_schema_s_fields(planned: PlanApp, assigned: str, data: str) -> None:
    found = planned(
        SCHEMA
        + 'app.post("/x", validate(schema), async (req, res) => {'
        + f" res.json(await prisma.post.create({{ data: {data} }})); }});",
        imports='import { validate } from "./validate";',
        validate=FACTORY % assigned,
    )
    assert found.outcome == "migrated"
    assert "title: v.string()" in found.module
