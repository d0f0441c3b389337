import { ConflictError, InvalidError, NotFoundError } from "../errors/http.error";
import { BoardRepository } from "../repositories/board.repository";

export class BoardService {
  constructor(private readonly boards: BoardRepository) {}

  async list(archived = false) {
    const boards = await this.boards.findAll(archived);
    return boards.map((board) => ({ ...board, url: `/boards/${board.slug}` }));
  }

  async get(slug: string) {
    const board = await this.boards.findBySlug(slug);
    if (!board) throw new NotFoundError("Board", slug);
    return board;
  }

  async summary(slug: string) {
    const board = await this.get(slug);
    const points = board.cards.reduce((sum, card) => sum + card.points, 0);
    return { slug, cards: board.cards.length, points };
  }

  async create(input: { slug?: string; title?: string }) {
    this.check(input);
    const { slug, title } = input as { slug: string; title: string };
    if (await this.boards.exists(slug)) {
      throw new ConflictError(`The slug ${slug} is taken`);
    }
    return this.boards.create({ slug, title });
  }

  async rename(slug: string, title: string) {
    await this.get(slug);
    return this.boards.update(slug, { title });
  }

  async archive(slug: string) {
    await this.get(slug);
    const board = await this.boards.update(slug, { archived: true });
    if (board.title === "Locked") throw new Error("a locked board cannot be archived");
    return board;
  }

  async remove(slug: string) {
    await this.get(slug);
    await this.boards.remove(slug);
  }

  private check(input: { slug?: string; title?: string }) {
    const details: Record<string, string> = {};
    if (!input.slug || !/^[a-z-]+$/.test(input.slug)) details.slug = "lower case letters";
    if (!input.title) details.title = "required";
    if (Object.keys(details).length > 0) throw new InvalidError(details);
  }
}
