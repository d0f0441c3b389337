import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { CreateAuthorInput, UpdateAuthorInput } from "../lib/authorSchema";
import { NotFoundError } from "../lib/errors";
import { paginate, type Pagination } from "../lib/pagination";
import { countRows, find, pageOf, row, rows, sorted } from "../lib/rows";
import {
  deleteAuthor as deleteAuthorRow,
  insertAuthor,
  patchAuthor,
  toAuthor,
} from "../tables/authors";
import { toBook } from "../tables/books";

export async function listAuthors(ctx: QueryCtx, pagination: Pagination) {
  const [authors, total] = await Promise.all([
    rows(
      pageOf(ctx.db.query("authors").withIndex("by_name"), pagination.skip, pagination.limit),
      toAuthor,
    ),
    countRows(ctx.db.query("authors").collect()),
  ]);
  return paginate(authors, total, pagination);
}

export async function getAuthor(ctx: QueryCtx, id: string) {
  const author = await row(find(ctx, "authors", id), async (author) => ({
    ...toAuthor(author),
    books: await rows(
      sorted(
        ctx.db
          .query("books")
          .withIndex("by_authorId", (q) => q.eq("authorId", author._id))
          .collect(),
        ["title", "asc"],
      ),
      toBook,
    ),
  }));
  if (!author) {
    throw new NotFoundError("Author");
  }
  return author;
}

export async function createAuthor(ctx: MutationCtx, data: CreateAuthorInput) {
  return row(insertAuthor(ctx, data), toAuthor);
}

export async function updateAuthor(ctx: MutationCtx, id: string, data: UpdateAuthorInput) {
  return row(
    patchAuthor(ctx, find(ctx, "authors", id), { name: data.name, bio: data.bio }),
    toAuthor,
  );
}

/** Deletes the author and, by cascade, the books. */
export async function deleteAuthor(ctx: MutationCtx, id: string) {
  await getAuthor(ctx, id);
  await deleteAuthorRow(ctx, find(ctx, "authors", id));
}
