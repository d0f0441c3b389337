const express = require("express");
const jwt = require("jsonwebtoken");
const User = require("../models/User");
const auth = require("../middleware/auth");
const wrap = require("../middleware/wrap");

const router = express.Router();

router.post("/register", async (req, res) => {
  try {
    const { name, email, password } = req.body;
    const known = await User.findOne({ email });
    if (known) {
      return res.status(400).json({ msg: "User already exists" });
    }
    const user = await User.create({ name, email, password });
    const token = jwt.sign({ id: user.id }, process.env.JWT_SECRET, { expiresIn: "1h" });
    res.status(201).json({ token });
  } catch (err) {
    res.status(500).json({ msg: err.message });
  }
});

router.post("/login", wrap(async (req, res) => {
  const { email, password } = req.body;
  const user = await User.findOne({ email });
  if (!user || !(await user.matchesPassword(password))) {
    return res.status(400).json({ msg: "Invalid credentials" });
  }
  const token = jwt.sign({ id: user._id }, process.env.JWT_SECRET, { expiresIn: "1h" });
  res.json({ token, initial: user.initial() });
}));

router.get("/me", auth, (req, res) => {
  res.json(req.user);
});

router.get("/", wrap(async (req, res) => {
  const users = await User.find().select("-password").sort({ createdAt: -1 });
  res.json(users);
}));

router.put("/me", auth, wrap(async (req, res) => {
  const user = await User.findById(req.user._id);
  user.name = req.body.name || user.name;
  if (req.body.password) {
    user.password = req.body.password;
  }
  const saved = await user.save();
  res.json({ _id: saved._id, name: saved.name, changed: saved.updatedAt > saved.createdAt, version: saved.__v });
}));

router.put("/:id", auth, async (req, res) => {
  try {
    const user = await User.findByIdAndUpdate(req.params.id, { $set: req.body }, { new: true, runValidators: true }).select("-password");
    if (!user) return res.status(404).json({ msg: "Not found" });
    res.json(user);
  } catch (err) {
    res.status(400).json({ msg: err.message });
  }
});

module.exports = router;
