import type { Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { CreateCustomerInput } from "../lib/customerSchema";
import { NotFoundError } from "../lib/errors";
import { date, find, row, rows, sorted } from "../lib/rows";
import { insertCustomer, toCustomer } from "../tables/customers";
import { toOrderItem } from "../tables/orderItems";
import { toOrder } from "../tables/orders";

// A second customer with the same email fails with P2002, which the error handler answers with 409.
export async function createCustomer(ctx: MutationCtx, input: CreateCustomerInput) {
  const email = input.email.toLowerCase();
  return row(insertCustomer(ctx, { ...input, email }), toCustomer);
}

export async function getCustomer(ctx: QueryCtx, id: string) {
  const customer = await row(find(ctx, "customers", id), (customer) => ({
    id: customer._id,
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    createdAt: date(customer.createdAt),
  }));
  if (!customer) {
    throw new NotFoundError("Customer");
  }
  return customer;
}

export async function listOrders(ctx: QueryCtx, customerId: string) {
  await getCustomer(ctx, customerId);
  return rows(
    sorted(
      ctx.db
        .query("orders")
        .withIndex("by_customerId", (q) => q.eq("customerId", customerId as Id<"customers">))
        .collect(),
      ["createdAt", "desc"],
    ),
    async (order) => ({
      ...toOrder(order),
      items: await rows(
        ctx.db
          .query("orderItems")
          .withIndex("by_orderId", (q) => q.eq("orderId", order._id))
          .collect(),
        toOrderItem,
      ),
    }),
  );
}
