import cookieParser from "cookie-parser";
import express, { type NextFunction, type Request, type Response } from "express";
import { documents } from "./routes/documents.js";
import { letters } from "./routes/letters.js";
import { session } from "./routes/session.js";
import { statuses } from "./routes/statuses.js";

const app = express();

app.use(express.json());
app.use(cookieParser());

app.use("/statuses", statuses);
app.use("/documents", documents);
app.use("/session", session);
app.use("/letters", letters);

app.use((error: any, _req: Request, res: Response, next: NextFunction) => {
  if (res.headersSent) return next(error);
  const status = error.statusCode || error.status || 500;
  res.status(status);
  res.json({ error: status === 500 ? "Internal Server Error" : error.message });
});

app.listen(process.env.PORT || 3000);
