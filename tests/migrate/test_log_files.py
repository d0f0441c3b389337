"""Logs that are kept in files: there is no disk, and Convex keeps what the console is given."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject, Request
from harness import CodemodTest, dedented
from middleware_app import served

LOG = """
    const { format } = require("date-fns");
    const { v4: uuid } = require("uuid");
    const fs = require("fs");
    const fsPromises = require("fs").promises;
    const path = require("path");

    const logEvents = async (message, file) => {
      const line = `${format(new Date(), "yyyyMMdd HH:mm:ss")} ${uuid()} ${message}\\n`;
      try {
        if (!fs.existsSync(path.join(__dirname, "logs"))) {
          await fsPromises.mkdir(path.join(__dirname, "logs"));
        }
        await fsPromises.appendFile(path.join(__dirname, "logs", file), line);
      } catch (err) {
        console.log(err);
      }
    };

    const logger = (req, res, next) => {
      logEvents(`${req.method} ${req.url}`, "requests.log");
      next();
    };

    module.exports = { logEvents, logger };
    """
APP = """
    const express = require("express");
    const { logEvents, logger } = require("./log");

    const app = express();
    app.use(logger);
    app.use(express.json({ limit: "1mb", extended: true }));
    app.get("/fine", (req, res) => {
      logEvents("fine", "own.log");
      res.json({ fine: true });
    });
    app.get("/broken", () => {
      throw new Error("broken");
    });
    app.use((err, req, res, next) => {
      logEvents(`${err.name}: ${err.message}`, "errors.log");
      res.status(500).json({ message: err.message, at: new Date().getFullYear() > 2000 });
    });
    module.exports = app;
    """


def _migrated(codemod: CodemodTest, log: str = LOG) -> tuple[ConvexProject, str, dict[str, str]]:
    migrated = codemod.migrate({"src/app.js": dedented(APP), "src/log.js": dedented(log)})
    outcomes = {path: migrated.outcome(f"GET {path}") for path in ("/fine", "/broken")}
    return ConvexProject(migrated.root), "".join(migrated.convex.values()), outcomes


def test_lines_for_a_log_file_go_to_the_console(codemod: CodemodTest) -> None:
    project, written, outcomes = _migrated(codemod)
    assert set(outcomes.values()) == {"migrated"}
    expected = """
        export const logEvents = async (message, file) => {
          console.log(message, file);
        };
        """
    assert dedented(expected).strip() in written
    assert "fs" not in written and "uuid" not in written and "requests.log" not in written
    project.codegen()
    fine, broken = project.serve([Request("GET", "/fine"), Request("GET", "/broken")])
    assert (fine.status, fine.body) == (200, {"fine": True})
    assert (broken.status, broken.body) == (500, {"message": "broken", "at": True})


OTHERS = {
    "it replaces the file": ("appendFile(", "writeFile("),
    "it reads the file": ("await fsPromises.appendFile(", "return fsPromises.readFile("),
    "it is asked back": ("console.log(err);", "return err.message;"),
    "it may fail": ("console.log(err);", "throw err;"),
}


@pytest.mark.parametrize(("old", "new"), OTHERS.values(), ids=OTHERS)
def test_a_function_that_does_more_is_no_log(codemod: CodemodTest, old: str, new: str) -> None:
    _, written, outcomes = _migrated(codemod, LOG.replace(old, new))
    assert "migrated" not in outcomes.values()
    assert "console.log(message, file)" not in written


LOGGERS = {
    "once it is answered": ("finished(res, () => { const { statusCode } = res; WRITE });", "migrated"),
    "by a listener": ("res.on('finish', () => { WRITE });", "migrated"),
    "and answers": ("finished(res, () => { WRITE res.end(); });", "CX701"),
    "and keeps what nobody asks for": ("req.seen = Date.now();", "migrated"),
    "and goes on twice": ("next();", "CX701"),
}


@pytest.mark.parametrize(("after", "outcome"), LOGGERS.values(), ids=LOGGERS)
def test_middleware_that_goes_on_and_then_logs(codemod: CodemodTest, after: str, outcome: str) -> None:
    text = """
        const express = require("express");
        const fs = require("fs");
        const { finished } = require("stream");
        const app = express();
        const lines = fs.createWriteStream("./log.txt");
        let count = 1;
        app.use((req, res, next) => {
          const start = Date.now();
          next();
          AFTER
        });
        app.get("/fine", (req, res) => res.json({ fine: true }));
        module.exports = app;
        """
    write = "count += 1; lines.write(`${count} ${req.url} ${Date.now() - start} ms`); console.log(count);"
    migrated = codemod.migrate({"src/app.js": dedented(text.replace("AFTER", after).replace("WRITE", write))})
    assert migrated.outcome("GET /fine").removeprefix("needs-review ").split(" ")[0] == outcome


def test_options_that_a_json_parser_does_not_have_change_nothing(codemod: CodemodTest) -> None:
    text = """
        const express = require("express");
        const bodyParser = require("body-parser");
        const app = express();
        app.use(bodyParser.json({ limit: "30mb", extended: true }));
        app.post("/notes", (req, res) => res.json({ text: req.body.text }));
        module.exports = app;
        """
    migrated = codemod.migrate({"src/app.js": dedented(text)})
    assert migrated.outcome("POST /notes") == "migrated"
    assert 'jsonBody({ limit: "30mb" })' in migrated.files["convex/http.js"]
    (answer,) = served(migrated).serve([Request("POST", "/notes", {"text": "a"})])
    assert answer.body == {"text": "a"}
