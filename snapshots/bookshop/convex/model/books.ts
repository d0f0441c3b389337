import { filter } from "convex-helpers/server/filter";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { CreateBookInput, UpdateBookInput } from "../lib/bookSchema";
import type { BookFormat } from "../lib/enums";
import { ConflictError, NotFoundError } from "../lib/errors";
import { paginate, type Pagination } from "../lib/pagination";
import { countRows, find, pageOf, row, rowOrThrow, rows, sorted } from "../lib/rows";
import { toAuthor } from "../tables/authors";
import { deleteBook as deleteBookRow, insertBook, patchBook, toBook } from "../tables/books";
import { toReview } from "../tables/reviews";
import { getAuthor } from "./authors";

export async function listBooks(ctx: QueryCtx, format: BookFormat | undefined, pagination: Pagination) {
  const [books, total] = await Promise.all([
    rows(
      pageOf(
        filter(
          ctx.db.query("books").withIndex("by_createdAt").order("desc"),
          (book) => format === undefined || book.format === format,
        ),
        pagination.skip,
        pagination.limit,
      ),
      async (book) => ({
        ...toBook(book),
        author: await rowOrThrow(ctx.db.get("authors", book.authorId), (author) => ({
          id: author._id,
          name: author.name,
        })),
      }),
    ),
    countRows(
      filter(
        ctx.db.query("books"),
        (book) => format === undefined || book.format === format,
      ).collect(),
    ),
  ]);
  return paginate(books, total, pagination);
}

export async function listBooksByAuthor(ctx: QueryCtx, authorId: string) {
  await getAuthor(ctx, authorId);
  return rows(
    sorted(
      ctx.db
        .query("books")
        .withIndex("by_authorId", (q) => q.eq("authorId", authorId as Id<"authors">))
        .collect(),
      ["title", "asc"],
    ),
    (book) => ({
      id: book._id,
      isbn: book.isbn,
      title: book.title,
      format: book.format,
      priceCents: book.priceCents,
    }),
  );
}

export async function getBook(ctx: QueryCtx, id: string) {
  const book = await row(find(ctx, "books", id), async (book) => ({
    ...toBook(book),
    author: await rowOrThrow(ctx.db.get("authors", book.authorId), toAuthor),
    reviews: await rows(
      ctx.db
        .query("reviews")
        .withIndex("by_bookId_and_createdAt", (q) => q.eq("bookId", book._id))
        .order("desc")
        .take(5),
      toReview,
    ),
  }));
  if (!book) {
    throw new NotFoundError("Book");
  }
  return book;
}

export function findByIsbn(ctx: QueryCtx, isbn: string) {
  return row(
    ctx.db.query("books").withIndex("by_isbn", (q) => q.eq("isbn", isbn)).unique(),
    async (book) => ({
      ...toBook(book),
      author: await rowOrThrow(ctx.db.get("authors", book.authorId), toAuthor),
    }),
  );
}

export async function createBook(ctx: MutationCtx, input: CreateBookInput) {
  const author = await row(find(ctx, "authors", input.authorId), toAuthor);
  if (!author) {
    throw new NotFoundError("Author");
  }

  const existing = await findByIsbn(ctx, input.isbn);
  if (existing) {
    throw new ConflictError(`A book with ISBN ${input.isbn} already exists`);
  }

  return row(
    insertBook(ctx, {
      isbn: input.isbn,
      title: input.title,
      description: input.description ?? null,
      format: input.format,
      priceCents: input.priceCents,
      stock: input.stock,
      publishedAt: input.publishedAt ? new Date(input.publishedAt) : null,
      authorId: author.id,
    }),
    toBook,
  );
}

export async function updateBook(ctx: MutationCtx, id: string, input: UpdateBookInput) {
  await getBook(ctx, id);
  return row(patchBook(ctx, find(ctx, "books", id), input), toBook);
}

export async function deleteBook(ctx: MutationCtx, id: string) {
  const orderItems = await countRows(
    ctx.db
      .query("orderItems")
      .withIndex("by_bookId", (q) => q.eq("bookId", id as Id<"books">))
      .collect(),
  );
  if (orderItems > 0) {
    throw new ConflictError("A book that has been ordered cannot be deleted");
  }
  await deleteBookRow(ctx, find(ctx, "books", id));
}
