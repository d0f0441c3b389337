"""Bad input, from the command line to the disk and back: what is told, with which exit code, and that nothing is lost.

Everything runs through the whole pipeline. What an apply, a walk or a report does by itself is specified beside them.
"""

from __future__ import annotations

import errno
import json
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from builders import tree
from cli_app import App, Ran
from convex_project import ConvexProject
from harness import write_files

from cli.main import main
from codemods.changes.disk import Disk

PACKAGE = (
    '{\n  "name": "app",\n  "dependencies": {\n    "@prisma/client": "^6.0.0",\n    "express": "^4.21.0"\n  }\n}\n'
)
SCHEMA = """
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
}
"""
DB = 'import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n'
APP = """
import express from "express";
import { prisma } from "./db";

const app = express();
app.use(express.json());

app.get("/users", async (req, res) => {
  res.json(await prisma.user.findMany());
});

app.post("/users", async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.body.email, name: req.body.name } });
  res.status(201).json(user);
});

app.listen(3000);
"""
FILES = {"package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, "src/db.ts": DB, "src/app.ts": APP}
FORMATS = ("text", "json", "patch", "markdown")

Files = Mapping[str, str | bytes | None]
Repository = Callable[..., App]


@pytest.fixture
def repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Repository:
    """Makes a committed repository of FILES, some of them replaced (None: left out)."""

    def run(*arguments: str) -> Ran:
        code = main([*arguments])
        captured = capsysbinary.readouterr()
        ran = Ran(code, captured.out.decode(), captured.err.decode())
        for text in (ran.out, ran.err):
            assert "Traceback" not in text
            assert "defect" not in ran.err, ran.err
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) or "--format" in arguments
        return ran

    def make(files: Files | None = None) -> App:
        root = tmp_path / "app"
        root.mkdir()
        write_files(root, {path: text for path, text in {**FILES, **(files or {})}.items() if text is not None})
        found = App(root, run)
        found.git("init", "-q")
        found.git("add", "-A")
        found.git("commit", "-qm", "all")
        monkeypatch.chdir(root)
        return found

    for name in ("NO_COLOR", "FORCE_COLOR", "CONVEXIFY_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return make


def migrated(app: App, *arguments: str) -> Ran:
    """The report of an apply; before it, dry runs in every format write nothing, and after it undo restores all."""
    before = tree(app.root)
    for format_ in FORMATS:
        assert app.run("migrate", "--format", format_, *arguments).code == 0
    assert tree(app.root) == before
    applied = app.run("migrate", "--apply", *arguments)
    assert applied.code == 0
    after = tree(app.root)
    again = app.run("migrate", "--check", "--allow-dirty", *arguments)
    assert again.code == 0, again.out
    if ".convexify" in after:
        assert app.run("undo").code == 0
    assert tree(app.root) == before
    return applied


def compile_errors(app: App) -> list[str]:
    """What the compiler and the bundler say to what an apply writes."""
    assert app.run("migrate", "--apply").code == 0
    project = ConvexProject(app.root)
    return [*project.codegen(), *project.tsc(), *project.bundle()]


def items(app: App) -> dict[str, str]:
    """Name -> outcome with its reason."""
    found = json.loads(app.run("migrate", "--format", "json").out)["items"]
    return {one["name"]: " ".join(filter(None, [one["outcome"], one["reason"]])) for one in found}


def patch(app: App) -> str:
    return app.run("migrate", "--format", "patch").out


# ---- the folder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"), [("missing", "missing does not exist"), ("package.json", "package.json is not a directory")]
)
def test_not_a_directory(repository: Repository, path: str, said: str) -> None:
    ran = repository().run("migrate", path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Cannot read the repository.")
    assert said in ran.err
    assert "Give the path of the folder that holds package.json." in ran.err


@pytest.mark.parametrize("files", [{"src/app.ts": "export const a = 1;\n"}, dict.fromkeys(FILES)])
def test_no_express(repository: Repository, files: Files) -> None:
    app = repository({**files, "README.md": "# Mine\n"})
    ran = migrated(app)
    assert "No Express application found" in ran.out
    assert "TODO" not in ran.out


def test_not_a_git_repository(repository: Repository) -> None:
    app = repository()
    for path in sorted((app.root / ".git").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (app.root / ".git").rmdir()
    ran = app.run("migrate", "--apply")
    assert ran.code == 0
    assert ran.err == "Note: this is not a git repository; `convexify undo` is the only way back.\n"


def test_a_dirty_tree(repository: Repository) -> None:
    app = repository()
    (app.root / "src/app.ts").write_text(f"{app.text('src/app.ts')}// mine\n")
    before = tree(app.root)
    ran = app.run("migrate", "--apply")
    assert (ran.code, ran.out) == (2, "")
    assert "src/app.ts" in ran.err
    assert "--allow-dirty" in ran.err
    assert tree(app.root) == before
    assert app.run("migrate", "--apply", "--allow-dirty").code == 0


@pytest.mark.parametrize(("path", "named"), [("package.json", "package.json"), (".", "./")])
def test_read_only(repository: Repository, path: str, named: str) -> None:
    app = repository()
    target = app.root / path
    mode = stat.S_IMODE(target.stat().st_mode)
    target.chmod(mode & ~0o222)
    before = tree(app.root)
    try:
        ran = app.run("migrate", "--apply")
    finally:
        target.chmod(mode)
    target.chmod(mode & ~0o222)
    assert tree(app.root) == before
    target.chmod(mode)
    assert (ran.code, ran.out) == (2, "")
    assert f"  {named}\n" in ran.err
    assert "Make them writable (chmod u+w) and run again." in ran.err


def test_a_full_disk(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    app = repository()
    before = tree(app.root)
    write = Disk.write

    def full(self: Disk, path: Path, data: bytes, mode: int | None = None) -> None:
        if "convex" in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(self, path, data, mode)

    monkeypatch.setattr(Disk, "write", full)
    ran = app.run("migrate", "--apply")
    assert (ran.code, ran.out) == (2, "")
    assert "the disk is full" in ran.err
    assert "Everything was put back as it was." in ran.err
    assert tree(app.root) == before


# ---- files that cannot be read ------------------------------------------------------------------------------


def test_a_file_that_is_not_utf_8(repository: Repository) -> None:
    app = repository({"src/latin.ts": "export const name = 'Zoë';\n".encode("latin-1")})
    assert "src/latin.ts" in migrated(app).out
    assert items(app)["src/latin.ts"] == "skipped CX901 it is not valid UTF-8 (byte 23)"


def test_a_file_with_syntax_errors(repository: Repository) -> None:
    broken = (
        'import { Router } from "express";\nconst r = Router();\nr.get("/broken", (req, res) => {\n  res.json({);\n'
    )
    app = repository({"src/broken.ts": broken, "src/app.ts": APP + 'import r from "./broken";\napp.use(r);\n'})
    ran = migrated(app)
    assert "src/broken.ts" in ran.out
    assert items(app)["src/broken.ts"] == "needs-review CX902 file has syntax errors"
    assert items(app)["GET /users"] == "migrated"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("src/bundle.ts", f"{'function a(b){return c(b);}' * 100}\n", "minified"),
        ("src/large.ts", "export const data = [\n" + "  1,\n" * 400_000 + "];\n", "larger than 1 MB"),
    ],
    ids=["minified", "2 MB"],
)
def test_a_file_that_nobody_wrote(repository: Repository, path: str, text: str, reason: str) -> None:
    app = repository({path: text})
    assert reason in migrated(app).out
    assert items(app)[path] == f"skipped CX901 {reason}"


def test_links_out_of_the_root_and_in_a_loop(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside.ts"
    outside.write_text(APP)
    app = repository()
    (app.root / "src/outside.ts").symlink_to(outside)
    (app.root / "src/loop").symlink_to(app.root)
    (app.root / "src/self.ts").symlink_to("self.ts")
    app.git("add", "-A")
    app.git("commit", "-qm", "links")
    migrated(app)
    found = items(app)
    assert found["src/outside.ts"] == "skipped CX901 a symbolic link that leads out of the repository"
    assert found["src/loop"] == "skipped CX901 a symbolic link that leads back to the root"
    assert found["src/self.ts"] == "skipped CX901 a symbolic link to nothing"
    assert outside.read_text() == APP


def test_a_linked_convex_folder(repository: Repository, tmp_path: Path) -> None:
    app = repository()
    (tmp_path / "elsewhere").mkdir()
    (app.root / "convex").symlink_to(tmp_path / "elsewhere")
    app.git("add", "-A")
    app.git("commit", "-qm", "link")
    ran = app.run("migrate", "--apply")
    assert (ran.code, ran.out) == (2, "")
    assert "Paths lead through symbolic links." in ran.err
    assert list((tmp_path / "elsewhere").iterdir()) == []


# ---- line ends and marks --------------------------------------------------------------------------------------


def test_crlf_and_byte_order_marks(repository: Repository) -> None:
    windows = {path: b"\xef\xbb\xbf" + text.lstrip().replace("\n", "\r\n").encode() for path, text in FILES.items()}
    app = repository(windows)
    migrated(app)
    assert items(app)["POST /users"] == "migrated"
    app.run("migrate", "--apply", "--keep-sources")
    for path, data in windows.items():
        now = (app.root / path).read_bytes()
        assert now.startswith(b"\xef\xbb\xbf"), path
        assert now.count(b"\n") == now.count(b"\r\n"), path
        assert path == "package.json" or now == data


# ---- names ------------------------------------------------------------------------------------------------------


def test_an_existing_convex_folder_with_a_table_and_a_function_of_the_same_name(repository: Repository) -> None:
    schema = (
        'import { defineSchema, defineTable } from "convex/server";\nimport { v } from "convex/values";\n\n'
        "export default defineSchema({\n  users: defineTable({ phone: v.string() }),\n});\n"
    )
    health = APP.replace("app.listen", 'app.get("/health", (req, res) => {\n  res.json(1);\n});\n\napp.listen')
    own = "export const getHealth = 1;\n"
    app = repository({"convex/schema.ts": schema, "convex/app.ts": own, "src/app.ts": health})
    ran = migrated(app)
    found = items(app)
    assert found["GET /health"] == "needs-review CX106 convex/app.ts has another getHealth already"
    assert found["GET /users"].startswith("needs-review CX603 needs table User: convex/schema.ts defines users in")
    assert "Compare the two definitions and keep one." in ran.out
    assert "Rename one of the two, or delete the existing one, and run again." in ran.out
    assert "convex/schema.ts" not in patch(app)


def test_two_routes_that_would_get_one_function_name(repository: Repository) -> None:
    text = """
    import express from "express";
    const app = express();
    app.get("/a-b", (req, res) => {
      res.json(1);
    });
    app.get("/a_b", (req, res) => {
      res.json(2);
    });
    app.get("/a/b", (req, res) => {
      res.json(3);
    });
    """
    app = repository({"src/app.ts": text})
    migrated(app)
    found = json.loads(app.run("migrate", "--format", "json").out)["items"]
    names = [one["target"]["export"] for one in found if one["kind"] == "route"]
    assert len(set(names)) == 3, names


STRANGE_SCHEMA = """
model class {
  id      Int     @id @default(autoincrement())
  default String
  größe   String  @unique
  created DateTime @default(now())
  _hidden String?
}
"""
STRANGE_ROUTES = """
import { Router } from "express";
import { prisma } from "./db";

const router = Router();

router.get("/delete/new-items/:größe", async (req, res) => {
  res.json(await prisma.class.findUnique({ where: { größe: req.params.größe } }));
});

router.delete("/", async (req, res) => {
  res.json({ function: 1 });
});

router.get("/日本", async (req, res) => {
  res.json({ ok: true });
});

router.post("/things/2fa", async (req, res) => {
  res.json({ code: "2fa" });
});

function größe(req, res) {
  res.json({ ok: true });
}

router.get("/function", größe);

export default router;
"""


def test_names_that_are_none_in_convex(repository: Repository) -> None:
    app = repository(
        {
            "prisma/schema.prisma": STRANGE_SCHEMA,
            "src/app.ts": 'import express from "express";\nimport r from "./my-größe.routes";\n'
            'import * as two from "./2fa.controller";\n'
            'const app = express();\napp.use("/class", r);\napp.get("/new", two.import_);\napp.listen(1);\n',
            "src/2fa.controller.ts": "function handle(req, res) {\n  res.json({ import: 1 });\n}\n"
            "export { handle as import_ };\n",
            "src/my-größe.routes.ts": STRANGE_ROUTES,
        }
    )
    migrated(app)
    found = json.loads(app.run("migrate", "--format", "json").out)
    for one in found["items"]:
        if one["kind"] == "route":
            assert re.fullmatch(r"convex/[A-Za-z0-9_./]+\.ts", one["target"]["file"]), one
            assert re.fullmatch(r"[A-Za-z_$][\w$]*", one["target"]["export"], re.ASCII), one
            assert one["target"]["export"] not in {"delete", "default", "class", "new", "function"}
    assert all(change["path"].isascii() for change in found["changes"] if change["path"].startswith("convex/"))
    assert compile_errors(app) == []


# ---- configuration --------------------------------------------------------------------------------------------


def test_no_package_json_and_no_tsconfig(repository: Repository) -> None:
    app = repository({"package.json": None})
    ran = migrated(app)
    assert items(app)["GET /users"] == "migrated"
    assert "package.json" in ran.out


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{ "name": "app", }\n'),
        ("package.json", "[]\n"),
        ("package.json", b"\xff\xfe\n"),
        ("package.json", ""),
        ("tsconfig.json", '{ "compilerOptions": { "paths": \n'),
        ("tsconfig.json", b"\x00\x01"),
        ("tsconfig.json", '{ "extends": "./missing.json" }\n'),
    ],
)
def test_configuration_that_is_invalid(repository: Repository, path: str, text: str | bytes) -> None:
    app = repository({path: text})
    ran = migrated(app)
    assert items(app)["GET /users"] == "migrated"
    assert "CX903 configuration file is invalid" in ran.out
    assert re.search(rf"  {re.escape(path)}(:\d+:\d+)?  ", ran.out), ran.out
    assert path not in [change["path"] for change in json.loads(app.run("migrate", "--format", "json").out)["changes"]]


