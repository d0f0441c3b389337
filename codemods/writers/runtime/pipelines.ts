import { isBeyond, isSame, leanOf, matchesText, rankOf, valuesAt } from "./documents";

/** A stage of a pipeline: its name with what it is given. */
export type Stage = Record<string, any>;

/** How the documents of a collection are found by the value that they have at a path. */
export type Lookups = Record<string, (path: string, value: any) => Promise<unknown[]>>;

/** What a pipeline makes of documents. */
export async function aggregated(docs: Promise<unknown[]>, pipeline: readonly Stage[], lookups: Lookups = {}): Promise<any[]> {
  let found: any[] = leanOf(await docs);
  for (const stage of pipeline) {
    const [[name, given]] = Object.entries(stage);
    found = await staged(found, name, given, lookups);
  }
  return found;
}

/** What one stage makes of documents. */
export async function staged(docs: any[], name: string, given: any, lookups: Lookups): Promise<any[]> {
  switch (name) {
    case "$match":
      return docs.filter((doc) => isMatch(doc, given));
    case "$group":
      return inGroups(docs, given);
    case "$sort":
      return inPipelineOrder(docs, given);
    case "$limit":
      return docs.slice(0, given);
    case "$skip":
      return docs.slice(given);
    case "$count":
      return docs.length === 0 ? [] : [{ [given]: docs.length }];
    case "$project":
      return docs.map((doc) => projected(doc, given));
    case "$set":
    case "$addFields":
      return docs.map((doc) => withFieldsSet(doc, given));
    case "$unset":
      return docs.map((doc) => projected(doc, Object.fromEntries([given].flat().map((path) => [path, 0]))));
    case "$unwind":
      return docs.flatMap((doc) => unwound(doc, given));
    case "$lookup":
      return await Promise.all(docs.map((doc) => lookedUp(doc, given, lookups)));
    case "$facet": {
      const made = Object.entries(given as Record<string, Stage[]>).map(async ([each, inner]) => {
        return [each, await aggregated(Promise.resolve(docs), inner, lookups)];
      });
      return [Object.fromEntries(await Promise.all(made))];
    }
    default:
      throw new Error(`The stage ${name} of a pipeline is not known here.`);
  }
}

