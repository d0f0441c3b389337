import { v } from "convex/values";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";
import type { BookFormat } from "./lib/enums";
import { HttpError } from "./lib/errors";
import { toJson } from "./lib/json";
import { getPagination } from "./lib/pagination";
import * as bookService from "./model/books";

export const listBooksArgs = v.object({
  query: v.object({
    format: v.optional(v.union(v.literal("HARDCOVER"), v.literal("PAPERBACK"), v.literal("EBOOK"))),
    page: v.optional(v.string()),
    limit: v.optional(v.string()),
  }),
});

export const listBooks = internalQuery({
  args: listBooksArgs,
  handler: async (ctx, args) => {
    const pagination = getPagination(args.query);
    const format = args.query.format as BookFormat | undefined;
    const books = await bookService.listBooks(ctx, format, pagination);
    return toJson(books);
  },
});

export const listBooksByAuthor = query({
  args: { authorId: v.string() },
  handler: async (ctx, args) => {
    const { authorId } = args;
    const books = await bookService.listBooksByAuthor(ctx, authorId);
    return toJson({ data: books });
  },
});

export const getBook = query({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    const book = await bookService.getBook(ctx, args.id);
    return toJson({ data: book });
  },
});

export const getBookByIsbn = query({
  args: { isbn: v.string() },
  handler: async (ctx, args) => {
    const book = await bookService.findByIsbn(ctx, args.isbn);
    if (!book) {
      throw new HttpError(404, { error: "No book with this ISBN" });
    }
    return toJson({ data: book });
  },
});

export const createBookArgs = v.object({
  body: v.object({
    isbn: v.string(),
    title: v.string(),
    description: v.optional(v.string()),
    format: v.optional(v.union(v.literal("HARDCOVER"), v.literal("PAPERBACK"), v.literal("EBOOK"))),
    priceCents: v.number(),
    stock: v.optional(v.number()),
    publishedAt: v.optional(v.string()),
    authorId: v.string(),
  }),
});

export const createBook = internalMutation({
  args: createBookArgs,
  handler: async (ctx, args) => {
    const book = await bookService.createBook(ctx, args.body);
    return toJson({ data: book });
  },
});

export const createAuthorBookArgs = v.object({
  authorId: v.string(),
  body: v.object({
    isbn: v.string(),
    title: v.string(),
    description: v.optional(v.string()),
    format: v.optional(v.union(v.literal("HARDCOVER"), v.literal("PAPERBACK"), v.literal("EBOOK"))),
    priceCents: v.number(),
    stock: v.optional(v.number()),
    publishedAt: v.optional(v.string()),
  }),
});

export const createAuthorBook = internalMutation({
  args: createAuthorBookArgs,
  handler: async (ctx, args) => {
    const book = await bookService.createBook(ctx, { ...args.body, authorId: args.authorId });
    return toJson({ data: book });
  },
});

export const updateBookArgs = v.object({
  id: v.string(),
  body: v.object({
    title: v.optional(v.string()),
    description: v.optional(v.union(v.string(), v.null())),
    priceCents: v.optional(v.number()),
    stock: v.optional(v.number()),
  }),
});

export const updateBook = internalMutation({
  args: updateBookArgs,
  handler: async (ctx, args) => {
    const book = await bookService.updateBook(ctx, args.id, args.body);
    return toJson({ data: book });
  },
});

export const deleteBook = mutation({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    await bookService.deleteBook(ctx, args.id);
    return null;
  },
});
