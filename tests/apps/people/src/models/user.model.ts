import mongoose, { Schema, Document } from "mongoose";
import bcrypt from "bcryptjs";

export interface IUser extends Document {
  name: string;
  email: string;
  password: string;
  tags: string[];
  createdAt: Date;
  check(given: string): Promise<boolean>;
}

const userSchema = new Schema<IUser>(
  {
    name: { type: String, required: true },
    email: { type: String, required: true, unique: true },
    password: { type: String, required: true, select: false },
    tags: [String],
    boss: { type: Schema.Types.ObjectId, ref: "User" },
    pets: [{ name: { type: String, required: true }, born: Date }],
  },
  { timestamps: true },
);

userSchema.pre<IUser>("save", async function (next) {
  if (!this.isModified("password")) return next();
  this.password = await bcrypt.hash(this.password, 4);
  next();
});

userSchema.methods.check = async function (given: string): Promise<boolean> {
  return bcrypt.compare(given, this.password);
};

export const User = mongoose.model<IUser>("User", userSchema);
