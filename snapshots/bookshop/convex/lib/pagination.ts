export interface Pagination {
  page: number;
  limit: number;
  skip: number;
}

export const DEFAULT_LIMIT = 20;

export const MAX_LIMIT = 100;

/** Reads `page` and `limit` from a query string; anything that is no positive number gets its default. */
export function getPagination(query: { page?: unknown; limit?: unknown }): Pagination {
  const page = Math.max(1, Number(query.page) || 1);
  const limit = Math.min(MAX_LIMIT, Math.max(1, Number(query.limit) || DEFAULT_LIMIT));
  return { page, limit, skip: (page - 1) * limit };
}

export function paginate<T>(data: T[], total: number, { page, limit }: Pagination) {
  return {
    data,
    meta: { page, limit, total, totalPages: Math.ceil(total / limit) },
  };
}
