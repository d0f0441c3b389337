import { z } from "zod";

export const createAuthorSchema = z.object({
  body: z.object({
    name: z.string().min(1, "Name is required").max(200),
    bio: z.string().max(2000).optional(),
  }),
});

export const updateAuthorSchema = z.object({
  params: z.object({ id: z.string().min(1) }),
  body: z.object({
    name: z.string().min(1).max(200).optional(),
    bio: z.string().max(2000).nullable().optional(),
  }),
});

export type CreateAuthorInput = z.infer<typeof createAuthorSchema>["body"];

export type UpdateAuthorInput = z.infer<typeof updateAuthorSchema>["body"];
