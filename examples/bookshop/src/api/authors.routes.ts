import { Router } from "express";
import * as authorController from "../controllers/authors.controller";
import * as bookController from "../controllers/books.controller";
import { asyncHandler } from "../middleware/asyncHandler";
import { validate } from "../middleware/validate";
import { createAuthorSchema, updateAuthorSchema } from "../schemas/author.schema";
import { createAuthorBookSchema } from "../schemas/book.schema";

const router = Router();

router.get("/", asyncHandler(authorController.listAuthors));
router.post("/", validate(createAuthorSchema), asyncHandler(authorController.createAuthor));
router.get("/:id", asyncHandler(authorController.getAuthor));
router.patch("/:id", validate(updateAuthorSchema), asyncHandler(authorController.updateAuthor));
router.delete("/:id", asyncHandler(authorController.deleteAuthor));

// Books of one author: /authors/:authorId/books
const authorBooks = Router({ mergeParams: true });

authorBooks.get("/", asyncHandler(bookController.listBooksByAuthor));
authorBooks.post("/", validate(createAuthorBookSchema), asyncHandler(bookController.createAuthorBook));

router.use("/:authorId/books", authorBooks);

export default router;
