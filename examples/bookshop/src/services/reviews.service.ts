import { Review } from "@prisma/client";
import { prisma } from "../lib/prisma";
import { CreateReviewInput } from "../schemas/review.schema";
import { getBook } from "./books.service";

export async function listReviews(bookId: string) {
  return prisma.review.findMany({ where: { bookId }, orderBy: { createdAt: "desc" } });
}

export async function createReview(bookId: string, data: CreateReviewInput) {
  const book = await getBook(bookId);
  return prisma.review.create({ data: { ...data, bookId: book.id } });
}

/** Rounded to one decimal; null without reviews. */
export function averageRating(reviews: Review[]) {
  if (reviews.length === 0) return null;
  const sum = reviews.reduce((total, review) => total + review.rating, 0);
  return Math.round((sum / reviews.length) * 10) / 10;
}
