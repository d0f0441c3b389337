import { z } from "zod";

export const createCustomerSchema = z.object({
  body: z.object({
    email: z.string().email(),
    name: z.string().min(1),
    phone: z.string().optional(),
  }),
});

export type CreateCustomerInput = z.infer<typeof createCustomerSchema>["body"];
