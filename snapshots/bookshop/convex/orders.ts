import { v } from "convex/values";
import { internalMutation, mutation, query } from "./_generated/server";
import { settle } from "./lib/edge";
import { toJson } from "./lib/json";
import * as orderService from "./model/orders";

export const createOrderArgs = v.object({
  customerId: v.string(),
  items: v.array(v.object({ bookId: v.string(), quantity: v.number() })),
});

export const createOrder = internalMutation({
  args: createOrderArgs,
  handler: (ctx, args) => settle(async () => {
    const { customerId, items } = args;
    const order = await orderService.create(ctx, customerId, items);
    return toJson({ data: order });
  }),
});

export const getOrder = query({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    const order = await orderService.get(ctx, args.id);
    return toJson({ data: order });
  },
});

export const payOrder = mutation({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    const order = await orderService.pay(ctx, args.id);
    return toJson({ data: order });
  },
});

export const cancelOrder = mutation({
  args: { id: v.string() },
  handler: (ctx, args) => settle(async () => {
    const order = await orderService.cancel(ctx, args.id);
    return toJson({ data: order });
  }),
});
