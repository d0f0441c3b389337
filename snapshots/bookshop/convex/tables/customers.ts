import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { date, type Moment, time, unique } from "../lib/rows";

export function toCustomer(doc: Doc<"customers">) {
  const { _id, _creationTime, ...fields } = doc;
  return { id: _id, ...fields, createdAt: date(fields.createdAt) };
}

export type Customer = ReturnType<typeof toCustomer>;

export interface NewCustomer {
  email: string;
  name: string;
  phone?: string | null;
  createdAt?: Moment;
}

export async function insertCustomer(
  ctx: MutationCtx,
  data: NewCustomer,
): Promise<Doc<"customers">> {
  const { phone = null, createdAt = new Date(), ...fields } = data;
  const customer = { ...fields, phone, createdAt: time(createdAt) };
  await unique(
    ctx.db.query("customers").withIndex("by_email", (q) => q.eq("email", customer.email)),
    "Customer",
    ["email"],
  );
  const id = await ctx.db.insert("customers", customer);
  return (await ctx.db.get("customers", id))!;
}
