import { z } from "zod";

export const createReviewSchema = z.object({
  params: z.object({ bookId: z.string() }),
  body: z.object({
    reviewer: z.string().min(2),
    rating: z.number().int().min(1).max(5),
    comment: z.string().max(1000).optional(),
  }),
});

export type CreateReviewInput = z.infer<typeof createReviewSchema>["body"];
