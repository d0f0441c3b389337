import { ApplicationError } from "./errors";

/** The value of an environment variable that must be set: `npx convex env set NAME value`. */
export function requireEnv(value: string | undefined, name: string): string {
  if (!value) throw new ApplicationError(`The environment variable ${name} is not set`);
  return value;
}

/** The variables that a schema describes, each read and checked when it is first asked for. */
export function lazyEnv<Shape extends Record<string, { parse(value: unknown): unknown }>>(
  shape: Shape,
  variables: Readonly<Record<string, string | undefined>>,
): { readonly [Name in keyof Shape]: ReturnType<Shape[Name]["parse"]> } {
  const read = {} as { [Name in keyof Shape]: ReturnType<Shape[Name]["parse"]> };
  for (const [name, schema] of Object.entries(shape)) {
    const get = () => {
      try {
        return schema.parse(variables[name]);
      } catch (error) {
        throw new Error(`The environment variable ${name} is not valid: ${error}`);
      }
    };
    Object.defineProperty(read, name, { enumerable: true, get });
  }
  return read;
}

/** The same as `safeParse` gives it: a variable that is not valid is an error where it is read. */
export function safeEnv<Shape extends Record<string, { parse(value: unknown): unknown }>>(
  shape: Shape,
  variables: Readonly<Record<string, string | undefined>>,
) {
  return { success: true as const, data: lazyEnv(shape, variables) };
}

/** What Joi's `validate` gives for the variables, all of which have to be valid. */
export function joiEnv(
  schema: { validate(value: unknown, options?: any): { value?: any; error?: Error } },
  variables: Readonly<Record<string, string | undefined>>,
  options?: any,
): { value: any; error: undefined } {
  const { value, error } = schema.validate({ ...variables }, options);
  if (error !== undefined) throw new Error(`The environment is not valid: ${error.message}`);
  return { value, error: undefined };
}
