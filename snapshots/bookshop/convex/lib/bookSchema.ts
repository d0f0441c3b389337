import { z } from "zod";

export const bookFormatSchema = z.enum(["HARDCOVER", "PAPERBACK", "EBOOK"]);

export const bookBody = z.object({
  isbn: z.string().regex(/^\d{13}$/, "ISBN must have 13 digits"),
  title: z.string().min(1, "Title is required"),
  description: z.string().optional(),
  format: bookFormatSchema.optional(),
  priceCents: z.number().int().positive(),
  stock: z.number().int().min(0).optional(),
  publishedAt: z.string().datetime().optional(),
});

export const createAuthorBookSchema = z.object({
  params: z.object({ authorId: z.string().min(1) }),
  body: bookBody,
});

export const createBookSchema = z.object({
  body: bookBody.extend({ authorId: z.string().min(1) }),
});

export const updateBookSchema = z.object({
  params: z.object({ id: z.string().min(1) }),
  body: z
    .object({
      title: z.string().min(1).optional(),
      description: z.string().nullable().optional(),
      priceCents: z.number().int().positive().optional(),
      stock: z.number().int().min(0).optional(),
    })
    .strict(),
});

export const listBooksSchema = z.object({
  query: z.object({
    format: bookFormatSchema.optional(),
    page: z.coerce.number().int().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
});

export type CreateBookInput = z.infer<typeof createBookSchema>["body"];

export type UpdateBookInput = z.infer<typeof updateBookSchema>["body"];
