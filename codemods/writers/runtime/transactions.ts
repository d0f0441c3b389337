import { ConvexError, type Value } from "convex/values";
import type { MutationCtx } from "../_generated/server";

/** The mutations in which something has failed that is done whole or not at all. */
export const failed = new WeakSet<MutationCtx>();

/** Does something whole or not at all: when it fails, `undoing` takes the mutation back. */
export async function atomically<T>(ctx: MutationCtx, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    failed.add(ctx);
    throw error;
  }
}

/** The result, thrown where something has failed that is done whole or not at all: nothing that it wrote stays. */
export async function undoing<T>(ctx: MutationCtx, work: () => Promise<T>): Promise<T> {
  const returned = await work();
  if (!failed.has(ctx)) return returned;
  throw new ConvexError({ returned: (returned ?? null) as Value, mark: 1n });
}
