"""Forms with files beside what takes the place of multer at the edge: what handlers see, and what refuses a form."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from forms import form
from harness import CodemodTest
from side_by_side import compare

PACKAGE = """
    { "name": "app", "dependencies": { "express": "^4.21.0", "multer": "^2.0.2" } }
    """

APP = """
    import express from "express";
    import multer, { FileFilterCallback } from "multer";
    import { createHash } from "crypto";

    const app = express();
    app.use(express.json());

    const storage = multer.memoryStorage();
    const onlyImages = (req: express.Request, file: Express.Multer.File, cb: FileFilterCallback) => {
      if (file.mimetype.startsWith("image/")) return cb(null, true);
      if (req.query.lenient) return cb(null, false);
      cb(new Error("Only images"));
    };
    const upload = multer({ storage, limits: { fileSize: 20, fields: 3 }, fileFilter: onlyImages });
    const plain = multer();
    export const helpers = { plain };

    const described = (file?: Express.Multer.File) =>
      file && { field: file.fieldname, name: file.originalname, type: file.mimetype, size: file.size };

    app.post("/photo", upload.single("photo"), (req, res) => {
      res.json({ file: described(req.file), body: req.body });
    });

    app.post("/photos", upload.array("photos", 2), (req, res) => {
      const files = req.files as Express.Multer.File[];
      res.json({ files: files?.map(described), title: req.body.title ?? null });
    });

    app.post("/papers", helpers.plain.fields([{ name: "id", maxCount: 1 }, { name: "page" }]), (req, res) => {
      const files = req.files as { [field: string]: Express.Multer.File[] };
      res.json({ id: files.id?.map(described), pages: files.page?.length ?? 0, tags: req.body.tags ?? null });
    });

    app.post("/bytes", plain.any(), (req, res) => {
      const files = req.files as Express.Multer.File[];
      res.json({ texts: files.map((file) => file.buffer.toString("base64")) });
    });

    app.post("/digest", plain.single("file"), async (req, res) => {
      const digest = req.file ? createHash("sha256").update(req.file.buffer).digest("hex") : null;
      res.json({ digest });
    });

    app.post("/text", plain.none(), (req, res) => {
      res.json(req.body);
    });

    const textOnly: multer.Options["fileFilter"] = (_req, file, cb) => {
      if (file.mimetype !== "text/plain") {
        cb(new Error("Only text"));
        return;
      }
      cb(null, true);
    };
    const options: multer.Options = { storage, fileFilter: textOnly, limits: { fileSize: 20 } };
    const texts = multer(options);

    app.post("/texts", texts.single("text"), (req, res) => {
      res.json({ file: described(req.file) });
    });

    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      if (err instanceof multer.MulterError) {
        return res.status(400).json({ code: err.code, field: err.field ?? null, message: err.message });
      }
      res.status(500).json({ error: err.message });
    });
    app.listen(Number(process.env.PORT));
    """


def test_uploads_are_constants_that_the_edge_takes_its_middleware_from(codemod: CodemodTest) -> None:
    migrated = codemod.migrate({"package.json": dedent(PACKAGE), "src/app.ts": dedent(APP)})
    assert {item.outcome for item in migrated.settled.items if item.kind in ("upload", "route")} == {"migrated"}
    edge = migrated.files["convex/http.ts"]
    assert 'app.post("/photo", upload.single("photo"), async (c) => {' in edge
    assert 'plain.fields([{ name: "id", maxCount: 1 }, { name: "page" }])' in edge
    assert 'file: c.get("file")' in edge
    texts = "\n".join(migrated.convex.values())
    assert "multer({ limits: { fileSize: 20, fields: 3 }, fileFilter: onlyImages })" in texts
    assert "onlyImages = (c: Context, file: UploadedFile, cb: ConvexFileFilterCallback) =>" in texts
    assert "const args = { ...sent, files: withBuffers(sent.files) };" in texts


def replayed(folder: Path, *requests: str) -> list[str]:
    files = {"package.json": dedent(PACKAGE), "src/app.ts": dedent(APP)}
    return compare(folder, files, "\n\n###\n\n".join(requests) + "\n").differences


def test_handlers_see_files_and_texts_as_multer_hands_them_on(tmp_path: Path) -> None:
    image = ("photo", "a b.png", "image/png", "bytes")
    text = ("title", "", None, "Sun")
    assert (
        replayed(
            tmp_path,
            form("/photo", image, text),
            form("/photo", text, ("list", "", None, "a"), ("list", "", None, "b")),
            form("/photo", ("photo", "", "application/octet-stream", ""), ("a[b]", "", None, "c")),
            form("/photo", ("photo", "C:\\\\dir\\\\ü.png", "image/png; charset=x", "x")),
            form("/photos", ("photos", "1.png", "image/png", "1"), ("photos", "2.png", "image/gif", "22"), text),
            form("/photos", text),
            "POST /photos\nContent-Type: application/json\n\n{}",
            form(
                "/papers", ("id", "i", "text/plain", "i"), ("page", "1", "text/plain", "1"), ("page", "2", "a/b", "2")
            ),
            form("/papers", ("tags[]", "", None, "x"), ("tags[]", "", None, "y")),
            form("/bytes", ("any", "x.bin", "application/octet-stream", "ünï\n\ncode"), ("other", "y", "a/b", "y")),
            form("/digest", ("file", "x.bin", "a/b", "ünï\n\ncode")),
            form("/digest", text),
            form("/text", text),
            form("/texts", ("text", "x.txt", "text/plain", "x")),
        )
        == []
    )


def test_forms_are_refused_as_multer_refuses_them(tmp_path: Path) -> None:
    image = ("photo", "a.png", "image/png", "bytes")
    one = ("photos", "1.png", "image/png", "1")
    assert (
        replayed(
            tmp_path,
            form("/photo", ("photo", "a.png", "image/png", "x" * 19)),
            form("/photo", ("photo", "a.png", "image/png", "x" * 20)),
            form("/photo", ("photo", "a.png", "image/png", "x" * 21)),
            form("/photo", image, image),
            form("/photo", ("other", "a.png", "image/png", "x")),
            form("/photo", ("photo", "a.txt", "text/plain", "x")),
            form("/photo?lenient=1", ("photo", "a.txt", "text/plain", "x"), ("title", "", None, "t")),
            form("/photo", *[(f"f{number}", "", None, "x") for number in range(4)]),
            form("/photo", ("n" * 101, "", None, "x")),
            form("/photos", one, one, one),
            form("/papers", ("id", "1", "a/b", "1"), ("id", "2", "a/b", "2")),
            form("/text", image),
            form("/texts", ("text", "x.png", "image/png", "x")),
            form("/texts", ("text", "x.txt", "text/plain", "x" * 21)),
        )
        == []
    )
