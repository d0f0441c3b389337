import { BookFormat } from "@prisma/client";
import { ConflictError, NotFoundError } from "../lib/errors";
import { paginate, Pagination } from "../lib/pagination";
import { prisma } from "../lib/prisma";
import { CreateBookInput, UpdateBookInput } from "../schemas/book.schema";
import { getAuthor } from "./authors.service";

export async function listBooks(format: BookFormat | undefined, pagination: Pagination) {
  const [books, total] = await Promise.all([
    prisma.book.findMany({
      where: { format },
      include: { author: { select: { id: true, name: true } } },
      orderBy: { createdAt: "desc" },
      skip: pagination.skip,
      take: pagination.limit,
    }),
    prisma.book.count({ where: { format } }),
  ]);
  return paginate(books, total, pagination);
}

export async function listBooksByAuthor(authorId: string) {
  await getAuthor(authorId);
  return prisma.book.findMany({
    where: { authorId },
    select: { id: true, isbn: true, title: true, format: true, priceCents: true },
    orderBy: { title: "asc" },
  });
}

export async function getBook(id: string) {
  const book = await prisma.book.findUnique({
    where: { id },
    include: {
      author: true,
      reviews: { orderBy: { createdAt: "desc" }, take: 5 },
    },
  });
  if (!book) {
    throw new NotFoundError("Book");
  }
  return book;
}

export function findByIsbn(isbn: string) {
  return prisma.book.findUnique({ where: { isbn }, include: { author: true } });
}

export async function createBook(input: CreateBookInput) {
  const author = await prisma.author.findUnique({ where: { id: input.authorId } });
  if (!author) {
    throw new NotFoundError("Author");
  }

  const existing = await findByIsbn(input.isbn);
  if (existing) {
    throw new ConflictError(`A book with ISBN ${input.isbn} already exists`);
  }

  return prisma.book.create({
    data: {
      isbn: input.isbn,
      title: input.title,
      description: input.description ?? null,
      format: input.format,
      priceCents: input.priceCents,
      stock: input.stock,
      publishedAt: input.publishedAt ? new Date(input.publishedAt) : null,
      authorId: author.id,
    },
  });
}

export async function updateBook(id: string, input: UpdateBookInput) {
  await getBook(id);
  return prisma.book.update({ where: { id }, data: input });
}

export async function deleteBook(id: string) {
  const orderItems = await prisma.orderItem.count({ where: { bookId: id } });
  if (orderItems > 0) {
    throw new ConflictError("A book that has been ordered cannot be deleted");
  }
  await prisma.book.delete({ where: { id } });
}
