import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import {
  date,
  defined,
  exists,
  find,
  type Found,
  int,
  type Moment,
  required,
  stamped,
  time,
} from "../lib/rows";

export function toOrder(doc: Doc<"orders">) {
  const { _id, _creationTime, ...fields } = doc;
  return {
    id: _id,
    ...fields,
    paidAt: date(fields.paidAt),
    createdAt: date(fields.createdAt),
    updatedAt: date(fields.updatedAt),
  };
}

export type Order = ReturnType<typeof toOrder>;

export interface NewOrder {
  status?: "PENDING" | "PAID" | "CANCELLED";
  totalCents: number;
  customerId: string;
  paidAt?: Moment | null;
  createdAt?: Moment;
  updatedAt?: Moment;
}

export async function insertOrder(ctx: MutationCtx, data: NewOrder): Promise<Doc<"orders">> {
  const {
    status = "PENDING",
    totalCents,
    customerId,
    paidAt = null,
    createdAt = new Date(),
    updatedAt = new Date(),
    ...fields
  } = data;
  const order = {
    ...fields,
    status,
    totalCents: int(totalCents),
    customerId: customerId as Id<"customers">,
    paidAt: time(paidAt),
    createdAt: time(createdAt),
    updatedAt: time(updatedAt),
  };
  await exists(find(ctx, "customers", order.customerId), "Order", "Order_customerId_fkey (index)");
  const id = await ctx.db.insert("orders", order);
  return (await ctx.db.get("orders", id))!;
}

export type OrderChanges = Partial<NewOrder>;

export async function patchOrder(
  ctx: MutationCtx,
  found: Found<Doc<"orders">>,
  data: OrderChanges,
): Promise<Doc<"orders">> {
  const order = await required(found, "Record to update not found.");
  const changes = stamped(
    defined({
      ...data,
      totalCents: int(data.totalCents),
      customerId: data.customerId as Id<"customers"> | undefined,
      paidAt: time(data.paidAt),
      createdAt: time(data.createdAt),
      updatedAt: time(data.updatedAt),
    }),
    { updatedAt: Date.now() },
  );
  const after = { ...order, ...changes };
  if (changes.customerId !== undefined) {
    await exists(
      find(ctx, "customers", after.customerId),
      "Order",
      "Order_customerId_fkey (index)",
    );
  }
  await ctx.db.patch("orders", order._id, changes);
  return after;
}
