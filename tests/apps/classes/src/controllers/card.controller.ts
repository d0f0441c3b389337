import { State } from "@prisma/client";
import { Request, Response } from "express";
import { CardService } from "../services/card.service";

export class CardController {
  constructor(private cardService: CardService) {}

  async list(req: Request<{ slug: string }>, res: Response) {
    const cards = await this.cardService.list(req.params.slug, req.query.state as State | undefined);
    res.json({ cards });
  }

  async add(req: Request, res: Response) {
    const { title, points } = req.body as { title?: string; points?: number };
    if (!title) return res.status(400).json({ message: "title is required" });
    const card = await this.cardService.add(req.params.slug, title, points);
    return res.status(201).json({ card });
  }

  async get(req: Request, res: Response) {
    res.json({ card: await this.cardService.get(req.params.id) });
  }

  async advance(req: Request, res: Response) {
    const card = await this.cardService.advance(req.params.id);
    res.json({ card });
  }

  async comment(req: Request, res: Response) {
    const { text, author } = req.body;
    const comment = await this.cardService.comment(req.params.id, text, author);
    res.status(201).json({ comment });
  }

  async comments(req: Request, res: Response) {
    res.json(await this.cardService.comments(req.params.id));
  }
}
