import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { date, exists, find, type Found, int, type Moment, required, time } from "../lib/rows";

export function toReview(doc: Doc<"reviews">) {
  const { _id, _creationTime, ...fields } = doc;
  return { id: _id, ...fields, createdAt: date(fields.createdAt) };
}

export type Review = ReturnType<typeof toReview>;

export interface NewReview {
  reviewer: string;
  rating: number;
  comment?: string | null;
  bookId: string;
  createdAt?: Moment;
}

export async function insertReview(ctx: MutationCtx, data: NewReview): Promise<Doc<"reviews">> {
  const { rating, comment = null, bookId, createdAt = new Date(), ...fields } = data;
  const review = {
    ...fields,
    rating: int(rating),
    comment,
    bookId: bookId as Id<"books">,
    createdAt: time(createdAt),
  };
  await exists(find(ctx, "books", review.bookId), "Review", "Review_bookId_fkey (index)");
  const id = await ctx.db.insert("reviews", review);
  return (await ctx.db.get("reviews", id))!;
}

export async function deleteReview(
  ctx: MutationCtx,
  found: Found<Doc<"reviews">>,
): Promise<Doc<"reviews">> {
  const review = await required(found, "Record to delete does not exist.");
  await ctx.db.delete("reviews", review._id);
  return review;
}
