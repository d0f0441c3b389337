// What production does to an error that leaves a function, and the in-memory backend does not:
// of a ConvexError only the data crosses, of any other error nothing does.
import { ConvexError, convexToJson, jsonToConvex } from "convex/values";

function asSeenOutside(error) {
  if (error instanceof ConvexError) return new ConvexError(jsonToConvex(convexToJson(error.data)));
  console.error(error);
  return new Error("Server Error");
}

function guard(registered) {
  const handler = registered._handler;
  registered._handler = async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      throw asSeenOutside(error);
    }
  };
  registered._handler.guarded = true;
}

/** The same module, its queries, mutations and actions losing their errors' classes and messages on the way out. */
export function forgetErrors(module) {
  for (const value of Object.values(module)) {
    const isFunction = value?.isQuery || value?.isMutation || value?.isAction;
    if (isFunction && value._handler && !value._handler.guarded) guard(value);
  }
  return module;
}
