import compression from "compression";
import cors from "cors";
import express, { type Express } from "express";
import helmet from "helmet";
import { apiVersion } from "./middleware/apiVersion.js";
import { errorHandler, notFound } from "./middleware/errors.js";
import { requestId } from "./middleware/requestId.js";
import { sanitize } from "./middleware/sanitize.js";
import v1 from "./routes/v1/index.js";
import v2 from "./routes/v2.js";

export function createApp(): Express {
  const app = express();

  app.disable("x-powered-by");
  app.use(helmet());
  app.use(cors({ origin: "https://parcels.example", credentials: true }));
  app.use(compression());
  app.use(requestId);
  app.use(express.json({ limit: "100kb" }));
  app.use(sanitize);

  app.get("/health", (_req, res) => {
    res.json({ status: "up" });
  });

  app.use("/api/v1", apiVersion(1), v1);
  app.use("/api/v2", apiVersion(2), v2);

  app.use(notFound);
  app.use(errorHandler);

  return app;
}
