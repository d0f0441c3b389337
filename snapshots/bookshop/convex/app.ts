import { query } from "./_generated/server";
import { toJson } from "./lib/json";

export const getHealth = query({
  args: {},
  handler: async () => {
    return toJson({ status: "ok" });
  },
});
