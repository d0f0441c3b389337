import { State } from "@prisma/client";
import { HttpError, NotFoundError } from "../errors/http.error";
import { CardRepository } from "../repositories/card.repository";
import { BoardService } from "./board.service";

const NEXT: Record<State, State | null> = { TODO: "DOING", DOING: "DONE", DONE: null };

export class CardService {
  private cards: CardRepository;

  constructor(
    cards: CardRepository,
    private boardService: BoardService,
  ) {
    this.cards = cards;
  }

  async list(slug: string, state?: State) {
    const board = await this.boardService.get(slug);
    return this.cards.findByState(board.id, state);
  }

  async add(slug: string, title: string, points?: number) {
    const board = await this.boardService.get(slug);
    return this.cards.create({ title, points, boardId: board.id });
  }

  async get(id: string) {
    const card = await this.cards.findById(id);
    if (!card) throw new NotFoundError("Card", id);
    return card;
  }

  async advance(id: string) {
    const card = await this.get(id);
    const next = NEXT[card.state];
    if (next === null) throw new HttpError(409, `${card.title} is done`);
    return this.cards.setState(id, next);
  }

  async comment(id: string, text: string, author = "anonymous") {
    await this.get(id);
    return this.cards.comment(id, text, author);
  }

  async comments(id: string) {
    const [card, comments] = await Promise.all([this.get(id), this.cards.comments(id)]);
    return { card: card.title, comments: comments.map(({ text, author }) => `${author}: ${text}`) };
  }
}
