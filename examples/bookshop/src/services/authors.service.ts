import { NotFoundError } from "../lib/errors";
import { paginate, Pagination } from "../lib/pagination";
import { prisma } from "../lib/prisma";
import { CreateAuthorInput, UpdateAuthorInput } from "../schemas/author.schema";

export async function listAuthors(pagination: Pagination) {
  const [authors, total] = await Promise.all([
    prisma.author.findMany({
      orderBy: { name: "asc" },
      skip: pagination.skip,
      take: pagination.limit,
    }),
    prisma.author.count(),
  ]);
  return paginate(authors, total, pagination);
}

export async function getAuthor(id: string) {
  const author = await prisma.author.findUnique({
    where: { id },
    include: { books: { orderBy: { title: "asc" } } },
  });
  if (!author) {
    throw new NotFoundError("Author");
  }
  return author;
}

export async function createAuthor(data: CreateAuthorInput) {
  return prisma.author.create({ data });
}

export async function updateAuthor(id: string, data: UpdateAuthorInput) {
  return prisma.author.update({
    where: { id },
    data: { name: data.name, bio: data.bio },
  });
}

/** Deletes the author and, by cascade, the books. */
export async function deleteAuthor(id: string) {
  await getAuthor(id);
  await prisma.author.delete({ where: { id } });
}
