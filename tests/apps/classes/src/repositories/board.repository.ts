import { prisma } from "./base.repository";

export class BoardRepository {
  async findAll(archived: boolean) {
    return prisma.board.findMany({ where: { archived }, orderBy: { slug: "asc" } });
  }

  async findBySlug(slug: string) {
    return prisma.board.findUnique({ where: { slug }, include: { cards: { orderBy: { title: "asc" } } } });
  }

  async exists(slug: string): Promise<boolean> {
    const found = await prisma.board.findUnique({ where: { slug }, select: { id: true } });
    return found !== null;
  }

  async create(data: { slug: string; title: string }) {
    return prisma.board.create({ data });
  }

  async update(slug: string, data: { title?: string; archived?: boolean }) {
    return prisma.board.update({ where: { slug }, data });
  }

  async remove(slug: string) {
    await prisma.board.delete({ where: { slug } });
  }
}
