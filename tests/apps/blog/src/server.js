const express = require("express");
const mongoose = require("mongoose");

const app = express();
app.use(express.json());
mongoose.connect(process.env.MONGO_URI || "mongodb://localhost/blog");
app.use("/users", require("./routes/users"));
app.use("/posts", require("./routes/posts"));
app.listen(process.env.PORT || 3000);
