import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { date, defined, each, type Found, type Moment, required, stamped, time } from "../lib/rows";
import { deleteBook } from "./books";

export function toAuthor(doc: Doc<"authors">) {
  const { _id, _creationTime, ...fields } = doc;
  return {
    id: _id,
    ...fields,
    createdAt: date(fields.createdAt),
    updatedAt: date(fields.updatedAt),
  };
}

export type Author = ReturnType<typeof toAuthor>;

export interface NewAuthor {
  name: string;
  bio?: string | null;
  createdAt?: Moment;
  updatedAt?: Moment;
}

export async function insertAuthor(ctx: MutationCtx, data: NewAuthor): Promise<Doc<"authors">> {
  const { bio = null, createdAt = new Date(), updatedAt = new Date(), ...fields } = data;
  const author = { ...fields, bio, createdAt: time(createdAt), updatedAt: time(updatedAt) };
  const id = await ctx.db.insert("authors", author);
  return (await ctx.db.get("authors", id))!;
}

export type AuthorChanges = Partial<NewAuthor>;

export async function patchAuthor(
  ctx: MutationCtx,
  found: Found<Doc<"authors">>,
  data: AuthorChanges,
): Promise<Doc<"authors">> {
  const author = await required(found, "Record to update not found.");
  const changes = stamped(
    defined({ ...data, createdAt: time(data.createdAt), updatedAt: time(data.updatedAt) }),
    { updatedAt: Date.now() },
  );
  const after = { ...author, ...changes };
  await ctx.db.patch("authors", author._id, changes);
  return after;
}

export async function deleteAuthor(
  ctx: MutationCtx,
  found: Found<Doc<"authors">>,
): Promise<Doc<"authors">> {
  const author = await required(found, "Record to delete does not exist.");
  await ctx.db.delete("authors", author._id);
  await each(
    ctx.db.query("books").withIndex("by_authorId", (q) => q.eq("authorId", author._id)).collect(),
    (book) => deleteBook(ctx, book),
  );
  return author;
}
