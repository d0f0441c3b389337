import { BookFormat } from "@prisma/client";
import { Request, Response } from "express";
import { getPagination } from "../lib/pagination";
import * as bookService from "../services/books.service";

export async function listBooks(req: Request, res: Response) {
  const pagination = getPagination(req.query);
  const format = req.query.format as BookFormat | undefined;
  const books = await bookService.listBooks(format, pagination);
  res.json(books);
}

export async function listBooksByAuthor(req: Request, res: Response) {
  const { authorId } = req.params;
  const books = await bookService.listBooksByAuthor(authorId);
  res.json({ data: books });
}

export async function getBook(req: Request, res: Response) {
  const book = await bookService.getBook(req.params.id);
  res.json({ data: book });
}

export async function getBookByIsbn(req: Request, res: Response) {
  const book = await bookService.findByIsbn(req.params.isbn);
  if (!book) {
    return res.status(404).json({ error: "No book with this ISBN" });
  }
  return res.json({ data: book });
}

export async function createBook(req: Request, res: Response) {
  const book = await bookService.createBook(req.body);
  res.status(201).json({ data: book });
}

export async function createAuthorBook(req: Request, res: Response) {
  const book = await bookService.createBook({ ...req.body, authorId: req.params.authorId });
  res.status(201).json({ data: book });
}

export async function updateBook(req: Request, res: Response) {
  const book = await bookService.updateBook(req.params.id, req.body);
  res.json({ data: book });
}

export async function deleteBook(req: Request, res: Response) {
  await bookService.deleteBook(req.params.id);
  res.sendStatus(204);
}
