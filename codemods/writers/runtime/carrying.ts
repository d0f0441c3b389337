/** A value as it crosses between functions: dates as what says that they are dates. */
export function packed<T>(value: T): T {
  return repacked(value, (part) => (part instanceof Date ? { isoDate: datePart(part) } : part)) as T;
}

/** The value that crossed, with its dates. */
export function unpacked<T>(value: T): T {
  return repacked(value, (part) => {
    const [key, ...others] = Object.keys(part);
    if (key !== "isoDate" || others.length > 0) return part;
    return new Date((part as { isoDate: string }).isoDate);
  }) as T;
}

/** A moment as text, which is empty for none. */
export function datePart(date: Date): string {
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/** The value with other objects in the places of some. */
export function repacked(value: unknown, change: (part: object) => object): unknown {
  if (typeof value !== "object" || value === null) return value;
  const changed = change(value);
  if (changed !== value) return changed;
  if (Array.isArray(value)) return value.map((part) => repacked(part, change));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, repacked(part, change)]));
}
