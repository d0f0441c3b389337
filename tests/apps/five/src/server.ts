import express from "express";
import { errorHandler, lost } from "./errors.js";
import * as rooms from "./routes/rooms.js";
import search from "./routes/search.js";
import tickets from "./routes/tickets.js";

const app = express();

app.get("/hello", (req, res) => {
  res.json({ body: req.body === undefined ? "none" : "some" });
});

app.use(express.json());
app.use("/rooms", rooms.router);
app.use("/tickets", tickets);
app.use("/search", search);

app.all("/{*path}", lost);
app.use(errorHandler);

app.listen(process.env.PORT);
