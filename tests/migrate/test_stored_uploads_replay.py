"""Uploads that multer writes to the disk, beside those that are stored: what handlers see, and the old URLs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from forms import form
from harness import CodemodTest
from side_by_side import compare

PACKAGE = """
    { "name": "app", "dependencies": { "express": "^4.21.0", "multer": "^2.0.2" } }
    """

UPLOAD = """
    import multer from "multer";
    import path from "path";
    import fs from "fs";
    import { Request } from "express";

    const uploadDir = path.resolve(process.cwd(), "uploads");

    if (!fs.existsSync(uploadDir)) {
      fs.mkdirSync(uploadDir, { recursive: true });
    }

    const storage = multer.diskStorage({
      destination: (_req: Request, _file: Express.Multer.File, cb: (error: Error | null, folder: string) => void) => {
        cb(null, uploadDir);
      },
      filename: (req: Request, file: Express.Multer.File, cb: (error: Error | null, name: string) => void) => {
        if (req.query.bad) return cb(new Error("No name"), "");
        const ext = path.extname(file.originalname);
        const base = path.basename(file.originalname, ext).replace(/\\s+/g, "_");
        cb(null, `${base}-${req.params.id}${ext}`);
      },
    });

    export const upload = multer({
      storage,
      limits: { fileSize: 20 },
      fileFilter: (_req: Request, file: Express.Multer.File, cb: multer.FileFilterCallback) => {
        if (file.size > 0) return cb(new Error("Known too early"));
        if (!file.mimetype.startsWith("image/")) {
          return cb(new Error("Only image files are allowed"));
        }
        cb(null, true);
      },
    });

    export const unnamed = multer({ dest: "public/any" });

    export const documents = multer({
      storage: multer.diskStorage({
        destination(req, file, cb) {
          const dir = path.join(process.cwd(), "private", "docs");
          if (!fs.existsSync(dir)) {
            fs.mkdirSync(dir, { recursive: true });
          }
          cb(null, dir);
        },
        filename(req, file, cb) {
          cb(null, file.originalname);
        },
      }),
    }).array("docs", 2);
    """

APP = """
    import express from "express";
    import path from "path";
    import { documents, unnamed, upload } from "./upload";

    const app = express();
    app.use(express.json());
    app.use("/uploads", express.static(path.resolve(process.cwd(), "uploads")));
    app.use(express.static(path.join(process.cwd(), "public")));

    app.use((req, res, next) => {
      if (req.query.key !== "let-me-in") return res.status(401).json({ error: "Who are you?" });
      next();
    });
    app.use("/secret", express.static("private"));

    app.post("/photos/:id", upload.single("photo"), (req, res) => {
      if (!req.file) return res.status(400).json({ error: "No file" });
      const { filename: name, size, mimetype } = req.file;
      res.status(201).json({ url: `/uploads/${path.basename(req.file.path)}`, name, size, mimetype, body: req.body });
    });

    app.post("/docs", documents, (req, res) => {
      const files = req.files as Express.Multer.File[];
      res.json({ names: files.map((file) => file.filename) });
    });

    app.post("/any", unnamed.single("file"), (req, res) => {
      if (req.body.fail) throw new Error("After the upload");
      res.json({ length: req.file?.filename.length, destination: req.file?.destination });
    });

    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(400).json({ error: err.message, code: err.code ?? null });
    });
    app.listen(Number(process.env.PORT));
    """

FILES = {"package.json": dedent(PACKAGE), "src/app.ts": dedent(APP), "src/upload.ts": dedent(UPLOAD)}
KEY = "?key=let-me-in"


def test_uploads_to_the_disk_are_stored_under_the_paths_that_they_had(codemod: CodemodTest) -> None:
    found = codemod.migrate(FILES)
    routes = {item.name: item.outcome for item in found.settled.items if item.kind in ("route", "upload")}
    assert set(routes.values()) == {"migrated"}
    edge, uploads = found.files["convex/http.ts"], found.files["convex/lib/upload.ts"]
    assert 'app.get("/uploads/*", storedFiles("/uploads", "uploads"));' in edge
    assert 'app.get("/any/*", storedFiles("/any", "public/any"));' in edge
    assert 'cb(null, "uploads");' in uploads
    assert "const ext = extname(file.originalname);" in uploads
    assert 'multer({ storage: diskStorage({ destination: "public/any" }) })' in uploads
    assert 'destination(c, file, cb) {\n      cb(null, "private/docs");\n    },' in uploads
    assert "storedFiles: defineTable({" in found.files["convex/schema.ts"]


def test_folders_behind_a_guard_stay_behind_it(codemod: CodemodTest) -> None:
    edge = codemod.migrate(FILES).files["convex/http.ts"]
    assert edge.index('app.use("*"') < edge.index('app.get("/secret/docs/*"')


def test_folders_behind_a_guard_that_is_not_carried_over_are_not_served(codemod: CodemodTest) -> None:
    app = FILES["src/app.ts"].replace(
        "app.use((req, res, next) => {", "app.use((req, res, next) => {\n  require('vm');"
    )
    found = codemod.migrate({**FILES, "src/app.ts": app})
    assert "private" not in found.files.get("convex/http.ts", "")


def replayed(folder: Path, *requests: str) -> list[str]:
    return compare(folder, FILES, "\n\n###\n\n".join(requests) + "\n").differences


IMAGE = ("photo", "a b.png", "image/png", "b\u00ffytes")


def test_uploads_are_found_under_their_old_urls(tmp_path: Path) -> None:
    text = ("title", "", None, "Sun")
    assert (
        replayed(
            tmp_path,
            "GET /uploads/a_b-1.png",
            form(f"/photos/1{KEY}", IMAGE, text),
            "GET /uploads/a_b-1.png",
            "GET /uploads/a_b-1.png\nRange: bytes=1-3",
            "GET /uploads/a_b-1.png\nRange: bytes=-2",
            "GET /uploads/a%5fb-1.png",
            "GET /uploads/%2e%2e%2fprivate/docs/x.txt",
            f"GET /uploads/none.png{KEY}",
            form(f"/photos/1{KEY}", ("photo", "a b.png", "image/png", "newer")),
            "GET /uploads/a_b-1.png",
            form(f"/docs{KEY}", ("docs", "x.txt", "text/plain", "one"), ("docs", "y.json", "a/b", "{}")),
            "GET /secret/docs/x.txt",
            f"GET /secret/docs/x.txt{KEY}",
            f"GET /secret/docs/y.json{KEY}",
            form(f"/any{KEY}", ("file", "x.txt", "text/plain", "one")),
            form(f"/any{KEY}", ("fail", "", None, "1"), ("file", "x.txt", "text/plain", "one")),
        )
        == []
    )


def test_files_of_refused_forms_are_not_kept(tmp_path: Path) -> None:
    doc = ("docs", "kept.txt", "text/plain", "x")
    assert (
        replayed(
            tmp_path,
            form("/photos/1", IMAGE),
            "GET /uploads/a_b-1.png",
            form(f"/photos/1{KEY}", ("photo", "big.png", "image/png", "x" * 21)),
            f"GET /uploads/big-1.png{KEY}",
            form(f"/photos/1{KEY}", ("photo", "a.txt", "text/plain", "x")),
            form(f"/photos/1{KEY}&bad=1", IMAGE),
            form(f"/photos/1{KEY}", ("title", "", None, "Sun")),
            form(f"/photos/1{KEY}", ("other", "a.png", "image/png", "x")),
            form(f"/docs{KEY}", doc, ("docs", "more.txt", "a/b", "x"), ("docs", "most.txt", "a/b", "x")),
            f"GET /secret/docs/kept.txt{KEY}",
        )
        == []
    )
