import cookieParser from "cookie-parser";
import express from "express";
import bodies from "./bodies.js";
import { facts } from "./facts.js";
import { queries } from "./queries.js";

const app = express();

app.use(express.json());
app.use(express.urlencoded({ extended: true }));
app.use(cookieParser());

app.use("/queries", queries);
app.use("/bodies", bodies);
app.use("/facts", facts);

app.listen(process.env.PORT || 3000);
