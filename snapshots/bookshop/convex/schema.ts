import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  authors: defineTable({
    name: v.string(),
    bio: v.union(v.string(), v.null()),
    createdAt: v.number(),
    updatedAt: v.number(),
  }).index("by_name", ["name"]),
  books: defineTable({
    isbn: v.string(),
    title: v.string(),
    description: v.union(v.string(), v.null()),
    format: v.union(v.literal("HARDCOVER"), v.literal("PAPERBACK"), v.literal("EBOOK")),
    priceCents: v.number(),
    stock: v.number(),
    publishedAt: v.union(v.number(), v.null()),
    authorId: v.id("authors"),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_authorId", ["authorId"])
    .index("by_createdAt", ["createdAt"])
    .index("by_isbn", ["isbn"]),
  reviews: defineTable({
    reviewer: v.string(),
    rating: v.number(),
    comment: v.union(v.string(), v.null()),
    bookId: v.id("books"),
    createdAt: v.number(),
  })
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- keeps the order of creation
    .index("by_bookId", ["bookId"])
    .index("by_bookId_and_createdAt", ["bookId", "createdAt"]),
  customers: defineTable({
    email: v.string(),
    name: v.string(),
    phone: v.union(v.string(), v.null()),
    createdAt: v.number(),
  }).index("by_email", ["email"]),
  orders: defineTable({
    status: v.union(v.literal("PENDING"), v.literal("PAID"), v.literal("CANCELLED")),
    totalCents: v.number(),
    customerId: v.id("customers"),
    paidAt: v.union(v.number(), v.null()),
    createdAt: v.number(),
    updatedAt: v.number(),
  }).index("by_customerId", ["customerId"]),
  orderItems: defineTable({
    quantity: v.number(),
    unitPriceCents: v.number(),
    orderId: v.id("orders"),
    bookId: v.id("books"),
  })
    .index("by_bookId", ["bookId"])
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- keeps the order of creation
    .index("by_orderId", ["orderId"])
    .index("by_orderId_and_bookId", ["orderId", "bookId"]),
});
