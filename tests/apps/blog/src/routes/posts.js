const express = require("express");
const Post = require("../models/Post");
const auth = require("../middleware/auth");
const wrap = require("../middleware/wrap");

const router = express.Router();

router.get("/", wrap(async (req, res) => {
  const page = Number(req.query.page) || 1;
  const posts = await Post.find({ published: true })
    .populate("author", "name email")
    .sort({ date: -1 })
    .skip((page - 1) * 10)
    .limit(10);
  const total = await Post.countDocuments({ published: true });
  res.json({ posts, total });
}));

router.get("/search", wrap(async (req, res) => {
  const posts = await Post.find({ title: { $regex: req.query.q, $options: "i" }, views: { $gte: 1 } }).lean();
  res.json(posts);
}));

router.get("/:id", async (req, res) => {
  try {
    const post = await Post.findById(req.params.id).populate("comments.user", "name");
    if (!post) return res.status(404).json({ msg: "Post not found" });
    res.json(post);
  } catch (err) {
    if (err.name === "CastError") return res.status(404).json({ msg: "Post not found" });
    res.status(500).json({ msg: "Server error" });
  }
});

router.post("/", auth, async (req, res) => {
  try {
    const { title, ...rest } = req.body.post;
    const post = await Post.create({ title, ...rest, author: req.user._id });
    res.status(201).json(post);
  } catch (err) {
    res.status(400).json({ msg: err.message });
  }
});

router.put("/:id/like", auth, wrap(async (req, res) => {
  const post = await Post.findById(req.params.id);
  if (!post) return res.status(404).json({ msg: "Post not found" });
  if (post.likes.some((like) => like.user.equals(req.user.id))) {
    return res.status(400).json({ msg: "Already liked" });
  }
  post.likes.unshift({ user: req.user._id });
  await post.save();
  res.json(post.likes);
}));

router.post("/:id/comments", auth, async (req, res) => {
  try {
    const post = await Post.findById(req.params.id);
    post.comments.push({ text: req.body.text, user: req.user._id });
    await post.save();
    res.status(201).json(post.comments);
  } catch (err) {
    res.status(500).json({ msg: err.message });
  }
});

router.post("/:id/view", wrap(async (req, res) => {
  const post = await Post.findByIdAndUpdate(req.params.id, { $inc: { views: 1 }, $addToSet: { tags: "seen" } }, { new: true });
  res.json(post);
}));

router.delete("/:id", auth, wrap(async (req, res) => {
  const post = await Post.findById(req.params.id);
  if (!post) return res.status(404).json({ msg: "Post not found" });
  if (post.author.toString() !== req.user.id) {
    return res.status(403).json({ msg: "Not yours" });
  }
  await post.deleteOne();
  res.json({ msg: "Removed" });
}));

module.exports = router;
