"""Functions that the application attaches to an object that a package made."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from harness import CodemodTest
from middleware_app import app, served
from side_by_side import compare

LOGGER = """
    import winston from "winston";

    const logger: any = winston.createLogger({ transports: [new winston.transports.Console({ silent: true })] });

    /** Says which request it is, and logs how it ended. */
    logger.requests = (req: any, res: any, next: any) => {
      const start = Date.now();
      req.requestId = req.headers["x-request-id"] || "made";
      res.setHeader("X-Request-Id", req.requestId);
      res.on("finish", () => {
        const agent = req.get("user-agent")?.substring(0, 9);
        const entry: any = { id: req.requestId, took: Date.now() - start, ip: req.ip, agent };
        if (req.userId) {
          entry.userId = req.userId;
        }
        if (res.statusCode >= 500) logger.error("failed", entry);
        else logger.debug("done", entry);
      });
      next();
    };

    export default logger;
    """
ROUTES = """
    import logger from "./logger";
    app.use(logger.requests);
    app.get("/a", (req, res) => res.json({ id: (req as any).requestId }));
    """


def test_middleware_that_is_attached_to_a_logger_is_carried_over(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app(ROUTES, logger=LOGGER))
    served(migrated)
    assert migrated.outcome("GET /a") == "migrated"
    written = "".join(migrated.convex.values())
    assert "export const requests = async (c: Context, next: Next) => {" in written
    assert "/** Says which request it is, and logs how it ended. */" in written
    assert "winston" not in written and "start" not in written


REPLAYED = """
    import { EventEmitter } from "node:events";
    import express from "express";

    const bus: any = new EventEmitter();
    bus.named = (req: any, res: any, next: any) => {
      req.requestId = req.get("x-request-id") ?? "made";
      res.setHeader("X-Request-Id", req.requestId);
      next();
    };

    const app = express();
    app.use(bus.named);
    app.get("/a", (req, res) => res.json({ id: (req as any).requestId }));
    app.listen(Number(process.env.PORT));
    """


def test_attached_middleware_answers_as_on_express(tmp_path: Path) -> None:
    requests = "###\nGET http://localhost/a\n\n###\nGET http://localhost/a\nX-Request-Id: 7"
    result = compare(tmp_path, {"src/app.ts": dedent(REPLAYED)}, requests)
    assert result.differences == []
    assert result.note == "2 of 2 answers are the same"
