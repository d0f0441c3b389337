"""The error of a schema that a function parses reaches the application's error handler with all that it can do."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject, Request
from express_app import users_app
from harness import CodemodTest, dedented

APP = """
import express, { NextFunction, Request, Response } from "express";
import { z } from "zod";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
const handle = (err: any, req: Request, res: Response, next: NextFunction) => {
  HANDLER
};
app.use(handle);
app.listen(3000);
"""

ROUTES = """
const User = z.object({ email: z.string().email(), age: z.number().min(1) });

router.post("/", async (req, res) => {
  const { email } = User.parse(req.body);
  res.status(201).json(await prisma.user.create({ data: { email, name: "a" } }));
});
"""

INVALID = Request("POST", "/users", {"email": "a", "age": 0})
EMAIL, AGE = "Invalid email", "Number must be greater than or equal to 1"
OTHERWISE = 'res.status(500).json({ error: "oops" });'

ANSWERS = {
    "fields": (
        "if (err instanceof z.ZodError) return res.status(422).json(err.flatten().fieldErrors);",
        {"age": [AGE], "email": [EMAIL]},
    ),
    "a tree": (
        "if (err instanceof z.ZodError) { res.status(422).json((err as z.ZodError).format()); return; }",
        {"_errors": [], "age": {"_errors": [AGE]}, "email": {"_errors": [EMAIL]}},
    ),
    "its own words": (
        "if (err instanceof z.ZodError) return res.status(422).json(err.flatten((issue) => issue.code).fieldErrors);",
        {"age": ["too_small"], "email": ["invalid_string"]},
    ),
    "under another name": (
        "const problem = err;\n"
        "if (problem instanceof z.ZodError) return res.status(422).json(problem.formErrors.fieldErrors);",
        {"age": [AGE], "email": [EMAIL]},
    ),
    "issues": (
        "if (err instanceof z.ZodError) return res.status(422).json(err.issues.map((issue) => issue.message));",
        [EMAIL, AGE],
    ),
}


def zod_app(handler: str, **files: str) -> dict[str, str]:
    lines = dedented(APP).replace("HANDLER", f"{handler}\n  {OTHERWISE}")
    return users_app(ROUTES, imports='import { z } from "zod";', app=lines, **files)


@pytest.mark.parametrize(("handler", "body"), ANSWERS.values(), ids=ANSWERS)
def test_the_error_handler_reads_what_a_zod_error_can_do(codemod: CodemodTest, handler: str, body: object) -> None:
    migrated = codemod.migrate(zod_app(handler))
    assert migrated.outcome("POST /users") == "migrated"
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc()) == ([], [])
    [answer] = project.serve([INVALID])
    assert (answer.status, answer.body) == (422, body)


@pytest.mark.parametrize(("read", "is_imported"), [("err.issues", False), ("err.format()", True)])
def test_the_class_is_imported_only_where_it_is_used(codemod: CodemodTest, read: str, is_imported: bool) -> None:
    migrated = codemod.migrate(zod_app(f"if (err instanceof z.ZodError) return res.status(422).json({read});"))
    text = next(text for text in migrated.files.values() if "const handle = (err: Fault" in text)
    assert ('import { z } from "zod";' in text) is is_imported


def test_other_methods_of_errors_do_not_cross(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(zod_app("if (err.isMine) return res.status(err.getStatus()).end();"))
    assert "calls `getStatus` of the error" in migrated.outcome("handle")


def test_functions_that_take_a_zod_error_get_none(codemod: CodemodTest) -> None:
    words = """
        import { ZodError } from "zod";

        export const words = (error: ZodError) => error.flatten().fieldErrors;
    """
    app = zod_app("if (err instanceof z.ZodError) return res.status(422).json(words(err));", words=words)
    app["src/app.ts"] = 'import { words } from "./words";\n' + app["src/app.ts"]
    migrated = codemod.migrate(app)
    assert "calls `flatten` of the error" in migrated.outcome("handle")
