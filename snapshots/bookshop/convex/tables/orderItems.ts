import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { exists, find, int, unique } from "../lib/rows";

export function toOrderItem(doc: Doc<"orderItems">) {
  const { _id, _creationTime, ...fields } = doc;
  return { id: _id, ...fields };
}

export type OrderItem = ReturnType<typeof toOrderItem>;

export interface NewOrderItem {
  quantity: number;
  unitPriceCents: number;
  orderId: string;
  bookId: string;
}

export async function insertOrderItem(
  ctx: MutationCtx,
  data: NewOrderItem,
): Promise<Doc<"orderItems">> {
  const { quantity, unitPriceCents, orderId, bookId, ...fields } = data;
  const orderItem = {
    ...fields,
    quantity: int(quantity),
    unitPriceCents: int(unitPriceCents),
    orderId: orderId as Id<"orders">,
    bookId: bookId as Id<"books">,
  };
  await unique(
    ctx.db
      .query("orderItems")
      .withIndex(
        "by_orderId_and_bookId",
        (q) => q.eq("orderId", orderItem.orderId).eq("bookId", orderItem.bookId),
      ),
    "OrderItem",
    ["orderId", "bookId"],
  );
  await exists(
    find(ctx, "orders", orderItem.orderId),
    "OrderItem",
    "OrderItem_orderId_fkey (index)",
  );
  await exists(find(ctx, "books", orderItem.bookId), "OrderItem", "OrderItem_bookId_fkey (index)");
  const id = await ctx.db.insert("orderItems", orderItem);
  return (await ctx.db.get("orderItems", id))!;
}
