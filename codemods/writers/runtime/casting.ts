import { CastError, ValidationError, ValidatorError, type MongooseError } from "./documentErrors";
import { isKey, loaded, newKey, withTextKey } from "./documents";

/** What a field holds, and what is checked before a document is stored. Messages may name {PATH} and {VALUE}. */
export interface Field {
  type: "string" | "number" | "boolean" | "date" | "id" | "mixed" | "list" | "object" | "document" | "map";
  of?: Field;
  fields?: Record<string, Field>;
  required?: boolean | string;
  default?: unknown;
  immutable?: boolean;
  lowercase?: boolean;
  uppercase?: boolean;
  trim?: boolean;
  enum?: readonly unknown[];
  enumMessage?: string;
  min?: number | string | Date;
  minMessage?: string;
  max?: number | string | Date;
  maxMessage?: string;
  minLength?: number;
  minLengthMessage?: string;
  maxLength?: number;
  maxLengthMessage?: string;
  match?: RegExp;
  matchMessage?: string;
  validate?: readonly { test: (value: any) => unknown; message?: string }[];
  timestamps?: readonly string[];
  shape?: (document: object) => void;
  keepsEmpty?: boolean;
}

/** The fields of a kind of document. `made` and `changed` name its time stamps, `version` counts changes of lists. */
export interface Model {
  name: string;
  fields: Record<string, Field>;
  made?: string;
  changed?: string;
  version?: string;
  shape?: (document: object) => void;
}

/** What Mongoose calls the types. */
export const KINDS: Record<Field["type"], string> = {
  string: "string",
  number: "Number",
  boolean: "Boolean",
  date: "date",
  id: "ObjectId",
  mixed: "Mixed",
  list: "Array",
  object: "Object",
  document: "Embedded",
  map: "Map",
};

/** A value in the form in which code sees it. Throws a CastError for one that has none. */
export function castValue(value: unknown, field: Field, path: string, model?: Model): unknown {
  if (value === undefined || value === null || field.type === "mixed") return value;
  const fail = (): never => {
    throw new CastError(KINDS[field.type], value, path, model?.name);
  };
  switch (field.type) {
    case "string":
      return changedText(asText(value) ?? fail(), field);
    case "number":
      return value === "" ? null : asNumber(value, fail);
    case "boolean":
      return asBoolean(value, fail);
    case "date":
      return value === "" ? null : asDate(value, fail);
    case "id":
      return asKey(value, fail);
    case "list":
      return (Array.isArray(value) ? value : [value]).map((each, index) => castValue(each, field.of!, `${path}.${index}`, model));
    case "map":
      return typeof value === "object"
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, castValue(each, field.of!, `${path}.${key}`, model)]))
        : fail();
    default:
      return typeof value === "object" && !Array.isArray(value) ? castObject(value as Record<string, unknown>, field, path) : fail();
  }
}

/** A value as text; undefined for one that has none of its own. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  const { _id } = value as { _id?: unknown };
  if (typeof _id === "string") return _id;
  const isPlain = Array.isArray(value) || value!.toString === Object.prototype.toString;
  return isPlain ? undefined : String(value);
}

/** A text as its field stores it. */
export function changedText(text: string, field: Field): string {
  let changed = field.trim ? text.trim() : text;
  if (field.lowercase) changed = changed.toLowerCase();
  return field.uppercase ? changed.toUpperCase() : changed;
}

/** A value as a number. */
export function asNumber(value: unknown, fail: () => never): number {
  const isPlain = ["number", "string", "boolean"].includes(typeof value) || value instanceof Date;
  const number = isPlain ? Number(value) : NaN;
  return Number.isNaN(number) ? fail() : number;
}

/** A value as true or false. */
export function asBoolean(value: unknown, fail: () => never): boolean {
  if ([true, "true", 1, "1", "yes"].includes(value as string)) return true;
  if ([false, "false", 0, "0", "no"].includes(value as string)) return false;
  return fail();
}

