import { ApplicationError } from "./errors";

/** An error as Mongoose reports it: its fields reach the application's error handling as data. */
export class MongooseError extends ApplicationError {
  name = "MongooseError";
}

/** A value that is not of the type of its field. */
export class CastError extends MongooseError {
  name = "CastError";
  kind: string;
  value: unknown;
  path: string;
  stringValue: string;
  valueType: string;

  constructor(kind: string, value: unknown, path: string, model?: string) {
    const shown = shownValue(value);
    const type = typeof value === "object" && value !== null ? value.constructor.name : typeof value;
    const reason = kind in CAST_REASONS ? ` because of "${CAST_REASONS[kind]}"` : "";
    const where = model === undefined ? reason : ` for model "${model}"`;
    super(`Cast to ${kind} failed for value ${shown} (type ${type}) at path "${path}"${where}`);
    this.kind = kind;
    this.value = value;
    this.path = path;
    this.stringValue = shown;
    this.valueType = type;
  }
}

/** A value as the message of an error shows it. */
export function shownValue(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : `"${inspected(value)}"`;
}

/** A value as the console shows it. */
export function inspected(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Array.isArray(value) ? value.map(inspected) : Object.entries(value).map(([name, each]) => `${name}: ${inspected(each)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return fields.length === 0 ? open + close : `${open} ${fields.join(", ")} ${close}`;
}

/** Mongoose names what a cast of its own failed with, unless a query asked for it. */
export const CAST_REASONS: Record<string, string> = { ObjectId: "BSONError", Boolean: "CastError" };

/** What is wrong with one field. */
export class ValidatorError extends MongooseError {
  name = "ValidatorError";
  kind: string;
  path: string;
  value: unknown;
  properties: Record<string, unknown>;

  constructor(kind: string, message: string, path: string, value: unknown) {
    super(message);
    this.kind = kind;
    this.path = path;
    this.value = value;
    this.properties = { message, type: kind, path, value };
  }
}

/** What is wrong with a document, by the paths of its fields. */
export class ValidationError extends MongooseError {
  name = "ValidationError";
  errors: Record<string, MongooseError>;
  _message: string;

  constructor(model: string, errors: Record<string, MongooseError>) {
    const wrong = Object.entries(errors).map(([path, error]) => `${path}: ${error.message}`);
    const failed = model === "" ? "Validation failed" : `${model} validation failed`;
    super(`${failed}: ${wrong.join(", ")}`);
    this.errors = errors;
    this._message = failed;
  }
}

/** No document was found where there had to be one. */
export class DocumentNotFoundError extends MongooseError {
  name = "DocumentNotFoundError";

  constructor(model: string) {
    super(`No document found for query on model "${model}"`);
  }
}

/** A change that the database refuses. */
export class WriteError extends ApplicationError {
  name = "MongoServerError";
  code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Another document has the same values in fields that are unique. The name of the database is not known here. */
export class MongoServerError extends ApplicationError {
  name = "MongoServerError";
  code = 11000;
  keyPattern: Record<string, number>;
  keyValue: Record<string, unknown>;

  constructor(collection: string, values: Record<string, unknown>) {
    const names = Object.keys(values);
    const shown = names.map((name) => `${name}: ${JSON.stringify(values[name] ?? null)}`).join(", ");
    const index = names.map((name) => `${name}_1`).join("_");
    super(`E11000 duplicate key error collection: ${collection} index: ${index} dup key: { ${shown} }`);
    this.keyPattern = Object.fromEntries(names.map((name) => [name, 1]));
    this.keyValue = values;
  }
}
