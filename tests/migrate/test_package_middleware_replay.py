"""Body parsers, CORS policies and sanitizers of packages beside what takes their place at the edge."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from convex_project import ConvexProject, Request
from harness import CodemodTest
from side_by_side import compare

PACKAGE = """
    {
      "name": "app",
      "dependencies": { "cors": "^2.8.5", "express": "^4.21.0", "hpp": "^0.2.3",
        "method-override": "^3.0.0", "xss-clean": "^0.1.4" }
    }
    """

ERRORS = """
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err.status ?? 500).json({ error: err.message, type: err.type ?? null, limit: err.limit ?? null });
    });
    app.listen(Number(process.env.PORT));
    """


def replayed(folder: Path, app: str, *requests: str) -> list[str]:
    """What differs between the application and its migration, where each request is text of an `.http` file."""
    source = dedent(app) + dedent(ERRORS)
    script = "\n\n###\n\n".join(requests) + "\n"
    return compare(folder, {"package.json": dedent(PACKAGE), "src/app.ts": source}, script).differences


def sent(target: str, kind: str, body: str) -> str:
    return f"POST {target}\nContent-Type: {kind}\n\n{body}"


def test_bodies_are_read_as_their_parsers_say(tmp_path: Path) -> None:
    app = """
        import express from "express";

        const app = express();
        app.use(express.json({ limit: "60b", strict: false, type: ["application/json", "application/*+json"] }));
        app.use(express.urlencoded({ extended: true, limit: "1kb" }));
        app.use("/notes", express.text());
        app.post("/notes", (req, res) => { res.json({ body: req.body }); });
        app.post("/items", (req, res) => { res.json({ body: req.body }); });
        """
    form = "application/x-www-form-urlencoded"
    assert (
        replayed(
            tmp_path,
            app,
            sent("/items", "application/json", '{"a": 1}'),
            sent("/items", "application/json; charset=utf-8", '"text"'),
            sent("/items", "application/vnd.api+json", '{"a": 2}'),
            sent("/items", "application/json", '{"a":'),
            sent("/items", "application/json", '{"a": "' + "x" * 60 + '"}'),
            sent("/items", form, "a=1&b[c]=2&b[d][]=3&b[d][]=4&a=5&e[0][f]=6"),
            sent("/items", form, "a=" + "x" * 1100),
            sent("/items", "text/plain", "hello"),
            sent("/items", "text/json", '{"a": 1}'),
            sent("/notes", "text/plain", "hello"),
            "POST /notes",
        )
        == []
    )


def test_forms_are_not_read_without_their_parser(tmp_path: Path) -> None:
    app = """
        import express from "express";

        const app = express();
        app.use(express.json());
        app.post("/items", (req, res) => { res.json({ body: req.body }); });
        """
    large = '{"a": "' + "x" * 102_400 + '"}'
    assert (
        replayed(
            tmp_path,
            app,
            sent("/items", "application/x-www-form-urlencoded", "a=1"),
            sent("/items", "application/json", "[1]"),
            sent("/items", "application/json", "1"),
            sent("/items", "application/json", large),
        )
        == []
    )


def test_a_policy_may_be_a_function_and_hold_for_a_path_alone(tmp_path: Path) -> None:
    app = """
        import cors from "cors";
        import express from "express";

        const allowed = ["https://a.example", /\\.b\\.example$/];
        const shared: cors.CorsOptions = {
          origin: (origin, callback) => callback(null, origin === "https://s.example"),
          maxAge: 60,
        };
        const app = express();
        app.use("/shared", cors(shared));
        app.options("/shared", cors(shared));
        app.get("/shared", (req, res) => { res.json([]); });
        app.use(
          "/open",
          cors({
            origin: (origin, callback) => {
              if (!origin || origin === "https://c.example") callback(null, true);
              else callback(new Error("Not allowed by CORS"));
            },
            credentials: true,
            exposedHeaders: ["X-Total"],
          }),
        );
        app.get("/open", (req, res) => { res.json([]); });
        app.get("/listed", cors({ origin: allowed, optionsSuccessStatus: 200 }), (req, res) => { res.json([]); });
        app.get("/closed", (req, res) => { res.json([]); });
        """
    preflight = "Access-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-a, x-b"
    assert (
        replayed(
            tmp_path,
            app,
            "GET /open",
            "GET /open\nOrigin: https://c.example",
            "GET /open\nOrigin: https://d.example",
            f"OPTIONS /open\nOrigin: https://c.example\n{preflight}",
            "GET /listed\nOrigin: https://a.example",
            "GET /listed\nOrigin: https://x.b.example",
            "GET /listed\nOrigin: https://d.example",
            "GET /closed\nOrigin: https://a.example",
            "GET /shared\nOrigin: https://s.example",
            "GET /shared\nOrigin: https://a.example",
            f"OPTIONS /shared\nOrigin: https://s.example\n{preflight}",
        )
        == []
    )


def test_polluted_queries_and_tags_are_cleaned(tmp_path: Path) -> None:
    app = """
        import express from "express";
        import hpp from "hpp";
        import xss from "xss-clean";

        const app = express();
        app.use(express.json());
        app.use(hpp({ whitelist: ["tag"] }));
        app.use(xss());
        app.get("/items", (req, res) => { res.json({ sort: req.query.sort ?? null, tag: req.query.tag ?? null }); });
        app.post("/items", (req, res) => { res.json({ name: req.body.name, deep: req.body.deep }); });
        """
    assert (
        replayed(
            tmp_path,
            app,
            "GET /items?sort=a&sort=b&tag=1",
            "GET /items?sort=<b>",
            sent("/items", "application/json", '{"name": "<script>a</script>", "deep": [{"a": "1 < 2"}]}'),
        )
        == []
    )


def test_a_post_may_name_another_method(tmp_path: Path) -> None:
    app = """
        import express from "express";
        import methodOverride from "method-override";

        const app = express();
        app.use(express.json());
        app.use(express.urlencoded({ extended: false }));
        app.use(methodOverride());
        app.use(methodOverride("_method"));
        app.get("/items/:id", (req, res) => { res.json({ read: req.params.id }); });
        app.post("/items/:id", (req, res) => { res.json({ added: req.params.id, body: req.body }); });
        app.put("/items/:id", (req, res) => { res.json({ written: req.params.id, body: req.body }); });
        app.delete("/items/:id", (req, res) => { res.status(202).json({ gone: req.params.id }); });
        """
    form = "Content-Type: application/x-www-form-urlencoded"
    assert (
        replayed(
            tmp_path,
            app,
            "POST /items/1\nX-HTTP-Method-Override: DELETE",
            f"POST /items/1\nX-HTTP-Method-Override: put, delete\n{form}\n\na=1",
            f"POST /items/1?_method=PUT\n{form}\n\na=1",
            f"POST /items/1?_method=nothing\n{form}\n\na=1",
            f"POST /items/1\n{form}\n\na=1",
            "GET /items/1?_method=DELETE",
            "POST /items/1?_method=GET",
        )
        == []
    )


def test_only_forms_with_files_are_kept_out(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        import fileUpload from "express-fileupload";

        const app = express();
        app.use(express.json());
        app.use(fileUpload({ limits: { fileSize: 1000 } }));
        app.post("/notes", (req, res) => { res.json({ text: req.body.text }); });
        app.post("/photos", (req: any, res) => { res.json({ name: req.files.photo.name }); });
        export default app;
        """
    migrated = codemod.migrate({"package.json": dedent(PACKAGE), "src/app.ts": dedent(app)})
    assert migrated.outcome("POST /notes") == "migrated"
    assert migrated.outcome("POST /photos").startswith("needs-review CX205 reads `req.files`")
    assert 'app.use("*", fileUpload());' in migrated.files["convex/http.ts"]
    project = ConvexProject(migrated.root)
    assert project.codegen() == [] and project.tsc() == []
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    note, photo = project.serve([Request("POST", "/notes", {"text": "a"}), Request("POST", "/notes", "x", form)])
    assert (note.status, note.body) == (200, {"text": "a"})
    assert (photo.status, photo.body) == (501, {"error": "Not migrated", "code": "CX702"})


