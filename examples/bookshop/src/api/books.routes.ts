import { Router } from "express";
import * as bookController from "../controllers/books.controller";
import * as reviewController from "../controllers/reviews.controller";
import { asyncHandler } from "../middleware/asyncHandler";
import { validate } from "../middleware/validate";
import { createBookSchema, listBooksSchema, updateBookSchema } from "../schemas/book.schema";
import { createReviewSchema } from "../schemas/review.schema";

const router = Router();

router.get("/", validate(listBooksSchema), asyncHandler(bookController.listBooks));
router.post("/", validate(createBookSchema), asyncHandler(bookController.createBook));

// Must come before /:id
router.get("/isbn/:isbn", asyncHandler(bookController.getBookByIsbn));

router
  .route("/:id")
  .get(asyncHandler(bookController.getBook))
  .patch(validate(updateBookSchema), asyncHandler(bookController.updateBook))
  .delete(asyncHandler(bookController.deleteBook));

router.get("/:bookId/reviews", asyncHandler(reviewController.listReviews));
router.post("/:bookId/reviews", validate(createReviewSchema), asyncHandler(reviewController.createReview));

export default router;
