export const BookFormat = {
  HARDCOVER: "HARDCOVER",
  PAPERBACK: "PAPERBACK",
  EBOOK: "EBOOK",
} as const;

export type BookFormat = (typeof BookFormat)[keyof typeof BookFormat];
