import { ConvexError, type Value } from "convex/values";
import { toJson } from "./json";

/** What a body is if not JSON: text/html, text/plain, what `res.send` makes of it, a text of no type, the status. */
export type BodyType = "html" | "text" | "auto" | "bare" | "status";

/** An answer other than success: its status and body reach the HTTP edge as data. Without a body it is empty. */
export class HttpError extends ConvexError<{ status: number; body?: Value; type?: BodyType }> {
  readonly status: number;
  readonly body: Value | undefined;

  constructor(status: number, body?: unknown, type?: BodyType) {
    const value = body === undefined ? undefined : (toJson(body) as Value);
    super({ status, body: value, type });
    this.message = `HTTP ${status}`;
    this.status = status;
    this.body = value;
  }
}

/** A broken constraint or a missing row, with the codes that Prisma gives them. */
export class DatabaseError extends ConvexError<{ code: string; message: string; meta: Record<string, Value> }> {
  readonly code: string;
  readonly meta: Record<string, Value>;

  constructor(code: string, message: string, meta: Record<string, Value> = {}) {
    super({ code, message, meta });
    this.message = message;
    this.code = code;
    this.meta = meta;
  }
}

/** The base of the application's own errors: their fields cross function boundaries as data. */
export class ApplicationError extends ConvexError<Record<string, Value>> {
  constructor(message = "", options?: { cause?: unknown }) {
    super({});
    this.message = message;
    if (options !== undefined && "cause" in options) this.cause = options.cause;
    // ConvexError calls itself by its own name; an Error has no name of its own, in JSON neither.
    delete (this as { name?: string }).name;
    let sent: Record<string, Value> | undefined;
    // Subclasses set their fields after this constructor, so the data is read when it is needed.
    Object.defineProperty(this, "data", {
      get: () => sent ?? errorData(this),
      set: (data) => (sent = data),
      configurable: true,
      enumerable: false,
    });
  }
}

/** A value as data; text for one that JSON has no form for, such as an object that holds itself. */
export function plainValue(value: unknown): Value {
  try {
    return toJson(value) as Value;
  } catch {
    return String(value);
  }
}

/** The fields of an error, its message and the names of its classes, the most special one first. */
export function errorData(error: Error): Record<string, Value> {
  const data: Record<string, Value> = {};
  for (const [key, value] of Object.entries(error)) {
    if (key !== "data" && typeof value !== "function" && value !== undefined) {
      const plain = value instanceof Error ? { ...value, name: value.name, message: value.message } : value;
      // A field called data would stand where Convex looks for what crosses, so classes keep it under another name.
      data[key === "ownData" ? "data" : key] = plainValue(plain);
    }
  }
  const kinds: string[] = [];
  let kind = Object.getPrototypeOf(error);
  while (kind !== null && kind.constructor !== ApplicationError && kind.constructor !== Object) {
    kinds.push(kind.constructor.name);
    kind = Object.getPrototypeOf(kind);
  }
  return { ...data, name: error.name, message: plainValue(error.message), kinds };
}

export class AppError extends ApplicationError {
  constructor(
    public readonly statusCode: number,
    message: string,
    public readonly code: string = "ERROR",
  ) {
    super(message);
    this.name = new.target.name;
  }
}

export class NotFoundError extends AppError {
  constructor(resource: string) {
    super(404, `${resource} not found`, "NOT_FOUND");
  }
}

export class ConflictError extends AppError {
  constructor(message: string) {
    super(409, message, "CONFLICT");
  }
}
