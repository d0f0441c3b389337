"""The tables of `convex/schema.ts` and the modules of their rows."""
