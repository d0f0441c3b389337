import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server";
import { toJson } from "./lib/json";
import * as customerService from "./model/customers";

export const createCustomerArgs = v.object({ body: v.object({ email: v.string(), name: v.string(), phone: v.optional(v.string()) }) });

export const createCustomer = internalMutation({
  args: createCustomerArgs,
  handler: async (ctx, args) => {
    const customer = await customerService.createCustomer(ctx, args.body);
    return toJson({ data: customer });
  },
});

export const getCustomer = query({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    const customer = await customerService.getCustomer(ctx, args.id);
    return toJson({ data: customer });
  },
});

export const listCustomerOrders = query({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    const orders = await customerService.listOrders(ctx, args.id);
    return toJson({ data: orders, count: orders.length });
  },
});
