import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalMutation, type MutationCtx, type QueryCtx } from "../_generated/server";
import { ConflictError, NotFoundError } from "../lib/errors";
import type { OrderItemInput } from "../lib/orderSchema";
import { find, given, row, rowOrThrow, rows } from "../lib/rows";
import { patchBook, toBook } from "../tables/books";
import { insertOrderItem, toOrderItem } from "../tables/orderItems";
import { insertOrder, patchOrder, toOrder } from "../tables/orders";
import { getCustomer } from "./customers";

export const RESERVATION_MS = 30 * 60 * 1000;

export async function create(ctx: MutationCtx, customerId: string, items: OrderItemInput[]) {
  const customer = await getCustomer(ctx, customerId);

  let totalCents = 0;
  for (const item of items) {
    const book = await row(find(ctx, "books", item.bookId), toBook);
    if (!book) {
      throw new NotFoundError("Book");
    }
    if (book.stock < item.quantity) {
      throw new ConflictError(`Only ${book.stock} of "${book.title}" left`);
    }
    totalCents += book.priceCents * item.quantity;
  }

  const order = await row(
    insertOrder(ctx, { customerId: customer.id, totalCents, status: "PENDING" }),
    toOrder,
  );
  for (const item of items) {
    const book = await row(
      patchBook(ctx, find(ctx, "books", item.bookId), { stock: { decrement: item.quantity } }),
      toBook,
    );
    await insertOrderItem(ctx, {
      orderId: order.id,
      bookId: book.id,
      quantity: item.quantity,
      unitPriceCents: book.priceCents,
    });
  }

  // An unpaid order gives its books back after half an hour.
  await ctx.scheduler.runAfter(RESERVATION_MS, internal.model.orders.runExpire, { orderId: order.id });

  return get(ctx, order.id);
}

export const runExpire = internalMutation({
  args: { orderId: v.id("orders") },
  handler: async (ctx, { orderId }) => {
    await expire(ctx, orderId);
  },
});

export async function get(ctx: QueryCtx, id: string) {
  const order = await row(find(ctx, "orders", id), async (order) => ({
    ...toOrder(order),
    customer: await rowOrThrow(ctx.db.get("customers", order.customerId), (customer) => ({
      id: customer._id,
      name: customer.name,
    })),
    items: await rows(
      ctx.db
        .query("orderItems")
        .withIndex("by_orderId", (q) => q.eq("orderId", order._id))
        .collect(),
      async (orderItem) => ({
        ...toOrderItem(orderItem),
        book: await rowOrThrow(ctx.db.get("books", orderItem.bookId), (book) => ({
          title: book.title,
          isbn: book.isbn,
        })),
      }),
    ),
  }));
  if (!order) {
    throw new NotFoundError("Order");
  }
  return order;
}

export async function pay(ctx: MutationCtx, id: string) {
  const order = await get(ctx, id);
  if (order.status !== "PENDING") {
    throw new ConflictError(`Order is already ${order.status.toLowerCase()}`);
  }
  return row(
    patchOrder(ctx, find(ctx, "orders", id), { status: "PAID", paidAt: new Date() }),
    toOrder,
  );
}

export async function cancel(ctx: MutationCtx, id: string) {
  const order = await get(ctx, id);
  if (order.status !== "PENDING") {
    throw new ConflictError(`Order is already ${order.status.toLowerCase()}`);
  }
  await release(ctx, id);
  return get(ctx, id);
}

export async function expire(ctx: MutationCtx, id: string) {
  const order = await row(find(ctx, "orders", id), toOrder);
  if (order?.status === "PENDING") {
    await release(ctx, id);
  }
}

export async function release(ctx: MutationCtx, id: string) {
  const items = await rows(
    ctx.db
      .query("orderItems")
      .withIndex("by_orderId", (q) => q.eq("orderId", id as Id<"orders">))
      .collect(),
    toOrderItem,
  );
  for (const item of items) {
    await patchBook(ctx, find(ctx, "books", given(item.bookId)), {
      stock: { increment: item.quantity },
    });
  }
  await patchOrder(ctx, find(ctx, "orders", id), { status: "CANCELLED" });
}
