import { z } from "zod";

export const orderItemSchema = z.object({
  bookId: z.string(),
  quantity: z.number().int().positive(),
});

export const createOrderSchema = z.object({
  body: z.object({
    customerId: z.string(),
    items: z.array(orderItemSchema).nonempty("An order needs at least one book"),
  }),
});

export type OrderItemInput = z.infer<typeof orderItemSchema>;
