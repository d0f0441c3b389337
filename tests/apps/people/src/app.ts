import express, { Request, Response } from "express";
import mongoose from "mongoose";
import { User } from "./models/user.model";
import { wrap } from "./wrap";

const app = express();
app.use(express.json());
mongoose.connect(process.env.MONGO_URI as string);

app.get("/users", wrap(async (req: Request, res: Response) => {
  const users = await User.find({ name: { $ne: "x" } }).sort({ name: 1 }).select("name email").limit(5);
  res.json(users);
}));

app.get("/users/:id", async (req: Request, res: Response) => {
  try {
    const user = await User.findById(req.params.id).populate("boss", "name");
    if (!user) return res.status(404).json({ message: "No" });
    return res.json({ id: user._id, name: user.name, at: user.createdAt.getTime() > 0, user });
  } catch (error) {
    return res.status(500).json({ message: (error as Error).message });
  }
});

app.post("/users", async (req: Request, res: Response) => {
  try {
    const { name, email, password } = req.body;
    const user = await User.create({ name, email, password });
    res.status(201).json({ id: user._id, ok: await user.check(password) });
  } catch (error: any) {
    res.status(error.code === 11000 ? 409 : 400).json({ message: error.message });
  }
});

app.patch("/users/:id", wrap(async (req: Request, res: Response) => {
  const user = await User.findByIdAndUpdate(req.params.id, { $set: { name: req.body.name }, $addToSet: { tags: "x" } }, { new: true });
  res.json(user);
}));

app.post("/users/:id/pets", wrap(async (req: Request, res: Response) => {
  const found = await User.findById(req.params.id).select("+password");
  if (!found) {
    res.status(404).json({ message: "No" });
    return;
  }
  found.tags.push("pet");
  found.name = found.name.toUpperCase();
  await found.save();
  res.json({ tags: found.tags });
}));

app.delete("/users/:id", wrap(async (req: Request, res: Response) => {
  const gone = await User.deleteOne({ _id: req.params.id });
  res.json({ gone: gone.deletedCount });
}));

app.listen(process.env.PORT || 3000);
