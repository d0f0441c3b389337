const bcrypt = require("bcryptjs");
const mongoose = require("mongoose");

const userSchema = new mongoose.Schema(
  {
    name: { type: String, required: [true, "Name is required"], trim: true },
    email: { type: String, required: true, unique: true, lowercase: true },
    password: { type: String, required: true, minlength: 6, maxlength: 40 },
    role: { type: String, enum: ["user", "admin"], default: "user" },
    age: Number,
  },
  { timestamps: true }
);

// Passwords are stored as digests.
userSchema.pre("save", async function (next) {
  if (!this.isModified("password")) {
    return next();
  }
  const salt = await bcrypt.genSalt(4);
  this.password = await bcrypt.hash(this.password, salt);
});

userSchema.methods.matchesPassword = async function (password) {
  return bcrypt.compare(password, this.password);
};

userSchema.methods.initial = function () {
  return this.name.charAt(0);
};

module.exports = mongoose.model("User", userSchema);