@pytest.mark.parametrize("parser", ["extended", "simple"])
def test_queries_of_express_5_are_read_as_it_is_told(codemod: CodemodTest, parser: str) -> None:
    app = f"""
        import express from "express";

        const app = express();
        app.set("query parser", "{parser}");
        app.get("/notes", (req, res) => {{ res.json(req.query); }});
        export default app;
        """
    package = '{ "dependencies": { "express": "^5.1.0" } }'
    migrated = codemod.migrate({"package.json": package, "src/app.ts": dedent(app)})
    project = ConvexProject(migrated.root)
    assert project.codegen() == [] and project.tsc() == []
    (answer,) = project.serve([Request("GET", "/notes?by[to]=7")])
    assert answer.body == ({"by": {"to": "7"}} if parser == "extended" else {"by[to]": "7"})


def test_requests_are_checked_by_the_schemas_that_zod_express_middleware_was_given(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        import { z } from "zod";
        import { validateRequest } from "zod-express-middleware";

        const app = express();
        app.use(express.json());
        const Note = z.object({ text: z.string() });
        app.post("/notes/:id", validateRequest({ body: Note, query: z.object({ deep: z.string().optional() }) }),
          (req, res) => { res.json({ id: req.params.id, text: req.body.text }); });
        export default app;
        """
    package = '{ "dependencies": { "express": "^4.21.0", "zod": "^3.25.0", "zod-express-middleware": "^1.4.0" } }'
    migrated = codemod.migrate({"package.json": package, "src/app.ts": dedent(app)})
    assert migrated.outcome("POST /notes/:id") == "migrated"
    project = ConvexProject(migrated.root)
    assert project.codegen() == [] and project.tsc() == []
    fine, wrong = project.serve([Request("POST", "/notes/7", {"text": "a"}), Request("POST", "/notes/7", {"text": 1})])
    assert (fine.status, fine.body) == (200, {"id": "7", "text": "a"})
    assert wrong.status == 400
    assert [each["type"] for each in wrong.body] == ["Body"]
