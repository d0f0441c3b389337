import { ApplicationError } from "./errors";

/** The value of an environment variable that must be set: `npx convex env set NAME value`. */
export function requireEnv(value: string | undefined, name: string): string {
  if (!value) throw new ApplicationError(`The environment variable ${name} is not set`);
  return value;
}
