import { Request, Response } from "express";
import * as reviewService from "../services/reviews.service";

export async function listReviews(req: Request, res: Response) {
  const reviews = await reviewService.listReviews(req.params.bookId);
  res.json({ data: reviews, averageRating: reviewService.averageRating(reviews) });
}

export async function createReview(req: Request, res: Response) {
  const { reviewer, rating, comment } = req.body;
  const review = await reviewService.createReview(req.params.bookId, { reviewer, rating, comment });
  res.status(201).json({ data: review });
}
