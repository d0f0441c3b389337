/** A file, a list of files or lists by their fields, with the bytes as Node has them. */
export function withBuffers<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const { buffer } = value as { buffer?: unknown };
  if (buffer instanceof ArrayBuffer) return { ...value, buffer: nodeBuffer(buffer) };
  if (Array.isArray(value)) return value.map((each) => withBuffers(each)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withBuffers(each)])) as T;
}

/** The bytes as a Buffer where there are such. */
export function nodeBuffer(bytes: ArrayBuffer): unknown {
  const { Buffer } = globalThis as { Buffer?: { from(bytes: ArrayBuffer): unknown } };
  return Buffer?.from(bytes) ?? bytes;
}
