import { State } from "@prisma/client";
import { prisma } from "./base.repository";

export interface NewCard {
  title: string;
  points?: number;
  boardId: string;
}

export class CardRepository {
  private static readonly LIMIT = 50;

  findById = async (id: string) => {
    return prisma.card.findUnique({ where: { id } });
  };

  async findByState(boardId: string, state?: State) {
    return prisma.card.findMany({
      where: { boardId, state },
      orderBy: { title: "asc" },
      take: CardRepository.LIMIT,
    });
  }

  async create({ title, points, boardId }: NewCard) {
    return prisma.card.create({ data: { title, points, boardId } });
  }

  async setState(id: string, state: State) {
    return prisma.card.update({ where: { id }, data: { state } });
  }

  async comments(cardId: string) {
    return prisma.comment.findMany({ where: { cardId }, orderBy: { text: "asc" } });
  }

  async comment(cardId: string, text: string, author: string) {
    return prisma.comment.create({ data: { cardId, text, author } });
  }
}