# ---- what steers terminals ------------------------------------------------------------------------------------


def test_terminal_escapes_and_markup_in_what_is_shown(repository: Repository) -> None:
    evil = "\x1b[31mred\x1b[0m\x07"
    text = f"""
    import express from "express";
    import {{ auth }} from "./auth";
    const app = express();
    app.get("/[bold]x[/bold]/{evil}", (req, res) => {{
      res.json({{ text: "{evil}[red]no[/red]" }});
    }});
    app.get("/guarded{evil}", auth("[link=x]{evil}"), (req, res) => {{
      res.json(1);
    }});
    app.get("/ordinary\\u001b[31m", (req, res) => {{
      res.json(1); // \u202e
    }});
    """
    name = f"src/[red]{evil}.ts"
    routes = (
        'import { Router } from "express";\nexport const r = Router();\n'
        'r.get("/file", (req, res) => {\n  res.json(1);\n});\n'
    )
    app = repository(
        {"src/app.ts": text, name: routes, "src/auth.ts": "export const auth = (a) => (b, c, d) => d();\n"}
    )
    ran = migrated(app)
    assert "[bold]" in ran.out
    for format_ in FORMATS:
        found = app.run("migrate", "--format", format_).out
        assert format_ == "patch" or not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", found), format_
    assert compile_errors(app) == []


def test_a_missing_folder_whose_name_steers_terminals(repository: Repository) -> None:
    ran = repository().run("migrate", "no\x1b[31m[red]such")
    assert ran.code == 2
    assert "no␛[31m[red]such" in ran.err