/** Documents in an order: what is missing comes first. */
export function inPipelineOrder(docs: any[], keys: Record<string, number>): any[] {
  const paths = Object.entries(keys);
  return [...docs].sort((a, b) => {
    for (const [path, sign] of paths) {
      const order = sign * rankOf(expressed(a, `$${path}`), expressed(b, `$${path}`));
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Does a document meet conditions? Values are compared as they are. */
export function isMatch(doc: any, conditions: Record<string, any>): boolean {
  return Object.entries(conditions).every(([path, wanted]) => {
    if (path === "$and") return wanted.every((each: any) => isMatch(doc, each));
    if (path === "$or") return wanted.some((each: any) => isMatch(doc, each));
    if (path === "$nor") return !wanted.some((each: any) => isMatch(doc, each));
    const values = valuesAt(doc, path.split("."));
    const isPlain = typeof wanted === "object" && wanted !== null && Object.getPrototypeOf(wanted) === Object.prototype;
    if (!isPlain) return values.some((value) => isEqualTo(value, wanted));
    return Object.entries(wanted).every(([operator, other]) => isMet(values, operator, other, wanted));
  });
}

/** Is a value equal to another one, or a text that a pattern matches? */
export function isEqualTo(value: any, wanted: any): boolean {
  if (wanted instanceof RegExp) return matchesText(value, wanted);
  return isSame(comparable(value), comparable(wanted));
}

/** A value that can be compared: a moment by its time. */
export function comparable(value: any): any {
  return value instanceof Date ? value.getTime() : value;
}

/** Does any of the values at a path meet one condition? */
export function isMet(values: any[], operator: string, other: any, whole: Record<string, any>): boolean {
  switch (operator) {
    case "$eq":
      return values.some((value) => isEqualTo(value, other));
    case "$ne":
      return !values.some((value) => isEqualTo(value, other));
    case "$in":
      return values.some((value) => other.some((each: any) => isEqualTo(value, each)));
    case "$nin":
      return !values.some((value) => other.some((each: any) => isEqualTo(value, each)));
    case "$exists":
      return values.some((value) => value !== undefined) === Boolean(other);
    case "$regex":
      return values.some((value) => matchesText(value, other, whole.$options));
    case "$options":
      return true;
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte": {
      const sign = ({ $gt: ">", $gte: ">=", $lt: "<", $lte: "<=" } as const)[operator];
      return values.some((value) => isBeyond(comparable(value), sign, comparable(other)));
    }
    default:
      throw new Error(`The operator ${operator} of a pipeline is not known here.`);
  }
}

/** One document for each value of a key, with what is gathered of those that have it. */
export function inGroups(docs: any[], { _id, ...gathered }: Record<string, any>): any[] {
  const groups: { key: any; docs: any[] }[] = [];
  const known = new Map<string, { key: any; docs: any[] }>();
  for (const doc of docs) {
    const key = expressed(doc, _id) ?? null;
    const text = JSON.stringify([key, typeof key]);
    let group = known.get(text);
    if (group === undefined) {
      group = { key, docs: [] };
      known.set(text, group);
      groups.push(group);
    }
    group.docs.push(doc);
  }
  return groups.map((group) => {
    const made: Record<string, any> = { _id: group.key };
    for (const [name, step] of Object.entries(gathered)) {
      const [[operator, given]] = Object.entries(step as object);
      made[name] = gatheredBy(group.docs, operator, given);
    }
    return made;
  });
}

/** What is gathered of the documents of a group. */
export function gatheredBy(docs: any[], operator: string, given: any): any {
  if (operator === "$count") return docs.length;
  const every = docs.map((doc) => expressed(doc, given));
  const values = every.filter((value) => value !== undefined && value !== null);
  const numbers = values.filter((value) => typeof value === "number");
  const sum = numbers.reduce((all, number) => all + number, 0);
  switch (operator) {
    case "$sum":
      return sum;
    case "$avg":
      return numbers.length === 0 ? null : sum / numbers.length;
    case "$min":
      return values.reduce((least, value) => (least === null || rankOf(value, least) < 0 ? value : least), null);
    case "$max":
      return values.reduce((most, value) => (most === null || rankOf(value, most) > 0 ? value : most), null);
    case "$first":
      return every[0] ?? null;
    case "$last":
      return every[every.length - 1] ?? null;
    case "$push":
      return every.filter((value) => value !== undefined);
    case "$addToSet":
      return every.reduce((all, value) => (value === undefined || all.some((one: any) => isEqualTo(one, value)) ? all : [...all, value]), []);
    default:
      throw new Error(`The accumulator ${operator} is not known here.`);
  }
}

/** A document with some of its fields, without some, or with others that are computed. */
export function projected(doc: any, fields: Record<string, any>): any {
  const given = Object.entries(fields).filter(([name]) => name !== "_id");
  const isOff = (value: any) => value === 0 || value === false;
  if (given.every(([, value]) => isOff(value)) && (given.length > 0 || isOff(fields._id))) {
    const left = structuredClone(doc);
    for (const [path, value] of Object.entries(fields)) if (isOff(value)) deleteAt(left, path.split("."));
    return left;
  }
  const made: Record<string, any> = {};
  const isOn = (value: any) => value === 1 || value === true;
  for (const [path, value] of isOff(fields._id) ? given : Object.entries({ _id: 1, ...fields })) {
    if (isOn(value)) includeAt(made, doc, path.split("."));
    else setAt(made, path.split("."), expressed(doc, value));
  }
  return made;
}

/** Takes over what another object has at a path, in each element of the lists on the way. */
export function includeAt(object: any, source: any, path: string[]): void {
  const [name, ...rest] = path;
  const value = source?.[name];
  if (value === undefined) return;
  if (rest.length === 0) object[name] = value;
  else if (Array.isArray(value)) {
    const before = object[name] ?? [];
    object[name] = value.map((each, index) => {
      const made = before[index] ?? {};
      includeAt(made, each, rest);
      return made;
    });
  } else includeAt((object[name] ??= {}), value, rest);
}

/** A document with fields that are computed. */
export function withFieldsSet(doc: any, fields: Record<string, any>): any {
  const made = structuredClone(doc);
  for (const [path, value] of Object.entries(fields)) setAt(made, path.split("."), expressed(doc, value));
  return made;
}

/** Puts a value at a path; what is missing is not put there. */
export function setAt(object: any, path: string[], value: any): void {
  if (value === undefined) return;
  const [name, ...rest] = path;
  if (rest.length === 0) object[name] = value;
  else setAt((object[name] ??= {}), rest, value);
}

/** Takes away what is at a path. */
export function deleteAt(object: any, path: string[]): void {
  const [name, ...rest] = path;
  if (Array.isArray(object)) object.forEach((each) => deleteAt(each, [name, ...rest]));
  else if (rest.length === 0) delete object?.[name];
  else if (typeof object?.[name] === "object") deleteAt(object[name], rest);
}

/** A document for each element of a list of it. */
export function unwound(doc: any, given: string | { path: string; preserveNullAndEmptyArrays?: boolean }): any[] {
  const { path, preserveNullAndEmptyArrays: keeps = false } = typeof given === "string" ? { path: given } : given;
  const value = expressed(doc, path);
  const names = path.slice(1).split(".");
  const elements = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  if (elements.length === 0 && keeps) {
    const left = structuredClone(doc);
    if (Array.isArray(value)) deleteAt(left, names);
    return [left];
  }
  return elements.map((element) => {
    const made = structuredClone(doc);
    setAt(made, names, element);
    return made;
  });
}

/** A document with the list of those of a collection that have the same value at a path. */
export async function lookedUp(doc: any, given: Record<string, string>, lookups: Lookups): Promise<any> {
  const value = expressed(doc, `$${given.localField}`);
  const values = Array.isArray(value) ? value : [value ?? null];
  const found = await Promise.all(values.map((each) => lookups[given.from](given.foreignField, each)));
  const made = structuredClone(doc);
  setAt(made, given.as.split("."), leanOf(found.flat()));
  return made;
}

/** The value of an expression over a document: `"$price"`, `{ $multiply: ["$price", 2] }`, a literal. */
export function expressed(doc: any, expression: any): any {
  if (typeof expression === "string" && expression.startsWith("$$ROOT")) return reachedAt({ ROOT: doc }, expression.slice(2).split("."));
  if (typeof expression === "string" && expression.startsWith("$")) return reachedAt(doc, expression.slice(1).split("."));
  if (Array.isArray(expression)) return expression.map((each) => expressed(doc, each) ?? null);
  if (typeof expression !== "object" || expression === null || expression instanceof Date) return expression;
  const entries = Object.entries(expression);
  const [operator, given] = entries[0] ?? ["", undefined];
  if (operator.startsWith("$")) return operated(doc, operator, given);
  const made: Record<string, any> = {};
  for (const [name, each] of entries) setAt(made, [name], expressed(doc, each));
  return made;
}

/** The value at a path, where lists stand for what their elements have there. */
export function reachedAt(value: any, path: string[]): any {
  if (path.length === 0) return value;
  if (Array.isArray(value)) return value.map((each) => reachedAt(each, path)).filter((each) => each !== undefined);
  return typeof value === "object" && value !== null ? reachedAt(value[path[0]], path.slice(1)) : undefined;
}

/** What an operator makes of its operands. */
export function operated(doc: any, operator: string, given: any): any {
  if (operator === "$cond") {
    const [test, then, otherwise] = Array.isArray(given) ? given : [given.if, given.then, given.else];
    return isTrue(expressed(doc, test)) ? expressed(doc, then) : expressed(doc, otherwise);
  }
  if (operator === "$literal") return given;
  if (operator === "$dateToString") return formattedDate(expressed(doc, given.date), given.format);
  const operands = (Array.isArray(given) ? given : [given]).map((each: any) => expressed(doc, each));
  const [a, b] = operands;
  const isMissing = operands.some((each) => each === undefined || each === null);
  const order = () => rankOf(comparable(a), comparable(b));
  switch (operator) {
    case "$ifNull":
      return operands.find((each) => each !== undefined && each !== null) ?? operands[operands.length - 1];
    case "$and":
      return operands.every(isTrue);
    case "$or":
      return operands.some(isTrue);
    case "$not":
      return !isTrue(a);
    case "$eq":
      return isEqualTo(a, b);
    case "$ne":
      return !isEqualTo(a, b);
    case "$gt":
      return order() > 0;
    case "$gte":
      return order() >= 0;
    case "$lt":
      return order() < 0;
    case "$lte":
      return order() <= 0;
    case "$in":
      return b.some((each: any) => isEqualTo(a, each));
    case "$size":
      return a.length;
    case "$toUpper":
      return String(a ?? "").toUpperCase();
    case "$toLower":
      return String(a ?? "").toLowerCase();
    case "$arrayElemAt":
      return isMissing ? null : a.at(b);
  }
  if (isMissing) return null;
  switch (operator) {
    case "$add":
      return operands.reduce((all, each) => all + each, 0);
    case "$subtract":
      return a - b;
    case "$multiply":
      return operands.reduce((all, each) => all * each, 1);
    case "$divide":
      return a / b;
    case "$mod":
      return a % b;
    case "$abs":
      return Math.abs(a);
    case "$ceil":
      return Math.ceil(a);
    case "$floor":
      return Math.floor(a);
    case "$concat":
      return operands.join("");
    case "$toString":
      return a instanceof Date ? a.toISOString() : String(a);
    case "$year":
      return a.getUTCFullYear();
    case "$month":
      return a.getUTCMonth() + 1;
    case "$dayOfMonth":
      return a.getUTCDate();
    case "$hour":
      return a.getUTCHours();
    default:
      throw new Error(`The operator ${operator} of a pipeline is not known here.`);
  }
}

/** Is a value true, as a pipeline takes it? */
export function isTrue(value: any): boolean {
  return value !== false && value !== 0 && value !== null && value !== undefined;
}

/** A moment in a format of `%Y`, `%m`, `%d`, `%H`, `%M` and `%S`. */
export function formattedDate(date: any, format = "%Y-%m-%dT%H:%M:%S.%LZ"): string | null {
  if (!(date instanceof Date)) return null;
  const [year, month, day, hour, minute, second, milli] = date.toISOString().split(/[-T:.Z]/);
  const parts: Record<string, string> = { Y: year, m: month, d: day, H: hour, M: minute, S: second, L: milli };
  return format.replace(/%([YmdHMSL])/g, (_, part: string) => parts[part]);
}