/** A value as a date. */
export function asDate(value: unknown, fail: () => never): Date {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? fail() : value;
  const isNumber = typeof value === "number" || (typeof value === "string" && /^-?\d{5,}$/.test(value));
  const date = isNumber ? new Date(Number(value)) : typeof value === "string" ? new Date(value) : new Date(NaN);
  return Number.isNaN(date.getTime()) ? fail() : date;
}

/** The key that a value is, or that a document has. */
export function asKey(value: unknown, fail: () => never): string {
  const text = typeof value === "object" ? (value as { _id?: unknown })._id : value;
  return isKey(text) ? (text as string) : fail();
}

/** An object with the fields that are declared for it. */
export function castObject(value: Record<string, unknown>, field: Field, path: string): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  if (field.type === "document") made._id = isKey(value._id) ? value._id : newKey();
  castFields(made, value, field.fields!, `${path}.`);
  const now = new Date();
  for (const name of field.timestamps ?? []) made[name] ??= now;
  if (field.type === "document") withTextKey(made);
  field.shape?.(made);
  return made;
}

/** Fills an object with what is given for its fields, else with their defaults; other keys are left out. */
export function castFields(
  made: Record<string, unknown>,
  given: Record<string, unknown>,
  fields: Record<string, Field>,
  prefix = "",
  errors?: Record<string, MongooseError>,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const path = prefix + name;
    const value = given[name] === undefined ? defaultOf(field) : given[name];
    if (value === undefined) {
      if (name in given) made[name] = undefined;
      continue;
    }
    try {
      made[name] = castValue(value, field, path);
    } catch (error) {
      if (errors === undefined || !(error instanceof CastError)) throw error;
      made[name] = value;
      errors[error.path] = error;
    }
  }
}

/** What a field is when nothing is given for it. */
export function defaultOf(field: Field): unknown {
  if ("default" in field) return typeof field.default === "function" ? field.default() : field.default;
  if (field.type === "list") return [];
  if (field.type !== "object") return undefined;
  const made: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(field.fields!)) {
    const value = defaultOf(inner);
    if (value !== undefined) made[name] = value;
  }
  return Object.keys(made).length === 0 ? undefined : made;
}

/** A document that is not stored yet. */
export function newDocument(model: Model, given: object = {}): Record<string, any> {
  const made: Record<string, unknown> = {};
  castFields(made, given as Record<string, unknown>, model.fields, "", {});
  delete made[model.version ?? ""];
  Object.defineProperty(made, "_id", {
    get: () => {
      throw new Error(`A ${model.name} has no _id before it is saved.`);
    },
    configurable: true,
  });
  loaded.set(made, null);
  withTextKey(made);
  model.shape?.(made);
  return made;
}

/** What is wrong with the fields of a document, by their paths; an object with a key has paths of its own `around`. */
export function problemsOf(
  value: Record<string, unknown>,
  fields: Record<string, Field>,
  errors: Record<string, MongooseError>,
  prefix = "",
  around = "",
): void {
  const names = Object.keys(fields);
  const missing = names.filter((name) => !(name in value));
  // Mongoose goes through what is given, and then through what is missing, from the last to the first.
  for (const name of [...names.filter((name) => name in value), ...missing.reverse()]) {
    const path = prefix + name;
    if (!(around + path in errors)) checkField(value[name], fields[name], path, errors, around);
  }
}

/** Adds what is wrong with a field, and with what it holds. */
export function checkField(
  value: unknown,
  field: Field,
  path: string,
  errors: Record<string, MongooseError>,
  around = "",
): void {
  const found = problemOf(value, field, path);
  if (found !== undefined) {
    errors[around + path] = found;
  } else if (field.type === "list" && Array.isArray(value)) {
    value.forEach((each, index) => checkField(each, field.of!, `${path}.${index}`, errors, around));
  } else if (field.type === "object") {
    problemsOf((value ?? {}) as Record<string, unknown>, field.fields!, errors, `${path}.`, around);
  } else if (field.type === "document" && value) {
    problemsOf(value as Record<string, unknown>, field.fields!, errors, "", `${around}${path}.`);
  }
}

