import { Request, Response } from "express";
import { getPagination } from "../lib/pagination";
import * as authorService from "../services/authors.service";

export async function listAuthors(req: Request, res: Response) {
  const pagination = getPagination(req.query);
  const authors = await authorService.listAuthors(pagination);
  res.json(authors);
}

export async function getAuthor(req: Request, res: Response) {
  const author = await authorService.getAuthor(req.params.id);
  res.json({ data: author });
}

export async function createAuthor(req: Request, res: Response) {
  const { name, bio } = req.body;
  const author = await authorService.createAuthor({ name, bio });
  res.status(201).json({ data: author });
}

export async function updateAuthor(req: Request, res: Response) {
  const author = await authorService.updateAuthor(req.params.id, req.body);
  res.json({ data: author });
}

export async function deleteAuthor(req: Request, res: Response) {
  await authorService.deleteAuthor(req.params.id);
  res.status(204).send();
}
