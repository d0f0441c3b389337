import type { Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { CreateReviewInput } from "../lib/reviewSchema";
import { row, rows, sorted } from "../lib/rows";
import { insertReview, type Review, toReview } from "../tables/reviews";
import { getBook } from "./books";

export async function listReviews(ctx: QueryCtx, bookId: string) {
  return rows(
    sorted(
      ctx.db
        .query("reviews")
        .withIndex("by_bookId", (q) => q.eq("bookId", bookId as Id<"books">))
        .collect(),
      ["createdAt", "desc"],
    ),
    toReview,
  );
}

export async function createReview(ctx: MutationCtx, bookId: string, data: CreateReviewInput) {
  const book = await getBook(ctx, bookId);
  return row(insertReview(ctx, { ...data, bookId: book.id }), toReview);
}

/** Rounded to one decimal; null without reviews. */
export function averageRating(reviews: Review[]) {
  if (reviews.length === 0) return null;
  const sum = reviews.reduce((total, review) => total + review.rating, 0);
  return Math.round((sum / reviews.length) * 10) / 10;
}
