// What production does and the in-memory backend does not: of a ConvexError only the data leaves a function, of any
// other error nothing does; queries and mutations have no `fetch` and no timers.
import { AsyncLocalStorage } from "node:async_hooks";
import { ConvexError, convexToJson, jsonToConvex } from "convex/values";

const inTransaction = new AsyncLocalStorage();
const FORBIDDEN = ["fetch", "setTimeout", "setInterval", "setImmediate"];

for (const name of FORBIDDEN) {
  const original = globalThis[name];
  globalThis[name] = function (...given) {
    if (inTransaction.getStore()) {
      throw new Error(`Can't use ${name}() in queries and mutations. Please consider using an action.`);
    }
    return original.apply(this, given);
  };
}

function asSeenOutside(error) {
  if (error instanceof ConvexError) return new ConvexError(jsonToConvex(convexToJson(error.data)));
  console.error(error);
  return new Error("Server Error");
}

/** The backend's own work goes on as it is: it keeps time by timers. */
function unbound(target) {
  return new Proxy(target, {
    get(object, name) {
      const value = object[name];
      return typeof value === "function" ? (...given) => inTransaction.exit(() => value.apply(object, given)) : value;
    },
  });
}

function guard(registered) {
  const handler = registered._handler;
  const transaction = registered.isQuery || registered.isMutation;
  registered._handler = async (ctx, ...args) => {
    const own = ctx.scheduler === undefined ? ctx : { ...ctx, scheduler: unbound(ctx.scheduler) };
    try {
      return await (transaction ? inTransaction.run(true, () => handler(own, ...args)) : handler(own, ...args));
    } catch (error) {
      throw asSeenOutside(error);
    }
  };
  registered._handler.guarded = true;
}

/** The same module, its functions run as production runs them. */
export function asInProduction(module) {
  for (const value of Object.values(module)) {
    const isFunction = value?.isQuery || value?.isMutation || value?.isAction;
    if (isFunction && value._handler && !value._handler.guarded) guard(value);
  }
  return module;
}
