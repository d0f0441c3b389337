import { Router } from "express";
import { admin } from "./admin.js";
import { depots } from "./depots.js";
import { users } from "./users.js";

const v1 = Router();

v1.use((_req, res, next) => {
  res.setHeader("Deprecation", "true");
  next();
});
v1.use("/depots", depots);
v1.use("/users", users);
v1.use("/admin", admin);
v1.all("/ping", (req, res) => {
  res.json({ pong: req.method });
});

export default v1;