/** The first check that a value fails. */
export function problemOf(value: unknown, field: Field, path: string): ValidatorError | undefined {
  const wrong = (kind: string, message: string | boolean | undefined, usual: string, shown = String(value)) => {
    const text = typeof message === "string" ? message : usual;
    const filled = text.replaceAll("{PATH}", path).replaceAll("{VALUE}", shown);
    return new ValidatorError(kind, filled, path, value);
  };
  const isMissing = value === undefined || value === null || (field.type === "string" && value === "");
  if (field.required && isMissing) return wrong("required", field.required, "Path `{PATH}` is required.");
  if (value === undefined) return undefined;
  if (value === null) return refusedBy(field, value, path);
  const isText = typeof value === "string";
  if (field.enum && !field.enum.includes(value) && value !== undefined) {
    return wrong("enum", field.enumMessage, "`{VALUE}` is not a valid enum value for path `{PATH}`.");
  }
  if (field.match && isText && value !== "" && !new RegExp(field.match.source, field.match.flags).test(value)) {
    return wrong("regexp", field.matchMessage, "Path `{PATH}` is invalid ({VALUE}).");
  }
  if (field.minLength !== undefined && isText && value.length < field.minLength) {
    const usual = `Path \`{PATH}\` (\`{VALUE}\`, length ${value.length}) is shorter than the minimum allowed length (${field.minLength}).`;
    return wrong("minlength", field.minLengthMessage?.replaceAll("{MINLENGTH}", String(field.minLength)), usual);
  }
  if (field.maxLength !== undefined && isText && value.length > field.maxLength) {
    const usual = `Path \`{PATH}\` (\`{VALUE}\`, length ${value.length}) is longer than the maximum allowed length (${field.maxLength}).`;
    const shown = value.length > 30 ? `${value.slice(0, 30)}...` : value;
    return wrong("maxlength", field.maxLengthMessage?.replaceAll("{MAXLENGTH}", String(field.maxLength)), usual, shown);
  }
  if (field.min !== undefined && (value as number) < (field.min as number)) {
    const what = field.type === "date" ? "before" : "less than";
    const usual = `Path \`{PATH}\` ({VALUE}) is ${what} minimum allowed value (${String(field.min)}).`;
    return wrong("min", field.minMessage?.replaceAll("{MIN}", String(field.min)), usual);
  }
  if (field.max !== undefined && (value as number) > (field.max as number)) {
    const what = field.type === "date" ? "after" : "more than";
    const usual = `Path \`{PATH}\` ({VALUE}) is ${what} maximum allowed value (${String(field.max)}).`;
    return wrong("max", field.maxMessage?.replaceAll("{MAX}", String(field.max)), usual);
  }
  return refusedBy(field, value, path);
}

/** The first of the schema's own validators that refuses a value; what it throws is the message. */
export function refusedBy(field: Field, value: unknown, path: string): ValidatorError | undefined {
  for (const { test, message } of field.validate ?? []) {
    let text = message ?? "Validator failed for path `{PATH}` with value `{VALUE}`";
    try {
      const passed = test(value);
      if (passed === undefined || passed) continue;
    } catch (error) {
      text = (error as Error).message || text;
    }
    return new ValidatorError("user defined", text.replaceAll("{PATH}", path).replaceAll("{VALUE}", String(value)), path, value);
  }
  return undefined;
}

/** Throws a ValidationError unless all is well. */
export function mustHold(model: string, errors: Record<string, MongooseError>): void {
  if (Object.keys(errors).length > 0) throw new ValidationError(model, errors);
}
