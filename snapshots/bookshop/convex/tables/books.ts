import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import {
  date,
  defined,
  each,
  exists,
  find,
  type Found,
  int,
  type Moment,
  required,
  stamped,
  type Step,
  step,
  time,
  unique,
  unreferenced,
} from "../lib/rows";
import { deleteReview } from "./reviews";

export function toBook(doc: Doc<"books">) {
  const { _id, _creationTime, ...fields } = doc;
  return {
    id: _id,
    ...fields,
    publishedAt: date(fields.publishedAt),
    createdAt: date(fields.createdAt),
    updatedAt: date(fields.updatedAt),
  };
}

export type Book = ReturnType<typeof toBook>;

export interface NewBook {
  isbn: string;
  title: string;
  description?: string | null;
  format?: "HARDCOVER" | "PAPERBACK" | "EBOOK";
  priceCents: number;
  stock?: number;
  publishedAt?: Moment | null;
  authorId: string;
  createdAt?: Moment;
  updatedAt?: Moment;
}

export async function insertBook(ctx: MutationCtx, data: NewBook): Promise<Doc<"books">> {
  const {
    description = null,
    format = "PAPERBACK",
    priceCents,
    stock = 0,
    publishedAt = null,
    authorId,
    createdAt = new Date(),
    updatedAt = new Date(),
    ...fields
  } = data;
  const book = {
    ...fields,
    description,
    format,
    priceCents: int(priceCents),
    stock: int(stock),
    publishedAt: time(publishedAt),
    authorId: authorId as Id<"authors">,
    createdAt: time(createdAt),
    updatedAt: time(updatedAt),
  };
  await unique(
    ctx.db.query("books").withIndex("by_isbn", (q) => q.eq("isbn", book.isbn)),
    "Book",
    ["isbn"],
  );
  await exists(find(ctx, "authors", book.authorId), "Book", "Book_authorId_fkey (index)");
  const id = await ctx.db.insert("books", book);
  return (await ctx.db.get("books", id))!;
}

export type BookChanges = Omit<Partial<NewBook>, "stock"> & {
  stock?: Step;
};

export async function patchBook(
  ctx: MutationCtx,
  found: Found<Doc<"books">>,
  data: BookChanges,
): Promise<Doc<"books">> {
  const book = await required(found, "Record to update not found.");
  const changes = stamped(
    defined({
      ...data,
      priceCents: int(data.priceCents),
      stock: int(step(book.stock, data.stock)),
      publishedAt: time(data.publishedAt),
      authorId: data.authorId as Id<"authors"> | undefined,
      createdAt: time(data.createdAt),
      updatedAt: time(data.updatedAt),
    }),
    { updatedAt: Date.now() },
  );
  const after = { ...book, ...changes };
  if (changes.isbn !== undefined) {
    await unique(
      ctx.db.query("books").withIndex("by_isbn", (q) => q.eq("isbn", after.isbn)),
      "Book",
      ["isbn"],
      book._id,
    );
  }
  if (changes.authorId !== undefined) {
    await exists(find(ctx, "authors", after.authorId), "Book", "Book_authorId_fkey (index)");
  }
  await ctx.db.patch("books", book._id, changes);
  return after;
}

export async function deleteBook(
  ctx: MutationCtx,
  found: Found<Doc<"books">>,
): Promise<Doc<"books">> {
  const book = await required(found, "Record to delete does not exist.");
  await unreferenced(
    ctx.db.query("orderItems").withIndex("by_bookId", (q) => q.eq("bookId", book._id)).first(),
    "Book",
    "OrderItem_bookId_fkey (index)",
  );
  await ctx.db.delete("books", book._id);
  await each(
    ctx.db.query("reviews").withIndex("by_bookId", (q) => q.eq("bookId", book._id)).collect(),
    (review) => deleteReview(ctx, review),
  );
  return book;
}
