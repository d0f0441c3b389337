import { v } from "convex/values";
import { internalMutation, mutation, query } from "./_generated/server";
import { toJson } from "./lib/json";
import { getPagination } from "./lib/pagination";
import * as authorService from "./model/authors";

export const listAuthors = query({
  args: { query: v.any() },
  handler: async (ctx, args) => {
    const pagination = getPagination(args.query);
    const authors = await authorService.listAuthors(ctx, pagination);
    return toJson(authors);
  },
});

export const getAuthor = query({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    const author = await authorService.getAuthor(ctx, args.id);
    return toJson({ data: author });
  },
});

export const createAuthor = internalMutation({
  args: { name: v.string(), bio: v.optional(v.string()) },
  handler: async (ctx, args) => {
    const { name, bio } = args;
    const author = await authorService.createAuthor(ctx, { name, bio });
    return toJson({ data: author });
  },
});

export const updateAuthorArgs = v.object({
  id: v.string(),
  body: v.object({ name: v.optional(v.string()), bio: v.optional(v.union(v.string(), v.null())) }),
});

export const updateAuthor = internalMutation({
  args: updateAuthorArgs,
  handler: async (ctx, args) => {
    const author = await authorService.updateAuthor(ctx, args.id, args.body);
    return toJson({ data: author });
  },
});

export const deleteAuthor = mutation({
  args: { id: v.string() },
  handler: async (ctx, args) => {
    await authorService.deleteAuthor(ctx, args.id);
    return null;
  },
});
