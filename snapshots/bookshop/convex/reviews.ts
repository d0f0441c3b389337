import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server";
import { toJson } from "./lib/json";
import * as reviewService from "./model/reviews";

export const listReviews = query({
  args: { bookId: v.string() },
  handler: async (ctx, args) => {
    const reviews = await reviewService.listReviews(ctx, args.bookId);
    return toJson({ data: reviews, averageRating: reviewService.averageRating(reviews) });
  },
});

export const createReview = internalMutation({
  args: {
    bookId: v.string(),
    reviewer: v.string(),
    rating: v.number(),
    comment: v.optional(v.string()),
  },
  handler: async (ctx, args) => {
    const { reviewer, rating, comment } = args;
    const review = await reviewService.createReview(ctx, args.bookId, { reviewer, rating, comment });
    return toJson({ data: review });
  },
});
