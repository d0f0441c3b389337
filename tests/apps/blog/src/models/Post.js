const mongoose = require("mongoose");
const { Schema } = mongoose;

const commentSchema = new Schema({
  user: { type: Schema.Types.ObjectId, ref: "User" },
  text: { type: String, required: true },
  date: { type: Date, default: Date.now },
});

const postSchema = new Schema({
  author: { type: Schema.Types.ObjectId, ref: "User", required: true },
  title: { type: String, required: true },
  tags: [String],
  likes: [{ user: { type: Schema.Types.ObjectId, ref: "User" } }],
  comments: [commentSchema],
  views: { type: Number, default: 0 },
  published: { type: Boolean, default: false },
  date: { type: Date, default: Date.now },
});
postSchema.index({ author: 1, date: -1 });

module.exports = mongoose.model("Post", postSchema);
