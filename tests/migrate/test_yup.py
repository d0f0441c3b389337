"""yup beside its migration: its schemas run at the edge, and say what the arguments of functions are."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from harness import CodemodTest, write_files
from side_by_side import compare_folder

from codemods.proof import Stage

PACKAGE = """
    { "name": "app", "dependencies": { "express": "^4.21.0", "yup": "^1.4.0" } }
    """

APP = """
    import express, { NextFunction, Request, Response } from "express";
    import * as yup from "yup";

    const noteSchema = yup.object({
      title: yup.string().trim().min(2).max(10).required("title is missing"),
      count: yup.number().integer().positive().default(1),
      kind: yup.string().oneOf(["a", "b"]).required(),
      tags: yup.array().of(yup.string().required()).max(2),
      author: yup.object({ name: yup.string().required(), email: yup.string().email() }),
      done: yup.boolean().nullable(),
      due: yup.date().min(new Date("2020-01-01")),
    });

    const validate = (schema: yup.Schema) => async (req: Request, res: Response, next: NextFunction) => {
      try {
        req.body = await schema.validate(req.body, { abortEarly: false, stripUnknown: true });
        next();
      } catch (error) {
        const { errors, inner } = error as yup.ValidationError;
        res.status(400).json({ errors, paths: inner.map((each) => each.path) });
      }
    };

    const app = express();
    app.use(express.json());
    app.post("/notes", validate(noteSchema), (req, res) => {
      const { title, count, kind, tags, author, done, due } = req.body;
      res.status(201).json({ title, count, kind, tags, author, done, due, year: due?.getUTCFullYear() });
    });
    app.listen(Number(process.env.PORT));
    """

VALID = {"title": "abc", "kind": "a", "author": {"name": "x"}}

BODIES: list[object] = [
    VALID,
    {**VALID, "count": "5", "tags": ["a"], "done": None, "due": "2021-02-03", "extra": 1},
    {**VALID, "title": "  abc  ", "done": "true", "author": {"name": "x", "email": "a@b.co", "other": 1}},
    {},
    [],
    {**VALID, "title": None},
    {**VALID, "title": 12},
    {**VALID, "title": "much too long a title", "kind": "c"},
    {**VALID, "count": 1.5},
    {**VALID, "count": "x"},
    {**VALID, "tags": ["a", None]},
    {**VALID, "tags": ["a", "b", "c"]},
    {**VALID, "author": {"name": "", "email": "x"}},
    {**VALID, "author": None},
    {**VALID, "due": "x"},
    {**VALID, "due": "2019-01-01"},
]


def test_requests_are_refused_in_the_words_of_the_package(tmp_path: Path) -> None:
    write_files(tmp_path / "app", {"package.json": dedent(PACKAGE), "src/app.ts": dedent(APP)})
    requests = [f"POST /notes\nContent-Type: application/json\n\n{json.dumps(body)}" for body in BODIES]
    script = "\n\n###\n\n".join(requests) + "\n"
    stages = (Stage.TSC, Stage.BUNDLE, Stage.REPLAY)
    assert compare_folder(tmp_path, tmp_path / "app", script, "src/app.ts", stages).differences == []


def test_schemas_are_argument_validators_too(codemod: CodemodTest) -> None:
    migrated = codemod.migrate({"package.json": dedent(PACKAGE), "src/app.ts": dedent(APP)})
    assert migrated.outcome("POST /notes") == "migrated"
    assert migrated.outcome("noteSchema") == "migrated"
    text = migrated.convex["convex/app.ts"]
    assert 'kind: v.union(v.literal("a"), v.literal("b")),' in text
    assert "count: v.number()," in text
    assert "done: v.optional(v.union(v.boolean(), v.null()))," in text
